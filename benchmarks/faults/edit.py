"""The edits of the benchmark: small changes of a project's files, as a colleague would propose them.

They lie in `edits/<project>/*.yaml`; all but those in `harmless*.yaml` break something.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import yaml

HERE = Path(__file__).parent
HARMLESS = "harmless"


@dataclass(frozen=True, kw_only=True)
class Replacement:
    """A text that stands once in a file, and what takes its place."""

    file: str
    old: str
    new: str

    def applied(self, text: str) -> str:
        """Change a file's text.

        Raises:
            ValueError: the old text does not stand there exactly once.
        """
        if (count := text.count(self.old)) != 1:
            msg = f"{self.file} holds {count} times, not once: {self.old!r}"
            raise ValueError(msg)
        return text.replace(self.old, self.new)


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One pull request.

    Attributes:
        name: Its project, and what it does.
        kind: The class of the fault, or of the harmless edit.
        breaks: What goes wrong in production; empty where the edit breaks nothing.
        only_base: Nothing but a comparison with base can show it.
        informed: Whoever wrote it had read the rules.
        wrong: Why a fault breaks nothing after all, so that it is not counted.
    """

    name: str
    project: str
    kind: str
    breaks: str
    only_base: bool
    informed: bool = False
    wrong: str | None = None
    replacements: tuple[Replacement, ...]

    @property
    def is_harmless(self) -> bool:
        """Say whether it breaks nothing."""
        return not self.breaks

    def apply(self, folder: Path) -> None:
        """Change the files of a project.

        Raises:
            ValueError: a text that is to be replaced does not stand there exactly once.
        """
        for replacement in self.replacements:
            path = folder / replacement.file
            path.write_text(replacement.applied(path.read_text("utf-8")), "utf-8")


def edits(patterns: tuple[str, ...] = ()) -> tuple[Edit, ...]:
    """Read all edits, or those whose name matches a pattern such as `claims/*`."""
    found = (
        edit
        for path in sorted(HERE.glob("edits/*/*.yaml"))
        for edit in _read(path.parent.name, path)
    )
    return tuple(
        edit
        for edit in found
        if not patterns or any(fnmatch(edit.name, pattern) for pattern in patterns)
    )


def _read(project: str, path: Path) -> tuple[Edit, ...]:
    return tuple(
        Edit(
            name=f"{project}/{entry['name']}",
            project=project,
            kind=entry["class"],
            breaks="" if path.stem.startswith(HARMLESS) else entry["breaks"],
            only_base=entry.get("only_base", False),
            informed=entry.get("informed", False),
            wrong=entry.get("wrong"),
            replacements=tuple(Replacement(**change) for change in entry["edits"]),
        )
        for entry in yaml.safe_load(path.read_text("utf-8"))
    )
