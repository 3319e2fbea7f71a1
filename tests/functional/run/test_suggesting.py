"""What would make the schema of a dataset like its real data is written once, when a run has ended."""

from __future__ import annotations

import dataclasses
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model.contract import Column, ColumnType, Dataset, Schema, Synthesized
from ci_scriptcheck.model.frozen import Belonging
from ci_scriptcheck.model.source import Fetched
from ci_scriptcheck.project.loader import load_project
from ci_scriptcheck.run import suggesting
from tests.conftest import a_plan, a_record, a_result
from tests.unit.project.trees import MemoryTree
from tests.unit.report.deep_dived import a_column, a_port, a_real_task, a_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ci_scriptcheck.model.port_profile import PortProfile, TableProfile
    from ci_scriptcheck.model.run_record import RunRecord

FILE = "scriptcheck.yaml"
SETTINGS = """\
version: 1
datasets:
  orders:
    files: orders.csv
    columns:
      amount: {type: float, min: 0, max: 100}
"""
SHARED = """\
datasets:
  all: &all {columns: {amount: {type: float, min: 0, max: 100}}}
  orders: *all
"""
AMOUNT = Column(name="amount", type=ColumnType.FLOAT, min=0, max=100)


REACHING_FURTHER = a_table(500, a_column("amount", low=1.0, high=950.0, outside=300))
MADE = a_table(100, a_column("amount", low=0.5, high=99.0))


def a_run(
    place: Place | None,
    *nodes: str,
    columns: tuple[Column, ...] = (AMOUNT,),
    made: TableProfile = MADE,
    real: TableProfile = REACHING_FURTHER,
) -> RunRecord:
    """Run some nodes on orders whose amounts reach further than those that are made, or on others."""
    orders = Dataset(
        name="orders",
        schema=Schema(columns=columns),
        files=(),
        origin=Synthesized(),
        place=place,
    )
    tasks = [a_real_task(node, Fetched(dataset="orders")) for node in nodes]
    profile = a_port(
        "orders",
        real,
        is_input=True,
        dataset="orders",
        made=(made,),
    )
    return a_record(
        a_plan(*tasks, datasets={"orders": orders}),
        *(a_result(task.id, profiles=(profile,)) for task in tasks),
    )


def told(root: Path, record: RunRecord) -> list[PortProfile]:
    return [one.profiles[0] for one in suggesting.told(record, root).results]


def test_of_several_tasks_that_were_given_the_same_data_the_first_has_the_change(
    tmp_path: Path,
) -> None:
    (tmp_path / FILE).write_text(SETTINGS)

    first, second = told(tmp_path, a_run(Place(file=FILE), "prepare", "count"))

    assert "+      amount: {type: float, min: 0, max: 950}" in first.suggestion
    assert (first.unsaid, second.suggestion, second.unsaid) == ((), "", ())


@pytest.mark.parametrize(
    ("place", "content", "why"),
    [
        (None, SETTINGS, "no file of the settings has its columns"),
        (Place(file="gone.yaml"), SETTINGS, "gone.yaml cannot be read"),
        (
            Place(file=FILE),
            SHARED,
            "where scriptcheck.yaml says it, other things would change, too",
        ),
    ],
    ids=["nowhere", "gone", "shared"],
)
def test_what_cannot_be_written_is_told_to_whoever_can(
    tmp_path: Path, place: Place | None, content: str, why: str
) -> None:
    (tmp_path / FILE).write_text(content)

    (profile,) = told(tmp_path, a_run(place, "prepare"))

    assert profile.suggestion == ""
    assert profile.unsaid == (f"`amount: {{max: 950}}` has to be written by hand: {why}",)


def test_of_data_that_are_made_as_they_really_are_nothing_is_said(tmp_path: Path) -> None:
    record = a_run(Place(file=FILE), "prepare")
    like: Any = dataclasses.replace(
        record.results[0].profiles[0], tables=(a_table(500, a_column("amount", low=1, high=98)),)
    )
    record = dataclasses.replace(
        record, results=(dataclasses.replace(record.results[0], profiles=(like,)),)
    )

    assert suggesting.told(record, tmp_path) == record


CUSTOMERS = """\
version: 1
datasets:
  orders:
    files: orders.csv
    columns:
      joined: {type: date, min: 2019-01-01, max: 2024-06-30}
      credit: {type: float, min: 0}
      limit: {type: float, max: 1000}
      pieces: {type: int, min: 1}
      rate: {type: float, min: 0, max: 1}
      returned: {type: int, min: 1, max: 20, outside: 0.03}
"""


