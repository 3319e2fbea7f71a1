"""Pairs of two sides, as many as there can be."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from ci_scriptcheck.data.pairing import paired

FITS = st.lists(st.lists(st.integers(0, 5), max_size=4, unique=True), max_size=5)


def most_pairs(fits: list[list[int]]) -> int:
    """Count them by trying each order in which to choose."""
    places = range(6)
    return max(
        sum(place in fit for fit, place in zip(fits, order, strict=False))
        for order in permutations(places, len(fits))
    )


@given(FITS)
def test_there_are_as_many_pairs_as_there_can_be(fits: list[list[int]]) -> None:
    found = paired(fits)

    assert all(place in fits[number] for number, place in found.items())
    assert len(set(found.values())) == len(found) == most_pairs(fits)


def test_each_gets_what_fits_it_best_where_nobody_else_needs_it() -> None:
    assert paired([[2, 0], [1, 2]]) == {0: 2, 1: 1}


def test_many_that_fit_too_few_are_paired_at_once() -> None:
    assert len(paired([list(range(500))] * 1000)) == 500
