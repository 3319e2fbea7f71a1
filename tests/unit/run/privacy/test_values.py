"""A value of ten rows can be of one person: it is named where a schema or somebody's words name it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_scriptcheck.model import acceptance
from ci_scriptcheck.model.comparison import (
    ColumnComparison,
    Fate,
    Figure,
    FileComparison,
    PortComparison,
    TableComparison,
)
from ci_scriptcheck.model.drift import Drift, TableDrift
from ci_scriptcheck.run.privacy import values
from ci_scriptcheck.run.privacy.values import Named
from ci_scriptcheck.run.privacy.words import words_of

WORDS = words_of(["status in ('paid', 'not yet paid')"])
NAMED = Named(categories=frozenset({"country"}), words=lambda: WORDS)
DISTINCT = Figure(name="distinct", before="3", after="4")


def of_value(value: str) -> Figure:
    return Figure(name=f'"{value}"', before="12", after="24")


def a_column(name: str, *told: str) -> ColumnComparison:
    figures = (*map(of_value, told), DISTINCT)
    return ColumnComparison(name=name, fate=Fate.CHANGED, figures=figures)


def a_file(*columns: ColumnComparison) -> FileComparison:
    table = TableComparison(rows_before=40, rows_after=40, columns=columns)
    return FileComparison(path="a.csv", fate=Fate.CHANGED, table=table)


@pytest.mark.parametrize(
    ("column", "value"),
    [("country", "Kowalczyk"), ("status", "paid"), ("status", "Not yet paid"), ("status", "")],
)
def test_a_category_and_what_stands_in_the_code_are_named(column: str, value: str) -> None:
    assert NAMED.may_tell(column, of_value(value))


@pytest.mark.parametrize("value", ["Kowalczyk", "paid by Kowalczyk", "87", "17:40", "***"])
def test_another_value_is_not(value: str) -> None:
    assert not NAMED.may_tell("status", of_value(value))


@pytest.mark.parametrize("name", ["distinct", "p50", "true", "mean", "time zone"])
def test_what_counts_no_text_is_told(name: str) -> None:
    assert NAMED.may_tell("status", Figure(name=name, before="1", after="2"))


@given(value=st.text())
def test_no_value_is_left_wherever_a_table_lies(value: str) -> None:
    unknown = f"Żółw {value}"
    file = a_file(a_column("who", unknown, "paid"))
    archive = FileComparison(path="a.zip", fate=Fate.CHANGED, members=(file,))
    drift = Drift(tables=(TableDrift(name="a.csv", columns=(a_column("who", unknown),)),))

    port = values.of_port(PortComparison(port="out", files=(file, archive)), NAMED)
    told = (port, values.of_drift(drift, NAMED))

    assert "Żółw" not in str(told)
    assert str(told).count("'\"paid\"'") == 2
    assert str(told).count("distinct") == 3


def test_what_was_accepted_hangs_on_values_that_are_not_named() -> None:
    found = [
        PortComparison(port="out", files=(a_file(a_column("who", name)),))
        for name in ("Kowalczyk", "Nowak")
    ]

    one, other = (values.of_port(each, NAMED) for each in found)

    assert one.files == other.files
    assert acceptance.identity(one) == acceptance.identity(found[0])
    assert acceptance.identity(one) != acceptance.identity(other)


def test_code_is_read_only_where_a_value_is_to_be_named() -> None:
    def unread() -> frozenset[str]:
        raise AssertionError

    named = Named(categories=frozenset({"country"}), words=unread)
    found = PortComparison(port="out", files=(a_file(a_column("country", "CH"), a_column("n")),))

    assert values.of_port(found, named) is found
