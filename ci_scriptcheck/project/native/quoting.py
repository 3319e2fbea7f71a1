"""Words of a settings file, written so that they are read as they were meant."""

from __future__ import annotations

import json
import re

_PLAIN = re.compile(r"[A-Za-z_][\w./-]*|\.", re.ASCII)
_NO_TEXT = frozenset({"true", "false", "null", "y", "n", "yes", "no", "on", "off"})


def quoted(text: str) -> str:
    """Write a text so that YAML reads it as this text, whichever version the reader follows."""
    if _PLAIN.fullmatch(text) and text.lower() not in _NO_TEXT:
        return text
    return json.dumps(text, ensure_ascii=False)
