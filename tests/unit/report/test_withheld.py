"""Names that are withheld: what became of many columns and files stands in one line, and why, once."""

from __future__ import annotations

import re
from dataclasses import replace
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
from ci_scriptcheck.model.drift import Drift, TableDrift
from ci_scriptcheck.report import (
    console,
    data_difference,
    data_difference_table,
    drift,
    html,
    markdown,
    withheld,
)
from ci_scriptcheck.report.links import Links
from ci_scriptcheck.report.page import PLAIN
from ci_scriptcheck.report.sides import Sides
from tests.unit.report.deep_dived import a_column, a_deep_dive, a_port, a_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from ci_scriptcheck.model.run_record import RunRecord

ON_MAIN = Sides(before="on main", twice="main")


def label(number: int) -> str:
    return f"(name {number}, withheld)"


def new(number: int) -> ColumnComparison:
    return ColumnComparison(name=label(number), fate=Fate.NEW, type_after="float")


def moved(name: str, p50: str, rows: int) -> ColumnComparison:
    return ColumnComparison(
        name=name,
        fate=Fate.CHANGED,
        type_before="float",
        type_after="float",
        rows=rows,
        figures=(Figure(name="p50", before="1.5", after=p50),),
    )


def a_file(path: str, *columns: ColumnComparison) -> FileComparison:
    table = TableComparison(rows_before=5, rows_after=5, changed=4, columns=columns)
    return FileComparison(path=path, fate=Fate.CHANGED, table=table)


def new_file(number: int) -> FileComparison:
    return FileComparison(
        path=f"by/{label(number)}", fate=Fate.NEW, format_after="csv", bytes_after=1_000
    )


def told(*files: FileComparison) -> list[tuple[str, ...]]:
    content = data_difference_table.table_of(PortComparison(port="out", files=files), ON_MAIN)
    assert content is not None
    return list(content.rows)


def test_columns_that_came_without_a_name_stand_in_one_line() -> None:
    file = a_file("t.csv", moved("total", "2.5", 4), *map(new, range(860)))

    assert told(file) == [
        ("total", "p50 1.5", "p50 2.5 (+67 %)", "4 of 5"),
        ("860 columns, names withheld", "missing", "float", "all 5"),
    ]


def test_one_column_without_a_name_keeps_its_label_and_its_figures() -> None:
    assert told(a_file("t.csv", moved(label(1), "2.5", 4))) == [
        (label(1), "p50 1.5", "p50 2.5 (+67 %)", "4 of 5")
    ]


def test_figures_of_one_column_do_not_pass_for_those_of_all() -> None:
    file = a_file("t.csv", moved(label(1), "2.5", 4), moved(label(2), "7.5", 3))

    assert told(file) == [("2 columns, names withheld", "float", "other values", "up to 4 of 5")]


def test_columns_that_came_and_columns_that_went_are_told_apart() -> None:
    gone = [
        ColumnComparison(name=label(number), fate=Fate.GONE, type_before="int")
        for number in (7, 8, 9)
    ]

    assert told(a_file("t.csv", new(1), *gone, new(2))) == [
        ("2 columns, names withheld", "missing", "float", "all 5"),
        ("3 columns, names withheld", "int", "missing", "all 5"),
    ]


def test_files_that_came_without_a_name_stand_in_one_line() -> None:
    port = PortComparison(port="out", files=tuple(map(new_file, range(41))))

    assert told(*port.files) == [("41 files, names withheld", "", "missing", "there")]
    assert data_difference.in_short(port, ON_MAIN) == "41 files, names withheld, are new"


def test_what_all_files_without_a_name_lost_is_told_once() -> None:
    lost = ColumnComparison(name="total", fate=Fate.GONE, type_before="int")

    assert told(a_file(label(1), lost), a_file(label(2), lost)) == [
        ("2 files, names withheld", "total", "int", "missing", "all 5")
    ]


def test_files_without_a_name_that_differ_each_in_its_way_are_counted() -> None:
    files = a_file(label(1), moved("total", "2.5", 4)), a_file(label(2), moved("sum", "2.5", 4))

    assert told(*files) == [("2 files, names withheld", "", "", "differ")]


def test_values_without_a_name_stand_in_one_line() -> None:
    values = tuple(
        ValueComparison(path=f"by.{label(number)}", fate=Fate.NEW, after=str(number))
        for number in range(12)
    )
    file = FileComparison(path="m.json", fate=Fate.CHANGED, values=values, values_count=12)

    assert told(file) == [("12 values, names withheld", "missing", "there")]


