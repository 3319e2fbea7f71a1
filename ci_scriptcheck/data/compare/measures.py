"""Metrics in two JSON documents: those that moved, and may be told."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from ci_scriptcheck.data.compare.terms import ROUNDING
from ci_scriptcheck.data.validate.terms import Evidence
from ci_scriptcheck.model import json_path, metric_names
from ci_scriptcheck.model.drift import NumberDrift

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_NUMBERS = 20_000
"""Of a document, beyond which it is data rather than a report on a model."""
SHOWN = 60

_Way = tuple[str | int, ...]


class Found(NamedTuple):
    """Metrics that moved, and how many more did that must not be told."""

    numbers: tuple[NumberDrift, ...]
    untold: int


def compared(
    file: str, before: object, after: object, *, ways: Sequence[str], evidence: Evidence
) -> Found:
    """Compare two documents.

    Args:
        file: What people know them as.
        before: The one.
        after: The other.
        ways: That stand in the settings, and so are no data.
        evidence: What may be told: of real data, only what is called as measures are.
    """
    here, there = _numbers(before), _numbers(after)
    known = stated(before, ways) | stated(after, ways)
    found: list[NumberDrift] = []
    untold = 0
    for way in dict.fromkeys([*here, *there]):
        one, other = here.get(way), there.get(way)
        name = _written(way)
        if _are_equal(one, other) or not (name in known or metric_names.is_measure(way)):
            continue
        if evidence is Evidence.VALUES or name in known or metric_names.is_told(way):
            found.append(NumberDrift(file=file, way=name, before=one, after=other))
        else:
            untold += 1
    return Found(tuple(found[:SHOWN]), untold + max(len(found) - SHOWN, 0))


def _numbers(document: object) -> dict[_Way, float]:
    found: dict[_Way, float] = {}
    for way, number in _walked(document):
        if len(found) == MOST_NUMBERS:
            return {}
        found[way] = number
    return found


def _walked(document: object) -> Iterator[tuple[_Way, float]]:
    waiting: list[tuple[_Way, object]] = [((), document)]
    while waiting:
        way, value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(((*way, key), item) for key, item in reversed(value.items()))
        elif isinstance(value, list):
            waiting.extend(((*way, at), item) for at, item in reversed(list(enumerate(value))))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield way, value


def stated(document: object, ways: Sequence[str]) -> frozenset[str]:
    """List the places of a document to which ways lead that stand in the settings."""
    return frozenset(
        found.at
        for way in ways
        for found in json_path.walked(document, json_path.parsed(way))
        if isinstance(found, json_path.Found)
    )


def _written(way: _Way) -> str:
    written = ""
    for part in way:
        written = json_path.joined(written, part)
    return written


def _are_equal(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    try:
        return math.isclose(one, other, rel_tol=ROUNDING) or (one != one and other != other)
    except OverflowError:
        return one == other
