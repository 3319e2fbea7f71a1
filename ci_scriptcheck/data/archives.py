"""What an archive holds, whatever its own time stamps say."""

from __future__ import annotations

import hashlib
import itertools
import tarfile
import zipfile
import zlib
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

MOST_MEMBERS = 10_000
MOST_BYTES = 2 * 1024**3
"""Unpacked; what is larger is compared as it is."""

_CHUNK = 1 << 20
_BROKEN = (
    EOFError,
    OSError,
    RuntimeError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)


class ArchiveError(Exception):
    """An archive cannot be read to its end."""


def members(path: Path, *, most_bytes: int = MOST_BYTES) -> dict[str, str] | None:
    """Give each member of a tar or zip archive with the SHA-256 of its content.

    Returns:
        `None` where the file is no archive, is broken, or holds too much.
    """
    try:
        if zipfile.is_zipfile(path):
            return _digests(_in_zip(path), most_bytes)
        if tarfile.is_tarfile(path):
            return _digests(_in_tar(path), most_bytes)
    except _BROKEN:
        pass
    return None


def contents(path: Path, names: Collection[str], *, most_bytes: int) -> dict[str, bytes]:
    """Give the content of some members, each cut behind so many bytes; one that is no file is left out.

    Raises:
        ArchiveError: the archive is broken.
    """
    found: dict[str, bytes] = {}
    try:
        inside = _in_zip(path) if zipfile.is_zipfile(path) else _in_tar(path)
        for name, content in inside:
            if name in names and not isinstance(content, str):
                found[name] = content.read(most_bytes)
    except _BROKEN as error:
        raise ArchiveError(str(error)) from error
    return found


def is_empty(path: Path) -> bool:
    """Say whether a file is a tar or zip archive in which nothing lies but folders."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                return all(member.is_dir() for member in archive.infolist())
        with tarfile.open(path, "r|*") as packed:
            members = itertools.islice(packed, MOST_MEMBERS)
            return all(member.isdir() for member in members)
    except _BROKEN:
        return False


def _digests(contents: Iterator[tuple[str, IO[bytes] | str]], most: int) -> dict[str, str] | None:
    found: dict[str, str] = {}
    left = most
    for name, content in contents:
        digest = hashlib.sha256()
        if isinstance(content, str):
            digest.update(content.encode("utf-8", "surrogateescape"))
        else:
            while chunk := content.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    return None
                digest.update(chunk)
        found[name] = digest.hexdigest()
        if len(found) > MOST_MEMBERS:
            return None
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
