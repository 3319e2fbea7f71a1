"""Files that only spare work: what was found once, kept under the version of what found it.

A file that is missing, damaged, of another version or cannot be written costs time, and nothing
else. Who keeps something says how much of it, and what it means.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import ci_scriptcheck
from ci_scriptcheck import atomic

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def read(file: Path | None, *, version: str) -> dict[str, Any]:
    """Give the entries that were written under this version, or none.

    Args:
        file: `None` where nothing is kept.
        version: Of those who wrote it; entries of any other are as good as absent.
    """
    try:
        data = json.loads(file.read_bytes()) if file is not None else None
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(data, dict) or data.get("version") != version:
        return {}
    entries = data.get("entries")
    return entries if isinstance(entries, dict) else {}


def write(file: Path | None, entries: Mapping[str, Any], *, version: str) -> None:
    """Keep entries of JSON in place of those before, whole or not at all."""
    if file is None:
        return
    text = json.dumps({"version": version, "entries": entries}, separators=(",", ":"))
    with suppress(OSError):
        atomic.write_text(file, text)


def version_of(code: Path, *formats: object) -> str:
    """Give what differs when code finds something else: our version, and what the code counts.

    Args:
        code: The folder it lies in; of a version in the making, its files' times count, too.
        formats: Numbers or names that are changed with what is kept.
    """
    version = " ".join(str(part) for part in (ci_scriptcheck.__version__, *formats))
    if "dev" not in ci_scriptcheck.__version__:
        return version
    return f"{version} {max(file.stat().st_mtime_ns for file in code.rglob('*.py'))}"
