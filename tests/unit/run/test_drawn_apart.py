"""What is advised where made tables that a script joins have nothing to do with each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.model.contract import (
    Column,
    ColumnType,
    CopiedFrom,
    Dataset,
    Schema,
    Synthesized,
)
from ci_scriptcheck.model.plan import Input
from ci_scriptcheck.model.source import Synthetic
from ci_scriptcheck.run.judgement import drawn_apart
from ci_scriptcheck.values import replace
from tests.unit.run.test_checks import a_case

if TYPE_CHECKING:
    from ci_scriptcheck.run.judgement.case import Case

CUSTOMER = Column(name="customer_id", type=ColumnType.STRING, unique=True)


def joining(theirs: Column, *, is_made: bool = True, own: Column = CUSTOMER) -> Case:
    """Make the case of a step that is given customers, and orders with a column."""
    origin = Synthesized() if is_made else CopiedFrom(path="data")
    tables = {"customers": own, "orders": theirs}
    datasets = {
        name: Dataset(name=name, schema=Schema(columns=(column,)), files=(), origin=origin)
        for name, column in tables.items()
    }
    inputs = tuple(
        Input(port=name, parameter=name, source=Synthetic(dataset=name, node="step"))
        for name in sorted(tables)
    )
    case = a_case()
    return replace(case, task=replace(case.task, inputs=inputs), datasets=datasets)


@pytest.mark.parametrize("is_unique", [True, False])
def test_of_two_tables_with_an_id_the_one_it_is_called_after_is_referred_to(
    is_unique: bool,
) -> None:
    assert drawn_apart.advice(joining(replace(CUSTOMER, unique=is_unique))) == (
        "If the script joins them by `customer_id`: it is drawn apart for `orders` and `customers`;"
        " write `references: customers.customer_id` for it in `orders`."
    )


@pytest.mark.parametrize(
    "case",
    [
        joining(replace(CUSTOMER, references="customers.customer_id")),
        joining(replace(CUSTOMER, name="order_id")),
        joining(CUSTOMER, is_made=False),
        joining(
            Column(name="amount", type=ColumnType.INT),
            own=Column(name="amount", type=ColumnType.INT, unique=True),
        ),
    ],
    ids=["says so", "another name", "copied", "no id"],
)
def test_where_they_join_or_are_not_made_or_have_no_id_in_common_nothing_is_said(
    case: Case,
) -> None:
    assert drawn_apart.advice(case) is None
