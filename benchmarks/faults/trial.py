"""One edit after the other is proposed and checked, and what was said about it is looked at."""

from __future__ import annotations

import json
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from benchmarks.faults import repository
from benchmarks.faults.edit import Edit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

REFUSED = 2
"""Exit codes up to this one stop a pull request with something that its author can act on."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What became of one edit.

    Attributes:
        status: Exit code of the run.
        rules: Codes of the findings that count as errors, those of the earliest part of the run first.
        modes: Where they were found: `project` (without running), `isolation`, `pipeline`.
        warned: Codes of findings that are warnings only.
        said: The first message, for people who look into a row.
        seconds: Wall time of the whole run.
    """

    edit: Edit
    status: int
    rules: tuple[str, ...]
    modes: tuple[str, ...]
    warned: tuple[str, ...]
    said: str
    seconds: float

    @property
    def is_found(self) -> bool:
        """Say whether a pull request would have been stopped."""
        return 1 <= self.status <= REFUSED

    @property
    def is_reported(self) -> bool:
        """Say whether a reviewer would have read of it: stopped, or told what differs from base."""
        return self.is_found or self.is_compared

    @property
    def is_compared(self) -> bool:
        """Say whether a difference from base was told."""
        return any(rule.startswith("SC4") for rule in (*self.rules, *self.warned))


def trials(
    edits: Sequence[Edit], *, abreast: int, ended: Callable[[Trial], None]
) -> tuple[Trial, ...]:
    """Try all edits, several at a time, and call back after each.

    Raises:
        RuntimeError: a project has a fault without any edit.
    """
    with TemporaryDirectory(prefix="faults-") as name, ThreadPoolExecutor(abreast) as pool:
        folder = Path(name)
        projects = sorted({edit.project for edit in edits})
        (folder / "warm").mkdir()
        warmed = {project: repository.warm(project, folder / "warm") for project in projects}
        (folder / "tried").mkdir()

        def tried(edit: Edit) -> Trial:
            trial = _tried(edit, warmed[edit.project], folder / "tried")
            ended(trial)
            return trial

        return tuple(pool.map(tried, edits))


def _tried(edit: Edit, warmed: Path, folder: Path) -> Trial:
    project = repository.propose(edit, warmed, folder)
    began = time.perf_counter()
    ended = repository.check(project)
    seconds = time.perf_counter() - began
    shutil.rmtree(project.parent)
    if ended.status > 1:
        return Trial(
            edit=edit,
            status=ended.status,
            rules=("refused",) if ended.status <= REFUSED else (),
            modes=("project",),
            warned=(),
            said=ended.errors.strip(),
            seconds=seconds,
        )
    record = json.loads(ended.output)
    findings = list(_findings(record))
    errors = [(mode, found) for mode, found in findings if found["severity"] == "error"]
    rules = _once(found["rule"] for _, found in errors)
    return Trial(
        edit=edit,
        status=ended.status,
        rules=rules if ended.status else (),
        modes=_once(mode for mode, _ in errors) if ended.status else (),
        warned=_once(found["rule"] for _, found in findings if found["rule"] not in rules),
        said=next((found["message"] for _, found in errors), ""),
        seconds=seconds,
    )


def _findings(record: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give each finding with where it was found, those that needed no run first."""
    yield from (("project", found) for found in record["findings"])
    for task in record["tasks"]:
        yield from ((task["mode"], found) for found in task["findings"])


def _once(values: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
