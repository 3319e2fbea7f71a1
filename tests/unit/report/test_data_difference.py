"""What stands for a column that differs: gaps never hide that its values moved."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_scriptcheck.model.comparison import (
    ColumnComparison,
    Fate,
    Figure,
    FileComparison,
    PortComparison,
    TableComparison,
)
from ci_scriptcheck.report import data_difference_table
from ci_scriptcheck.report.sides import Sides

ON_MAIN = Sides(before="on main", twice="main")
P95 = Figure(name="p95", before="8811.3", after="10573.6")


def cells(
    *figures: Figure,
    empty: tuple[int, int],
    differ: int | None,
    rows: tuple[int, int] = (5000,) * 2,
) -> tuple[str, ...]:
    """Give what stands for a column with gaps: on main, here, and in how many rows it differs."""
    column = ColumnComparison(
        name="total",
        fate=Fate.CHANGED,
        type_before="float",
        type_after="float",
        rows=differ,
        nulls_before=empty[0],
        nulls_after=empty[1],
        figures=figures,
    )
    table = TableComparison(rows_before=rows[0], rows_after=rows[1], columns=(column,))
    file = FileComparison(path="t.csv", fate=Fate.CHANGED, table=table)
    content = data_difference_table.table_of(PortComparison(port="out", files=(file,)), ON_MAIN)
    assert content is not None
    return content.rows[0][1:]


def test_one_gap_more_or_less_is_no_news_where_values_moved() -> None:
    told = cells(P95, empty=(153, 152), differ=4836)

    assert told == ("p95 8811.3", "p95 10573.6", "4,836 of 5,000")


@pytest.mark.parametrize("empty", [(0, 3), (153, 0), (153, 204)])
def test_gaps_that_came_or_went_visibly_stand_beside_what_moved(empty: tuple[int, int]) -> None:
    told = cells(P95, empty=empty, differ=4836)

    assert told[:2] == (f"{empty[0]} empty, p95 8811.3", f"{empty[1]} empty, p95 10573.6")


def test_gaps_that_explain_what_differs_are_told_however_few_they_are() -> None:
    nudged = Figure(name="mean", before="511.2", after="511.3")

    told = cells(nudged, empty=(153, 140), differ=13)

    assert told[:2] == ("153 empty, mean 511.2", "140 empty, mean 511.3")


def test_where_no_figure_may_be_told_gaps_do_not_hide_that_values_are_others() -> None:
    assert cells(empty=(153, 152), differ=4836)[:2] == ("float", "other values")
    assert cells(empty=(153, 900), differ=4836)[:2] == ("153 empty", "900 empty, other values")


def test_gaps_that_are_all_that_differs_stand_alone() -> None:
    assert cells(empty=(153, 152), differ=1)[:2] == ("153 empty", "152 empty")
    assert cells(empty=(153, 152), differ=None)[:2] == ("153 empty", "152 empty")


def test_gaps_that_only_go_with_their_rows_are_no_news() -> None:
    told = cells(P95, empty=(150, 75), differ=2400, rows=(5000, 2500))

    assert told[:2] == ("p95 8811.3", "p95 10573.6")


COUNTS = st.integers(0, 5000)


@given(empty=st.tuples(COUNTS, COUNTS), differ=COUNTS | st.none(), is_told=st.booleans())
def test_no_number_of_gaps_hides_what_moved(
    empty: tuple[int, int], differ: int | None, is_told: bool
) -> None:
    before, after, *_ = cells(*[P95] * is_told, empty=empty, differ=differ)

    if is_told:
        assert before.endswith("p95 8811.3")
        assert after.endswith("p95 10573.6")
    elif (differ or 0) > abs(empty[1] - empty[0]):
        assert after.endswith("other values")
    else:
        assert (before == after) is (empty[0] == empty[1])
