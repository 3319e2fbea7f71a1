"""The settings file that a command adds to, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def text_of(settings: Path) -> str:
    """Give the text, with the ends of its lines.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        return settings.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(
            what=f"`{settings}` is no text in UTF-8", advice="write it in UTF-8"
        ) from error
    except OSError as error:
        raise UsageError(
            what=f"`{settings}` cannot be read: {error.strerror}",
            advice="name the settings file, or begin one with `scriptcheck init`",
        ) from error
