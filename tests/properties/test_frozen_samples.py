"""Laws: a frozen sample has the keys, joins and shares of real tables, and none of their texts."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ci_scriptcheck.data.freezing.freezing import freeze
from ci_scriptcheck.model.contract import Format, TableFile
from ci_scriptcheck.model.frozen import Given, Wish

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ci_scriptcheck.model.frozen import Frozen

pytestmark = pytest.mark.slow

Frames = dict[str, pd.DataFrame]

LETTERS = "abcdXYZ0123456789-_.@äß"
SUFFIX = {Format.CSV: "csv", Format.JSONL: "jsonl", Format.PARQUET: "parquet"}


def word(chance: Random) -> str:
    return "".join(chance.choices(LETTERS, k=chance.randint(1, 8)))


def moment(chance: Random) -> str:
    start = datetime(2020, 1, 1, tzinfo=UTC)
    return f"{start + timedelta(hours=chance.randint(0, 20_000)):%Y-%m-%dT%H:%M:%SZ}"


CELLS: Mapping[str, Callable[[Random, Sequence[str]], Any]] = {
    "text": lambda chance, _: word(chance),
    "category": lambda chance, few: chance.choice(few),
    "free": lambda chance, _: " ".join(word(chance) for _ in range(chance.randint(4, 9))),
    "int": lambda chance, _: chance.randint(-(10**6), 10**6),
    "float": lambda chance, _: chance.gauss(0, 1e4),
    "spiked": lambda chance, _: chance.choice([0.0, chance.random()]),
    "date": lambda chance, _: str(date(1950, 1, 1) + timedelta(days=chance.randint(0, 40_000))),
    "moment": lambda chance, _: moment(chance),
    "flag": lambda chance, _: chance.randint(0, 1),
    "mail": lambda chance, _: f"mr.{word(chance)}@home.example",
}


def column(kind: str, rows: int, chance: Random) -> pd.Series[Any]:
    few = [word(chance) for _ in range(chance.randint(1, 4))]
    holes = chance.choice([0.0, 0.0, 0.1, 0.9])
    made = [None if chance.random() < holes else CELLS[kind](chance, few) for _ in range(rows)]
    return pd.Series(made, dtype=object)


@st.composite
def tables(draw: st.DrawFn) -> Frames:
    """Give customers, and orders of theirs.

    What stands in the cells comes from one number: Hypothesis has the shape of tables to vary, and not each letter.
    """
    chance = Random(draw(st.integers(0, 2**32)))  # noqa: S311  (data of a test)
    people, bought = draw(st.integers(2, 60)), draw(st.integers(1, 120))
    numbered = draw(st.booleans())
    drawn = chance.sample(range(1, 10**5), people)
    ids = drawn if numbered else [f"c{one:06}" for one in drawn]
    customers = pd.DataFrame({"customer_id": ids})
    orders = pd.DataFrame(
        {
            "order_no": [f"o-{turn:04}" for turn in range(bought)],
            "customer_id": chance.choices(ids, k=bought),
        }
    )
    kinds = st.lists(st.sampled_from(list(CELLS)), max_size=4)
    for number, kind in enumerate(draw(kinds)):
        customers[f"a{number}"] = column(kind, people, chance)
    for number, kind in enumerate(draw(kinds)):
        orders[f"b{number}"] = column(kind, bought, chance)
    return {"customers": customers.convert_dtypes(), "orders": orders.convert_dtypes()}


def written(frames: Frames, kind: Format, folder: Path) -> list[Given]:
    found = []
    for name, frame in frames.items():
        file = folder / f"{name}.{SUFFIX[kind]}"
        if kind is Format.CSV:
            frame.to_csv(file, index=False)
        elif kind is Format.JSONL:
            frame.to_json(file, orient="records", lines=True)
        else:
            frame.to_parquet(file, index=False)
        entry = TableFile(name=file.name, format=kind)
        found.append(Given(name=name, files=(str(file),), format=str(kind), entries=(entry,)))
    return found


def read(file: Path) -> pd.DataFrame:
    if file.suffix == ".csv":
        return pd.read_csv(file, dtype=object)
    if file.suffix == ".jsonl":
        return pd.DataFrame([json.loads(line) for line in file.read_text().splitlines()])
    return pd.read_parquet(file)


def frozen(frames: Frames, kind: Format, rows: int, folder: Path) -> tuple[Frozen, Frames, Frames]:
    """Freeze tables, and read both sides as a script would."""
    (folder / "real").mkdir()
    given_ = written(frames, kind, folder / "real")
    told = freeze(given_, Wish(rows=rows), folder / "made")
    real = {one.name: read(Path(one.files[0])) for one in given_}
    made = {
        table.name: read(folder / "made" / table.name / table.files[0]) for table in told.tables
    }
    return told, real, made


def texts_of(frames: Mapping[str, pd.DataFrame], told: Frozen) -> set[str]:
    """Give all texts that are no dates or numbers."""
    return {
        str(cell)
        for table in told.tables
        for column in table.columns
        if column.type == "string" and column.name in frames[table.name]
        for cell in frames[table.name][column.name].dropna()
    }


SOME = {
    "frames": tables(),
    "kind": st.sampled_from(list(SUFFIX)),
    "rows": st.integers(2, 150),
}


@settings(max_examples=15, deadline=None, phases=[Phase.generate])
@given(**SOME)
def test_no_text_of_the_real_tables_is_in_the_sample(
    frames: Frames, kind: Format, rows: int
) -> None:
    with tempfile.TemporaryDirectory() as name:
        told, real, made = frozen(frames, kind, rows, Path(name))

        assert not texts_of(real, told) & texts_of(made, told)


@settings(max_examples=15, deadline=None, phases=[Phase.generate])
@given(**SOME)
def test_shares_of_missing_values_keys_and_joins_are_those_of_the_real_tables(
    frames: Frames, kind: Format, rows: int
) -> None:
    with tempfile.TemporaryDirectory() as name:
        told, real, made = frozen(frames, kind, rows, Path(name))

        for table in told.tables:
            one, other = real[table.name], made[table.name]
            assert list(one.columns) == list(other.columns)
            assert 1 <= len(other) <= min(rows, len(one))
            for column in one.columns:
                share, had = other[column].isna().mean(), one[column].isna().mean()
                assert abs(share - had) <= 1 / len(other) + 1e-9
                if one[column].dropna().is_unique and one[column].notna().sum() > 1:
                    assert other[column].dropna().is_unique
        known = set(made["customers"]["customer_id"])
        assert set(made["orders"]["customer_id"]) <= known


@settings(max_examples=8, deadline=None, phases=[Phase.generate])
@given(**SOME)
def test_equal_tables_give_equal_bytes(frames: Frames, kind: Format, rows: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        given_ = written(frames, kind, folder)

        once = freeze(given_, Wish(rows=rows), folder / "once")
        again = freeze(given_, Wish(rows=rows), folder / "again")

        assert once == again
        assert bytes_below(folder / "once") == bytes_below(folder / "again")


@settings(max_examples=8, deadline=None, phases=[Phase.generate])
@given(seed=st.integers(0, 2**32), rows=st.integers(30, 400))
def test_no_number_is_a_real_one_where_there_is_room_for_others(seed: int, rows: int) -> None:
    chance = Random(seed)  # noqa: S311  (data of a test)
    paid = pd.DataFrame(
        {
            "amount": [round(chance.lognormvariate(5, 1), 4) for _ in range(rows)],
            "cents": [chance.randint(10**6, 10**8) for _ in range(rows)],
            "account_id": [chance.randint(10**6, 10**7) for _ in range(rows)],
        }
    )
    with tempfile.TemporaryDirectory() as name:
        _, real, made = frozen({"paid": paid}, Format.PARQUET, 150, Path(name))

        for column_ in paid:
            assert not set(real["paid"][column_]) & set(made["paid"][column_])


def bytes_below(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
