"""How far two samples of one distribution are apart by chance."""

from __future__ import annotations

import numpy as np
import pytest

from ci_scriptcheck.data.compare.drift import chance
from ci_scriptcheck.data.compare.profile import stability


@pytest.mark.parametrize(
    ("before", "after", "classes"), [(500, 500, 10), (2000, 300, 10), (1000, 1000, 4)]
)
def test_equal_samples_are_hardly_ever_beyond_it_and_the_bound_is_no_wider_than_it_must_be(
    before: int, after: int, classes: int
) -> None:
    rng = np.random.default_rng(7)
    found = []
    for _ in range(2000):
        sides = [
            dict(enumerate(rng.multinomial(rows, [1 / classes] * classes)))
            for rows in (before, after)
        ]
        found.append(stability(*sides) or 0.0)

    bound = chance(before, after, classes)

    assert sum(index > bound for index in found) <= 12
    assert max(found) > bound / 2
