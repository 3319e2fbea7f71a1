"""Cells of base and head compared: what has no value, and which numbers are the same."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pytest

from ci_scriptcheck.data.compare.comparison import compare
from ci_scriptcheck.data.compare.terms import CompareTerms
from ci_scriptcheck.data.compare.words import MISSING
from tests.functional.data.comparing import column, differing, table, write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("word", [*MISSING, "NONE", "Na", "NAN", " #nA ", " NA", "None ", "nil"])
@pytest.mark.parametrize("value", ["7", "0.5", "true", "2024-01-02"])
def test_a_cell_of_csv_has_no_value_where_pandas_reads_none(
    tmp_path: Path, word: str, value: str
) -> None:
    text = f"id,x\n1,{value}\n2,{word}\n"

    found = differing(tmp_path, "d.csv", f"id,x\n1,{value}\n2,\n", text)

    assert (found is None) == pd.read_csv(StringIO(text))["x"].isna()[1]


def test_in_lines_of_json_a_word_for_no_value_is_a_text(tmp_path: Path) -> None:
    day = '{"day": "2024-01-02"}\n'

    found = table(tmp_path, "d.jsonl", day + '{"day": null}\n', day + '{"day": "NA"}\n')

    assert column(found, "day").type_after == "string"


@pytest.mark.parametrize("whole", ["9007199254740993", "-123456789012345678"])
@pytest.mark.parametrize("name", ["d.csv", "d.jsonl"])
def test_a_whole_number_is_none_that_was_rounded_to_a_double(
    tmp_path: Path, name: str, whole: str
) -> None:
    row = '{{"id": {0}}}\n{{"id": 1}}\n' if name.endswith("l") else "id\n{0}\n1\n"

    found = table(tmp_path, name, row.format(whole), row.format(f"{float(whole):.16e}"))

    assert column(found, "id").rows == 1


@pytest.mark.parametrize("other", ["9.007199254740992e15", "9007199254740.992e3"])
def test_a_whole_number_that_a_double_holds_is_the_same_as_that(
    tmp_path: Path, other: str
) -> None:
    found = differing(tmp_path, "d.csv", "id\n9007199254740992\n12\n", f"id\n{other}\n12.0\n")

    assert found is None


def test_whole_numbers_that_became_doubles_are_told_where_they_were_rounded(
    tmp_path: Path,
) -> None:
    whole = pa.table({"id": pa.array([2**53, 2**53 + 1, 7])})
    rounded = whole.cast(pa.schema({"id": pa.float64()}), safe=False)

    found = table(tmp_path, "d.parquet", whole, rounded)

    assert column(found, "id").rows == 1


@pytest.mark.parametrize("key", [(), ("id",)])
def test_numbers_with_a_fraction_are_the_same_where_they_may_differ_by_so_much(
    tmp_path: Path, key: tuple[str, ...]
) -> None:
    before, close, far = (f"id,x\n1,{x}\n2,20.5\n" for x in ("10.5", "10.5009", "10.502"))
    terms = CompareTerms(keys={"d.csv": key} if key else {}, rounding=1e-4)

    def differ(after: str) -> bool:
        write(tmp_path / "base" / "d.csv", before)
        write(tmp_path / "head" / "d.csv", after)
        return bool(compare(tmp_path / "base", tmp_path / "head", terms))

    assert not differ(close)
    assert differ(far)
    assert differ(before.replace("2,", "3,"))


def test_whole_numbers_are_none_that_were_rounded_to_32_bits(tmp_path: Path) -> None:
    whole = pa.table({"id": pa.array([2**24, 2**24 + 1, 7])})
    rounded = whole.cast(pa.schema({"id": pa.float32()}), safe=False)

    assert column(table(tmp_path, "d.parquet", whole, rounded), "id").rows == 1


@pytest.mark.parametrize(("after", "is_same"), [("1.50", True), ("1.51", False)])
def test_decimals_of_more_digits_are_compared_by_all_of_them(
    tmp_path: Path, after: str, is_same: bool
) -> None:
    large = "12345678901234567890"
    before = pa.array([Decimal(large + "1.5")], pa.decimal128(30, 1))
    other = pa.array([Decimal(large + after)], pa.decimal128(38, 2))

    found = differing(tmp_path, "d.parquet", pa.table({"x": before}), pa.table({"x": other}))

    assert found is not None
    assert (found.table is None) == is_same
