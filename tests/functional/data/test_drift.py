"""Data of two executions, held against each other as wholes: none of their rows belong together."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from ci_scriptcheck.data.compare import port_drift
from ci_scriptcheck.data.compare.terms import DriftTerms
from ci_scriptcheck.data.validate.terms import Evidence
from ci_scriptcheck.model.comparison import Fate
from tests.functional.data.comparing import Content, a_tar, write

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.model.comparison import ColumnComparison
    from ci_scriptcheck.model.drift import Drift, TableDrift

ROWS = 2_000


def a_day(seed: int, rows: int = ROWS) -> dict[str, Any]:
    """Make the rows of one day, none of which is on another day."""
    rng = np.random.default_rng(seed)
    return {
        "id": np.arange(seed * rows, (seed + 1) * rows),
        "amount": rng.lognormal(3, 1, rows),
        "country": rng.choice(["DE", "FR", "PL"], rows, p=[0.5, 0.3, 0.2]),
        "email": [f"p{number}@example.org" for number in rng.integers(0, 10**9, rows)],
        "age": rng.integers(18, 90, rows),
        "at": np.datetime64("2026-11-01", "us")
        + seed * np.timedelta64(1, "D")
        + rng.integers(0, 86_400, rows) * np.timedelta64(1, "s"),
    }


def drift(
    folder: Path, before: dict[str, Content], after: dict[str, Content], **terms: Any
) -> Drift:
    """Compare two folders of files."""
    for side, files in (("before", before), ("after", after)):
        (folder / side).mkdir(exist_ok=True)
        for name, content in files.items():
            write(folder / side / name, content)
    return port_drift.compared(folder / "before", folder / "after", DriftTerms(**terms))


def a_file(day: dict[str, Any]) -> dict[str, Content]:
    return {"part-00000.parquet": pa.table(day)}


def only_table(found: Drift) -> TableDrift:
    assert found.unread == ()
    (table,) = found.tables
    return table


def only_column(found: Drift) -> ColumnComparison:
    (column,) = only_table(found).columns
    return column


def test_two_ordinary_days_do_not_differ(tmp_path: Path) -> None:
    for seed in range(2):
        found = drift(tmp_path, a_file(a_day(seed)), a_file(a_day(seed + 1)))

        assert found.is_empty, (seed, found)


def test_two_small_days_do_not_differ_by_chance(tmp_path: Path) -> None:
    for seed in range(8):
        found = drift(tmp_path, a_file(a_day(seed, 120)), a_file(a_day(seed + 1, 120)))

        assert found.is_empty, (seed, found)


def test_a_shift_of_a_number_is_told_with_its_index_and_quantiles(tmp_path: Path) -> None:
    later = a_day(2)
    later["amount"] = later["amount"] * 1.5

    column = only_column(drift(tmp_path, a_file(a_day(1)), a_file(later)))

    assert column.name == "amount"
    assert column.psi is not None
    assert 0.1 < column.psi < 1
    assert {"p05", "p50", "p95"} <= {figure.name for figure in column.figures}


def test_other_shares_of_categories_are_told(tmp_path: Path) -> None:
    later = a_day(2)
    later["country"] = np.where(later["country"] == "PL", "DE", later["country"])

    column = only_column(drift(tmp_path, a_file(a_day(1)), a_file(later)))

    assert column.name == "country"
    assert '"PL"' in [figure.name for figure in column.figures]


def test_a_category_of_fewer_than_ten_rows_is_not_named(tmp_path: Path) -> None:
    later = a_day(2)
    later["country"] = np.where(later["country"] == "PL", "DE", later["country"])
    later["country"][:9] = "Jadwiga"

    found = drift(tmp_path, a_file(a_day(1)), a_file(later))

    assert [one.name for one in only_table(found).columns] == ["country"]
    assert "Jadwiga" not in repr(found)


def test_values_that_are_missing_now_are_told(tmp_path: Path) -> None:
    later = a_day(2)
    later["age"] = [None if number % 20 == 0 else age for number, age in enumerate(later["age"])]

    column = only_column(drift(tmp_path, a_file(a_day(1)), a_file(later)))

    assert (column.name, column.nulls_before, column.nulls_after) == ("age", 0, 100)


def test_columns_that_come_or_go_and_other_types_are_told_before_shifts(tmp_path: Path) -> None:
    later = a_day(2)
    later["age"] = [str(age) for age in later["age"]]
    later["channel"] = ["web"] * ROWS
    later["amount"] = later["amount"] * 2
    del later["email"]

    table = only_table(drift(tmp_path, a_file(a_day(1)), a_file(later)))

    assert [(one.name, one.fate.value) for one in table.columns] == [
        ("email", "gone"),
        ("age", "changed"),
        ("amount", "changed"),
        ("channel", "new"),
    ]
    assert (table.columns[1].type_before, table.columns[1].type_after) == ("int", "string")


def test_a_constant_that_is_smaller_now_is_told(tmp_path: Path) -> None:
    before, after = a_day(1), a_day(2)
    before["rate"], after["rate"] = [0.25] * ROWS, [0.2] * ROWS

    assert only_column(drift(tmp_path, a_file(before), a_file(after))).name == "rate"


def a_scale(of: int, mean: float) -> dict[str, Any]:
    """Make shares of a highest count, as a score that is scaled to 1: the larger the count, the finer the steps."""
    counts = np.random.default_rng(of).exponential(mean * of, ROWS).round().clip(0, of)
    return {"score": (counts / of).round(4)}


def test_a_scale_of_other_steps_does_not_differ_where_hardly_a_value_moved(tmp_path: Path) -> None:
    for of, other in ((29, 26), (26, 30), (30, 29)):
        found = drift(tmp_path, a_file(a_scale(of, 0.15)), a_file(a_scale(other, 0.15)))

        assert found.is_empty, (of, other, found)


def test_values_on_a_scale_that_moved_are_told_whichever_day_is_the_later_one(
    tmp_path: Path,
) -> None:
    days = a_file(a_scale(29, 0.12)), a_file(a_scale(26, 0.19))

    there, back = only_column(drift(tmp_path, *days)), only_column(drift(tmp_path, *days[::-1]))

    assert there.psi is not None
    assert (there.name, back.name) == ("score", "score")
    assert back.psi == pytest.approx(there.psi)


def test_a_flag_that_is_set_in_a_little_more_than_half_of_the_rows_does_not_differ(
    tmp_path: Path,
) -> None:
    sides = [{"flag": [1.0] * ones + [0.0] * (ROWS - ones)} for ones in (980, 1_020)]

    assert drift(tmp_path, a_file(sides[0]), a_file(sides[1])).is_empty


@pytest.mark.parametrize("counts", [(1_000, 905), (905, 1_000)])
def test_rows_are_told_from_a_tenth_of_the_smaller_number_on(
    tmp_path: Path, counts: tuple[int, int]
) -> None:
    before, after = ({"t.csv": "a\n" + "x\n" * count} for count in counts)

    table = only_table(drift(tmp_path, before, after))

    assert (table.rows_before, table.rows_after) == counts


def test_an_identifier_that_is_the_same_in_all_rows_now_is_told(tmp_path: Path) -> None:
    later = a_day(2)
    later["email"] = ["nobody@example.org"] * ROWS

    assert only_column(drift(tmp_path, a_file(a_day(1)), a_file(later))).name == "email"


def test_moments_that_cover_a_longer_time_are_told(tmp_path: Path) -> None:
    later = a_day(2)
    later["at"] = later["at"] + np.arange(ROWS) % 7 * np.timedelta64(1, "D")

    assert only_column(drift(tmp_path, a_file(a_day(1)), a_file(later))).name == "at"


def test_files_of_one_table_are_one_table_however_many_and_whatever_they_are_called(
    tmp_path: Path,
) -> None:
    one, other, another = (pa.table(a_day(seed)).drop_columns(["at"]) for seed in (1, 2, 3))
    mark = "3f2a8c1e-9d1b-4c7e-8a55-0123456789ab"
    before = {
        f"dt=2026-11-01/part-{number:05d}-{mark}.parquet": one.slice(number * 500, 500)
        for number in range(4)
    }
    after = {"dt=2026-11-08/part-00000-7e1b.parquet": other, "_SUCCESS": b""}

    found = drift(tmp_path, before, {**after, "dt=2026-11-08/part-00001-7e1b.parquet": another})

    table = only_table(found)
    assert table.name == "dt=*/part-*.parquet"
    assert (table.files_before, table.files_after) == (4, 2)
    assert (table.rows_before, table.rows_after) == (2_000, 4_000)
    assert table.columns == ()


def test_csv_files_of_one_table_are_told_their_types_together(tmp_path: Path) -> None:
    before = {f"p{number}.csv": "a,b\n" + f"{number},x\n" * 200 for number in range(3)}
    after = {**before, "p1.csv": "a,b\n" + "1.5,x\n" * 200, "p2.csv": "a,b\n" + "z,x\n" * 200}

    column = only_column(drift(tmp_path, before, after))

    assert (column.name, column.type_before, column.type_after) == ("a", "int", "string")


@pytest.mark.parametrize("pack", [str, lambda text: gzip.compress(text.encode())])
def test_rows_that_are_fewer_are_told(tmp_path: Path, pack: Any) -> None:
    name = "t.csv" if pack is str else "t.csv.gz"
    before, after = ("a\n" + "x\n" * count for count in (1000, 800))

    table = only_table(drift(tmp_path, {name: pack(before)}, {name: pack(after)}))

    assert (table.rows_before, table.rows_after, table.columns) == (1000, 800, ())


def test_rows_of_samples_are_not_counted(tmp_path: Path) -> None:
    found = drift(
        tmp_path,
        {"t.csv": "a\n" + "x\n" * 1000},
        {"t.csv": "a\n" + "x\n" * 500},
        is_sample=True,
    )

    assert found.is_empty


def test_numbers_without_a_header_are_columns_by_their_place(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    before = "".join(f"{a},{b}\n" for a, b in rng.normal(0, 1, (500, 2)))
    after = "".join(f"{a},{b + 3}\n" for a, b in rng.normal(0, 1, (500, 2)))

    assert only_column(drift(tmp_path, {"t.csv": before}, {"t.csv": after})).name == "column 2"


def test_metrics_that_moved_are_told_and_other_numbers_are_not(tmp_path: Path) -> None:
    report = {
        "binary_classification_metrics": {"auc": {"value": 0.91, "standard_deviation": "NaN"}},
        "rows": 100,
        "highest": {"amount": 98765.4321},
    }
    later = json.loads(json.dumps(report).replace("0.91", "0.84").replace("98765.4321", "7.5"))

    found = drift(
        tmp_path, {"evaluation.json": json.dumps(report)}, {"evaluation.json": json.dumps(later)}
    )

    (number,) = found.numbers
    assert (number.way, number.before, number.after) == (
        "binary_classification_metrics.auc.value",
        0.91,
        0.84,
    )
    assert found.untold == 0


def test_metrics_below_keys_that_may_be_values_are_counted_only(tmp_path: Path) -> None:
    sides = [json.dumps({"Jadwiga-7319": {"auc": auc}, "auc": 0.5}) for auc in (0.9, 0.8)]

    found = drift(tmp_path, {"m.json": sides[0]}, {"m.json": sides[1]})

    assert (found.numbers, found.untold) == ((), 1)
    assert "Jadwiga" not in repr(found)


@pytest.mark.parametrize(
    "rows",
    [
        [{"score": 0.1}, {"score": 0.2}],
        {"score": {"0": 0.1, "1": 0.2}},
        {"score": [0.1, 0.2]},
        {"0": {"score": 0.1}, "1": {"score": 0.2}},
    ],
)
def test_rows_written_as_json_are_no_metrics(tmp_path: Path, rows: object) -> None:
    before = json.dumps(rows)

    found = drift(tmp_path, {"m.json": before}, {"m.json": before.replace("0.2", "0.98765")})

    assert (found.numbers, found.untold) == ((), 1)


def test_ways_of_the_settings_are_told_whatever_they_are_called(tmp_path: Path) -> None:
    sides = [json.dumps({"books": {"kept": [{"share": share}]}}) for share in (0.5, 0.25)]

    found = drift(
        tmp_path, {"m.json": sides[0]}, {"m.json": sides[1]}, ways=("books.kept[*].share",)
    )

    assert [(one.way, one.before, one.after) for one in found.numbers] == [
        ("books.kept[0].share", 0.5, 0.25)
    ]


def test_public_data_tell_all_their_metrics(tmp_path: Path) -> None:
    sides = [json.dumps({"Warsaw": {"auc": auc}}) for auc in (0.9, 0.8)]

    found = drift(tmp_path, {"m.json": sides[0]}, {"m.json": sides[1]}, evidence=Evidence.VALUES)

    assert [one.way for one in found.numbers] == ["Warsaw.auc"]


def test_reports_inside_an_archive_are_read(tmp_path: Path) -> None:
    sides = [a_tar(("eval.json", json.dumps({"rmse": e}).encode())) for e in (1.0, 2.0)]

    found = drift(tmp_path, {"output.tar.gz": sides[0]}, {"output.tar.gz": sides[1]})

    assert [(one.file, one.way) for one in found.numbers] == [("output.tar.gz: eval.json", "rmse")]


def test_tables_that_only_one_side_has_are_told_and_models_of_another_name_are_not(
    tmp_path: Path,
) -> None:
    found = drift(
        tmp_path,
        {"a.csv": "a\n1\n", "old.bin": b"\0\1"},
        {"b.csv": "a\n1\n", "new.bin": b"\0\2"},
    )

    assert [(one.name, one.fate) for one in found.tables] == [
        ("a.csv", Fate.GONE),
        ("b.csv", Fate.NEW),
    ]


def test_a_broken_file_is_told_and_the_others_are_none_the_worse_for_it(tmp_path: Path) -> None:
    later = a_day(2)
    later["amount"] = later["amount"] * 2

    found = drift(
        tmp_path,
        {**a_file(a_day(1)), "x.parquet": b"PAR1 and nothing"},
        {**a_file(later), "x.parquet": b"PAR1 and something else"},
    )

    assert found.unread == ("`x.parquet`: broken Parquet, perhaps cut short",)
    assert [one.name for one in found.tables] == ["part-00000.parquet"]


def test_the_same_bytes_are_not_opened(tmp_path: Path) -> None:
    broken = {"x.parquet": b"PAR1 and nothing", "x.json": '{"auc": '}

    assert drift(tmp_path, broken, broken).is_empty


def test_code_that_is_not_the_same_is_named_in_an_archive_too(tmp_path: Path) -> None:
    packed = [a_tar(("train.py", b"a = 1"), ("lib/x.py", code)) for code in (b"b = 1", b"b = 2")]

    found = drift(
        tmp_path,
        {"prepare.py": "x = 1", "same.py": "", "sourcedir.tar.gz": packed[0]},
        {"prepare.py": "x = 2", "same.py": "", "sourcedir.tar.gz": packed[1]},
    )

    assert found.programs == ("prepare.py", "sourcedir.tar.gz: lib/x.py")
