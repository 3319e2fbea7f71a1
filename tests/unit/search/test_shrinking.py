"""Tables that break something become the smallest ones that do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.model.contract import (
    Column,
    ColumnType,
    Dataset,
    Format,
    Scalar,
    Schema,
    Synthesized,
    TableFile,
)
from ci_scriptcheck.search import cells, tables
from ci_scriptcheck.search.budget import MOST_TIMEOUTS, Budget
from ci_scriptcheck.search.drawing import Drawing
from ci_scriptcheck.search.shrinking import shrink
from ci_scriptcheck.search.tables import Drawable

if TYPE_CHECKING:
    from collections.abc import Callable

    from ci_scriptcheck.search.tables import Row, Tables


def drawable(port: str, *columns: Column, key: tuple[str, ...] = ()) -> Drawable:
    dataset = Dataset(
        name=port,
        schema=Schema(columns=columns, key=key),
        files=(TableFile(name="data.csv", format=Format.CSV),),
        origin=Synthesized(),
    )
    return Drawable(port=port, dataset=dataset, columns=columns)


ID = Column(name="id", type=ColumnType.STRING, unique=True)
PRICE = Column(name="price", type=ColumnType.FLOAT, min=0)
COUNT = Column(name="count", type=ColumnType.INT, min=-50, max=5000)
NOTE = Column(name="note", type=ColumnType.STRING, nulls=0.2)
DAY = Column(name="day", type=ColumnType.DATE)
ORDERS = drawable("orders", ID, PRICE, COUNT, NOTE, DAY)


def a_budget(
    clock: Callable[[], float] = lambda: 0.0,
    timeouts: Callable[[], int] = lambda: 0,
    *,
    runs: int = 400,
) -> Budget:
    return Budget(timeouts, runs=runs, seconds=10, clock=clock)


def smallest(is_bad: Callable[[Row], bool], drawn: Drawing) -> Tables:
    def breaks(found: Tables) -> bool:
        return any(is_bad(row) for rows in found.values() for row in rows)

    for number in range(500):
        if breaks(drawn.tables(number)):
            return shrink(drawn, drawn.tables(number), breaks, a_budget())
    raise AssertionError("nothing was found")


@pytest.mark.parametrize(
    ("column", "is_bad", "value"),
    [
        ("price", lambda cell: cell == 0, 0.0),
        ("count", lambda cell: cell < 0, -1),
        ("count", lambda cell: cell > 999, 1000),
        ("note", lambda cell: cell is None, None),
        ("note", lambda cell: cell is not None and len(cell) > 99, "a" * 100),
        ("note", lambda cell: cell == "", ""),
        ("day", lambda cell: cell < "1970", "1969-12-31"),
        ("day", lambda cell: cell > "2100", "9999-12-31"),
    ],
)
def test_one_row_is_left_and_all_but_the_bad_cell_are_plain(
    column: str, is_bad: Callable[[Scalar], bool], value: Scalar
) -> None:
    found = smallest(lambda row: is_bad(row[column]), Drawing(ports=(ORDERS,), seed=0))

    plain = {"id": "a", "price": 1.0, "count": 1, "note": "a", "day": "2024-01-01"}
    (row,) = found["orders"]
    assert {**row, "id": "a"} == {**plain, column: value}


@pytest.mark.parametrize(
    ("begin", "most"),
    [
        (lambda asked: a_budget(lambda: 3.0 * len(asked)), 4),
        (lambda asked: a_budget(timeouts=lambda: len(asked)), MOST_TIMEOUTS),
        (lambda _asked: a_budget(runs=7), 7),
    ],
    ids=["seconds", "timeouts", "runs"],
)
def test_a_table_is_made_smaller_only_as_long_as_its_budget_allows(
    begin: Callable[[list[Tables]], Budget], most: int
) -> None:
    drawn = Drawing(ports=(ORDERS,), seed=0)
    large = next(one for number in range(99) if len((one := drawn.tables(number))["orders"]) > 5)
    asked: list[Tables] = []
    budget = begin(asked)

    def breaks(found: Tables) -> bool:
        asked.append(found)
        return False

    found = shrink(drawn, large, breaks, budget)

    assert (len(asked), budget.is_spent) == (most, True)
    assert found == large


def test_rows_that_others_refer_to_stay() -> None:
    customers = drawable("customers", ID)
    orders = drawable(
        "orders", Column(name="customer", type=ColumnType.STRING, references="customers.id"), COUNT
    )

    found = smallest(lambda row: row.get("count") == 0, Drawing(ports=(orders, customers), seed=0))

    assert len(found["customers"]) == len(found["orders"]) == 1
    assert found["orders"][0]["customer"] == found["customers"][0]["id"]


def test_all_that_is_drawn_is_allowed() -> None:
    keyed = drawable(
        "keyed", Column(name="shop", type=ColumnType.STRING), COUNT, key=("shop", "count")
    )
    for seed in range(3):
        drawn = Drawing(ports=(ORDERS, keyed), seed=seed)
        for number in range(100):
            assert tables.are_allowed(drawn.ports, drawn.tables(number))


def test_a_table_depends_on_the_seed_and_its_number_alone() -> None:
    one, same, other = (Drawing(ports=(ORDERS,), seed=seed) for seed in (4, 4, 5))

    assert [one.tables(number) for number in range(9)] == [same.tables(n) for n in range(9)]
    assert one.tables(8) != other.tables(8)


def test_the_first_tables_have_no_row_and_one_row() -> None:
    sizes = {len(Drawing(ports=(ORDERS,), seed=0).tables(number)["orders"]) for number in range(4)}

    assert {0, 1} <= sizes


@pytest.mark.parametrize(
    "column",
    [
        Column(name="x", type=ColumnType.INT, min=5, max=5),
        Column(name="x", type=ColumnType.FLOAT, min=0.2, max=0.4),
        Column(name="x", type=ColumnType.FLOAT, max=-3),
        Column(name="x", type=ColumnType.DATE, min="2030-05-05"),
        Column(name="x", type=ColumnType.DATETIME, max="1999-01-01T12:00:00"),
        Column(name="x", type=ColumnType.STRING, pattern="[A-Z]{3}-[0-9]+"),
        Column(name="x", type=ColumnType.CATEGORY, values=("low", "high")),
        Column(name="x", type=ColumnType.BOOL),
    ],
)
def test_plain_values_lie_within_the_bounds(column: Column) -> None:
    assert cells.plain(column)
    assert all(cells.is_allowed(column, value) for value in cells.plain(column))
    assert all(cells.is_allowed(column, value) for value in cells.edges(column))
