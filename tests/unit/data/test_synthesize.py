from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from ci_scriptcheck.data.synthesize import Maker
from ci_scriptcheck.data.unmakeable import UnmakeableError
from ci_scriptcheck.model.contract import (
    Column,
    ColumnType,
    Dataset,
    Format,
    GeneratedBy,
    Schema,
    Synthesized,
    TableFile,
)
from ci_scriptcheck.model.scenario import BUILT_IN, Scenario


def a_column(name: str, type: str = "string", **given: Any) -> Column:  # noqa: A002  (as in YAML)
    return Column(name=name, type=ColumnType(type), **given)


def a_dataset(name: str, *columns: Column, **schema: Any) -> Dataset:
    return Dataset(
        name=name,
        schema=Schema(columns=columns, **schema),
        files=(TableFile(name=f"{name}.csv", format=Format.CSV),),
        origin=Synthesized(),
    )


def a_maker(*datasets: Dataset, **given: Any) -> Maker:
    parts: dict[str, Any] = {
        "datasets": {dataset.name: dataset for dataset in datasets},
        "scenario": BUILT_IN["standard"],
        "seed": 0,
        "rows": 1000,
        "root": Path("nowhere"),
    }
    return Maker(**parts | given)


def made(*datasets: Dataset, node: str = "load", **given: Any) -> pa.Table:
    """Make the rows of the first of these datasets."""
    return a_maker(*datasets, **given).table(datasets[0].name, node=node)


CUSTOMERS = a_dataset(
    "customers",
    a_column("customer_id", unique=True, pattern="c[0-9]{6}"),
    a_column("age", "int", min=18, max=99),
    rows=200,
)
ORDERS = a_dataset(
    "orders",
    a_column("order_id", pattern="o[0-9]{8}"),
    a_column("customer_id", references="customers.customer_id"),
    a_column("amount", "float", min=0, max=10_000, nulls=0.05),
    a_column("band", "category", values=("low", "mid", "high")),
    a_column("is_fraud", "int", values=(0, 1), formula="(amount > 5000 or band = 'high')::int"),
    key=("order_id",),
)


def test_every_type_has_cells_of_its_kind() -> None:
    table = made(
        a_dataset(
            "all",
            a_column("text"),
            a_column("whole", "int"),
            a_column("real", "float"),
            a_column("flag", "bool"),
            a_column("day", "date"),
            a_column("moment", "datetime"),
            a_column("kind", "category", values=("a", "b")),
            a_column("level", "category", values=(1, 2)),
        )
    )

    assert [str(kind) for kind in table.schema.types] == [
        "string",
        "int64",
        "double",
        "bool",
        "date32[day]",
        "timestamp[us]",
        "string",
        "int64",
    ]
    assert table.num_rows == 1000
    assert all(column.null_count == 0 for column in table.columns)


def test_bounds_hold_at_both_ends() -> None:
    table = made(
        a_dataset(
            "bounded",
            a_column("whole", "int", min=3, max=5),
            a_column("real", "float", min=-0.001, max=0.001),
            a_column("day", "date", min="2024-02-28", max="2024-03-01"),
            a_column("moment", "datetime", min="2024-01-01T00:00:00", max="2024-01-01T00:00:02"),
        )
    )

    assert set(table["whole"].to_pylist()) == {3, 4, 5}
    assert -0.001 <= pc.min(table["real"]).as_py() < pc.max(table["real"]).as_py() <= 0.001
    assert sorted({str(day) for day in table["day"].to_pylist()}) == [
        "2024-02-28",
        "2024-02-29",
        "2024-03-01",
    ]
    assert len(table["moment"].unique()) == 3


@pytest.mark.parametrize("bounds", [{"min": 50}, {"max": -50}, {"min": -5000}, {"max": 10**9}])
@pytest.mark.parametrize("type_", ["int", "float"])
def test_one_bound_is_enough(type_: str, bounds: dict[str, int]) -> None:
    column = made(a_dataset("half", a_column("x", type_, **bounds)))["x"]

    assert pc.min(column).as_py() >= bounds.get("min", -(10**10))
    assert pc.max(column).as_py() <= bounds.get("max", 10**10)
    assert len(column.unique()) > 100


def test_every_given_value_occurs() -> None:
    bands = a_column("band", "category", values=tuple(f"b{n}" for n in range(30)))

    assert len(made(a_dataset("d", bands), rows=30)["band"].unique()) == 30


def test_nulls_stay_below_their_share_and_some_are_there() -> None:
    table = made(a_dataset("d", a_column("x", "float", nulls=0.05), a_column("y", "int", nulls=1)))

    assert 0 < table["x"].null_count <= 50
    assert 0 < table["y"].null_count < 1000


