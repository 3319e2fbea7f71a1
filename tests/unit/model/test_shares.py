"""Shares of rows that a schema allows: what proves that they are exceeded, and with how much room they are suggested."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_scriptcheck.model.shares import RowsSeen, rounded_up, with_room

SHARES = st.floats(0.0001, 1.0)
ROWS = st.integers(1, 1_000_000)


@given(allowed=SHARES, rows=ROWS, count=st.integers(0, 1_000_000))
def test_what_a_sample_proves_the_whole_data_would_prove_too(
    allowed: float, rows: int, count: int
) -> None:
    if RowsSeen(rows=rows, is_sample=True).exceeds(count, allowed):
        assert RowsSeen(rows=rows).exceeds(count, allowed)


@given(rows=ROWS)
def test_of_what_may_never_be_one_row_is_proof_enough_in_a_sample_as_well(rows: int) -> None:
    assert RowsSeen(rows=rows, is_sample=True).exceeds(1, 0.0)
    assert not RowsSeen(rows=rows, is_sample=True).exceeds(0, 0.0)


@given(rows=ROWS, data=st.data())
def test_the_same_data_fit_the_share_that_was_suggested_for_them(
    rows: int, data: st.DataObject
) -> None:
    count = data.draw(st.integers(1, rows))
    share = with_room(count, rows)

    assert rounded_up(count / rows) <= share <= 1
    assert not RowsSeen(rows=rows).exceeds(count, share)


@given(share=st.floats(0.01, 0.99), rows=st.integers(100, 10_000))
def test_of_more_rows_with_the_same_share_less_room_is_needed(share: float, rows: int) -> None:
    few, many = round(share * rows), 100 * round(share * rows)

    if few:
        assert with_room(many, 100 * rows) <= with_room(few, rows)


@pytest.mark.parametrize("share", [0.01, 0.1, 0.2])
def test_the_next_month_of_like_data_hardly_ever_exceeds_what_was_suggested(share: float) -> None:
    chance = random.Random(f"months {share}")  # noqa: S311  (no secret)
    rows, months = 500, 400
    broken = 0
    for _ in range(months):
        this, following = (sum(chance.random() < share for _ in range(rows)) for _ in range(2))
        broken += bool(this) and RowsSeen(rows=rows).exceeds(following, with_room(this, rows))

    assert broken <= 0.03 * months


@pytest.mark.parametrize("allowed", [0.002, 0.01, 0.2])
def test_samples_of_data_that_fit_are_hardly_ever_called_otherwise(allowed: float) -> None:
    chance = random.Random(f"samples {allowed}")  # noqa: S311  (no secret)
    rows, samples = 484, 1_000
    seen = RowsSeen(rows=rows, is_sample=True)
    told = sum(
        seen.exceeds(sum(chance.random() < allowed for _ in range(rows)), allowed)
        for _ in range(samples)
    )

    assert told <= 0.005 * samples
