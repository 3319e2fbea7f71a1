"""Columns that a value of a variable names: one, several with commas between, or a JSON list."""

from __future__ import annotations

import json
import re

_NO_NAMES = frozenset(
    {"", "none", "null", "nan", "na", "auto", "all", "default", "true", "false", "yes", "no", "*"}
)
_PLAUSIBLE = re.compile(r"[^\W\d][\w .\-]{0,127}")


def named(value: str) -> tuple[str, ...]:
    """List the names a value holds; words such as `none` and `all` name no column."""
    listed = _as_json(value) if value.lstrip().startswith("[") else value.split(",")
    names = [name.strip() for name in listed]
    return tuple(
        name for name in names if name.lower() not in _NO_NAMES and _PLAUSIBLE.fullmatch(name)
    )


def _as_json(value: str) -> list[str]:
    try:
        read = json.loads(value)
    except ValueError:
        return []
    return [item for item in read if isinstance(item, str)]
