"""The folders of one task: private copies of its inputs, empty outputs, and what became of both.

A script may do to these folders what it likes. So nothing in them is followed or parsed here: links
that lead out are not there, and files are only hashed.
"""

from __future__ import annotations

import math
import os
import shutil
import stat
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from ci_scriptcheck.model.result import Artefact, FileFacts
from ci_scriptcheck.run.store import copying
from ci_scriptcheck.run.store.digest import of_files
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Reads are seen by an access time that is newer than this one. The time of the last change is a
# constant too, so that archives of equal inputs are equal. (`relatime` moves an access time that
# is not after the last change of content or status.)
_CHANGED_NS = 946_684_800_000_000_000
_ACCESSED_NS = _CHANGED_NS - 1_000_000_000

_LINK = "a link that leads out of it"
_KINDS = {stat.S_IFLNK: _LINK, stat.S_IFIFO: "a named pipe", stat.S_IFSOCK: "a socket"}

Stamp = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Workspace:
    """The folders of one task below the run directory.

    Attributes:
        folder: Holds all the others.
    """

    folder: Path

    @property
    def work(self) -> Path:
        """The working folder of the script."""
        return self.folder / "work"

    @property
    def private(self) -> Path:
        """For HOME, TMPDIR and the like."""
        return self.folder / "private"

    @property
    def log(self) -> Path:
        """The file that gets all that the script prints."""
        return self.folder / "log.txt"

    def input(self, port: str) -> Path:
        """The folder with the content of an input port."""
        return self.folder / "in" / _name(port)

    def output(self, port: str) -> Path:
        """The folder that the script writes an output port to."""
        return self.folder / "out" / _name(port)

    def packed(self, port: str) -> Path:
        """The folder with the archive that the platform makes of an output port."""
        return self.folder / "packed" / _name(port)

    def clear(self) -> None:
        """Make it empty, whatever an earlier attempt left.

        Raises:
            OSError: it cannot be.
        """
        if self.folder.exists():
            remove_tree(self.folder)
        if self.folder.exists():
            # What resists removal must not be taken for the new run's.
            self.folder.rename(self.folder.with_name(f".{time.time_ns()}"))
        for folder in (self.folder, self.work, self.private):
            folder.mkdir(parents=True)

    def tidy(self) -> None:
        """Remove what nobody looks at after a pass: copies of inputs, temporary files."""
        for folder in (self.folder / "in", self.work, self.private):
            remove_tree(folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """An input port as the script found it.

    Attributes:
        stamps: Path → what its stat said when it was laid out.
    """

    folder: Path
    artefact: Artefact
    stamps: Mapping[str, Stamp]


def stage(artefact: Artefact, folder: Path, bring: Callable[[FileFacts, Path], object]) -> Staged:
    """Lay out a private copy of an artefact, so that reading it can be seen afterwards.

    `bring` puts the content of one file in its place.

    Raises:
        OSError: there is no room, or no permission.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stamps = {}
    for file in artefact.files:
        target = folder / file.path
        if "/" in file.path:
            target.parent.mkdir(parents=True, exist_ok=True)
        bring(file, target)
        os.utime(target, ns=(_ACCESSED_NS, _CHANGED_NS))
        stamps[file.path] = _stamp(target.stat())
    return Staged(folder=folder, artefact=artefact, stamps=stamps)


def was_read(staged: Staged, opened: frozenset[str]) -> bool | None:
    """Say whether any file of an input was read; `None` where nothing could tell.

    Must be asked before anything else reads the files. `opened` are the absolute paths that the
    interpreter saw being opened; native readers show in the access time only.
    """
    paths = [staged.folder / name for name in staged.stamps]
    if any(str(path) in opened for path in paths):
        return True
    if not paths or not keeps_access_times(staged.folder.parents[2]):
        return None
    return any(_accessed(path) for path in paths)


def what_changed(staged: Staged) -> tuple[str, ...]:
    """List the files of an input that are new, gone or different since it was laid out, sorted."""
    now = dict(_found(staged.folder))
    different = set(now.keys() ^ staged.stamps.keys())
    digests = {file.path: file.digest for file in staged.artefact.files}
    for name in now.keys() & staged.stamps.keys():
        if now[name] == staged.stamps[name]:
            continue
        # Another size is another content; the file may have grown to what takes hours to read.
        if now[name][0] != staged.stamps[name][0] or (
            _digest(staged.folder / name) != digests[name]
        ):
            different.add(name)
    return tuple(sorted(different))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What a script wrote to a port.

    Attributes:
        is_whole: Whether that is all of it, and not just as much as may be read.
    """

    artefact: Artefact
    is_whole: bool = True


def collect(folder: Path, *, most: int, most_bytes: float = math.inf) -> Artefact:
    """Take stock of a port where it is all the same whether that is all of it."""
    return stock_of(folder, most=most, most_bytes=most_bytes).artefact


def stock_of(folder: Path, *, most: int, most_bytes: float = math.inf) -> Stock:
    """Take stock of what a script wrote to a port, reading at most so many files and bytes.

    Links to files of the same workspace are replaced by what they lead to, as an upload would do;
    other links, pipes and devices are left out.
    """
    inside = folder.parent.parent.resolve()
    found: list[FileFacts] = []
    room = most_bytes
    for name, entry in _walked(folder):
        file = _file_of(entry, inside)
        if file is None:
            continue
        room -= _size(file)
        if len(found) == most or room < 0:
            return Stock(artefact=artefact_of(found), is_whole=False)
        digest = _taken(file, Path(entry.path))
        if digest is not None:
            found.append(FileFacts(path=name, bytes=_size(folder / name), digest=digest))
    return Stock(artefact=artefact_of(found))


def no_files(folder: Path, *, most: int = 10) -> dict[str, str]:
    """Name what lies in a collected output and is left out, with what it is; at most so many.

    The name of the folder itself is empty.
    """
    if folder.is_symlink():
        return {"": _LINK}
    found = ((name, _kind(entry)) for name, entry in _walked(folder))
    return dict(islice(((name, kind) for name, kind in found if kind is not None), most))


def _kind(entry: os.DirEntry[str]) -> str | None:
    try:
        mode = entry.stat(follow_symlinks=False).st_mode
    except OSError:
        return None
    return None if stat.S_ISREG(mode) else _KINDS.get(stat.S_IFMT(mode), "a device")


def artefact_of(files: list[FileFacts]) -> Artefact:
    """Make one artefact of these files."""
    ordered = tuple(sorted(files, key=lambda file: file.path))
    return Artefact(digest=of_files({file.path: file.digest for file in ordered}), files=ordered)


def remove_tree(folder: Path) -> None:
    """Remove a folder in which a script may have taken rights away; what resists is left."""
    try:
        shutil.rmtree(folder)
    except (OSError, RecursionError):
        _open_and_flatten(folder)
        shutil.rmtree(folder, ignore_errors=True)


@cache
def keeps_access_times(folder: Path) -> bool:
    """Say whether the file system of a folder notes when a file is read."""
    probe = folder / f".access-{os.getpid()}"
    try:
        probe.write_bytes(b"?")
        os.utime(probe, ns=(_ACCESSED_NS, _CHANGED_NS))
        probe.read_bytes()
        return _accessed(probe)
    except OSError:
        return False
    finally:
        probe.unlink(missing_ok=True)


def _open_and_flatten(folder: Path) -> None:
    """Give all folders their rights back, and bring those that lie too deep to be named up here."""
    number = 0
    _open(folder)
    waiting = [Path(entry.path) for entry in _entries(folder)]
    while waiting:
        place = waiting.pop()
        _open(place)
        for entry in _entries(place):
            if entry.is_dir(follow_symlinks=False):
                number += 1
                waiting.append(folder / f".{number}")
                _open(Path(entry.path))
                Path(entry.path).rename(waiting[-1])


def _open(place: Path) -> None:
    """Let us do everything in a folder; anything else, and what is not ours, stays as it is."""
    with suppress(OSError):
        if stat.S_ISDIR(place.lstat().st_mode):
            place.chmod(0o700)


def _name(port: str) -> str:
    name = quote(port, safe=" ")
    return f"%2E{name[1:]}" if name.startswith(".") else name


def _accessed(path: Path) -> bool:
    try:
        return path.lstat().st_atime_ns > _ACCESSED_NS
    except OSError:
        # Removed or moved away, which takes a look at it.
        return True


def _stamp(seen: os.stat_result) -> Stamp:
    return (seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino)


def _found(folder: Path) -> Iterator[tuple[str, Stamp]]:
    """List regular files below a folder with their stat, following no link."""
    for name, entry in _walked(folder):
        if entry.is_file(follow_symlinks=False):
            yield name, _stamp(entry.stat(follow_symlinks=False))


def _walked(folder: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """List what is below a folder and is no folder itself; not recursive, however deep it is."""
    waiting = [(folder, "")]
    while waiting:
        place, prefix = waiting.pop()
        for entry in _entries(place):
            name = f"{prefix}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                waiting.append((Path(entry.path), f"{name}/"))
            else:
                yield name, entry


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    if folder.is_symlink():
        return []
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def _file_of(entry: os.DirEntry[str], inside: Path) -> Path | None:
    """Find the file that readers get here: itself, or where a link leads to."""
    try:
        if not entry.is_symlink():
            return Path(entry.path) if entry.is_file(follow_symlinks=False) else None
        target = Path(entry.path).resolve(strict=True)
        is_there = target.is_relative_to(inside) and stat.S_ISREG(target.stat().st_mode)
    except (OSError, RuntimeError):
        # It leads nowhere or in a circle: it is not there.
        return None
    return target if is_there else None


def _size(file: Path) -> int:
    try:
        return file.lstat().st_size
    except OSError:
        return 0


def _taken(file: Path, place: Path) -> str | None:
    """Put a file where a link to it lies, and give its digest; `None` where it cannot be read."""
    if file == place:
        return _digest(place)
    try:
        place.unlink()
        return copying.copy_file(file, place)
    except OSError:
        return None


def _digest(path: Path) -> str | None:
    try:
        return copying.digest_file(path)
    except OSError:
        return None
