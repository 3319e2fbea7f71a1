"""Digests of files and trees, remembered while a file's stat shows that it is the same.

What is remembered lies in one file, so that a second run reads no file that did not change. A
file that was touched at the time of the look is not remembered: a later write within the file
system's clock tick would leave no trace (git calls this racily clean).
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ci_scriptcheck import cache_file, repository_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_FORMAT = "2"
# Some file systems keep times in steps of two seconds.
_TICK = 2_000_000_000
_MOST = 50_000
_NOT_PART = frozenset({".git", ".scriptcheck", "__pycache__"})

_Known = tuple[int, int, int, int, str]


class LeadsOut(Exception):  # noqa: N818  (a finding about a dataset, not a fault of ours)
    """What is to be copied is a link out of the repository, to what only this process may read.

    Attributes:
        link: The path that leads out.
    """

    def __init__(self, link: Path) -> None:
        super().__init__(str(link))
        self.link = link


class Unreadable(Exception):  # noqa: N818  (as above)
    """A file or folder is there and cannot be read, so that nobody knows what would be left out.

    Attributes:
        file: Its path.
    """

    def __init__(self, file: Path) -> None:
        super().__init__(str(file))
        self.file = file


class Digests:
    """SHA-256 of files, hexadecimal, with a memory that outlives the process.

    Attributes:
        memory: Where it is kept; `None` keeps it for this process only.
    """

    def __init__(self, memory: Path | None = None) -> None:
        self.memory = memory
        self._known: dict[str, _Known] = _remembered(memory)
        self._fresh: dict[str, _Known] = {}

    def of_file(self, path: Path) -> str | None:
        """Give the digest of a file's content, or `None` where no readable file is."""
        try:
            seen = path.stat()
        except OSError:
            return None
        if not stat.S_ISREG(seen.st_mode):
            return None
        name = str(path)
        known = self._known.get(name)
        if known is not None and known[:4] == _look(seen):
            return known[4]
        return self._hashed(path, name)

    def of_names(self, folder: Path) -> str | None:
        """Give the digest of the names in a folder, or `None` where none is."""
        try:
            names = sorted(entry.name for entry in folder.iterdir())
        except OSError:
            return None
        return of_text("\n".join(name for name in names if name not in _NOT_PART))

    def of_tree(self, path: Path, *, root: Path) -> str | None:
        """Give the digest of a file or of all files below a folder of a repository.

        `None` where neither is, where a link leads out of the repository, or where any cannot be read.
        """
        try:
            found = self.files_of(path, root=root)
        except (LeadsOut, Unreadable):
            return None
        return None if found is None else of_files(found)

    def files_of(self, path: Path, *, root: Path) -> dict[str, str] | None:
        """Give path below a folder → digest; a single file is listed by its name.

        Raises:
            LeadsOut: the path, or a link below it, leads out of the repository.
            Unreadable: a file or folder cannot be read.
        """
        if not repository_file.is_inside(str(root), str(path)):
            raise LeadsOut(path)
        if path.is_dir():
            names = files_below(path, root=root)
            return {name: self._certain(path / name) for name in names}
        return {path.name: self._certain(path)} if path.exists() else None

    def _certain(self, file: Path) -> str:
        digest = self.of_file(file)
        if digest is None:
            raise Unreadable(file)
        return digest

    def save(self) -> None:
        """Write down what was learned; where that cannot be done, it is learned again next time."""
        if self.memory is None or not self._fresh:
            return
        merged = _remembered(self.memory) | self._fresh
        if len(merged) > _MOST:
            merged = dict(list(merged.items())[-_MOST:])
        cache_file.write(self.memory, merged, version=_FORMAT)
        self._fresh.clear()

    def _hashed(self, path: Path, name: str) -> str | None:
        before = time.time_ns()
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            with os.fdopen(descriptor, "rb") as file:
                seen = os.fstat(descriptor)
                if not stat.S_ISREG(seen.st_mode):
                    return None  # a pipe or a device may have no end
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                after = os.fstat(file.fileno())
        except OSError:
            return None
        look = _look(seen)
        youngest = max(seen.st_mtime_ns, seen.st_ctime_ns)
        if look == _look(after) and youngest < before - _TICK:
            self._known[name] = self._fresh[name] = (*look, digest)
        return digest


def of_text(text: str) -> str:
    """Give the SHA-256 of a text, hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def of_files(digests: Mapping[str, str]) -> str:
    """Give one digest that is equal when names and contents of all files are."""
    return of_text("".join(f"{digest} {name}\0" for name, digest in sorted(digests.items())))


def files_below(folder: Path, *, root: Path) -> Iterable[str]:
    """List the regular files below a folder by their relative paths, sorted; links are followed.

    Folders that tools keep for themselves are left out, as is a link that leads back up.

    Raises:
        LeadsOut: a link leads out of the repository.
        Unreadable: a folder cannot be read.
    """
    try:
        return sorted(_walked(folder, "", {folder.resolve()}, str(root)))
    except OSError as error:
        raise Unreadable(Path(error.filename or folder)) from error


def _walked(folder: Path, prefix: str, above: set[Path], root: str) -> Iterable[str]:
    for entry in list(folder.iterdir()):
        if entry.name in _NOT_PART:
            continue
        if entry.is_symlink() and not repository_file.is_inside(root, str(entry)):
            raise LeadsOut(entry)
        if entry.is_dir():
            inside = entry.resolve() if entry.is_symlink() else entry
            if inside not in above:
                yield from _walked(entry, f"{prefix}{entry.name}/", above | {inside}, root)
        elif entry.is_file():
            yield f"{prefix}{entry.name}"


def _look(seen: os.stat_result) -> tuple[int, int, int, int]:
    return (seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino)


def _remembered(memory: Path | None) -> dict[str, _Known]:
    try:
        kept = cache_file.read(memory, version=_FORMAT)
        return {name: _as_known(item) for name, item in kept.items()}
    except (ValueError, TypeError):
        # Everything is looked at again.
        return {}


def _as_known(item: list[Any]) -> _Known:
    size, changed, touched, inode, digest = item
    return (int(size), int(changed), int(touched), int(inode), str(digest))
