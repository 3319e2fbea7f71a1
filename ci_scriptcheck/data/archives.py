"""What an archive holds, whatever its own time stamps say."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import itertools
import lzma
import re
import tarfile
import zipfile
import zlib
from typing import IO, TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

MOST_MEMBERS = 100_000
MOST_BYTES = 2 * 1024**3
"""Unpacked."""

_CHUNK = 1 << 20
_BROKEN = (
    EOFError,
    OSError,
    RuntimeError,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)


class ArchiveError(Exception):
    """An archive cannot be read to its end; the text says why, and nothing of what it holds."""


def members(
    path: Path, *, most_bytes: int = MOST_BYTES, most_members: int = MOST_MEMBERS
) -> dict[str, str] | None:
    """Give each member of a tar or zip archive with the SHA-256 of its content.

    Returns:
        `None` where the file is no archive.

    Raises:
        ArchiveError: it is broken, or holds too much.
    """
    try:
        return _digests(_inside(path), most_bytes, most_members) if _is_archive(path) else None
    except _BROKEN:
        raise ArchiveError("an archive that is broken, or cut short") from None


def contents(path: Path, names: Collection[str], *, most_bytes: int) -> dict[str, bytes]:
    """Give the content of some members, each cut behind so many bytes; one that is no file is left out.

    Raises:
        ArchiveError: the archive is broken.
    """
    found: dict[str, bytes] = {}
    try:
        for name, content in _inside(path):
            if name in names and not isinstance(content, str):
                found[name] = content.read(most_bytes)
    except _BROKEN:
        raise ArchiveError("an archive that is broken, or cut short") from None
    return found


def unpacked(
    path: Path, names: Collection[str], folder: Path, *, most_bytes: int
) -> dict[str, Path]:
    """Write some members to files of a folder, whose names keep no more than the members' endings.

    What is no file is left out, and what does not fit into so many bytes together.

    Raises:
        ArchiveError: the archive is broken.
    """
    found: dict[str, Path] = {}
    left = most_bytes
    try:
        for number, (name, content) in enumerate(_inside(path)):
            if name not in names or isinstance(content, str):
                continue
            target = folder / f"{number}{_ending(name)}"
            size = _copied(content, target, left)
            if size is None:
                target.unlink()
            else:
                left -= size
                found[name] = target
    except _BROKEN:
        raise ArchiveError("an archive that is broken, or cut short") from None
    return found


def unpacked_alone(path: Path, target: Path, *, most_bytes: int) -> None:
    """Write what is packed in a gzip, bzip2 or xz file.

    Raises:
        ArchiveError: it is broken, or too large.
    """
    try:
        with _opened_alone(path) as file:
            if _copied(file, target, most_bytes) is None:
                raise ArchiveError(f"more than {most_bytes:,} bytes unpacked")
    except _BROKEN:
        raise ArchiveError("a packed file that is broken, or cut short") from None


def digest_alone(path: Path, *, most_bytes: int = MOST_BYTES) -> str | None:
    """Give the SHA-256 of what is packed in a gzip, bzip2 or xz file; `None` for an archive of members.

    Raises:
        ArchiveError: it is broken, or too large.
    """
    try:
        if _is_archive(path):
            return None
        with _opened_alone(path) as file:
            return _digests(iter([("", file)]), most_bytes, 1)[""]
    except _BROKEN:
        raise ArchiveError("a packed file that is broken, or cut short") from None


def _opened_alone(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        begin = file.read(3)
    if begin == b"BZh":
        return cast("IO[bytes]", bz2.BZ2File(path))
    return cast("IO[bytes]", lzma.LZMAFile(path) if begin == b"\xfd7z" else gzip.GzipFile(path))


def _ending(name: str) -> str:
    match = re.search(r"(\.[A-Za-z0-9]{1,12}){1,2}$", name)
    return match[0] if match else ""


def _copied(source: IO[bytes], target: Path, most: int) -> int | None:
    """Copy, and give the number of bytes; `None` where there are more."""
    size = 0
    with target.open("wb") as file:
        while chunk := source.read(_CHUNK):
            size += len(chunk)
            if size > most:
                return None
            file.write(chunk)
    return size


def is_empty(path: Path) -> bool:
    """Say whether a file is a tar or zip archive in which nothing lies but folders."""
    try:
        if _is_zip(path):
            with zipfile.ZipFile(path) as archive:
                return all(member.is_dir() for member in archive.infolist())
        with tarfile.open(path, "r|*") as packed:
            members = itertools.islice(packed, MOST_MEMBERS)
            return all(member.isdir() for member in members)
    except _BROKEN:
        return False


def _is_archive(path: Path) -> bool:
    return _is_zip(path) or tarfile.is_tarfile(path)


def _is_zip(path: Path) -> bool:
    """Say whether a file begins as a zip archive: one may also hang behind a tar archive, or be cut short."""
    with path.open("rb") as file:
        return file.read(4) in {b"PK\x03\x04", b"PK\x05\x06"}


def _inside(path: Path) -> Iterator[tuple[str, IO[bytes] | str]]:
    """Give the members one by one; of those of the same name, all but the first with a number behind it."""
    seen: set[str] = set()
    last: dict[str, int] = {}
    for name, content in _in_zip(path) if _is_zip(path) else _in_tar(path):
        told, number = name, last.get(name, 1)
        while told in seen:
            number += 1
            told = f"{name} ({number})"
        seen.add(told)
        last[name] = number
        yield told, content


def _digests(
    contents: Iterator[tuple[str, IO[bytes] | str]], most: int, most_members: int
) -> dict[str, str]:
    found: dict[str, str] = {}
    left = most
    for name, content in contents:
        digest = hashlib.sha256()
        if isinstance(content, str):
            found[name] = f"is {content}"
        else:
            while chunk := content.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise ArchiveError(f"more than {most:,} bytes unpacked")
                digest.update(chunk)
            found[name] = digest.hexdigest()
        if len(found) > most_members:
            raise ArchiveError(f"more than {most_members:,} members")
    return found


def _in_tar(path: Path) -> Iterator[tuple[str, IO[bytes] | str]]:
    with tarfile.open(path, "r|*") as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isreg() else None
            # Of what is no file, kind and target are all that can differ.
            yield member.name, content or f"{member.type!r} {member.linkname}"


def _in_zip(path: Path) -> Iterator[tuple[str, IO[bytes] | str]]:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            with archive.open(member) as content:
                yield member.filename, content
