"""Tables that were frozen: what of them is in the sample, and what is not."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ci_scriptcheck.data.freezing.freezing import freeze
from ci_scriptcheck.data.sample import UnreadableError
from ci_scriptcheck.model.contract import Format, TableFile
from ci_scriptcheck.model.frozen import Given, How, Wish

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.model.frozen import Frozen, FrozenColumn

Frames = dict[str, pd.DataFrame]


class Freezing:
    """A folder in which tables are frozen."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: Frozen | None = None

    def __call__(self, frames: Frames, wish: Wish | None = None, **more: Any) -> Frames:
        """Freeze tables that lie in CSV files, and read the sample."""
        given = []
        for name, frame in frames.items():
            file = self.folder / f"{name}.csv"
            frame.to_csv(file, index=False)
            entry = TableFile(name=file.name, format=Format.CSV)
            given.append(
                Given(name=name, files=(str(file),), format="csv", entries=(entry,), **more)
            )
        self.told = freeze(given, wish or Wish(), self.folder / "made")
        return {
            name: pd.read_csv(self.folder / "made" / name / f"{name}.csv", dtype=str)
            for name in frames
        }

    def column(self, name: str) -> FrozenColumn:
        """Give what is told of a column."""
        assert self.told is not None
        return next(one for table in self.told.tables for one in table.columns if one.name == name)


@pytest.fixture
def frozen(tmp_path: Path) -> Freezing:
    return Freezing(tmp_path)


@pytest.fixture
def chance() -> Random:
    return Random(1)  # noqa: S311  (data of a test)


def test_a_group_of_fewer_than_ten_rows_is_not_in_the_sample(frozen: Freezing) -> None:
    tiers = ["gold"] * 60 + ["silver"] * 131 + ["royal"] * 9

    made = frozen({"people": pd.DataFrame({"tier": tiers})}, Wish(rows=100, keep=("tier",)))

    assert made["people"]["tier"].value_counts().to_dict() == {"silver": 69, "gold": 31}
    assert (frozen.column("tier").kept, frozen.column("tier").rare) == (("gold", "silver"), 1)


def test_a_value_that_the_settings_name_stays_in_whatever_few_rows(frozen: Freezing) -> None:
    tiers = ["gold"] * 60 + ["silver"] * 31 + ["royal"] * 9

    made = frozen(
        {"people": pd.DataFrame({"tier": tiers})}, values={"tier": ("gold", "royal", "lead")}
    )

    assert set(made["people"]["tier"]) == {"gold", "royal"}


def test_of_a_public_table_all_values_stay(frozen: Freezing) -> None:
    tiers = ["gold"] * 60 + ["royal"]

    made = frozen({"people": pd.DataFrame({"tier": tiers})}, is_public=True)

    assert set(made["people"]["tier"]) == {"gold", "royal"}


def test_extremes_are_clipped_to_what_ten_rows_say_and_a_frequent_number_stays(
    frozen: Freezing, chance: Random
) -> None:
    pays = [0.0] * 150 + [round(chance.uniform(1000, 9000), 2) for _ in range(349)] + [9_999_999.0]

    made = frozen({"people": pd.DataFrame({"pay": pays})}, Wish(rows=200))

    paid = made["people"]["pay"].astype(float)
    assert paid.max() < 1_100_000
    assert (paid == 0).sum() == 60
    assert not set(paid) & set(pays[150:])
    assert frozen.column("pay").spikes == ("0",)


def test_an_identifier_keeps_its_form_and_the_letters_that_all_begin_with(
    frozen: Freezing,
) -> None:
    ids = [f"ORD-{number:05}{'ab'[number % 2]}" for number in range(0, 4000, 10)]

    made = frozen({"orders": pd.DataFrame({"order": ids})})

    assert made["orders"]["order"].str.fullmatch(r"ORD-\d{5}[a-z]").all()
    assert made["orders"]["order"].is_unique
    assert not set(made["orders"]["order"]) & set(ids)


