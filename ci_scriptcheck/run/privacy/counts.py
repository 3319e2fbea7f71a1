"""Which numbers in names only count, as those of parts and folds do: they say nothing of a row. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_NUMBER = re.compile(r"(?<![^\W_])[0-9]+(?![^\W_])", re.ASCII)
_LONGEST = 9
"""Digits of a number that counts names."""


def without_counts(listing: Iterable[str], *, is_whole: bool = True) -> dict[str, str]:
    """Give the names of a listing whose one number counts from 0 or 1 without a gap, each with what is left of it.

    One number is all that a name may have for it: several are a moment, or a telephone.

    Args:
        listing: All columns of a table, or all files of a port: what counts is seen by the others.
        is_whole: Whether it has all of them, and not only what differs: one name alone counts in no other.
    """
    by_stem: dict[tuple[str, str], dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name in set(listing):
        numbers = list(_NUMBER.finditer(name))
        if len(numbers) == 1 and len(numbers[0][0]) <= _LONGEST:
            stem = name[: numbers[0].start()], name[numbers[0].end() :]
            by_stem[stem][int(numbers[0][0])].append(name)
    return {
        name: "".join(stem)
        for stem, by_number in by_stem.items()
        if min(by_number) <= 1
        and max(by_number) - min(by_number) + 1 == len(by_number)
        and (is_whole or len(by_number) > 1)
        for names in by_number.values()
        for name in names
    }
