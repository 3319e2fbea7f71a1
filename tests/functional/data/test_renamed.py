"""A column that is only called otherwise is known by its values, in the same rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from tests.functional.data.comparing import table

if TYPE_CHECKING:
    from pathlib import Path

BEFORE: dict[str, Any] = {"id": [1, 2, 3, 4], "total": [9.5, None, 7.25, 7.25]}


def renamed(folder: Path, before: dict[str, Any], after: dict[str, Any]) -> dict[str, str | None]:
    """Give the columns that are gone, each with what it is called now."""
    found = table(folder, "t.parquet", pa.table(before), pa.table(after))
    return {one.name: one.called_now for one in found.columns if one.fate == "gone"}


def without(name: str, **others: Any) -> dict[str, Any]:
    return {key: cells for key, cells in BEFORE.items() if key != name} | others


def test_a_new_column_with_the_values_of_one_that_is_gone_is_that_one(tmp_path: Path) -> None:
    after = without("total", vat=[1.0, 2.0, 3.0, 4.0], turnover=BEFORE["total"])

    assert renamed(tmp_path, BEFORE, after) == {"total": "turnover"}


@pytest.mark.parametrize(
    "cells",
    [
        [9.5, None, 7.25, 7.5],
        [None, 9.5, 7.25, 7.25],
        ["9.5", None, "7.25", "7.25"],
        [9.5, None, 7.25],
    ],
    ids=["another value", "another order", "another type", "a row less"],
)
def test_one_with_other_values_is_not(tmp_path: Path, cells: list[Any]) -> None:
    after = without("total", turnover=cells) | {"id": BEFORE["id"][: len(cells)]}

    assert renamed(tmp_path, BEFORE, after) == {"total": None}


def test_columns_without_any_value_are_none_of_each_other(tmp_path: Path) -> None:
    nothing = pa.array([None] * 4, pa.float64())

    assert renamed(tmp_path, without("total", old=nothing), without("total", new=nothing)) == {
        "old": None
    }


def test_one_new_column_stands_for_one_that_is_gone_only(tmp_path: Path) -> None:
    before = without("total", a=[1, 2, 2, 1], b=[1, 2, 2, 1])

    assert renamed(tmp_path, before, without("total", c=[1, 2, 2, 1])) == {"a": "c", "b": None}


def test_texts_of_a_csv_file_are_held_against_each_other_as_well(tmp_path: Path) -> None:
    found = table(tmp_path, "t.csv", "id,total\n1,x\n2,\n3,y\n", "id,turnover\n1,x\n2,\n3,y\n")

    assert [(one.name, one.called_now) for one in found.columns] == [
        ("total", "turnover"),
        ("turnover", None),
    ]