def test_hexadecimal_digits_stay_such_and_codes_of_a_letter_and_digits_are_none(
    frozen: Freezing, chance: Random
) -> None:
    hashes = [f"{chance.getrandbits(64):016x}" for _ in range(100)]
    codes = [f"c{chance.randint(0, 10**8):09}" for _ in range(100)]

    made = frozen({"t": pd.DataFrame({"hash": hashes, "code": codes})})["t"]

    assert made["hash"].str.fullmatch("[0-9a-f]{16}").all()
    assert made["hash"].str.contains("[a-f]").mean() > 0.9
    assert made["code"].str.fullmatch("c[0-9]{9}").all()


def test_addresses_and_telephones_are_others_that_can_be_read_as_such(
    frozen: Freezing, chance: Random
) -> None:
    def number() -> int:
        return chance.randint(1, 250)

    frame = pd.DataFrame(
        {
            "mail": [f"ann.{turn}@home.test" for turn in range(100)],
            "from": [f"{number()}.{number()}.{number()}.{number()}" for _ in range(100)],
            "call": [f"+49 151 {chance.randint(0, 9999999):07}" for _ in range(100)],
        }
    )

    made = frozen({"t": frame})["t"]

    assert made["mail"].str.fullmatch(r"mail\d+@example\.org").all()
    assert made["from"].str.fullmatch(r"10(\.\d{1,3}){3}").all()
    assert made["call"].str.fullmatch(r"\+\d\d \d{3} \d{7}").all()
    assert not [name for name in frame if set(made[name]) & set(frame[name])]


def test_a_name_that_begins_all_texts_is_no_form(frozen: Freezing) -> None:
    texts = [f"marguerite-{number}" for number in range(100)]

    made = frozen({"log": pd.DataFrame({"line": texts})})

    assert not made["log"]["line"].str.contains("marguerite").any()


def test_texts_of_all_codes_of_a_length_are_replaced_by_longer_ones(frozen: Freezing) -> None:
    codes = [f"{number:02}x" for number in range(100)]
    letters = [f"{one}{other}" for one in "0123456789" for other in "0123456789"]
    frames = {"t": pd.DataFrame({"code": codes, "n": [f"0{one}" for one in letters]})}

    made = frozen(frames, Wish(rows=80))

    assert made["t"]["code"].is_unique
    assert not set(made["t"]["n"]) & set(frames["t"]["n"])


def test_rows_join_by_two_columns_and_as_many_have_no_partner(
    frozen: Freezing, chance: Random
) -> None:
    places, hours = ["ABC", "DEF", "GHI"], [f"2024-03-{day:02}T08:00:00Z" for day in range(1, 29)]
    weather = pd.DataFrame([(place, hour) for place in places for hour in hours])
    weather.columns = ["place", "hour"]
    weather["temp"] = [round(chance.gauss(50, 9), 3) for _ in range(len(weather))]
    flights = weather[["place", "hour"]].sample(300, replace=True, random_state=1)
    flights.iloc[:30, 1] = "2024-07-01T08:00:00Z"

    made = frozen({"flights": flights, "weather": weather}, Wish(rows=200))

    assert not made["weather"].duplicated(["place", "hour"]).any()
    found = made["flights"].merge(made["weather"], how="left", indicator=True)
    assert len(found) == len(made["flights"])
    assert (found["_merge"] == "left_only").mean() == pytest.approx(0.1, abs=0.01)


def test_long_numbers_of_which_there_are_few_name_somebody_and_short_ones_do_not(
    frozen: Freezing,
) -> None:
    calls = pd.DataFrame(
        {
            "caller": [4_915_112_340 + turn % 7 for turn in range(210)],
            "store_no": [3 + turn % 5 for turn in range(210)],
            "stars": [1 + turn % 5 for turn in range(210)],
        }
    )

    made = frozen({"calls": calls}, Wish(rows=100))["calls"].astype(int)

    assert not set(made["caller"]) & set(calls["caller"])
    assert not set(made["store_no"]) & set(calls["store_no"])
    assert set(made["stars"]) == {1, 2, 3, 4, 5}
    assert made["caller"].nunique() == 7


