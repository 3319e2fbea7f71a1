"""Which columns are ids by their names."""

from __future__ import annotations

import re

_ID = re.compile(r"(^|_)(id|ids|key|uuid|guid)$|[a-z]Id$", re.IGNORECASE)


def is_id(name: str) -> bool:
    """Say whether a column of this name holds ids."""
    return _ID.search(name) is not None
