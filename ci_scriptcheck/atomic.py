"""Files that are there whole or not at all: written aside, then renamed."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write_text(path: Path, text: str) -> None:
    """Put a text in place, folders included; readers see the old file or the new one.

    Raises:
        OSError: it cannot be written; the old file is as it was.
    """
    write_bytes(path, text.encode("utf-8", "surrogatepass"))


def rewrite_text(path: Path, text: str) -> None:
    """Put another text into a file of somebody else's: a link to it stays one, and its mode is kept.

    Raises:
        OSError: it is not there or cannot be written; then it is as it was.
    """
    place = path.resolve(strict=True)
    mode = stat.S_IMODE(place.stat().st_mode)
    write_bytes(place, text.encode("utf-8", "surrogatepass"), mode=mode)


def write_bytes(path: Path, content: bytes, *, mode: int | None = None) -> None:
    """Put a content in place, folders included; readers see the old file or the new one.

    Args:
        path: Where.
        content: What.
        mode: Who may read and write it; `None` leaves that to the process.

    Raises:
        OSError: it cannot be written; the old file is as it was.
    """
    aside = path.with_name(f".{path.name[:100]}.{os.getpid()}.tmp")
    try:
        try:
            aside.write_bytes(content)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            aside.write_bytes(content)
        if mode is not None:
            aside.chmod(mode)
        aside.rename(path)
    except BaseException:  # Ctrl-C and a full disk alike: half a file must not stay
        aside.unlink(missing_ok=True)
        raise