def test_of_bounds_those_are_offered_that_are_broken_or_missing_and_else_it_is_said_why(
    tmp_path: Path, golden: Callable[[str], object]
) -> None:
    (tmp_path / FILE).write_text(CUSTOMERS)
    columns = (
        Column(name="joined", type=ColumnType.DATE, min="2019-01-01", max="2024-06-30"),
        Column(name="credit", type=ColumnType.FLOAT, min=0),
        Column(name="limit", type=ColumnType.FLOAT, max=1000),
        Column(name="pieces", type=ColumnType.INT, min=1),
        Column(name="rate", type=ColumnType.FLOAT, min=0, max=1),
        Column(name="returned", type=ColumnType.INT, min=1, max=20, outside=0.03),
    )
    made = a_table(
        100,
        a_column("joined", "date", low="2019-01-03", high="2024-06-20"),
        a_column("credit", low=0.02, high=99.9),
        a_column("limit", low=3.0, high=998.0),
        a_column("pieces", "int", low=1, high=998),
        a_column("rate", low=0.01, high=0.99),
        a_column("returned", "int", low=1, high=20),
    )
    real = a_table(
        1_200,
        a_column(
            "joined", "date", low="2019-02-01", high="2024-07-31", outside=40, beyond=3, below=3
        ),
        a_column("credit", low=49.0, high=2_100.0, beyond=14, below=9),
        a_column("limit", low=49.0, high=2_100.0, outside=400, beyond=14, below=9),
        a_column("pieces", "int", low=1, high=12, outside=4, too_low=4, beyond=4, below=4),
        a_column("rate", low=0.1, high=0.3),
        a_column("returned", "int", low=-13, high=20, outside=24, too_low=24),
    )

    (told_of,) = told(
        tmp_path, a_run(Place(file=FILE), "prepare", columns=columns, made=made, real=real)
    )

    lines = (told_of.suggestion, *(f"orders: {text}\n" for text in told_of.unsaid))
    assert "".join(lines) == golden("suggested/bounds.txt")


TWO = """\
version: 1
datasets:
  orders:
    files: orders.csv
    columns:
      amount: {type: float, min: 0, max: 100}
  customers:
    files: customers.csv
    columns:
      amount: {type: float, min: 0, max: 200}
"""


def test_what_changes_for_several_datasets_of_a_file_is_one_change(
    tmp_path: Path, golden: Callable[[str], object]
) -> None:
    (tmp_path / FILE).write_text(TWO)
    record = a_run(Place(file=FILE), "prepare")
    orders = record.plan.datasets["orders"]
    customers = dataclasses.replace(orders, name="customers")
    plan = dataclasses.replace(record.plan, datasets={"orders": orders, "customers": customers})
    (result,) = record.results
    (port,) = result.profiles
    other = dataclasses.replace(port, port="customers", dataset="customers")
    given = dataclasses.replace(result, profiles=(port, other))

    (found,) = suggesting.told(
        dataclasses.replace(record, plan=plan, results=(given,)), tmp_path
    ).results

    told_of = {one.dataset: one for one in found.profiles}
    assert (told_of["customers"].suggestion, told_of["orders"].unsaid) == ("", ())
    assert told_of["customers"].unsaid == (
        "what would bring it nearer is in one change with that of `orders`",
    )
    assert told_of["orders"].suggestion == golden("suggested/two_datasets.txt")
    subprocess.run(
        ["git", "apply", "-"],
        input=told_of["orders"].suggestion.encode(),
        cwd=tmp_path,
        check=True,
    )
    assert (tmp_path / FILE).read_text().count("max: 950") == 2


JOINED = """\
version: 1
datasets:
  customers:
    files: customers.csv
    columns:
      customer_id: {type: int, unique: true, min: 1, max: 99}
  orders:
    files: orders.csv
    columns:
      amount: {type: float, min: 0, max: 100}
      customer: {type: int, min: 0, max: 9, nulls: 0.1}  # who buys
"""


def test_a_column_that_repeats_those_of_another_table_is_to_say_so(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(JOINED)
    column = Column(name="customer", type=ColumnType.INT, min=0, max=9, nulls=0.1)
    record = a_run(Place(file=FILE), "prepare", columns=(AMOUNT, column))
    one = Belonging(
        dataset="orders", column="customer", references="customers.customer_id", share=1
    )

    (result,) = suggesting.told(record, tmp_path, (one,)).results

    suggestion = result.profiles[0].suggestion
    subprocess.run(["git", "apply", "-"], input=suggestion.encode(), cwd=tmp_path, check=True)
    settings = (tmp_path / FILE).read_text()
    assert (
        "customer: {type: int, nulls: 0.1, references: customers.customer_id}  # who buys"
        in settings
    )
    project = load_project(MemoryTree({FILE: settings}))
    assert project.datasets["orders"].schema.columns[1].referred == ("customers", "customer_id")
