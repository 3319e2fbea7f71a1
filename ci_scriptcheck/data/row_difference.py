"""Rows that came out against rows that were expected: what is missing, what is further, what changed."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from ci_scriptcheck.data import pairing
from ci_scriptcheck.data.numbers_alike import is_alike
from ci_scriptcheck.model.contract import Scalar
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

_LEAST_ALIKE = 0.5
"""Share of equal cells from which on a row counts as a changed one, and not as another."""

MOST_SHOWN = 50
LONGEST_CELL = 60

_TRUE, _FALSE = {"true", "1", "1.0", "t", "yes"}, {"false", "0", "0.0", "f", "no"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A row that came out with other cells than expected."""

    expected: Mapping[str, Scalar]
    found: Mapping[str, Scalar]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How rows differ, in the columns that were named.

    Attributes:
        equal: How many rows came out as expected.
        absent: Columns that no row has.
    """

    columns: tuple[str, ...]
    equal: int = 0
    absent: tuple[str, ...] = ()
    missing: tuple[Mapping[str, Scalar], ...] = ()
    further: tuple[Mapping[str, Scalar], ...] = ()
    changed: tuple[Changed, ...] = ()

    def __bool__(self) -> bool:
        """Say whether there is any."""
        return bool(self.absent or self.missing or self.further or self.changed)


def difference(
    expected: Sequence[Mapping[str, Scalar]],
    found: Sequence[Mapping[str, Scalar]],
    *,
    ordered: bool,
    tolerance: float,
) -> Difference:
    """Compare rows in the columns that the expected ones name.

    A row need not name all columns; those that it leaves out are not compared in it.
    """
    columns = tuple(dict.fromkeys(name for row in expected for name in row))
    absent = tuple(name for name in columns if found and not any(name in row for row in found))
    pairs = _in_order(expected, found) if ordered else _matched(expected, found, tolerance)
    equal, changed = 0, []
    for one, other in pairs:
        wrong = tuple(name for name in one if not is_equal(one[name], other.get(name), tolerance))
        equal += not wrong
        if wrong:
            changed.append(Changed(expected=one, found=other, columns=wrong))
    paired = {id(row) for pair in pairs for row in pair}
    return Difference(
        columns=columns,
        equal=equal,
        absent=absent,
        missing=tuple(row for row in expected if id(row) not in paired),
        further=tuple(row for row in found if id(row) not in paired),
        changed=tuple(changed),
    )


def shown(found: Difference) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Write a difference as a table: its columns, and the first of its rows."""
    rows = [_marked("changed", found.columns, one.expected, one) for one in found.changed]
    rows += [_marked("missing", found.columns, row, None) for row in found.missing[:MOST_SHOWN]]
    rows += [_marked("further", found.columns, row, None) for row in found.further[:MOST_SHOWN]]
    return ("", *found.columns), tuple(rows[:MOST_SHOWN])


def _marked(
    mark: str, columns: Sequence[str], row: Mapping[str, Scalar], changed: Changed | None
) -> tuple[str, ...]:
    cells = []
    for name in columns:
        cell = _text(row[name]) if name in row else ""
        if changed is not None and name in changed.columns:
            cell = f"{cell} → {_text(changed.found.get(name))}"
        elif changed is not None and name not in row:
            cell = _text(changed.found.get(name))
        cells.append(cell)
    return (mark, *cells)


def _text(cell: Scalar) -> str:
    text = "null" if cell is None else json.dumps(cell) if isinstance(cell, bool) else str(cell)
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}…"


Pairs = list[tuple["Mapping[str, Scalar]", "Mapping[str, Scalar]"]]


def _in_order(
    expected: Sequence[Mapping[str, Scalar]], found: Sequence[Mapping[str, Scalar]]
) -> Pairs:
    return list(zip(expected, found, strict=False))


def _matched(
    expected: Sequence[Mapping[str, Scalar]],
    found: Sequence[Mapping[str, Scalar]],
    tolerance: float,
) -> Pairs:
    """Pair equal rows, then those of the others that are most alike."""
    # Who names most columns chooses first.
    wanted = sorted(expected, key=lambda row: -len(row))
    held = pairing.paired([_equal(row, found, tolerance) for row in wanted])
    pairs: Pairs = [(wanted[number], found[place]) for number, place in sorted(held.items())]
    taken = set(held.values())
    left = [row for place, row in enumerate(found) if place not in taken]
    open_ = [row for number, row in enumerate(wanted) if number not in held]
    scores = [
        (_alike(row, other, tolerance), -number, -place)
        for number, row in enumerate(open_)
        for place, other in enumerate(left)
    ]
    rows, others = set(range(len(open_))), set(range(len(left)))
    for score, number, place in sorted(scores, reverse=True):
        if score >= _LEAST_ALIKE and -number in rows and -place in others:
            rows.discard(-number)
            others.discard(-place)
            pairs.append((open_[-number], left[-place]))
    return pairs


def _equal(
    row: Mapping[str, Scalar], found: Sequence[Mapping[str, Scalar]], tolerance: float
) -> list[int]:
    """Give the places of equal rows, the very same before those that only count as equal."""
    equal = [place for place, other in enumerate(found) if _alike(row, other, tolerance) == 1]
    return sorted(equal, key=lambda place: not _is_same(row, found[place]))


def _is_same(row: Mapping[str, Scalar], other: Mapping[str, Scalar]) -> bool:
    return all(
        type(cell) is type(other[name]) and cell == other[name] for name, cell in row.items()
    )


def _alike(row: Mapping[str, Scalar], other: Mapping[str, Scalar], tolerance: float) -> float:
    if not row:
        return 1.0
    return sum(
        name in other and is_equal(cell, other[name], tolerance) for name, cell in row.items()
    ) / len(row)


def is_equal(expected: Scalar, found: Scalar, tolerance: float) -> bool:
    """Say whether a cell is what was expected; text, as CSV has it, counts by what it says."""
    if expected is None or expected == "":
        return found is None or found == "" or _is_nan(found)
    if isinstance(expected, bool):
        known = _TRUE if expected else _FALSE
        return str(found).strip().lower() in known
    if isinstance(expected, int | float):
        number = _number(found)
        return number is not None and is_alike(expected, number, tolerance)
    if expected == found:
        return True
    return found is not None and (expected == str(found) or _is_same_moment(expected, found))


def _number(found: Scalar) -> float | Decimal | None:
    if isinstance(found, bool) or found is None:
        return None
    if not isinstance(found, str):
        return found
    try:
        float(found)
        return Decimal(found)
    except (ValueError, InvalidOperation):
        return None


def _is_nan(value: Scalar) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _is_same_moment(expected: str, found: Scalar) -> bool:
    try:
        one, other = datetime.fromisoformat(expected), datetime.fromisoformat(str(found))
    except ValueError:
        return False
    return (one.tzinfo is None) is (other.tzinfo is None) and one == other