def test_a_column_of_which_most_may_be_missing_is_mostly_empty() -> None:
    table = made(a_dataset("d", a_column("x", "float", nulls=0.97)))

    assert table["x"].null_count == 940


def test_a_key_of_one_column_tells_rows_apart_and_is_never_null() -> None:
    column = a_column("id", pattern="[0-9]{3}", nulls=0.5)

    ids = made(a_dataset("d", column, key=("id",)))["id"]

    assert len(ids.unique()) == 1000
    assert ids.null_count == 0


def test_a_key_of_two_columns_tells_rows_apart_together() -> None:
    table = made(
        a_dataset(
            "d",
            a_column("shop", "int", min=1, max=10),
            a_column("day", "date", min="2024-01-01", max="2024-04-09"),
            a_column("sales", "float"),
            key=("shop", "day"),
        )
    )

    assert table.num_rows == 1000
    assert table.select(["shop", "day"]).group_by(["shop", "day"]).aggregate([]).num_rows == 1000


def test_a_table_ends_where_its_key_runs_out_unless_its_rows_are_wanted() -> None:
    countries = a_column("code", "category", values=("de", "fr", "it"))

    assert made(a_dataset("d", countries, a_column("x", "int"), key=("code",))).num_rows == 3
    with pytest.raises(UnmakeableError, match="wants 10 rows, but `code` allows only 3"):
        made(a_dataset("d", countries, key=("code",), rows=10))


def test_references_find_their_partners_across_nodes() -> None:
    maker = a_maker(ORDERS, CUSTOMERS)
    customers = set(maker.table("customers", node="load_customers")["customer_id"].to_pylist())

    for node in ("load_orders", "other"):
        orders = maker.table("orders", node=node)["customer_id"]
        assert set(orders.to_pylist()) <= customers
        assert len(orders.unique()) > 100


def test_a_column_may_refer_to_its_own_table() -> None:
    staff = a_dataset(
        "staff",
        a_column("id", "int", unique=True),
        a_column("boss", "int", references="staff.id", nulls=0.1),
    )

    table = made(staff)

    assert set(table["boss"].drop_null().to_pylist()) <= set(table["id"].to_pylist())


def test_a_reference_to_a_computed_column_or_a_part_of_a_key_holds_too() -> None:
    days = a_dataset(
        "days",
        a_column("shop", "int", min=1, max=5),
        a_column("day", "date"),
        a_column("label", formula="'s' || shop"),
        key=("shop", "day"),
    )
    sales = a_dataset("sales", a_column("label", references="days.label"))
    maker = a_maker(days, sales)

    assert set(maker.table("sales", node="a")["label"].to_pylist()) <= set(
        maker.table("days", node="b")["label"].to_pylist()
    )


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("nothing.id", "there is no such column"),
        ("customers.nothing", "there is no such column"),
        ("made.id", "only known once `made` was made"),
        ("d.x", "in a circle"),
    ],
)
def test_a_reference_that_leads_nowhere_is_refused(reference: str, said: str) -> None:
    generated = Dataset(
        name="made",
        schema=Schema(columns=(a_column("id"),)),
        files=(),
        origin=GeneratedBy(file="gen.py", function="made"),
    )

    with pytest.raises(UnmakeableError, match=said):
        made(a_dataset("d", a_column("x", references=reference)), CUSTOMERS, generated)


def test_a_formula_sees_the_row_before_cells_went_missing() -> None:
    table = made(ORDERS, CUSTOMERS)

    assert table["is_fraud"].null_count == 0
    assert table["amount"].null_count > 0
    high = table.filter(pc.equal(table["band"], "high"))
    assert set(high["is_fraud"].to_pylist()) == {1}
    assert set(table["is_fraud"].to_pylist()) == {0, 1}


def test_formulas_are_computed_after_those_they_name() -> None:
    table = made(
        a_dataset(
            "d",
            a_column("total", "float", formula="net + tax"),
            a_column("tax", "float", formula="net * 0.2"),
            a_column("net", "float", min=1, max=2),
        )
    )

    assert pc.all(pc.greater(table["total"], table["net"])).as_py()


def test_a_formulas_own_name_stands_for_the_value_drawn() -> None:
    column = a_column("x", "int", min=1, max=9, formula="x * 10")

    assert set(made(a_dataset("d", column))["x"].to_pylist()) == set(range(10, 100, 10))


def test_chance_in_a_formula_is_the_same_every_time() -> None:
    dataset = a_dataset("d", a_column("x", "float", formula="random()"))

    assert made(dataset) == made(dataset)
    assert len(made(dataset)["x"].unique()) > 900


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("amont + 1", "the formula of `x` fails"),
        ("(select content from read_text('/etc/hostname'))::int", "the formula of `x` fails"),
        ("'abc'", "the formula of `x` fails"),
        ("y", "need each other"),
        ("1", "makes duplicates"),
    ],
)
def test_a_wrong_formula_is_refused_by_its_columns_name(formula: str, said: str) -> None:
    columns = (
        a_column("x", "int", formula=formula, unique=True),
        a_column("y", "int", formula="x + 1"),
    )

    with pytest.raises(UnmakeableError, match=said):
        made(a_dataset("d", *columns))