def test_numbers_join_those_that_pandas_wrote_with_a_point_as_some_were_missing(
    frozen: Freezing, chance: Random
) -> None:
    people = pd.DataFrame({"id": [1000 + 7 * one for one in range(80)]})
    bought = [float(chance.choice(people["id"])) for _ in range(200)]
    orders = pd.DataFrame({"line": range(200), "people_id": bought})
    orders.loc[:19, "people_id"] = None
    orders.loc[20:29, "people_id"] = 77.0

    made = frozen({"people": people, "orders": orders}, Wish(rows=200))

    found = made["orders"]["people_id"].astype(float)
    assert (len(found), found.isna().sum()) == (200, 20)
    assert (~found.dropna().isin(made["people"]["id"].astype(float))).sum() == 10
    assert not set(found.dropna()) & {*people["id"], 77}


def test_rows_of_one_thing_are_as_many_as_in_the_real_table(
    frozen: Freezing, chance: Random
) -> None:
    clicks = pd.DataFrame(
        {
            "visitor_id": [f"v{chance.randint(0, 99):04}" for _ in range(1000)],
            "at": range(1000),
        }
    )

    made = frozen({"clicks": clicks}, Wish(rows=200))

    assert made["clicks"]["visitor_id"].nunique() == pytest.approx(20, abs=1)
    assert made["clicks"]["visitor_id"].str.fullmatch(r"v\d{4}").all()


def test_two_tables_share_the_things_that_a_column_stands_for(
    frozen: Freezing, chance: Random
) -> None:
    def of(rows: int) -> pd.DataFrame:
        return pd.DataFrame({"account": [f"a{chance.randint(0, 40):03}" for _ in range(rows)]})

    made = frozen({"paid": of(300), "asked": of(200)}, Wish(rows=100, by=("account",)))

    asked, paid = set(made["asked"]["account"]), set(made["paid"]["account"])
    assert len(asked & paid) >= 0.9 * len(asked | paid)


def test_what_two_tables_say_of_a_thing_is_the_same_in_both(
    frozen: Freezing, chance: Random
) -> None:
    people = pd.DataFrame({"person_id": [f"p{one:03}" for one in range(100)]})
    people["country"] = [chance.choice(["de", "fr", "it"]) for _ in range(100)]
    orders = people.sample(300, replace=True, random_state=2).reset_index(drop=True)

    made = frozen({"people": people, "orders": orders})

    both = made["orders"].merge(made["people"], on="person_id")
    assert len(both) == len(made["orders"])
    assert (both["country_x"] == both["country_y"]).all()


def test_moments_keep_their_form_their_step_and_their_order_and_never_stays_never(
    frozen: Freezing, chance: Random
) -> None:
    start = pd.Timestamp("2024-01-01")
    begun = [start + pd.Timedelta(hours=chance.randint(0, 9000)) for _ in range(300)]
    ended = [
        "9999-12-31 00:00:00"
        if turn % 5 == 0
        else str(one + pd.Timedelta(hours=chance.randint(0, 99)))
        for turn, one in enumerate(begun)
    ]
    frames = {"jobs": pd.DataFrame({"begun": begun, "ended": ended})}

    made = frozen(frames, Wish(rows=100))["jobs"]

    assert made["begun"].str.fullmatch(r"\d{4}-\d\d-\d\d \d\d:00:00").all()
    never = made["ended"] == "9999-12-31 00:00:00"
    assert never.sum() == 20
    gaps = pd.to_datetime(made["ended"][~never]) - pd.to_datetime(made["begun"][~never])
    assert gaps.min() >= pd.Timedelta(0)
    assert gaps.max() <= pd.Timedelta(hours=99)
    assert frozen.column("ended").after == "begun"
    moved = pd.to_datetime(made["begun"]).median() - pd.Series(begun).median()
    assert abs(moved) > pd.Timedelta(days=30)


