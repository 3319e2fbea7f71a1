"""What is told of the tables of a port as wholes: figures that stand for many rows, and no value of one."""

from __future__ import annotations

import gzip
import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from ci_scriptcheck.data import port_profile
from ci_scriptcheck.data.compare.terms import ProfileTerms
from ci_scriptcheck.data.validate.terms import Evidence
from ci_scriptcheck.model.codec import to_json
from ci_scriptcheck.model.contract import Column, ColumnType, Schema
from tests.functional.data.comparing import Content, write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ci_scriptcheck.model.port_profile import ColumnProfile, TableProfile

CATEGORY = Column(name="kind", type=ColumnType.CATEGORY, values=("a", "b"))


def profiled(folder: Path, files: dict[str, Content], **terms: Any) -> tuple[TableProfile, ...]:
    for name, content in files.items():
        write(folder / name, content)
    return port_profile.profiled(folder, ProfileTerms(**terms))


def table(folder: Path, content: Content, **terms: Any) -> TableProfile:
    name = "table.csv" if isinstance(content, str) else "table.parquet"
    (found,) = profiled(folder, {name: content}, **terms)
    assert found.note is None
    return found


def column(found: TableProfile, name: str) -> ColumnProfile:
    one = found.column(name)
    assert one is not None
    return one


def csv(name: str, cells: Sequence[object]) -> str:
    return "\n".join([f"row,{name}", *(f"{n},{cell}" for n, cell in enumerate(cells))]) + "\n"


def test_rows_gaps_types_and_different_values_are_counted(tmp_path: Path) -> None:
    found = table(tmp_path, "id,amount,note\n1,0.5,x\n2,,x\n3,1.5,\n4,2.5,y\n")

    assert found.rows == 4
    told = [(one.name, one.type, one.nulls, one.distinct) for one in found.columns]
    assert told == [("id", "int", 0, 4), ("amount", "float", 1, 3), ("note", "string", 1, 2)]


def test_the_range_of_private_numbers_leaves_out_the_outermost_rows_and_is_rounded(
    tmp_path: Path,
) -> None:
    cells = [*range(1011, 1061), *[98_765_432] * 9, *[3] * 9]

    found = column(table(tmp_path, csv("paid", cells)), "paid")

    assert (found.low, found.high) == (1_000, 1_100)


def test_ten_rows_are_enough_to_belong_to_the_range(tmp_path: Path) -> None:
    cells = [*range(1011, 1061), *[98_765] * 10]

    assert column(table(tmp_path, csv("paid", cells)), "paid").high == 99_000


@pytest.mark.parametrize("rows", [1, 10, 19])
def test_of_few_private_rows_no_range_is_told(tmp_path: Path, rows: int) -> None:
    found = column(table(tmp_path, csv("paid", [7.5] * rows)), "paid")

    assert (found.low, found.median, found.high) == (None, None, None)


def test_rows_outside_of_what_is_told_and_outside_of_the_bounds_of_the_schema_are_counted(
    tmp_path: Path,
) -> None:
    cells = [*range(1011, 1061), *[98_765_432] * 9, 3]
    schema = Schema(columns=(Column(name="paid", type=ColumnType.INT, min=1, max=1050),))

    found = column(table(tmp_path, csv("paid", cells), schema=schema), "paid")

    assert (found.low, found.high) == (1_000, 1_100)
    assert (found.beyond, found.below) == (9 + 1, 1)
    assert (found.outside, found.too_low) == (19, 0)


def test_a_bound_that_is_a_day_means_the_whole_of_it(tmp_path: Path) -> None:
    cells = [f"2026-03-{one:02}T18:00:00Z" for one in range(1, 32)]
    at = Column(name="at", type=ColumnType.DATETIME, min="2026-03-02", max="2026-03-30")

    found = column(table(tmp_path, csv("at", cells), schema=Schema(columns=(at,))), "at")

    assert (found.low, found.high) == ("2026-03-01", "2026-03-31")
    assert (found.beyond, found.outside, found.too_low) == (0, 2, 1)