def test_adding_a_column_changes_no_other() -> None:
    before = made(ORDERS, CUSTOMERS)
    more = (a_column("first", "int"), *ORDERS.schema.columns, a_column("last", unique=True))
    wider = a_dataset("orders", *more, key=("order_id",))

    assert made(wider, CUSTOMERS).select(before.column_names) == before


def test_the_same_names_draw_the_same_and_others_something_else() -> None:
    table = made(ORDERS, CUSTOMERS)

    assert made(ORDERS, CUSTOMERS) == table
    assert made(ORDERS, CUSTOMERS, node="other")["order_id"] != table["order_id"]
    assert made(ORDERS, CUSTOMERS, seed=1)["order_id"] != table["order_id"]


def test_a_scenario_changes_rows_and_columns() -> None:
    month_end = Scenario(
        name="month_end",
        rows=50,
        columns={"amount": {"min": 20_000, "max": 30_000, "nulls": None}},
    )

    table = made(ORDERS, CUSTOMERS, scenario=month_end)

    assert table.num_rows == 50
    assert pc.min(table["amount"]).as_py() >= 20_000
    assert table["amount"].null_count == 0


@pytest.mark.parametrize(("scenario", "rows"), [("one_row", 1), ("no_rows", 0)])
def test_few_rows_are_made_of_every_table(scenario: str, rows: int) -> None:
    maker = a_maker(ORDERS, CUSTOMERS, scenario=BUILT_IN[scenario])

    assert maker.table("orders", node="a").num_rows == rows
    assert maker.table("customers", node="a").num_rows == rows


def test_a_large_volume_is_at_least_a_hundred_thousand_rows() -> None:
    dataset = a_dataset("d", a_column("x", "int"), rows=10)

    assert made(dataset, scenario=BUILT_IN["large_volume"]).num_rows == 100_000


def test_edge_cases_hold_bounds_all_nulls_rare_values_and_troublesome_texts() -> None:
    table = made(
        a_dataset(
            "d",
            a_column("whole", "int", min=3, max=10**12),
            a_column("real", "float", min=0, max=1e6, nulls=0.2),
            a_column("day", "date", min="2024-01-01", max="2034-01-01"),
            a_column("moment", "datetime", min="2024-01-01", max="2034-01-01T12:00:00"),
            a_column("band", "category", values=("low", "mid", "high")),
            a_column("said"),
            a_column("code", pattern="[a-z]{3}"),
        ),
        scenario=BUILT_IN["edge_cases"],
    )

    assert table.num_rows == 1000
    assert {3, 10**12} <= set(table["whole"].to_pylist())
    assert table["real"].null_count == 200
    assert {"2024-01-01", "2034-01-01"} <= {str(day) for day in table["day"].to_pylist()}
    assert "2034-01-01 12:00:00" in {str(moment) for moment in table["moment"].to_pylist()}
    # Ten rows in a thousand, of which the duplicates take some away and bring some in.
    assert 5 <= table["band"].to_pylist().count("high") <= 15
    assert {"", "NA", "=1+1", "北京 🐧"} <= set(table["said"].to_pylist())
    assert len(table.drop_columns(["real"]).to_pandas().drop_duplicates()) == 990


def test_edge_cases_keep_keys_and_references() -> None:
    maker = a_maker(ORDERS, CUSTOMERS, scenario=BUILT_IN["edge_cases"])

    orders = maker.table("orders", node="a")
    customers = maker.table("customers", node="b")
    assert len(orders["order_id"].unique()) == orders.num_rows == 1000
    assert set(orders["customer_id"].to_pylist()) <= set(customers["customer_id"].to_pylist())


@pytest.mark.parametrize(
    ("column", "said"),
    [
        (a_column("x", "int", min=5, max=4), "no value between 5 and 4"),
        (a_column("x", "float", min="low"), "`low` is no number"),
        (a_column("x", "date", min="soon"), "`soon` is no date"),
        (a_column("x", min=1), "texts, which have no min and max"),
        (a_column("x", pattern="[a"), "no regular expression|not a regular expression"),
        (a_column("x", "int", pattern="[a-c]"), "`x` is no int"),
        (a_column("x", "int", values=("a",)), "`x` is no int"),
        (a_column("x", "int", values=(5,), max=4), "none of the values"),
    ],
)
def test_a_schema_that_allows_nothing_is_refused_by_its_columns_name(
    column: Column, said: str
) -> None:
    with pytest.raises(UnmakeableError, match=said):
        made(a_dataset("d", column))
