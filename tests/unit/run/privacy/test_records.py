"""Names that a record may tell: those of a head are none of a row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_scriptcheck.run.privacy.records import is_head

LISTED = frozenset({"id", "name", "paid", "city"})
CELL = st.text().filter(lambda cell: cell not in LISTED)


@pytest.mark.parametrize(
    "line", [("id", "name", "paid"), ("city", "name", "paid", "Umsatz"), ("paid",)]
)
def test_a_line_of_listed_columns_is_a_head(line: tuple[str, ...]) -> None:
    assert is_head(line, LISTED)


@pytest.mark.parametrize(
    "line",
    [
        ("open", "closed", "Kowalczyk"),
        ("id", "name", "Jane", "Kowalczyk"),
        ("id", "name", "paid", "87"),
        ("paid", "paid", "paid", "Kowalczyk"),
    ],
)
def test_a_line_of_other_words_is_none(line: tuple[str, ...]) -> None:
    assert not is_head(line, LISTED)


@given(row=st.lists(CELL, min_size=1), column=st.sampled_from(sorted(LISTED)))
def test_no_row_is_a_head_though_a_cell_of_it_is_called_as_a_column(
    row: list[str], column: str
) -> None:
    assert not is_head((column, *row), LISTED)
    assert not is_head(tuple(row), LISTED)
