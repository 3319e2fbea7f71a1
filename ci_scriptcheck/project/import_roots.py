"""Folders from which scripts import what does not lie beside them: a guess, for a person to check."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from ci_scriptcheck.project.script.syntax import module_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_UNLIKELY = frozenset({"test", "tests", "docs", "node_modules", "site-packages", "build", "dist"})


def import_roots(
    sources: Mapping[str, str], paths: Iterable[str], read: Callable[[str], str]
) -> dict[str, tuple[str, ...]]:
    """Give folder → modules that scripts import and that only this folder gives them.

    A folder of a library's name is not that library: what is imported must be there, by its name.

    Args:
        sources: Path of each script → its text.
        paths: All files that may be imported, with paths of the same kind.
        read: Gives the text of such a file.
    """
    layout = _Layout(paths)
    inside = {
        folder for script, text in sources.items() for folder in _packages_used(script, text)
    }
    wanted: dict[str, set[tuple[str, str | None]]] = {}
    for script, text in sources.items():
        own = layout.own_folders(PurePosixPath(script))
        for one in imported(text):
            top = one[0].partition(".")[0]
            if own.isdisjoint(layout.folders.get(top, {*own})):
                wanted.setdefault(top, set()).add(one)
    possible = {
        name: [
            one
            for one in layout.folders[name]
            if one not in inside and layout.is_likely(one, imports, read)
        ]
        for name, imports in sorted(wanted.items())
    }
    popular = Counter(folder for folders in possible.values() for folder in folders)
    found: dict[str, list[str]] = {}
    for name, folders in possible.items():
        if folders:
            nearest = min(folders, key=lambda one: (-popular[one], one.count("/"), one))
            found.setdefault(nearest, []).append(name)
    return {folder: tuple(names) for folder, names in sorted(found.items())}


def imported(text: str) -> frozenset[tuple[str, str | None]]:
    """List what a text imports absolutely: the module, and the name that is taken from it, if any.

    Modules of Python itself are left out.
    """
    try:
        tree = module_of(text).tree
    except SyntaxError:
        return frozenset()
    found: set[tuple[str, str | None]] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                found.update((one.name, None) for one in names)
            case ast.ImportFrom(level=0, module=str() as module, names=names):
                found.update((module, one.name) for one in names)
            case _:
                pass
    return frozenset(
        one for one in found if one[0].partition(".")[0] not in sys.stdlib_module_names
    )


def _packages_used(script: str, text: str) -> set[str]:
    """Give the packages that relative imports of a script need to be packages, and no roots."""
    try:
        tree = module_of(text).tree
    except SyntaxError:
        return set()
    levels = (node.level for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return {str(folder) for folder in [*PurePosixPath(script).parents][: max(levels, default=0)]}


class _Layout:
    """Which modules lie where.

    Attributes:
        folders: Module → the folders in which it lies, as a file or as a folder with Python in it.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self.folders: dict[str, set[str]] = {}
        self._there: set[str] = set()
        for path in map(PurePosixPath, paths):
            above = path.parent.parts
            if path.suffix == ".py" and not any(_is_unlikely(part) for part in above):
                self._there.update((str(path), str(path.parent)))
                self.folders.setdefault(path.stem, set()).add(str(path.parent))
                for depth, name in enumerate(above):
                    self.folders.setdefault(name, set()).add(str(PurePosixPath(*above[:depth])))

    def own_folders(self, script: PurePosixPath) -> set[str]:
        """Give the folders that are searched anyway: the script's own, and that of its package."""
        packages = self.folders.get("__init__", ())
        folder = script.parent
        while str(folder) in packages and folder.parts:
            folder = folder.parent
        return {str(script.parent), str(folder)}

    def is_likely(
        self, folder: str, imports: set[tuple[str, str | None]], read: Callable[[str], str]
    ) -> bool:
        """Say whether all that is imported is there, and something that only this module has."""
        found = [self._holds(folder, module, name, read) for module, name in imports]
        return True in found and False not in found

    def _holds(
        self, folder: str, module: str, name: str | None, read: Callable[[str], str]
    ) -> bool | None:
        """Say whether an import succeeds from a folder; `None` where a mere name is no proof."""
        path = PurePosixPath(folder, *module.split("."))
        file, package = str(path.with_name(f"{path.name}.py")), f"{path}/__init__.py"
        if file not in self._there and not self._is_folder(str(path)):
            return False
        if "." in module or (name is None and file in self._there):
            return True
        if name is None:
            return None
        below = str(path / name)
        if name == "*" or f"{below}.py" in self._there or self._is_folder(below):
            return True
        code = file if file in self._there else package
        return code in self._there and re.search(rf"\b{name}\b", read(code)) is not None

    def _is_folder(self, path: str) -> bool:
        return path in self._there or any(one.startswith(f"{path}/") for one in self._there)


def _is_unlikely(folder: str) -> bool:
    return folder in _UNLIKELY or folder.startswith(".")
