"""Between what days and moments are drawn whose schema bounds one side only, or none."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from ci_scriptcheck.data import ranges
from ci_scriptcheck.model.contract import Column, ColumnType

EPOCH = date(1970, 1, 1)


@pytest.mark.parametrize(
    ("low", "high", "first", "last"),
    [
        (None, None, "2024-01-01", "2024-12-31"),
        ("2019-01-01", None, "2019-01-01", "2024-12-31"),
        ("2026-01-01", None, "2026-01-01", "2027-01-01"),
        (None, "2026-06-30", "2024-01-01", "2026-06-30"),
        (None, "2020-12-31", "2020-01-01", "2020-12-31"),
        ("9999-06-30", None, "9999-06-30", "9999-12-31"),
        (None, "0001-01-02", "0001-01-01", "0001-01-02"),
        ("2026-01-01", "2026-01-02", "2026-01-01", "2026-01-02"),
    ],
)
def test_where_one_side_is_open_there_is_room_for_a_year(
    low: str | None, high: str | None, first: str, last: str
) -> None:
    days = ranges.days(Column(name="x", type=ColumnType.DATE, min=low, max=high))
    seconds = ranges.seconds(Column(name="x", type=ColumnType.DATETIME, min=low, max=high))

    assert [str(EPOCH + timedelta(days=one)) for one in days] == [first, last]
    moments = [datetime(1970, 1, 1) + timedelta(seconds=one) for one in seconds]  # noqa: DTZ001  (cells without a time zone)
    assert [str(one.date()) for one in moments] == [first, last]
