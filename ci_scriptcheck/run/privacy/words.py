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
_NUMBERED = frozenset({"part", "unnamed"})
"""Words that libraries number: files that they write, and columns without a name by their place."""
_MOST_DIGITS = 5
_OF_PARAMETERS = frozenset(
    [
        *("at", "k", "top", "lag", "lags", "window", "rolling", "shift", "horizon", "degree"),
        *("quantile", "percentile"),
    ]
)
"""Words of a name whose number is one of the settings of a method: `recall_at_10`, `lag_7`."""
_IN_PAIRS = re.compile(r"(?<![^\W_])[^\W_]+(?=[\W_]([0-9]+)(?![^\W_]))")
_IN_FRONT = re.compile(r"(?<![^\W_])[0-9]+(?=[\W_]([^\W_]+))")


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """Give the words of texts, in lower case; `unit_price` is two. A number counts beside its neighbours as well."""
    found: set[str] = set()
    for text in texts:
        lower = text.lower()
        found.update(_WORD.findall(lower))
        for pair in (_IN_PAIRS, _IN_FRONT):
            found.update(f"{one[0]} {one[1]}" for one in pair.finditer(lower))
    return frozenset(found)


def is_known(name: str, words: frozenset[str]) -> bool:
    """Say whether each word of a name is one of these, and each number stands in the code beside the word that it has.

    An age or a number of a customer is as short as that of a part. `counts` says which only count.
    """
    found = _WORD.findall(name.lower())
    if not found:
        return not name.strip()
    if all(one.isdecimal() for one in found):
        return False
    return all(
        _is_known_number(found, place, words) if one.isdecimal() else one in words or one in USUAL
        for place, one in enumerate(found)
    )


def _is_known_number(found: list[str], place: int, words: frozenset[str]) -> bool:
    number = found[place]
    if place == 0:
        return f"{number} {found[1]}" in words
    before = found[place - 1]
    is_parameter = number in words and not _OF_PARAMETERS.isdisjoint(found)
    by_itself = before in _NUMBERED and len(number) <= _MOST_DIGITS
    return f"{before} {number}" in words or is_parameter or by_itself


def is_number(name: str) -> bool:
    """Say whether a name is a number or a moment, as in the first line of a table that has no head."""
    return _NUMBER.fullmatch(name) is not None
