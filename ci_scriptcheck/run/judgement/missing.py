"""What an exception says is not there, read from its class and words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ci_scriptcheck.run.process.request import Raised

_QUOTED = re.compile(r"['\"]([^'\"\n]+)['\"]")


def file(raised: Raised) -> str | None:
    """Give the path that an exception says is not there."""
    if raised.type not in {"FileNotFoundError", "IsADirectoryError", "NotADirectoryError"}:
        return None
    quoted = _QUOTED.search(raised.text)
    if quoted:
        return quoted[1]
    # Readers of tables say just the path.
    text = raised.text.strip()
    return text if text.startswith("/") and "\n" not in text else None


def module(raised: Raised) -> str | None:
    """Give the module that an exception says is not there."""
    if raised.type != "ModuleNotFoundError":
        return None
    found = re.search(r"No module named '([^']+)'", raised.text)
    return found[1] if found else None
