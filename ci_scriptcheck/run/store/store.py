"""Results of passed runs by content key, with their outputs: found again instead of run again.

Contents lie once each under their SHA-256, results name them. All is written aside and renamed, so
that a kill at any moment leaves whole files or none; what is damaged all the same counts as absent.
A store that cannot be written (full, read-only) makes runs slower, never wrong.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from ci_scriptcheck import atomic
from ci_scriptcheck.model.codec import from_json, to_json
from ci_scriptcheck.model.result import Artefact, FileFacts, TaskResult
from ci_scriptcheck.run.store import copying, locks
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

FORMAT = 1
CAP = 2_000_000_000
"""Bytes that the store may hold."""

_KEPT_OF_CAP = 0.8
_MOST_VARIANTS = 8
# What lies about unnamed for longer was left by a killed process.
_GRACE = 3600.0
_LOCKS_KEPT = 24 * 3600.0

Reads = dict[str, str]


class Damaged(Exception):  # noqa: N818  (a state of the store that callers act on, not an error)
    """A content is missing or is not what its name says; it has been removed."""


class Store:
    """Results and contents below one folder.

    Attributes:
        folder: Where they lie; it need not exist.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._place = folder / f"v{FORMAT}"
        self._present: set[str] = set()

    @classmethod
    def of(cls, root: Path, environ: Mapping[str, str]) -> Store:
        """Give the store of a repository: `.scriptcheck/store`, or what `SCRIPTCHECK_STORE` says."""
        named = environ.get("SCRIPTCHECK_STORE")
        return cls(Path(named).absolute() if named else root / ".scriptcheck" / "store")

    @property
    def is_empty(self) -> bool:
        """Whether no result is kept."""
        return not next((self._place / "results").glob("*"), None)

    @property
    def digests(self) -> Path:
        """The file in which digests of project files are remembered."""
        return self._place / "digests.json"

    def find(self, key: str, is_current: Callable[[Mapping[str, str]], bool]) -> TaskResult | None:
        """Give the result stored under a key, or `None`.

        One key can have several, which differ in files that a run opened and no key can foresee;
        `is_current` is asked whether those files are as they were. Outputs that are no longer
        there make it absent.
        """
        path = self._entry(key)
        for data in _variants(path):
            if not is_current(data["reads"]):
                continue
            result = _result(data)
            if result is not None and self._has_all(result):
                _touch(path)
                return result
        return None

    def save(self, key: str, result: TaskResult, folders: Mapping[str, Path]) -> str | None:
        """Keep a result with its outputs, which lie in these folders, by port.

        Gives the reason where it could not be kept, else `None`.
        """
        try:
            self._prepare()
            for port, made in result.outputs.items():
                for file in made.files:
                    self._keep(folders[port] / file.path, file)
            self._write(key, result)
        except (OSError, Damaged) as error:
            return f"not kept for later runs: {error}"
        return None

    def bring(self, file: FileFacts, target: Path) -> None:
        """Put a private copy of a content in place; the folder must exist.

        Raises:
            Damaged: it is missing, or not what it was.
            OSError: the copy cannot be written.
        """
        blob = self._blob(file.digest)
        if blob.is_file() and copying.copy_file(blob, target) == file.digest:
            return
        target.unlink(missing_ok=True)
        self._present.discard(file.digest)
        _remove(blob)
        raise Damaged(file.digest)

    def lock(self, key: str, *, patience: float) -> AbstractContextManager[bool]:
        """Hold a key, so that what it stands for is made once; see `locks.held`."""
        return locks.held(self._place / "locks" / key[:32], patience=patience)

    def facts(self, digest: str) -> Artefact | None:
        """Give what was once measured of a tree with this digest, or `None`."""
        try:
            found = from_json(Artefact, json.loads(self._facts(digest).read_bytes()))
        except (OSError, ValueError):
            return None
        _touch(self._facts(digest))
        return found

    def save_facts(self, measured: Artefact) -> None:
        """Keep what was measured of a tree; where that cannot be, it is measured again."""
        try:
            self._prepare()
            atomic.write_text(self._facts(measured.digest), json.dumps(to_json(measured)))
        except OSError:
            return

    def trim(self, *, cap: int = CAP, grace: float = _GRACE) -> int:
        """Remove what was used least recently where the store holds more than `cap` bytes.

        Gives the number of bytes removed. Contents that no result names are removed too, unless
        they are younger than `grace` seconds: their result may just be on its way.
        """
        with locks.held(self._place / "locks" / "trim", patience=0.0) as alone:
            if not alone:
                return 0
            oldest = time.time() - grace
            freed = _remove_older(self._place / "aside", oldest)
            locks.sweep(self._place / "locks", oldest=min(oldest, time.time() - _LOCKS_KEPT))
            blobs = {path.name: path for path in _files(self._place / "blobs")}
            sizes = {name: _size(path) or 0 for name, path in blobs.items()}
            entries = [*_files(self._place / "results"), *_files(self._place / "facts")]
            if sum(sizes.values()) + sum(_size(path) or 0 for path in entries) <= cap:
                return freed
            without_room, named = _parted(entries, sizes, int(cap * _KEPT_OF_CAP))
            unnamed = (path for name, path in blobs.items() if name not in named)
            gone = [*without_room, *(path for path in unnamed if _age(path) <= oldest)]
            freed += sum(_size(path) or 0 for path in gone)
            for path in gone:
                _remove(path)
            self._present.clear()
            return freed

    def _prepare(self) -> None:
        ignore = self.folder / ".gitignore"
        if not ignore.exists():
            atomic.write_text(ignore, "*\n")

    def _keep(self, source: Path, file: FileFacts) -> None:
        blob = self._blob(file.digest)
        if _size(blob) == file.bytes:
            _touch(blob)
            return
        aside = self._place / "aside" / f"{file.digest}.{os.getpid()}"
        aside.parent.mkdir(parents=True, exist_ok=True)
        blob.parent.mkdir(parents=True, exist_ok=True)
        try:
            if copying.copy_file(source, aside) != file.digest:
                raise Damaged(f"{file.path} changed after the run")
            aside.rename(blob)
        finally:
            _remove(aside)

    def _write(self, key: str, result: TaskResult) -> None:
        written = {"reads": dict(result.reads), "result": to_json(replace(result, log_file=None))}
        others = [
            data for data in _variants(self._entry(key)) if data["reads"] != written["reads"]
        ]
        content = {"format": FORMAT, "variants": [written, *others[: _MOST_VARIANTS - 1]]}
        atomic.write_text(self._entry(key), json.dumps(content, separators=(",", ":")))

    def _has_all(self, result: TaskResult) -> bool:
        return all(self._has(file) for made in result.outputs.values() for file in made.files)

    def _has(self, file: FileFacts) -> bool:
        if file.digest not in self._present and _size(self._blob(file.digest)) == file.bytes:
            self._present.add(file.digest)
        return file.digest in self._present and is_inside(file.path)

    def _blob(self, digest: str) -> Path:
        return Path(f"{self._place}/blobs/{digest[:2]}/{digest}")

    def _entry(self, key: str) -> Path:
        return Path(f"{self._place}/results/{key[:2]}/{key}.json")

    def _facts(self, digest: str) -> Path:
        return Path(f"{self._place}/facts/{digest[:2]}/{digest}.json")


