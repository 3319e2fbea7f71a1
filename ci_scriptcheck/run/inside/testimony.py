"""What a script's process says about itself, taken only where it has the form that we gave it.

The process is the script's own: it may say anything. What it says stays a statement about this
one run; it cannot lift a limit, break who listens, or claim an ending that is ours to tell. Stands
alone, Python 3.9 and later.
"""

from __future__ import annotations

import math
import os
from typing import Any

_LARGEST_NUMBER = 2**53
"""Up to here whole numbers survive whatever is computed with them."""

_NUMBER = object()
_OPTIONAL_TEXT = object()
_OPTIONAL_INT = object()
_PATH = object()
_PATHS = [_PATH]
_FRAME = {"file": str, "line": int, "function": str, "code": str, "inside": bool}
_ERROR = {"type": str, "text": str, "frames": [_FRAME]}
_LOGGED = {
    "text": str,
    "level": str,
    "logger": str,
    "file": str,
    "line": int,
    "count": int,
    "inside": bool,
}
_NOTES: dict[str, Any] = {
    "connections": [str],
    "finished": bool,
    "protections": [str],
    "refused": [str],
    "replaced_by": str,
    "spawned": [str],
}
_RESULT: dict[str, Any] = {
    **_NOTES,
    "asked_in_vain": [{"name": str, "file": str, "line": int}],
    "cpu_before": _NUMBER,
    "cpu_started": _NUMBER,
    "cpu_used": _NUMBER,
    "detail": str,
    "errors": [_ERROR],
    "exit_status": _OPTIONAL_INT,
    "how": str,
    "listed": _PATHS,
    "logged": [_LOGGED],
    "looked_for": _PATHS,
    "memory_before": int,
    "moved": [str],
    "own_peak": int,
    "read": _PATHS,
    "returned": _OPTIONAL_TEXT,
    "seconds": _NUMBER,
    "seconds_before": _NUMBER,
    "started": [{"command": str, "file": str, "line": int}],
    "written": _PATHS,
}
_ENDINGS = frozenset(
    {"returned", "raised", "import_failed", "no_function", "exited", "memory", "output"}
)

NO_FORM = {
    "how": "no_result",
    "detail": "what it reported about its end was not written by scriptcheck",
}


def of_result(said: Any, *, began: bool) -> dict[str, Any]:  # noqa: ANN401  (JSON)
    """Give a result as it was said, or that none was.

    Args:
        said: What came.
        began: Whether the script was reached; up to then, what fails is ours.
    """
    endings = _ENDINGS if began else _ENDINGS | {"lost"}
    if not isinstance(said, dict) or said.get("how") not in endings:
        return dict(NO_FORM)
    return said if _each_fits(said, _RESULT) else dict(NO_FORM)


def of_note(said: dict[str, Any]) -> dict[str, Any]:
    """Give what can be noted before the end of a run; the rest is passed over."""
    return {
        name: item for name, item in said.items() if name in _NOTES and _fits(item, _NOTES[name])
    }


def is_path(text: str) -> bool:
    """Say whether a file can have this name at all: whoever looked for another would end with an error."""
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        return False


def _each_fits(said: dict[str, Any], forms: dict[str, Any]) -> bool:
    return all(name in forms and _fits(item, forms[name]) for name, item in said.items())


def _fits(value: Any, form: Any) -> bool:  # noqa: ANN401, PLR0911  (JSON; one line for each form)
    if type(value) is int and abs(value) > _LARGEST_NUMBER:
        return False
    if form is _NUMBER:
        return type(value) in (int, float) and math.isfinite(value) and value >= 0
    if form is _OPTIONAL_TEXT:
        return value is None or isinstance(value, str)
    if form is _PATH:
        return isinstance(value, str) and is_path(value)
    if form is _OPTIONAL_INT:
        return value is None or type(value) is int
    if isinstance(form, list):
        return isinstance(value, list) and all(_fits(item, form[0]) for item in value)
    if isinstance(form, dict):
        return isinstance(value, dict) and value.keys() == form.keys() and _each_fits(value, form)
    return type(value) is form
