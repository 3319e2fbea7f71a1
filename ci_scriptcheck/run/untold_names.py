"""Which names of columns and files a record on private data may tell: those that somebody has written down.

It looks once, when all tasks have ended, at the code that ran, at the settings, and at the heads of the real tables.
Texts of exceptions are looked at before, by `privately_known`: nothing else of them may be told.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ci_scriptcheck import repository_file
from ci_scriptcheck.model import real_names
from ci_scriptcheck.model.codec import to_json
from ci_scriptcheck.model.contract import CopiedFrom
from ci_scriptcheck.model.plan import Side
from ci_scriptcheck.model.real_names import Labels
from ci_scriptcheck.model.source import Upstream
from ci_scriptcheck.run import history, observed
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ci_scriptcheck.model.plan import Plan, Task
    from ci_scriptcheck.model.result import FileFacts, TaskResult
    from ci_scriptcheck.model.run_record import RunRecord

_SETTINGS = frozenset({".py", ".yaml", ".yml", ".json", ".toml", ".ini", ".cfg", ".sql"})
"""Endings of files of the repository in which names of columns are written down."""
_OURS = ".scriptcheck"
"""Where runs, and data that were fetched, lie in a repository."""
_MOST_BYTES = 1_000_000
_DECLARED = frozenset({"parquet", "feather", "arrow"})
"""Formats in which names of columns are no row of the table."""
_LEAST_KNOWN = 0.75
"""Share of the first line of a text that has to be known words, at least, for it to be its head and no row."""


def withheld(record: RunRecord, root: Path, base_root: Path | None) -> RunRecord:
    """Put labels in place of the names that nobody has written down, in all results on private data.

    Args:
        record: The record of a run that has just ended.
        root: The repository; its folder still holds what was run.
        base_root: Where base is laid out, if it is.
    """
    tasks = record.plan.by_id()
    private = {
        result.task: result
        for result in record.results
        if result.is_private or tasks[result.task].is_private
    }
    if not private:
        return record
    words = _words(record, root, base_root)
    heads = {
        name
        for result in private.values()
        for file in _given(tasks[result.task], result)
        for name in _head(file, words)
    }
    roots = [one for one in (root, base_root) if one is not None]

    def may_tell(name: str) -> bool:
        return name in heads or real_names.is_known(name, words) or _is_there(name, roots)

    labels = Labels(
        (
            name
            for result in private.values()
            for name in real_names.named_in(result)
            if not may_tell(name)
        ),
        types={one for result in private.values() for one in real_names.parted_types_in(result)},
        cells={name for result in private.values() for name in _cells(result)},
    )
    results = tuple(
        _without_searches(real_names.without(result, labels), may_tell)
        if result.task in private
        else result
        for result in record.results
    )
    return replace(record, results=results)


def _is_there(name: str, roots: Iterable[Path]) -> bool:
    """Say whether a name is that of a file of the repository, which who may read reports may read as well."""
    path = PurePosixPath(name)
    if path.is_absolute() or _OURS in path.parts or ".." in path.parts or "\0" in name:
        return False
    with suppress(OSError):
        return any((root / path).exists() for root in roots)
    return False


def _without_searches(result: TaskResult, may_tell: Callable[[str], bool]) -> TaskResult:
    """Leave out what a script looked for in vain by names of its data; it counts as having read anything."""
    told = {path: digest for path, digest in result.reads.items() if may_tell(path)}
    if len(told) == len(result.reads):
        return result
    return replace(result, reads={history.ANY_FILE: observed.UNSTABLE, **told})


def _words(record: RunRecord, root: Path, base_root: Path | None) -> frozenset[str]:
    plan = record.plan
    sides = [(root, plan, Side.HEAD)]
    if base_root is not None:
        sides.append((base_root, plan.on_base(), Side.BASE))
    texts = [json.dumps([to_json(plan.datasets), to_json(plan.tasks), to_json(plan.base)])]
    for folder, of_side, side in sides:
        texts += _texts(folder, of_side, record, side)
    return real_names.words_of(texts)


def _texts(root: Path, plan: Plan, record: RunRecord, side: Side) -> Iterator[str]:
    """Read the code of one side, and what it has opened of the repository and is no data."""
    tasks = record.plan.by_id()
    opened = {
        path
        for result in record.results
        if tasks[result.task].side is side
        for path in result.reads
        if PurePosixPath(path).suffix in _SETTINGS
    }
    code = {file for closure in plan.closures.values() for file in closure.files}
    scripts = {task.script for task in record.plan.tasks if task.script is not None}
    data = [
        one.origin.path for one in plan.datasets.values() if isinstance(one.origin, CopiedFrom)
    ]
    for path in sorted(opened | code | scripts):
        if not any(PurePosixPath(path).is_relative_to(place) for place in data):
            with suppress(OSError):
                yield repository_file.read(str(root), path)[:_MOST_BYTES].decode(errors="replace")


def _given(task: Task, result: TaskResult) -> Iterator[FileFacts]:
    """Give the files that no script has made."""
    for item in task.inputs:
        if not isinstance(item.source, Upstream) and item.port in result.inputs:
            yield from result.inputs[item.port].files


def _head(file: FileFacts, words: frozenset[str]) -> Iterator[str]:
    """Give the name of a file, and those of its columns where they are no row of it."""
    yield file.path
    if file.format in _DECLARED or _is_head(file.columns, words):
        yield from file.columns


def _cells(result: TaskResult) -> Iterator[str]:
    """Give the numbers that stand where the tables of a result should have the names of their columns."""
    for artefact in (*result.inputs.values(), *result.outputs.values()):
        for file in artefact.files:
            if file.format not in _DECLARED:
                found = [name for name in file.columns if real_names.is_number(name)]
                yield from () if _is_counted(found) else found


def _is_counted(names: list[str]) -> bool:
    """Say whether numbers are those that pandas gives to columns without names, or of months and the like."""
    first = names[0] if names else ""
    return first in {"0", "1"} and names == [
        str(number) for number in range(int(first), int(first) + len(names))
    ]


def _is_head(names: tuple[str, ...], words: frozenset[str]) -> bool:
    """Say whether the first line of a text names its columns: it has no number, and most of it is known words."""
    known = sum(bool(name.strip()) and real_names.is_known(name, words) for name in names)
    return not any(map(real_names.is_number, names)) and known >= len(names) * _LEAST_KNOWN