def is_inside(path: str) -> bool:
    """Say whether a path stays below the folder that it is relative to."""
    pure = PurePosixPath(path)
    return bool(pure.parts) and not pure.is_absolute() and ".." not in pure.parts


def _variants(path: Path) -> list[dict[str, Any]]:
    try:
        data = json.loads(path.read_bytes())
        if data["format"] != FORMAT:
            return []
        return [item for item in data["variants"] if isinstance(item["reads"], dict)]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _result(data: Mapping[str, Any]) -> TaskResult | None:
    try:
        return from_json(TaskResult, data["result"])
    except (ValueError, KeyError):
        return None


def _parted(
    entries: Iterable[Path], sizes: Mapping[str, int], room: int
) -> tuple[list[Path], set[str]]:
    """Give the entries that find no room after those used later, and the contents of the others.

    Args:
        entries: Files of results, and of what was measured, which name no contents.
        sizes: Content → bytes.
        room: Bytes, for the entries and their contents.
    """
    without_room: list[Path] = []
    named: set[str] = set()
    held = 0
    for path in sorted(entries, key=_age, reverse=True):
        digests = {
            file.digest
            for data in _variants(path)
            if (result := _result(data)) is not None
            for made in result.outputs.values()
            for file in made.files
        }
        more = (_size(path) or 0) + sum(sizes.get(digest, 0) for digest in digests - named)
        if held + more > room:
            without_room.append(path)
        else:
            held += more
            named |= digests
    return without_room, named


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.glob("*/*") if not path.name.startswith("."))


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _touch(path: Path) -> None:
    try:
        os.utime(path)
    except OSError:
        return


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return


def _remove_older(folder: Path, oldest: float) -> int:
    freed = 0
    for path in folder.glob("*"):
        if _age(path) < oldest:
            freed += _size(path) or 0
            _remove(path)
    return freed
