"""What an acceptance stands for: a loss in whatever data, other values in these alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_scriptcheck.model.acceptance import (
    Acceptance,
    difference_of,
    identity,
    stands_for_any_data,
)
from ci_scriptcheck.model.comparison import (
    NAME_WITHHELD,
    ColumnComparison,
    Fate,
    FileComparison,
    PortComparison,
    TableComparison,
)
from ci_scriptcheck.model.result import Finding, Level

GONE = ColumnComparison(name="country", fate=Fate.GONE, type_before="string")
OTHER_TYPE = ColumnComparison(
    name="country", fate=Fate.CHANGED, type_before="string", type_after="integer"
)


def a_finding(rule: str, name: str = "country") -> Finding:
    return Finding(rule=rule, severity=Level.ERROR, message="", subject=f"out/{name}", port="out")


def a_month(rows: int, *columns: ColumnComparison, path: str = "t.csv") -> PortComparison:
    """Give how an output differs in a month of so many rows."""
    table = TableComparison(rows_before=rows, rows_after=rows, changed=rows, columns=columns)
    file = FileComparison(path=path, fate=Fate.CHANGED, table=table, content=str(rows))
    lost = FileComparison(path="codes.json", fate=Fate.GONE, bytes_before=rows)
    return PortComparison(port="out", files=(file, lost))


LOSSES = [
    (a_finding("SC401"), GONE),
    (a_finding("SC402"), OTHER_TYPE),
    (a_finding("SC403", "codes.json"), GONE),
]


@pytest.mark.parametrize(("finding", "column"), LOSSES)
@given(rows=st.integers(0, 10**6))
def test_a_loss_is_the_same_in_the_data_of_any_month(
    finding: Finding, column: ColumnComparison, rows: int
) -> None:
    other = ColumnComparison(name="total", fate=Fate.CHANGED, rows=rows)
    first, next_month = a_month(100, column), a_month(rows, column, other)

    assert difference_of(finding, first) == difference_of(finding, next_month)
    assert stands_for_any_data(finding, first)


@pytest.mark.parametrize("rule", ["SC404", "SC405", "SC406", "SC407"])
def test_what_lies_in_rows_and_cells_is_accepted_of_these_data_alone(rule: str) -> None:
    finding = a_finding(rule, "t.csv")

    assert difference_of(finding, a_month(1)) != difference_of(finding, a_month(2))
    assert not stands_for_any_data(finding, a_month(1))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(a_month(1, GONE), a_month(1, GONE, path="u.csv"), id="of another file"),
        pytest.param(
            a_month(1, GONE),
            PortComparison(
                port="out", files=(*a_month(1, GONE).files, *a_month(1, GONE, path="u.csv").files)
            ),
            id="of one more file",
        ),
        pytest.param(
            a_month(1, GONE),
            PortComparison(
                port="out",
                files=(
                    FileComparison(
                        path="a.zip", fate=Fate.CHANGED, members=a_month(1, GONE).files
                    ),
                ),
            ),
            id="of a table in an archive",
        ),
    ],
)
def test_a_column_that_is_gone_from_elsewhere_is_another_loss(
    one: PortComparison, other: PortComparison
) -> None:
    assert difference_of(a_finding("SC401"), one) != difference_of(a_finding("SC401"), other)


def test_another_type_than_the_one_that_was_accepted_is_another_difference() -> None:
    text = ColumnComparison(
        name="country", fate=Fate.CHANGED, type_before="string", type_after="float"
    )

    one, other = (
        difference_of(a_finding("SC402"), a_month(1, each)) for each in (OTHER_TYPE, text)
    )

    assert one != other


@pytest.mark.parametrize("withheld", ["column", "file", "part of a type"])
def test_of_a_name_that_is_withheld_no_digest_is_written_that_could_be_guessed(
    withheld: str,
) -> None:
    label = f"(name 1{NAME_WITHHELD}"
    name = label if withheld == "column" else "country"
    column = ColumnComparison(
        name=name,
        fate=Fate.CHANGED,
        type_before="string",
        type_after="struct(…)" if withheld == "part of a type" else "integer",
    )
    finding = a_finding("SC402", name)
    found = a_month(1, column, path=label if withheld == "file" else "t.csv")

    assert difference_of(finding, found) == identity(found)
    assert not stands_for_any_data(finding, found)


def test_what_was_accepted_of_all_that_differs_still_holds_for_exactly_that() -> None:
    accepted = Acceptance(
        step="prepare",
        output="out",
        rule="SC401",
        about="out/country",
        difference=identity(a_month(1, GONE)),
        reason="ticket 12",
    )
    finding = Finding(
        rule="SC401",
        severity=Level.ERROR,
        message="",
        subject="out/country",
        step="prepare",
        port="out",
    )

    assert accepted.covers(finding, a_month(1, GONE))
    assert not accepted.covers(finding, a_month(2, GONE))
