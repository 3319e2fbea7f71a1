"""Times and sizes as people write them: `90s`, `5m`, `2GiB`, `10MB`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ci_scriptcheck.model.aws import SampleSize

SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
BYTES = {
    "B": 1,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KIB": 2**10,
    "MIB": 2**20,
    "GIB": 2**30,
    "TIB": 2**40,
}
TIME_PATTERN = r"^([0-9]+(\.[0-9]+)?\s*(ms|s|m|h|d)\s*)+$"
SIZE_PATTERN = r"^[0-9]+(\.[0-9]+)?\s*([kKMGT]i?)?B$"

_TIME = re.compile(TIME_PATTERN)
_TIME_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(ms|s|m|h|d)")
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([a-z]+)", re.IGNORECASE)


def seconds(written: object) -> float:
    """Read a time such as `90s`, `5m` or `1h 30m`; a bare number is seconds.

    Raises:
        ValueError: it is no time, or none at all.
    """
    found = 0.0
    if isinstance(written, int | float) and not isinstance(written, bool):
        found = float(written)
    elif isinstance(written, str) and len(written) < 50 and _TIME.fullmatch(written.strip()):
        found = sum(float(number) * SECONDS[unit] for number, unit in _TIME_PART.findall(written))
    if not 0 < found < 10**9:
        raise ValueError("must be a time such as `90s`, `5m` or `1h`")
    return found


def size(written: object) -> int:
    """Read a size such as `10MB` or `2GiB`; a bare number is bytes.

    Raises:
        ValueError: it is no size, or none at all.
    """
    found = 0.0
    if isinstance(written, int) and not isinstance(written, bool):
        found = written
    elif isinstance(written, str) and len(written) < 50:
        parts = _SIZE.fullmatch(written.strip())
        found = float(parts[1]) * BYTES.get(parts[2].upper(), 0) if parts else 0
    if not 1 <= found < 2**60:
        raise ValueError("must be a size such as `10MB` or `2GiB`")
    return int(found)


def sample(written: object) -> SampleSize:
    """Read how much of real data is fetched: a size, or `all`.

    Raises:
        ValueError: it is neither.
    """
    if written == "all":
        return "all"
    try:
        return size(written)
    except ValueError:
        raise ValueError("must be a size such as `20MB`, or `all`") from None


def as_size(number: int) -> str:
    """Write bytes in the largest unit that divides them."""
    written = {"KIB": "KiB", "MIB": "MiB", "GIB": "GiB", "TIB": "TiB"}
    fitting = [(factor, unit) for unit, factor in BYTES.items() if number % factor == 0]
    factor, unit = max(fitting)
    return f"{number // factor}{written.get(unit, unit)}"
