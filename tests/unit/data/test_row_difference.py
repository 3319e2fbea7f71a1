"""Rows that came out against rows that a test expects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_scriptcheck.data.row_difference import Difference, difference, is_equal, shown
from ci_scriptcheck.model.step_test import TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ci_scriptcheck.model.contract import Scalar


def between(
    expected: Sequence[Mapping[str, Scalar]],
    found: Sequence[Mapping[str, Scalar]],
    *,
    ordered: bool = False,
) -> Difference:
    return difference(expected, found, ordered=ordered, tolerance=TOLERANCE)


def test_equal_rows_in_another_order_are_no_difference() -> None:
    expected: list[dict[str, Scalar]] = [{"id": "a", "n": 1}, {"id": "b", "n": 2}]

    assert not between(expected, [{"id": "b", "n": "2.0"}, {"id": "a", "n": "1"}])
    assert len(between(expected, [{"id": "b", "n": 2}, {"id": "a", "n": 1}], ordered=True).changed)


def test_columns_that_no_expected_row_names_are_not_compared() -> None:
    assert not between(
        [{"id": "a"}, {"id": "b", "n": 2}], [{"id": "a", "n": 1}, {"id": "b", "n": 2}]
    )


def test_a_changed_row_is_told_from_a_missing_and_a_further_one() -> None:
    found = between(
        [{"id": "a", "n": 1, "m": 1}, {"id": "b", "n": 2, "m": 2}],
        [{"id": "a", "n": 9, "m": 1}, {"id": "x", "n": 7, "m": 7}],
    )

    assert (found.equal, len(found.changed), len(found.missing), len(found.further)) == (
        0,
        1,
        1,
        1,
    )
    assert shown(found) == (
        ("", "id", "n", "m"),
        (
            ("changed", "a", "1 → 9", "1"),
            ("missing", "b", "2", "2"),
            ("further", "x", "7", "7"),
        ),
    )


def test_the_same_row_twice_is_expected_twice() -> None:
    found = between([{"id": "a"}, {"id": "a"}], [{"id": "a"}])

    assert (found.equal, len(found.missing)) == (1, 1)


def test_a_column_that_no_row_has_is_told_once_for_all() -> None:
    assert between([{"id": "a", "total": 1}], [{"id": "a", "sum": 1}]).absent == ("total",)


def test_no_rows_are_equal_to_no_rows() -> None:
    assert not between([], [])
    assert len(between([], [{"id": "a"}]).further) == 1


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        (1, "1.0"),
        (0.3, 0.1 + 0.2),
        (True, "True"),
        (False, "0"),
        (None, None),
        (None, float("nan")),
        ("", None),
        ("007", "007"),
        ("2024-01-01", "2024-01-01T00:00:00"),
        ("2024-01-01 10:00:00", "2024-01-01T10:00:00"),
        ("1", 1),
        (20, 0.1 + 0.2 + 19.7),
        (20240101, "20240101.0"),
        (9007199254740993, "9007199254740993"),
        (2.0e7, 20000001),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
    ],
)
def test_a_cell_counts_by_what_it_says(expected: Scalar, found: Scalar) -> None:
    assert is_equal(expected, found, TOLERANCE)


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        (1, 1.1),
        (1, None),
        (1, "one"),
        (1, True),
        ("007", "7"),
        ("a", None),
        (None, 0),
        (True, None),
        (20240101, 20240115),
        (20240101, "20240115"),
        (20240101, 20240101.5),
        (1704067200, 1704067800.0),
        (9007199254740993, 9007199254740992),
        (9007199254740993, "9007199254740992"),
        (1, float("nan")),
        (1, "inf"),
        (0.5, 10**400),
        (1, "1e999999999"),
    ],
)
def test_cells_that_say_something_else_differ(expected: Scalar, found: Scalar) -> None:
    assert not is_equal(expected, found, TOLERANCE)


CELLS = (
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "a", "b", "2024-01-01"])
)
ROWS = st.lists(st.fixed_dictionaries({"a": CELLS, "b": CELLS}), max_size=6)


def test_a_row_takes_the_very_same_one_before_one_that_counts_as_equal() -> None:
    rows: list[dict[str, Scalar]] = [{"a": False}, {"a": 0}]

    assert not between([dict(row) for row in rows], [dict(row) for row in reversed(rows)])


def test_a_row_leaves_to_another_one_what_only_that_can_take() -> None:
    expected: list[dict[str, Scalar]] = [{"a": 1}, {"b": 2}]

    assert not between(expected, [{"a": 1, "b": 2}, {"a": 1, "b": 3}])
    assert not between(expected, [{"a": 1, "b": 3}, {"a": 1, "b": 2}])


@given(ROWS, st.randoms())
def test_rows_are_equal_to_themselves_in_any_order(
    rows: list[dict[str, Scalar]], random: object
) -> None:
    copies = [dict(row) for row in rows]
    random.shuffle(copies)  # type: ignore[attr-defined]  # of hypothesis

    assert not between([dict(row) for row in rows], copies)


@given(ROWS, ROWS)
def test_every_row_of_both_sides_is_told_once(
    expected: list[dict[str, Scalar]], found: list[dict[str, Scalar]]
) -> None:
    told = between([dict(row) for row in expected], [dict(row) for row in found])

    assert told.equal + len(told.changed) + len(told.missing) == len(expected)
    assert told.equal + len(told.changed) + len(told.further) == len(found)
