"""What one Python file says, as it is kept; `module_reading` finds it in the file's text.

They are apart so that a run whose files are all known needs no syntax trees.
"""

from __future__ import annotations

from typing import Any

from ci_scriptcheck.values import dataclass, field, fields

OPEN = "*"
"""The part of a text that cannot be told."""

OWN = "\0"
"""The name of the file's own package."""

Import = tuple[int, str, tuple[str, ...]]
"""Number of leading dots, dotted name, and the names taken from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one part of a file says, either what is executed at once or what waits.

    Attributes:
        imports: Import statements, and calls that import a module of a known name.
        strings: Texts that could name a file.
        files: Paths made from `__file__`, relative to the file's folder.
        folders: Those of them that, where they lead to a folder, stand for all in it.
        open: Calls that import what cannot be told: the text of the name with `*` in it, and the
            call as written.
    """

    imports: tuple[Import, ...] = ()
    strings: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    open: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleFacts:
    """What one Python file says.

    Attributes:
        load: What is executed when it is imported.
        later: What is in its functions, or under `if __name__ == "__main__"`.
        exports: Names in `__all__`, which `import *` loads.
        roots: Folders put on `sys.path`, relative to the file's folder.
        used: What is imported while the file is loaded and called at once.
        used_later: What is called in its functions, wherever it is imported.
        in_package: Whether it asks which package it lies in (`__package__`, `__spec__`).
        parsed: Whether Python can read the file.
    """

    load: Part = field(default_factory=Part)
    later: Part = field(default_factory=Part)
    exports: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    in_package: bool = False
    used: tuple[Import, ...] = ()
    used_later: tuple[Import, ...] = ()
    parsed: bool = True

    def as_json(self) -> list[Any]:
        """Write it with lists, in the order of the fields."""
        parts = (
            [getattr(part, item.name) for item in fields(Part)] for part in (self.load, self.later)
        )
        return [
            *parts,
            self.exports,
            self.roots,
            self.in_package,
            self.used,
            self.used_later,
            self.parsed,
        ]


def from_json(data: list[Any]) -> ModuleFacts:
    """Read what `as_json` wrote.

    Raises:
        ValueError: it is something else.
    """
    try:
        load, later, exports, roots, in_package, used, used_later, parsed = data
        return ModuleFacts(
            load=_part_from_json(load),
            later=_part_from_json(later),
            exports=tuple(exports),
            roots=tuple(roots),
            in_package=bool(in_package),
            used=_imports_from_json(used),
            used_later=_imports_from_json(used_later),
            parsed=bool(parsed),
        )
    except TypeError as error:
        raise ValueError(f"these are no facts of a module: {error}") from error


def _part_from_json(data: list[Any]) -> Part:
    imports, strings, files, folders, unknown = data
    return Part(
        imports=_imports_from_json(imports),
        strings=tuple(strings),
        files=tuple(files),
        folders=tuple(folders),
        open=tuple((pattern, call) for pattern, call in unknown),
    )


def _imports_from_json(data: list[Any]) -> tuple[Import, ...]:
    return tuple((level, name, tuple(taken)) for level, name, taken in data)
