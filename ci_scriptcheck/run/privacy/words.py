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
"""Of all numbers in a name that say nothing: that of a part, or of a column without a name."""
_MOST_NUMBERS = 2
"""In a name that may have more digits, where the code has each; most has `10`, `0` and `1`, and `ip_10.0.0.1` is a value."""
_FRACTION = re.compile(r"[0-9][.,:][0-9]")


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """Give the words of texts, in lower case; `unit_price` is two."""
    return frozenset(word for text in texts for word in _WORD.findall(text.lower()))


def is_known(name: str, words: frozenset[str]) -> bool:
    """Say whether each word of a name is one of these, or says nothing.

    Several short numbers are a long one, as of a telephone or a day of birth that a script wrote into a name.
    """
    found = _WORD.findall(name.lower())
    if len(found) > 1 and is_number(name):
        return False
    numbers = [one for one in found if one.isdigit()]
    says_nothing = sum(map(len, numbers)) <= _MOST_DIGITS and not _FRACTION.search(name)
    if not says_nothing and (len(numbers) > _MOST_NUMBERS or not words.issuperset(numbers)):
        return False
    others = (one for one in found if not one.isdigit())
    return all(one in words or one in USUAL for one in others) and (
        bool(found) or not name.strip()
    )


def is_number(name: str) -> bool:
    """Say whether a name is a number or a moment, as in the first line of a table that has no head."""
    return _NUMBER.fullmatch(name) is not None
