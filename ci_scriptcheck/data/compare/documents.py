"""Two JSON documents compared, value by value."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, NamedTuple

from ci_scriptcheck.data.compare import measures
from ci_scriptcheck.data.compare.terms import ROUNDING
from ci_scriptcheck.data.validate.scan import UnreadableError, loaded
from ci_scriptcheck.data.validate.terms import Evidence
from ci_scriptcheck.model import json_path, metric_names
from ci_scriptcheck.model.comparison import Fate, ValueComparison, move_of
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ci_scriptcheck.data.compare.terms import CompareTerms

MOST_BYTES = 30_000_000
"""Of a document, unpacked, both of which lie in memory as a whole."""
SHOWN = 50
ROOT = "$"

_WIDEST = 100
_NOTHING = object()

# Where a value lies: its key or number, behind the way to what holds it.
_Way = tuple["_Way", str | int] | None


class Found(NamedTuple):
    """What differs between two documents, as `FileComparison` holds it: the first values, and of all of them the rest."""

    values: tuple[ValueComparison, ...]
    values_count: int
    largest_move: float | None


def read(path: Path) -> object:
    """Read a document to compare it.

    Raises:
        UnreadableError: it is broken, larger than what is looked at, or says a key twice: of that,
            readers take what they like.
    """
    return loaded(path, MOST_BYTES, of_pairs=_with_single_keys)


def _with_single_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise UnreadableError("JSON with a key that an object has twice")
    return found


def compared(before: object, after: object, terms: CompareTerms) -> Found:
    """Give the first values that differ, in the order of base, how many do, and by how much at most.

    Of real data it is told where they are, as keys whose words nobody has written down are withheld from records
    later; and of them only numbers that the settings name, or that are called as measures are. Numbers are equal where
    their values are, up to rounding, and true is no number.
    """
    may_tell = _Telling(
        evidence=terms.evidence,
        stated=measures.stated(before, terms.ways) | measures.stated(after, terms.ways),
    )
    shown: list[ValueComparison] = []
    count, most = 0, 0.0
    for way, one, other in _differing(before, after):
        count += 1
        most = max(most, _move(way, one, other))
        if len(shown) < SHOWN:
            shown.append(may_tell.told(way, one, other))
    return Found(tuple(shown), count, most if math.isfinite(most) else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Telling:
    """What may be told of values.

    Attributes:
        stated: Where those are that the settings name.
    """

    evidence: Evidence
    stated: frozenset[str]

    def told(self, way: _Way, one: object, other: object) -> ValueComparison:
        fate = Fate.NEW if one is _NOTHING else Fate.GONE if other is _NOTHING else Fate.CHANGED
        parts = _parts(way)
        path = _path(parts)
        written = (_written(one), _written(other))
        if not self._may_tell(path, parts, (one, other)):
            written = (None, None)
        return ValueComparison(path=path, fate=fate, before=written[0], after=written[1])

    def _may_tell(self, path: str, parts: list[str | int], sides: tuple[object, object]) -> bool:
        if self.evidence is Evidence.VALUES:
            return True
        is_measure = metric_names.is_measure(parts) and metric_names.is_told(parts)
        are_numbers = all(side is _NOTHING or _is_number(side) for side in sides)
        return are_numbers and (path in self.stated or is_measure)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _differing(before: object, after: object) -> Iterator[tuple[_Way, object, object]]:
    waiting: list[tuple[_Way, object, object]] = [(None, before, after)]
    while waiting:
        way, one, other = waiting.pop()
        pairs = _inside(one, other)
        if pairs is not None:
            waiting.extend(((way, part), a, b) for part, a, b in reversed(pairs))
        elif not _are_equal(one, other):
            yield way, one, other


def _inside(one: object, other: object) -> list[tuple[str | int, object, object]] | None:
    if isinstance(one, dict) and isinstance(other, dict):
        return [
            (key, one.get(key, _NOTHING), other.get(key, _NOTHING))
            for key in dict.fromkeys([*one, *other])
        ]
    if isinstance(one, list) and isinstance(other, list):
        longest = max(len(one), len(other))
        return [(number, _at(one, number), _at(other, number)) for number in range(longest)]
    return None


def _at(items: list[object], number: int) -> object:
    return items[number] if number < len(items) else _NOTHING


def _are_equal(one: object, other: object) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, float | int) and isinstance(other, float | int):
        if _is_whole(one) and _is_whole(other):
            return one == other
        return _are_close(one, other)
    return one == other


def _are_close(one: float, other: float) -> bool:
    try:
        both = math.isnan(one), math.isnan(other)
        return all(both) or math.isclose(one, other, rel_tol=ROUNDING)
    except OverflowError:
        # No number with a fraction comes near a whole one of hundreds of digits.
        return False


def _move(way: _Way, one: object, other: object) -> float:
    """Say by which share of itself a value moves: a new key by none, and what is no number without bound."""
    if one is _NOTHING and way is not None and isinstance(way[1], str):
        return 0.0
    if isinstance(one, bool) or isinstance(other, bool):
        return math.inf
    if isinstance(one, float | int) and isinstance(other, float | int):
        return move_of(one, other)
    return math.inf


def _parts(way: _Way) -> list[str | int]:
    parts: list[str | int] = []
    while way is not None:
        way, part = way
        parts.append(part)
    return parts[::-1]


def _path(parts: list[str | int]) -> str:
    path = ""
    for part in parts:
        path = json_path.joined(path, part)
    return path or ROOT


def _written(value: object) -> str | None:
    if value is _NOTHING:
        return None
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


def _is_whole(number: float) -> bool:
    return isinstance(number, int) or number.is_integer()
