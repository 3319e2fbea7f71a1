"""Two JSON documents compared, value by value."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, NamedTuple

from ci_scriptcheck.data.compare.terms import ROUNDING
from ci_scriptcheck.data.validate.scan import UnreadableError, loaded
from ci_scriptcheck.data.validate.terms import Evidence
from ci_scriptcheck.model import json_path
from ci_scriptcheck.model.comparison import Fate, ValueComparison, move_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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


def compared(before: object, after: object, evidence: Evidence) -> Found:
    """Give the first values that differ, in the order of base, how many do, and by how much at most.

    Of real data it is not told which, as keys may be names. Numbers are equal where their values are, up
    to rounding, and true is no number.
    """
    shown: list[ValueComparison] = []
    count, most = 0, 0.0
    for way, one, other in _differing(before, after):
        count += 1
        most = max(most, _move(way, one, other))
        if len(shown) < SHOWN and evidence is Evidence.VALUES:
            shown.append(_told(way, one, other))
    return Found(tuple(shown), count, most if math.isfinite(most) else None)


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


def _told(way: _Way, one: object, other: object) -> ValueComparison:
    fate = Fate.NEW if one is _NOTHING else Fate.GONE if other is _NOTHING else Fate.CHANGED
    return ValueComparison(path=_path(way), fate=fate, before=_written(one), after=_written(other))


def _path(way: _Way) -> str:
    parts = []
    while way is not None:
        way, part = way
        parts.append(part)
    path = ""
    for part in reversed(parts):
        path = json_path.joined(path, part)
    return path or ROOT


def _written(value: object) -> str | None:
    if value is _NOTHING:
        return None
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


def _is_whole(number: float) -> bool:
    return isinstance(number, int) or number.is_integer()