NAMES = st.integers(0, 9).map(label) | st.sampled_from(["total", "paid, withheld", "a"])


@given(
    st.lists(
        st.builds(
            lambda name, fate: ColumnComparison(name=name, fate=fate), NAMES, st.sampled_from(Fate)
        )
    )
)
def test_no_column_is_lost_and_each_that_has_a_name_stands_alone(
    found: list[ColumnComparison],
) -> None:
    groups = withheld.columns(found)

    assert sorted(one.name for _, group in groups for one in group) == sorted(
        one.name for one in found
    )
    assert [name for name, _ in groups if "withheld" not in name or name == "paid, withheld"] == [
        one.name for one in found if not withheld.is_one(one.name)
    ]
    assert all(len({one.fate for one in group}) == 1 for _, group in groups)


@pytest.mark.parametrize(
    ("names", "written"),
    [
        ((label(1),), "`(name 1, withheld)`"),
        ((label(1), label(2)), "2 columns, names withheld"),
        (("a", label(1), "b", label(2)), "`a` and `b`, and 2 columns, names withheld"),
    ],
)
def test_names_in_a_row(names: tuple[str, ...], written: str) -> None:
    assert withheld.in_words(names, "column", 4) == written


@pytest.mark.parametrize(
    "text",
    [
        "`(name 1, withheld)`",
        "`(name 2.1, withheld)`",
        "`(name\n      1,\n      withheld)`",
        "41 files, names\n  withheld",
    ],
)
def test_a_label_that_is_wrapped_is_one(text: str) -> None:
    assert withheld.why(["", text]) == withheld.WHY


def test_columns_and_tables_of_executions_without_names_stand_in_one_line() -> None:
    alone = TableDrift(
        name="orders.csv",
        rows_before=5,
        rows_after=5,
        columns=(*map(new, range(1, 42)), moved("paid", "2.5", 4)),
    )
    tables = (TableDrift(name=label(number), fate=Fate.NEW) for number in range(50, 91))
    found = Drift(tables=(alone, *tables), programs=("train.py", label(91), label(92)))

    told = "\n".join(drift.told(found, PLAIN))

    assert told.count("withheld") == 3
    assert re.search(r"\n +41 columns, names withheld +missing +float\n", told)
    assert "41 tables, names withheld: new\n" in told
    assert "other code: `train.py`, and 2 programs, names withheld\n" in told
    assert re.search(r"\n +paid +p50 1.5 +p50 2.5", told)


def a_column_for_each_customer() -> RunRecord:
    """Give a run on real data of a change that writes a column, and a file, for each customer."""
    gaps = [a_column(label(number), nulls=60 * number) for number in range(3, 44)]
    full = [a_column(label(number)) for number in range(44, 860)]
    customers = a_column("customer", "string", distinct=4_120)
    wide = a_port("wide", a_table(4_120, customers, *gaps, *full))
    record = a_deep_dive(wide)
    table = a_file(
        "wide.csv", moved("total", "2.5", 4), *map(new, range(3, 860)), moved(label(1), "3", 2)
    )
    port = PortComparison(port="wide", files=(*map(new_file, range(900, 941)), table))
    first, *others = record.results
    first = replace(first, comparisons=(port,), is_first_to_differ=True)
    return replace(record, results=(first, *others))


def test_the_console_has_a_line_for_all_customers(golden: Callable[[str], object]) -> None:
    assert console.ending(a_column_for_each_customer(), PLAIN) == golden(
        "console/withheld_names.txt"
    )


def test_the_comment_has_a_line_for_all_customers(golden: Callable[[str], object]) -> None:
    assert markdown.comment(a_column_for_each_customer(), Links()) == golden(
        "markdown/withheld_names.md"
    )


def test_the_page_has_a_line_for_all_customers() -> None:
    page = html.render(a_column_for_each_customer())

    assert "857 columns, names withheld" in page
    assert "csv, 41.0 kB here, not on main." in page
    assert not re.search(r"\(name (?!1,)", page)


@pytest.mark.parametrize(
    "render",
    [
        lambda one: console.render(one, PLAIN),
        lambda one: markdown.comment(one, Links()),
        html.render,
    ],
)
def test_each_report_says_once_why_names_are_withheld(render: Callable[[RunRecord], str]) -> None:
    beginning = "Some names are withheld"

    assert " ".join(render(a_column_for_each_customer()).split()).count(beginning) == 1
    assert beginning not in render(a_deep_dive())
