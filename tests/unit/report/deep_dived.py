"""The record of a run on real data, as the tests of reports show it: a pipeline that loses rows and makes gaps."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from ci_scriptcheck.model.contract import Column, ColumnType, Dataset, Schema, Synthesized
from ci_scriptcheck.model.fixture import (
    Estimate,
    Fixture,
    RowGroups,
    S3Object,
    Sampling,
    Taken,
)
from ci_scriptcheck.model.plan import Counts, Input, Mode, Task
from ci_scriptcheck.model.port_profile import ColumnProfile, PortProfile, TableProfile
from ci_scriptcheck.model.production import FixturePart, FromProduction
from ci_scriptcheck.model.result import Artefact, FileFacts, Outcome, StartUp
from ci_scriptcheck.model.s3_place import S3Place
from ci_scriptcheck.model.scenario import REAL
from ci_scriptcheck.model.source import Fetched, Upstream
from tests.conftest import a_change, a_plan, a_record, a_result, a_task
from tests.unit.report.posted import EVIL

if TYPE_CHECKING:
    from ci_scriptcheck.model.run_record import RunRecord

ROWS = 10_000


def a_real_task(node: str, *sources: Upstream | Fetched | FromProduction, **given: Any) -> Task:
    inputs = tuple(
        Input(port=_name(source), parameter=_name(source), source=source) for source in sources
    )
    return a_task(
        node,
        pipeline="fraud",
        mode=Mode.DEEP_DIVE,
        scenario=REAL,
        is_private=True,
        is_fetched=True,
        inputs=inputs,
        **given,
    )


def _name(source: Upstream | Fetched | FromProduction) -> str:
    match source:
        case Upstream(port=port):
            return port
        case Fetched(dataset=dataset):
            return dataset
        case FromProduction(parts=parts):
            return parts[0].fixture.split("/")[-1]


def from_production(*places: str) -> FromProduction:
    """Say that production gave what lies at some places, each in a folder of the port where they are several."""
    many = len(places) > 1
    return FromProduction(
        parts=tuple(
            FixturePart(fixture=place, inside=place.split("/")[-1] * many) for place in places
        )
    )


def taken(size: int) -> tuple[Taken, ...]:
    """Give one file that was cut from an object."""
    return (
        Taken(
            name="data.parquet",
            object=S3Object(key="data.parquet", size=100_000_000, etag="e"),
            way=RowGroups(numbers=(0, 3)),
            read=size,
            size=size,
            digest="d" * 64,
        ),
    )


def a_column(name: str, kind: str | None = "float", **given: Any) -> ColumnProfile:
    parts: dict[str, Any] = {"distinct": 1_000}
    return ColumnProfile(name=name, type=kind, **parts | given)


def a_table(rows: int, *columns: ColumnProfile, name: str = "data.parquet") -> TableProfile:
    return TableProfile(name=name, rows=rows, columns=columns)


def a_port(port: str, *tables: TableProfile, **given: Any) -> PortProfile:
    return PortProfile(port=port, tables=tables, **given)


def an_artefact(rows: int | None, size: int) -> Artefact:
    file = FileFacts(path="data.parquet", bytes=size, digest="d" * 64, rows=rows)
    return Artefact(digest="d" * 64, files=(file,))


def a_fixture(dataset: str, rows: int | None, of_rows: Estimate | None, **given: Any) -> Fixture:
    parts: dict[str, Any] = {
        "place": S3Place(bucket="company-ml", prefix=f"fraud/{dataset}/"),
        "sampling": Sampling(seed=0, most_bytes=50_000_000),
        "objects": 12,
        "bytes": 100_000_000,
        "taken": (),
        "read": 2_000_000,
        "digest": "d" * 64,
    }
    return Fixture(dataset=dataset, rows=rows, of_rows=of_rows, **parts | given)


AMOUNT = a_column("amount", low=0.5, median=20.0, high=950.0, outside=470)
REGION = a_column(
    "region", "string", distinct=12, strange=10, strange_rows=2_311, named=("east", "west")
)
CUSTOMER = a_column("customer", "string", distinct=4_120)
ORDERED = a_column("ordered_at", "datetime", low="2026-10-01", high="2026-11-30")

RAW = (a_column("order_id", "int", distinct=ROWS), CUSTOMER, AMOUNT, REGION, ORDERED)


def clean(nulls: int = 383) -> tuple[ColumnProfile, ...]:
    return (
        CUSTOMER,
        a_column("amount", low=0.5, median=21.0, high=9_500.0),
        a_column("region", "string", distinct=11),
        ORDERED,
        a_column("days_since", "int", nulls=nulls, distinct=60, low=0, median=12, high=60),
    )


ORDERS = Schema(
    key=("order_id",),
    columns=(
        Column(name="order_id", type=ColumnType.INT, unique=True),
        Column(name="customer", type=ColumnType.STRING),
        Column(name="amount", type=ColumnType.FLOAT, min=0, max=500),
        Column(name="region", type=ColumnType.CATEGORY, values=("north", "south")),
    ),
)
MADE = (
    a_column("order_id", "int", distinct=100, low=0, high=99),
    a_column("customer", "string", distinct=100),
    a_column("amount", low=0.2, median=250.0, high=499.0),
    a_column("region", "string", distinct=2, strange=0),
)
SUGGESTION = """\
--- a/scriptcheck.yaml
+++ b/scriptcheck.yaml
@@ -5,5 +5,6 @@
     columns:
       order_id: {type: int, unique: true}
       customer: {type: string}
