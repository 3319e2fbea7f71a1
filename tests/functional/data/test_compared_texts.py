"""Texts of base and head compared: times in them are told one by one, for a second run of base to set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.data.compare.noise import without_noise
from ci_scriptcheck.data.validate.terms import Evidence
from tests.functional.data.comparing import differing

if TYPE_CHECKING:
    from pathlib import Path


def told(folder: Path, before: str, after: str) -> list[tuple[str, str | None, str | None]]:
    """Give the times that differ."""
    found = differing(folder, "t.txt", before, after)
    assert found is not None
    assert (found.note, found.values_count) == (None, len(found.values))
    return [(one.path, one.before, one.after) for one in found.values]


@pytest.mark.parametrize(
    ("before", "after", "time"),
    [
        ("lead_time: 5", "lead_time: 500", ("lead_time", '"5"', '"500"')),
        ("cutoff: 2026-01-01", "cutoff: 1999-12-31", ("date", '"2026-01-01"', '"1999-12-31"')),
        ("tel: 1700000000", "tel: 1800000000", ("epoch", '"1700000000"', '"1800000000"')),
        ("trade_date = 20", "trade_date = 99", ("trade_date", '"20"', '"99"')),
        ("at 12:30", "at 99:59", ("clock", '"12:30"', '"99:59"')),
    ],
)
def test_a_time_that_differs_is_told_by_its_name_or_shape(
    tmp_path: Path, before: str, after: str, time: tuple[str, str, str]
) -> None:
    assert told(tmp_path, before, after) == [time]


def test_of_times_that_are_called_the_same_each_has_its_number(tmp_path: Path) -> None:
    assert told(tmp_path, "from 10:15 to 11:00\n", "from 10:15 to 12:00\n") == [
        ("clock[1]", '"11:00"', '"12:00"')
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("made 2024-01-01.", "made ."),
        ("fit_time: 5", "load_time: 5"),
        ("at 2024-01-01", "at 10:15"),
        ("10:15 5", "10:16 6"),
    ],
)
def test_more_than_other_times_is_told_by_its_line(
    tmp_path: Path, before: str, after: str
) -> None:
    found = differing(tmp_path, "t.txt", before, after)

    assert found is not None
    assert (found.values, found.note) == (
        (),
        f"differs in line 1: `{before}`, and then `{after}`",
    )


def test_of_real_texts_neither_times_nor_their_names_are_told(tmp_path: Path) -> None:
    found = differing(
        tmp_path, "t.txt", "jane_time: 5", "jane_time: 6", evidence=Evidence.AGGREGATES
    )

    assert found is not None
    (value,) = found.values
    assert (value.path, value.before, value.after) == ("time", None, None)


REPORT = "made at {0}\nseen at {1}\nlead_time: {2}\nkeep: {3}\n"
BASE = REPORT.format("2026-11-30 10:00:00", "2026-11-30 10:00:01", "5", "2026-01-01")
AGAIN = REPORT.format("2026-11-30 10:01:00", "2026-11-30 10:00:01", "5", "2026-01-01")


@pytest.mark.parametrize(
    ("after", "left"),
    [
        (REPORT.format("2026-11-30 11:00:00", "2026-11-30 11:00:01", "5", "2026-01-01"), []),
        (
            REPORT.format("2026-11-30 11:00:00", "2026-11-30 11:00:01", "500", "1999-12-31"),
            ["lead_time", "date"],
        ),
    ],
)
def test_a_second_run_of_base_tells_times_of_runs_from_those_of_the_data(
    tmp_path: Path, after: str, left: list[str]
) -> None:
    found = differing(tmp_path, "t.txt", BASE, after)
    repeat = differing(tmp_path, "t.txt", BASE, AGAIN)
    assert found is not None
    assert repeat is not None

    rest = without_noise([found], [repeat])

    assert [value.path for file in rest.files for value in file.values] == left
    assert rest.noise == ("t.txt: moment[*]",)


def test_where_base_only_writes_other_times_a_new_text_is_no_chance(tmp_path: Path) -> None:
    found = differing(tmp_path, "t.txt", BASE, BASE.replace("keep", "drop"))
    repeat = differing(tmp_path, "t.txt", BASE, AGAIN)
    assert found is not None
    assert repeat is not None

    assert without_noise([found], [repeat]).files == (found,)


def test_of_a_text_that_is_another_each_time_other_times_are_no_difference(
    tmp_path: Path,
) -> None:
    found = differing(tmp_path, "t.txt", BASE, BASE.replace("10:00:00", "11:00:00"))
    repeat = differing(tmp_path, "t.txt", BASE, AGAIN.replace("seen", "done"))
    assert found is not None
    assert repeat is not None

    assert without_noise([found], [repeat]).files == ()
