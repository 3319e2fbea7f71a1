"""What must be known of other datasets before one is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.contract import Column, ColumnType, Dataset, Schema, Synthesized
from ci_scriptcheck.model.source import Synthetic
from ci_scriptcheck.run.store.digest import Digests
from ci_scriptcheck.run.store.keys import Keys
from ci_scriptcheck.values import replace
from tests.conftest import a_plan, a_task

if TYPE_CHECKING:
    from pathlib import Path


def a_dataset(name: str, *references: str) -> Dataset:
    columns = [Column(name="id", type=ColumnType.INT)]
    columns += [
        Column(name=f"r{number}", type=ColumnType.INT, references=reference)
        for number, reference in enumerate(references)
    ]
    return Dataset(
        name=name, schema=Schema(columns=tuple(columns)), files=(), origin=Synthesized()
    )


def test_a_dataset_is_made_with_what_it_refers_to_and_what_refers_to_that() -> None:
    made = [
        a_dataset("orders", "customers.id"),
        a_dataset("customers", "towns.id.code"),
        a_dataset("towns"),
        a_dataset("letters", "towns.id"),
        a_dataset("unrelated"),
    ]
    plan = a_plan(datasets={dataset.name: dataset for dataset in made})

    assert set(plan.related_datasets("orders")) == {"orders", "customers", "towns", "letters"}
    assert set(plan.related_datasets("customers")) == {"customers", "towns", "orders", "letters"}
    assert set(plan.related_datasets("unrelated")) == {"unrelated"}


def test_what_is_made_does_not_depend_on_how_much_is_fetched_of_the_real_data(
    tmp_path: Path,
) -> None:
    orders = a_dataset("orders")
    source = Synthetic(dataset="orders", node="load")

    found = {
        Keys(a_plan(datasets={"orders": made}), tmp_path, Digests(), lambda _python: {}).of_made(
            source, a_task("load")
        )
        for made in (orders, replace(orders, sample=10**6), replace(orders, sample_by="id"))
    }

    assert len(found) == 1


def test_a_dataset_and_the_one_it_refers_to_are_kept_apart(tmp_path: Path) -> None:
    made = [a_dataset("orders", "customers.id"), a_dataset("customers")]
    plan = a_plan(datasets={dataset.name: dataset for dataset in made})
    keys = Keys(plan, tmp_path, Digests(), lambda _python: {})

    orders, customers = (
        keys.of_made(Synthetic(dataset=name, node="load"), a_task("load"))
        for name in ("orders", "customers")
    )

    assert orders != customers