-      amount: {type: float, min: 0, max: 500}
-      region: {type: category, values: [north, south]}
+      amount: {type: float, min: 0, max: 950}
+      region: {type: category, values: [north, south, east, west]}
+      ordered_at: {type: datetime, min: 2026-10-01, max: 2026-11-30}
"""
UNSAID = (
    "`region` has 8 further values that may not be named here"
    " (2,311 of 10,000 rows hold what is not listed)"
)


def a_deep_dive(*more: PortProfile) -> RunRecord:
    """Give the run of a change of `preprocess` on a sample of orders and on all countries."""
    fraud = "fraud/{}[real]"
    tasks = (
        a_real_task("preprocess", Fetched(dataset="orders"), Fetched(dataset="countries")),
        a_real_task("split", Upstream(task=fraud.format("preprocess"), port="features")),
        a_real_task("train", Upstream(task=fraud.format("split"), port="training")),
    )
    datasets = {
        name: Dataset(name=name, schema=schema, files=(), origin=Synthesized())
        for name, schema in {"orders": ORDERS, "countries": Schema()}.items()
    }
    plan = a_plan(
        *tasks,
        modes=(Mode.DEEP_DIVE,),
        changes=a_change("scripts/preprocess.py"),
        counts=Counts(files_changed=1, steps=3, steps_affected=3),
        datasets=datasets,
        fixtures={
            "orders": a_fixture("orders", ROWS, Estimate(number=1_200_000, error=90_000)),
            "countries": a_fixture(
                "countries", 250, Estimate(number=250), bytes=9_000, read=9_000
            ),
        },
    )
    countries = a_table(
        250, a_column("region", "string", distinct=12), a_column("country", "string")
    )
    return a_record(
        plan,
        a_result(
            tasks[0].id,
            seconds=2.4,
            cpu_seconds=2.2,
            peak_memory_mb=310.0,
            start_up=StartUp(seconds=0.9, cpu_seconds=0.8, memory_mb=140.0),
            inputs={
                "orders": an_artefact(ROWS, 2_000_000),
                "countries": an_artefact(250, 9_000),
            },
            outputs={"features": an_artefact(9_120, 1_500_000)},
            profiles=(
                a_port(
                    "orders",
                    a_table(ROWS, *RAW),
                    is_input=True,
                    dataset="orders",
                    made=(a_table(100, *MADE),),
                    suggestion=SUGGESTION,
                    unsaid=(UNSAID,),
                ),
                a_port("countries", countries, is_input=True, dataset="countries"),
                a_port("features", a_table(9_120, *clean())),
                *more,
            ),
        ),
        a_result(
            tasks[1].id,
            seconds=0.9,
            cpu_seconds=0.8,
            peak_memory_mb=190.0,
            start_up=StartUp(seconds=0.7, cpu_seconds=0.7, memory_mb=130.0),
            inputs={"features": an_artefact(9_120, 1_500_000)},
            outputs={"training": an_artefact(9_120, 1_500_000)},
            profiles=(
                a_port(
                    "training",
                    a_table(7_296, *clean(306), name="train.parquet"),
                    a_table(1_824, *clean(77), name="test.parquet"),
                ),
            ),
        ),
        a_result(
            tasks[2].id,
            outcome=Outcome.PASSED,
            seconds=14.0,
            cpu_seconds=26.0,
            peak_memory_mb=840.0,
            start_up=StartUp(seconds=1.1, cpu_seconds=1.0, memory_mb=160.0),
            inputs={"training": an_artefact(9_120, 1_500_000)},
            outputs={"model": an_artefact(None, 420_000)},
            profiles=(a_port("model"),),
        ),
    )


def a_deep_dive_on_an_execution() -> RunRecord:
    """Give a run of each step on what an execution gave it, of which `train` was given the rows of two folders."""
    runs = "s3://company-ml/runs/1"
    orders, train, test = (f"{runs}/{name}" for name in ("orders", "training", "test"))
    tasks = (
        a_real_task("preprocess", from_production(orders)),
        a_real_task("train", from_production(train, test)),
    )
    fixtures = {
        orders: a_fixture(orders, 10_000, Estimate(number=1_200_000), taken=taken(2_000_000)),
        train: a_fixture(train, 8_000, Estimate(number=800_000), taken=taken(1_500_000)),
        test: a_fixture(test, 2_000, Estimate(number=200_000), taken=taken(500_000)),
    }
    given = [item.port for task in tasks for item in task.inputs]
    return a_record(
        a_plan(*tasks, modes=(Mode.DEEP_DIVE,), fixtures=fixtures),
        a_result(
            tasks[0].id,
            seconds=2.4,
            inputs={given[0]: an_artefact(10_000, 2_000_000)},
            outputs={"features": an_artefact(9_120, 1_500_000)},
            profiles=(
                a_port(given[0], a_table(ROWS, *RAW), is_input=True),
                a_port("features", a_table(9_120, *clean())),
            ),
        ),
        a_result(
            tasks[1].id,
            seconds=14.0,
            inputs={given[1]: an_artefact(10_000, 2_000_000)},
            outputs={"scores": an_artefact(2_000, 20_000)},
            profiles=(
                a_port(
                    given[1],
                    a_table(8_000, *clean(306), name="training/data.parquet"),
                    a_table(2_000, *clean(77), name="test/data.parquet"),
                    is_input=True,
                ),
                a_port("scores", a_table(2_000, CUSTOMER, a_column("score", low=0.0, high=1.0))),
            ),
        ),
    )


def a_hostile_deep_dive() -> RunRecord:
    """Give the same run where every name that comes from data or from the project is up to something."""
    odd = a_column(EVIL, nulls=3, low=1.0, high=9.0)
    port = a_port(EVIL, a_table(9, CUSTOMER, odd, name=EVIL), dataset="orders")
    table = dataclasses.replace(port.tables[0], note=EVIL)
    record = a_deep_dive(dataclasses.replace(port, tables=(table,)))
    first = record.results[0]
    orders = dataclasses.replace(
        first.profiles[0],
        tables=(a_table(ROWS, *RAW, a_column(EVIL, EVIL, named=(EVIL,))),),
        suggestion=f"+{EVIL}\n```\n@{EVIL}\n",
        unsaid=(EVIL,),
    )
    first = dataclasses.replace(first, profiles=(orders, *first.profiles[1:]))
    return dataclasses.replace(record, results=(first, *record.results[1:]))


def a_hostile_deep_dive_on_an_execution() -> RunRecord:
    """Give the run on what an execution gave where ports, columns and files are up to something."""
    record = a_deep_dive_on_an_execution()
    task, result = record.plan.tasks[0], record.results[0]
    odd = a_table(9, CUSTOMER, a_column(EVIL, nulls=3, low=1.0, high=9.0), name=EVIL)
    given = dataclasses.replace(result.profiles[0], port=EVIL, tables=(odd,))
    wrote = a_port("kept", a_table(7, CUSTOMER, a_column(EVIL, nulls=5, low=0.0, high=99.0)))
    item = dataclasses.replace(task.inputs[0], port=EVIL)
    task = dataclasses.replace(task, inputs=(item,))
    result = dataclasses.replace(
        result, profiles=(given, wrote), inputs={EVIL: an_artefact(9, 2_000_000)}
    )
    plan = dataclasses.replace(record.plan, tasks=(task, *record.plan.tasks[1:]))
    return dataclasses.replace(record, plan=plan, results=(result, *record.results[1:]))
