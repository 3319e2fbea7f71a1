"""How figures of data are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.model.port_profile import ColumnProfile
from ci_scriptcheck.report import figures

if TYPE_CHECKING:
    from ci_scriptcheck.model.contract import Scalar


def test_no_share_is_rounded_to_all_or_nothing() -> None:
    shares = [0.0, 0.00001, 0.0004, 0.0314, 0.5, 0.99999, 1.0]

    told = [figures.share(one) for one in shares]

    assert told == ["0 %", "less than 0.01 %", "0.04 %", "3.1 %", "50 %", "99.99 %", "100 %"]


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (0.5, 9_500.0, "0.5 to 9,500"),
        (1_000_000, 1_000_000, "1,000,000"),
        ("2026-10-01", "2026-11-30", "2026-10-01 to 2026-11-30"),
        (None, None, ""),
    ],
)
def test_a_range_is_written_as_people_speak_of_it(low: Scalar, high: Scalar, told: str) -> None:
    profile = ColumnProfile(name="amount", low=low, high=high)

    assert figures.span(profile) == told


def test_an_estimate_is_called_one() -> None:
    assert figures.different(ColumnProfile(name="customer", distinct=4_120)) == "4,120"
    estimated = ColumnProfile(name="customer", distinct=4_120, is_estimate=True)
    assert figures.different(estimated) == "about 4,120"
