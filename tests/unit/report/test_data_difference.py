"""What stands for a column that differs: gaps never hide that its values moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    ValueComparison,
)
from ci_scriptcheck.report import data_difference, data_difference_table, failure
from ci_scriptcheck.report.page import Page
from ci_scriptcheck.report.sides import Sides

if TYPE_CHECKING:
    from collections.abc import Callable

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

    assert told == ("p95 8811.3", "p95 10573.6 (+20 %)", "4,836 of 5,000")


@pytest.mark.parametrize("empty", [(0, 3), (153, 0), (153, 204)])
def test_gaps_that_came_or_went_visibly_stand_beside_what_moved(empty: tuple[int, int]) -> None:
    told = cells(P95, empty=empty, differ=4836)

    assert told[:2] == (f"{empty[0]} empty, p95 8811.3", f"{empty[1]} empty, p95 10573.6 (+20 %)")


def test_gaps_that_explain_what_differs_are_told_however_few_they_are() -> None:
    nudged = Figure(name="mean", before="511.2", after="511.3")

    told = cells(nudged, empty=(153, 140), differ=13)

    assert told[:2] == ("153 empty, mean 511.2", "140 empty, mean 511.3 (+0.02 %)")


def test_where_no_figure_may_be_told_gaps_do_not_hide_that_values_are_others() -> None:
    assert cells(empty=(153, 152), differ=4836)[:2] == ("float", "other values")
    assert cells(empty=(153, 900), differ=4836)[:2] == ("153 empty", "900 empty, other values")


def test_gaps_that_are_all_that_differs_stand_alone() -> None:
    assert cells(empty=(153, 152), differ=1)[:2] == ("153 empty", "152 empty")
    assert cells(empty=(153, 152), differ=None)[:2] == ("153 empty", "152 empty")


def test_gaps_that_only_go_with_their_rows_are_no_news() -> None:
    told = cells(P95, empty=(150, 75), differ=2400, rows=(5000, 2500))

    assert told[:2] == ("p95 8811.3", "p95 10573.6 (+20 %)")


COUNTS = st.integers(0, 5000)


@given(empty=st.tuples(COUNTS, COUNTS), differ=COUNTS | st.none(), is_told=st.booleans())
def test_no_number_of_gaps_hides_what_moved(
    empty: tuple[int, int], differ: int | None, is_told: bool
) -> None:
    before, after, *_ = cells(*[P95] * is_told, empty=empty, differ=differ)

    if is_told:
        assert before.endswith("p95 8811.3")
        assert after.endswith("p95 10573.6 (+20 %)")
    elif (differ or 0) > abs(empty[1] - empty[0]):
        assert after.endswith("other values")
    else:
        assert (before == after) is (empty[0] == empty[1])


def a_figure(name: str, before: str, after: str) -> Figure:
    return Figure(name=name, before=before, after=after)


@pytest.mark.parametrize(
    ("figures", "told"),
    [
        ([("p50", "3", "4")], "p50 4 (+33 %)"),
        ([("p50", "1,500", "1,200")], "p50 1,200 (\N{MINUS SIGN}20 %)"),
        ([("mean", "-2", "-3")], "mean -3 (+50 %)"),
        ([("p95", "2", "200")], "p95 200 (\N{MULTIPLICATION SIGN}100)"),
        ([("p50", "0", "4")], "p50 4"),
        ([("p50", "-1", "4")], "p50 4"),
        ([("p50", "2024-01-01", "2024-02-01")], "p50 2024-02-01"),
        ([("distinct", "4", "8")], "distinct 8"),
        ([("p95", "1e-320", "1e300")], "p95 1e300"),
        (
            [("p95", "1111.69", "1334.03"), ("mean", "420.1", "504.12"), ("p50", "380", "456")],
            "p95 1334.03 (+20 %, mean and p50 too)",
        ),
        (
            [("p95", "1111.69", "1334.03"), ("mean", "420.1", "432.7"), ("p50", "380", "390")],
            "p95 1334.03 (+20 %, mean +3 %)",
        ),
        ([("p95", "10", "12"), ("distinct", "10", "12")], "p95 12 (+20 %)"),
        ([("p95", "10", "12"), ("mean", "-1", "1")], "p95 12 (+20 %)"),
    ],
)
def test_beside_a_figure_stands_by_which_share_it_moved_and_whether_others_did_so_too(
    figures: list[tuple[str, str, str]], told: str
) -> None:
    given = [a_figure(*one) for one in figures]

    assert cells(*given, empty=(0, 0), differ=4836)[1] == told


def a_document(*ways: str, count: int | None = None) -> FileComparison:
    """Make a JSON file of private data in which values differ that may not be told."""
    return FileComparison(
        path="model.json",
        fate=Fate.CHANGED,
        format_before="json",
        format_after="json",
        values=tuple(ValueComparison(path=way, fate=Fate.CHANGED) for way in ways),
        values_count=count or len(ways),
    )


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (a_document("mean", "std"), "`mean` and `std` of `model.json`"),
        (a_document("mean", "(name 3, withheld)"), "2 values of `model.json`"),
        (a_document("a", "b", "c", "d", "e"), "5 values of `model.json`"),
        (a_document("a", "b", count=60), "60 values of `model.json`"),
        (a_document(count=2), "2 values of `model.json`"),
    ],
)
def test_a_few_values_of_a_document_are_named(document: FileComparison, told: str) -> None:
    port = PortComparison(port="model", files=(document,))

    assert data_difference.in_short(port, ON_MAIN) == told


def test_of_a_value_that_may_not_be_told_it_is_said_that_it_differs() -> None:
    content = data_difference_table.table_of(
        PortComparison(port="model", files=(a_document("mean"),)), ON_MAIN
    )

    assert content is not None
    assert content.rows == (("mean", "", "differs"),)


def test_what_moved_on_a_narrow_terminal(golden: Callable[[str], object]) -> None:
    columns = {
        "total": [
            a_figure("p95", "1111.69", "1334.03"),
            a_figure("mean", "420.1", "504.12"),
            a_figure("p50", "380", "456"),
        ],
        "discount": [a_figure("p95", "0.2", "0.31"), a_figure("mean", "0.05", "0.052")],
        "pieces": [a_figure("distinct", "19", "12")],
    }
    table = TableComparison(
        rows_before=5_000,
        rows_after=5_000,
        changed=3_880,
        columns=tuple(
            ColumnComparison(
                name=name,
                fate=Fate.CHANGED,
                type_before="float",
                type_after="float",
                rows=3_880,
                figures=tuple(figures),
            )
            for name, figures in columns.items()
        ),
    )
    rows = FileComparison(path="orders.csv", fate=Fate.CHANGED, table=table)
    port = PortComparison(port="out", files=(rows, a_document("mean", "std")))

    content = data_difference_table.table_of(port, ON_MAIN)

    assert content is not None
    lines = (data_difference.in_short(port, ON_MAIN), failure.table(content, Page(width=80)))
    assert "\n".join(lines) + "\n" == golden("data_difference/narrow.txt")