def test_moments_of_a_kept_column_lie_in_the_real_time(frozen: Freezing) -> None:
    days = pd.date_range("2024-01-01", periods=90).strftime("%d.%m.%Y")

    made = frozen({"t": pd.DataFrame({"day": days})}, Wish(rows=60, keep=("day",)))["t"]

    found = pd.to_datetime(made["day"], format="%d.%m.%Y")
    assert found.is_unique
    assert (found.min() >= pd.Timestamp("2024-01-01")) & (found.max() < pd.Timestamp("2024-04-01"))


def test_columns_go_together_by_rank_and_lack_their_values_together(
    frozen: Freezing, chance: Random
) -> None:
    size = [chance.gauss(0, 1) for _ in range(800)]
    frame = pd.DataFrame(
        {
            "size": size,
            "weight": [one + chance.gauss(0, 0.1) for one in size],
            "kind": ["small" if one < 0 else "large" for one in size],
        }
    )
    frame.loc[frame.index % 10 == 0, ["size", "weight"]] = None

    made = frozen({"birds": frame}, Wish(rows=300, keep=("kind",)))["birds"]

    numbers = made[["size", "weight"]].astype(float)
    assert numbers["size"].rank().corr(numbers["weight"].rank()) > 0.9
    assert (numbers["size"].isna() == numbers["weight"].isna()).all()
    large = numbers["size"][made["kind"] == "large"].median()
    assert large > numbers["size"][made["kind"] == "small"].median() + 0.5


def test_in_groups_that_differ_columns_go_together_as_in_each_of_them(
    frozen: Freezing, chance: Random
) -> None:
    middles = {"left": (0, 9), "right": (9, 0), "low": (0, 0)}
    kinds = [chance.choice(list(middles)) for _ in range(900)]
    frame = pd.DataFrame({"kind": kinds})
    frame["x"] = [middles[kind][0] + chance.gauss(0, 1) for kind in kinds]
    frame["y"] = [middles[kind][1] + chance.gauss(0, 1) for kind in kinds]

    made = frozen({"points": frame}, Wish(rows=300, keep=("kind",)))["points"]

    assert frozen.told is not None
    assert frozen.told.tables[0].within == "kind"
    for kind, (x, y) in middles.items():
        points = made.loc[made["kind"] == kind, ["x", "y"]].astype(float)
        assert points["x"].mean() == pytest.approx(x, abs=0.6)
        assert points["y"].mean() == pytest.approx(y, abs=0.6)


def test_a_parquet_file_keeps_its_types(tmp_path: Path) -> None:
    table = pa.table(
        {
            "n": pa.array(range(100), pa.int32()),
            "at": pa.array(range(0, 10**12, 10**10), pa.timestamp("ms", "UTC")),
            "day": pa.array(range(100), pa.date32()),
            "band": pa.array(["low", "high"] * 50).dictionary_encode(),
            "digits": pa.array([f"{one:04}" for one in range(100)]),
            "ok": pa.array([True, False] * 50),
            "list": pa.array([[1]] * 100),
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    entry = TableFile(name="t.parquet", format=Format.PARQUET)
    given = Given(
        name="t", files=(str(tmp_path / "t.parquet"),), format="parquet", entries=(entry,)
    )

    told = freeze([given], Wish(rows=50), tmp_path / "made")

    made = pq.read_schema(tmp_path / "made/t/t.parquet")
    assert made.remove_metadata() == table.drop(["list"]).schema
    assert told.tables[0].columns[-1].how is How.LEFT_OUT


def test_a_table_without_rows_stays_one(frozen: Freezing) -> None:
    made = frozen({"empty": pd.DataFrame({"a": [], "b": []})})

    assert list(made["empty"].columns) == ["a", "b"]
    assert len(made["empty"]) == 0


def test_what_is_no_table_is_told(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_bytes(b"PAR1" + b"\xff" * 40 + b"PAR1")
    entry = TableFile(name="t.parquet", format=Format.PARQUET)
    given = Given(
        name="t", files=(str(tmp_path / "t.parquet"),), format="parquet", entries=(entry,)
    )

    with pytest.raises(UnreadableError, match="`t`: "):
        freeze([given], Wish(), tmp_path / "made")