def test_no_private_text_is_told_but_categories_that_the_schema_has_and_ten_rows_hold(
    tmp_path: Path,
) -> None:
    cells = ["a"] * 30 + ["often"] * 10 + ["seldom"] * 9
    terms = {"schema": Schema(columns=(CATEGORY,))}

    found = column(table(tmp_path, csv("kind", cells), **terms), "kind")
    elsewhere = table(tmp_path, csv("kind", cells))

    assert (found.strange, found.strange_rows, found.unseen) == (2, 19, 1)
    assert found.named == ("often",)
    assert "often" not in json.dumps(to_json(elsewhere))


def test_a_column_of_many_texts_is_no_category_whatever_its_schema_says(tmp_path: Path) -> None:
    cells = [f"person {number}" for number in range(101) for _ in range(10)]
    terms = {"schema": Schema(columns=(CATEGORY,))}

    found = column(table(tmp_path, csv("kind", cells), **terms), "kind")

    assert (found.strange, found.named) == (101, ())


def test_of_public_data_the_very_values_are_told(tmp_path: Path) -> None:
    terms = {"schema": Schema(columns=(CATEGORY,)), "evidence": Evidence.VALUES}
    content = pa.table({"kind": ["a", "seldom"], "paid": [1.25, 98.7654]})

    found = table(tmp_path, content, **terms)

    assert column(found, "kind").named == ("seldom",)
    assert (column(found, "paid").low, column(found, "paid").high) == (1.25, 98.7654)


def test_private_days_are_told_by_their_months(tmp_path: Path) -> None:
    days = [date(2026, 2, number + 3) for number in range(20)]

    found = column(table(tmp_path, pa.table({"row": range(20), "day": days})), "day")

    assert (found.low, found.high) == ("2026-02-01", "2026-02-28")


def test_infinite_numbers_and_such_that_are_none_have_no_part_in_a_range(tmp_path: Path) -> None:
    cells = [float("inf"), float("nan"), *[2.0] * 30]

    found = column(table(tmp_path, pa.table({"x": cells})), "x")

    assert (found.low, found.high, found.nulls) == (2.0, 2.0, 1)


def test_rows_that_share_a_key_are_counted(tmp_path: Path) -> None:
    content = "a,b\n1,x\n1,x\n1,y\n2,x\n2,x\n2,x\n"

    found = table(tmp_path, content, schema=Schema(key=("a", "b")))

    assert found.repeated == 5


def test_files_of_one_table_are_looked_at_together_and_others_by_themselves(
    tmp_path: Path,
) -> None:
    files: dict[str, Content] = {
        "part-00000.csv": "a\n1\n2\n",
        "part-00001.csv": "a,b\n3,x\n",
        "other.csv.gz": gzip.compress(b"z\n1\n"),
        "model.json": "{}",
        "_SUCCESS": "",
    }

    found = profiled(tmp_path, files)

    told = [(one.name, one.files, one.rows) for one in found]
    assert told == [("other.csv.gz", 1, 1), ("part-*.csv", 2, 3)]


def test_a_broken_table_is_told_with_the_reason_and_hides_no_other(tmp_path: Path) -> None:
    write(tmp_path / "good.csv", "a\n1\n")
    write(tmp_path / "bad.parquet", b"PAR1" + bytes(100) + b"PAR1")

    found = {one.name: one for one in port_profile.profiled(tmp_path, ProfileTerms())}

    assert found["bad.parquet"].note is not None
    assert (found["good.csv"].note, found["good.csv"].rows) == (None, 1)


def test_a_table_without_rows_and_a_folder_without_files_are_told_as_they_are(
    tmp_path: Path,
) -> None:
    empty = table(tmp_path, "a,b\n")

    assert (empty.rows, [one.name for one in empty.columns]) == (0, ["a", "b"])
    assert port_profile.profiled(tmp_path / "nothing", ProfileTerms()) == ()
