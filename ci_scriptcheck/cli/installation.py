"""Why the libraries of the scripts could not be installed, as `action/set_up.py` has kept it.

Code of the repository may have run since, so what is read is text to be shown, of a length that can be.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ci_scriptcheck.errors import Place, UsageError

if TYPE_CHECKING:
    from pathlib import Path

FILE = "not-installed.json"
_MOST_BYTES = 64 * 1024
_MOST_FACTS = 10


def failure(home: Path) -> UsageError:
    """Give the error that says it."""
    data = _read(home / FILE)
    facts = data.get("facts")
    file = _text(data.get("file"))
    return UsageError(
        what=_text(data.get("what")) or "what the scripts need could not be installed",
        where=None if file is None else Place(file=file),
        facts=tuple(str(one) for one in facts[:_MOST_FACTS]) if isinstance(facts, list) else (),
        advice=_text(data.get("advice")) or "the log of this job says more",
    )


def _read(file: Path) -> dict[str, Any]:
    try:
        if file.is_symlink() or not file.is_file():
            return {}
        with file.open("rb") as stream:
            data = json.loads(stream.read(_MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
