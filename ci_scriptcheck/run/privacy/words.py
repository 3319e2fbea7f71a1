"""Which names are known by their words. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

USUAL = frozenset(
    [
        *("part", "data", "success", "snappy", "parquet", "csv", "tsv", "json", "jsonl", "ndjson"),
        *("txt", "gz", "zip", "tar", "pkl", "pickle", "joblib", "npy", "npz", "model", "index"),
        *("unnamed", "metadata", "committed", "started"),
    ]
)
"""Words that libraries put into names by themselves."""

_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\W*[0-9][0-9\W]*")
_MOST_DIGITS = 3
"""Of a number in a name that says nothing: that of a part, or of a column without a name."""


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """Give the words of texts, in lower case; `unit_price` is two."""
    return frozenset(word for text in texts for word in _WORD.findall(text.lower()))


def is_known(name: str, words: frozenset[str]) -> bool:
    """Say whether each word of a name is one of these, or says nothing."""
    found = _WORD.findall(name.lower())
    if len(found) > 1 and is_number(name):
        return False
    return all(
        one in words or one in USUAL or (one.isdigit() and len(one) <= _MOST_DIGITS)
        for one in found
    ) and (bool(found) or not name.strip())


def is_number(name: str) -> bool:
    """Say whether a name is a number or a moment, as in the first line of a table that has no head."""
    return _NUMBER.fullmatch(name) is not None
