"""Keep a repository's code out of a process that nothing confines yet.

A path file or a finder of the interpreter's own packages (an editable installation) can lead into the
repository, and then not only the modules installed so are loaded from there: `sitecustomize` is, and
whatever a library would like to have and finds nowhere else. So it is not enough to look at the
names that are asked for: the door is shut before the interpreter reads its path files, and is opened
in the process of a script when that is confined. Stands alone, Python 3.9 and later.
"""

from __future__ import annotations

import ctypes
import os
import sys
import zipimport
from typing import Any

_LOADERS: Any = sys.modules["_frozen_importlib_external"]
_ARCHIVES: Any = zipimport

_NO_SITE = 6
"""Place of `no_site` among the interpreter's flags, since Python 3.2."""


class _Door:
    """A shut door: what it is shut against, and what it kept out."""

    def __init__(self, root: str, trusted: list[str]) -> None:
        self._root = os.path.realpath(root)
        self._trusted = [os.path.realpath(path) for path in trusted]
        # All that is loaded comes through one of these, whoever found it.
        self._read = _LOADERS.FileLoader.get_data
        self._create = _LOADERS.ExtensionFileLoader.create_module
        self._open_archive = _ARCHIVES.zipimporter.__init__
        self._places: dict[str, str] = {}
        self.refused: list[str] = []

    def shut(self) -> None:
        def get_data(loader: Any, path: str) -> Any:  # noqa: ANN401  (import protocol)
            self._check(loader.name, path)
            return self._read(loader, path)

        def create_module(loader: Any, spec: Any) -> Any:  # noqa: ANN401  (import protocol)
            self._check(spec.name, spec.origin)
            return self._create(loader, spec)

        def open_archive(archive: Any, path: Any) -> None:  # noqa: ANN401  (as zipimporter)
            if self._is_foreign(os.fsdecode(path)):
                raise zipimport.ZipImportError(f"kept out: {path!r}", path=path)
            self._open_archive(archive, path)

        self._load_by(get_data, create_module, open_archive)

    def open(self) -> None:
        self._load_by(self._read, self._create, self._open_archive)

    def _load_by(self, get_data: Any, create_module: Any, open_archive: Any) -> None:  # noqa: ANN401  (methods)
        _LOADERS.FileLoader.get_data = get_data
        _LOADERS.ExtensionFileLoader.create_module = create_module
        _ARCHIVES.zipimporter.__init__ = open_archive

    def _check(self, name: str, path: str) -> None:
        if self._is_foreign(path):
            self.refused.append(name)
            raise ModuleNotFoundError(f"No module named {name!r}", name=name, path=path)

    def _is_foreign(self, path: str) -> bool:
        place = self._place_of(path)
        return _is_in(place, self._root) and not any(
            _is_in(place, folder) for folder in (*self._trusted, *self._own_folders())
        )

    def _place_of(self, path: str) -> str:
        if os.path.islink(path):
            return os.path.realpath(path)
        # A library has a thousand files in few folders, and each link is looked for anew.
        folder, name = os.path.split(path)
        if folder not in self._places:
            self._places[folder] = os.path.realpath(folder)
        return os.path.join(self._places[folder], name)

    def _own_folders(self) -> set[str]:
        """Give the interpreter's own folders that lie in the repository, as `.venv` does.

        Whether git brings anything of them was looked at before it was started.
        """
        named = {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}
        found = {os.path.realpath(folder) for folder in named}
        return {one for one in found if one != self._root and _is_in(one, self._root)}


_shut: list[_Door] = []


def shut(root: str | None, trusted: list[str]) -> None:
    """Read the path files of an interpreter that was started with `-S`, and load nothing from a folder.

    Args:
        root: The repository; `None` where there is none, and so nothing to be kept out.
        trusted: Folders in it whose code this process runs anyway.
    """
    door = None if root is None else _Door(root, trusted)
    if door is not None:
        door.shut()
        _shut.append(door)
    import site

    site.main()
    _forget_the_option()


def open_door() -> None:
    """Load from everywhere again: this process is confined, or loads nothing."""
    while _shut:
        _shut.pop().open()


def refused() -> list[str]:
    """List the modules that were kept out until now."""
    return [name for door in _shut for name in door.refused]


def _is_in(place: str, folder: str) -> bool:
    return place == folder or place.startswith(folder if folder.endswith("/") else f"{folder}/")


def _forget_the_option() -> None:
    """Unset the flag of `-S`: what a script starts by `multiprocessing` is given the same flags."""
    # Another Python than CPython has no such function, and tells by its flag what it was given.
    if hasattr(ctypes, "pythonapi") and sys.flags.no_site and sys.flags[_NO_SITE] == 1:
        set_item = ctypes.pythonapi.PyStructSequence_SetItem
        set_item.argtypes = [ctypes.py_object, ctypes.c_ssize_t, ctypes.py_object]
        set_item.restype = None
        unset = 0
        # It takes a reference over.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(unset))
        set_item(sys.flags, _NO_SITE, unset)
