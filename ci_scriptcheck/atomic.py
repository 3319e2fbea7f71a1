"""Files that are there whole or not at all: written aside, then renamed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write_text(path: Path, text: str) -> None:
    """Put a text in place, folders included; readers see the old file or the new one.

    Raises:
        OSError: it cannot be written; the old file is as it was.
    """
    write_bytes(path, text.encode("utf-8", "surrogatepass"))


def write_bytes(path: Path, content: bytes) -> None:
    """Put a content in place, folders included; readers see the old file or the new one.

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
        aside.rename(path)
    except BaseException:  # Ctrl-C and a full disk alike: half a file must not stay
        aside.unlink(missing_ok=True)
        raise
