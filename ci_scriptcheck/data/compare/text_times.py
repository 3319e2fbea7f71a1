"""Times in which two texts differ that are else the same, each as a value that differs.

A time is called by the name before it, else by its shape. Of several that are called the same each has
its number, as an item of a list, so that where texts of two equal runs differ in one, it speaks for all.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING

from ci_scriptcheck.data import file_difference
from ci_scriptcheck.data.validate.terms import Evidence
from ci_scriptcheck.model.comparison import Fate, ValueComparison

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LONGEST = 100
_BEHIND_NAME = re.compile(r"[\"']?\s*[:=]\s*")


def differing(before: Path, after: Path, evidence: Evidence) -> tuple[ValueComparison, ...] | None:
    """Give the times that differ; `None` where more does, as which times there are.

    Args:
        before: The text of base, of which is known that it differs in nothing but times.
        after: The one of head.
        evidence: What may be told; of real data neither times nor their names.
    """
    texts = [path.read_bytes() for path in (before, after)]
    if len({file_difference.TIMES.sub(b"\0", text) for text in texts}) > 1:
        return None
    here, there = (list(file_difference.TIMES.finditer(text)) for text in texts)
    names = [_name(one) for one in here]
    if names != [_name(one) for one in there]:
        return None
    may_show = evidence is Evidence.VALUES
    ways = _numbered(names if may_show else ["time"] * len(names))
    return tuple(
        ValueComparison(
            path=way,
            fate=Fate.CHANGED,
            before=_written(one) if may_show else None,
            after=_written(other) if may_show else None,
        )
        for way, one, other in zip(ways, here, there, strict=True)
        if one[0] != other[0]
    )


def _numbered(names: list[str]) -> Iterator[str]:
    """Tell apart what is called the same, as the items of a list."""
    counts, numbers = Counter(names), Counter[str]()
    for name in names:
        yield name if counts[name] == 1 else f"{name}[{numbers[name]}]"
        numbers[name] += 1


def _name(time: re.Match[bytes]) -> str:
    if time.lastgroup != "named":
        return time.lastgroup or "time"
    return _BEHIND_NAME.split(time[0].decode(), maxsplit=1)[0].strip(" ._-")


def _written(time: re.Match[bytes]) -> str:
    text = time[0].decode()
    value = text if time.lastgroup != "named" else _BEHIND_NAME.split(text, maxsplit=1)[1]
    return json.dumps(value[:_LONGEST])
