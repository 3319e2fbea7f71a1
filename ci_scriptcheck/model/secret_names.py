"""Which variables may hold a secret, told from their names."""

from __future__ import annotations

import re

_SECRET = re.compile(
    r"TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|PRIVATE|API_?KEY|ACCESS_?KEY|(^|_)(KEY|PASS|PAT)$"
)


def speaks_of_secret(name: str) -> bool:
    """Say whether what a variable is called speaks of a secret."""
    return _SECRET.search(name.upper()) is not None
