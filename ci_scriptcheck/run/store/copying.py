"""Private copies of files, as cheap as the file system allows, with the digest of what was copied.

A hard link would let a script change what it was copied from; a reflink shares the blocks until one
side writes, and is made where the file system has it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pathlib import Path

_FICLONE = 0x40049409  # linux/fs.h
_CHUNK = 1 << 20


def copy_file(source: Path, target: Path) -> str:
    """Copy the content of a file to a new one and give the SHA-256 of what was copied.

    Raises:
        OSError: the source cannot be read or the target not be written.
    """
    with source.open("rb") as read, target.open("wb") as written:
        if _is_cloned(read, written):
            return hashlib.file_digest(read, "sha256").hexdigest()
        digest = hashlib.sha256()
        while chunk := read.read(_CHUNK):
            digest.update(chunk)
            written.write(chunk)
        return digest.hexdigest()


def digest_file(path: Path) -> str:
    """Give the SHA-256 of a regular file that is no link; hexadecimal.

    Raises:
        OSError: there is none, or it cannot be read.
    """
    # Without O_NONBLOCK a pipe that took the file's place would be waited for.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_cloned(read: BinaryIO, written: BinaryIO) -> bool:
    try:
        fcntl.ioctl(written.fileno(), _FICLONE, read.fileno())
    except OSError:
        return False
    return True
