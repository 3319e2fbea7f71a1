"""The `malformed` scenario in a plan: one task for each kind of defect, each readable by its id."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ci_scriptcheck.model.change import Asked, Selection
from ci_scriptcheck.model.contract import (
    Column,
    ColumnType,
    CopiedFrom,
    Dataset,
    Entry,
    Format,
    GivenFile,
    Schema,
    Synthesized,
    TableFile,
)
from ci_scriptcheck.model.plan import Purpose, Task
from ci_scriptcheck.model.project import Project, Settings
from ci_scriptcheck.model.scenario import Condition, Expect, Scenario
from ci_scriptcheck.model.source import Synthetic, Upstream
from ci_scriptcheck.modes import isolation, pipeline, suppliers
from ci_scriptcheck.modes.sources import Circumstances
from tests.unit.modes.test_planning import a_port, a_project, a_step

COLUMNS = (
    Column(name="note", type=ColumnType.STRING),
    Column(name="amount", type=ColumnType.FLOAT),
    Column(name="placed", type=ColumnType.DATE),
    Column(name="items", type=ColumnType.INT),
)
NAMED = Circumstances(named={"load.py": frozenset({"amount"})})


def orders(*files: Entry, columns: tuple[Column, ...] = COLUMNS) -> Dataset:
    return Dataset(
        name="orders",
        schema=Schema(columns=columns),
        files=files or (TableFile(name="part-*.csv", format=Format.CSV),),
        origin=Synthesized(),
    )


def a_shop(dataset: Dataset) -> Project:
    load = a_step("load", (a_port("orders", dataset="orders", external=True),), a_port("clean"))
    report = a_step("report", (a_port("clean"),), a_port("page"))
    load = replace(load, settings=Settings(scenarios=("malformed",)))
    project = a_project(load, report, datasets=(dataset,))
    daily = replace(project.pipelines["daily"], scenarios=("malformed",))
    return replace(project, pipelines={"daily": daily})


def alone(project: Project, around: Circumstances = NAMED) -> tuple[Task, ...]:
    return isolation.plan(project, Selection(steps={"load": Asked()}), around)


def test_each_kind_of_defect_is_a_task_of_its_own() -> None:
    assert [task.id for task in alone(a_shop(orders()))] == [
        "load[malformed: missing column amount]",
        "load[malformed: wrong type of amount]",
        "load[malformed: truncated part-00000.csv]",
        "load[malformed: empty part-00000.csv]",
    ]


def test_a_task_has_one_defect_in_one_of_its_inputs() -> None:
    two = a_step(
        "load",
        (a_port("orders", dataset="orders"), a_port("more", dataset="orders")),
        a_port("clean"),
    )
    two = replace(two, settings=Settings(scenarios=("malformed",)))

    for task in alone(a_project(two, datasets=(orders(),))):
        sources = [item.source for item in task.inputs]
        defects = [s.defect for s in sources if isinstance(s, Synthetic) and s.defect]
        assert len(defects) == 1
        assert task.scenario == "malformed"


def test_what_the_script_or_its_variables_name_is_what_goes_missing() -> None:
    shop = a_shop(orders())
    told = replace(
        shop.steps["load"],
        settings=Settings(scenarios=("malformed",), env={"FIELDS": "placed, other"}),
    )

    first = alone(replace(shop, steps={"load": told}), Circumstances())[0]

    assert first.id == "load[malformed: missing column placed]"


def test_another_column_rarely_changes_the_choice() -> None:
    few = tuple(Column(name=f"c{number}", type=ColumnType.INT) for number in range(9))
    more = (*few, Column(name="c9", type=ColumnType.INT))

    chosen = [
        alone(a_shop(orders(columns=columns)), Circumstances())[0].id for columns in (few, more)
    ]

    assert chosen[1] in {chosen[0], "load[malformed: missing column c9]"}


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("a.parquet", ["missing", "wrong", "truncated", "empty", "broken"]),
        ("a.json", ["missing", "wrong", "truncated", "empty", "broken"]),
        # An empty file of JSON lines is a table without rows.
        ("a.jsonl", ["missing", "wrong", "truncated", "broken"]),
        ("a.csv.gz", ["missing", "wrong", "truncated", "empty", "broken"]),
    ],
)
def test_a_format_meets_the_defects_that_can_be_seen_in_it(name: str, kinds: list[str]) -> None:
    kind = Format(name.split(".")[1])

    tasks = alone(a_shop(orders(TableFile(name=name, format=kind))))

    assert [task.id.split("malformed: ")[1].split()[0] for task in tasks] == kinds


def test_the_end_of_the_only_column_of_a_text_table_is_not_missed() -> None:
    tasks = alone(a_shop(orders(columns=COLUMNS[:1])))

    assert [task.id for task in tasks] == ["load[malformed: empty part-00000.csv]"]


def test_the_file_that_the_script_wants_is_the_one_that_breaks() -> None:
    files = (GivenFile(name="a.json", text="{}"), GivenFile(name="b.json", text="{}"))
    shop = a_shop(orders(*files))
    port = replace(shop.steps["load"].inputs[0], file="b.json")
    load = replace(shop.steps["load"], inputs=(port,))

    tasks = alone(replace(shop, steps={"load": load}))

    assert {task.id.rpartition(" ")[2] for task in tasks} == {"b.json]"}


def test_where_nothing_can_be_broken_one_task_says_so() -> None:
    (task,) = alone(a_shop(orders(TableFile(name="a.txt", format=Format.TEXT))))

    assert task.id == "load[malformed]"
    assert task.blocked == (
        "no made input has columns or a format to break, so `malformed` would change nothing"
    )


def test_names_that_no_id_may_hold_are_written_otherwise() -> None:
    columns = (Column(name="a/b]", type=ColumnType.INT), COLUMNS[0])
    around = Circumstances(named={"load.py": frozenset({"a/b]"})})

    assert alone(a_shop(orders(columns=columns)), around)[0].id == (
        "load[malformed: missing column a_b_]"
    )


def test_in_a_pipeline_only_nodes_with_made_inputs_meet_defects() -> None:
    shop = a_shop(orders())
    asked = Selection(nodes={"daily/load": Asked(), "daily/report": Asked()})

    tasks = pipeline.plan(shop, asked, NAMED)

    assert {task.node for task in tasks} == {"load"}
    assert tasks[0].id == "daily/load[malformed: missing column amount]"


def test_the_other_inputs_of_a_malformed_node_come_from_the_usual_run() -> None:
    load = a_step("load", (), a_port("clean"))
    join = a_step(
        "join",
        (a_port("clean"), a_port("orders", dataset="orders", external=True)),
        a_port("page"),
    )
    shop = a_project(load, join, datasets=(orders(),))
    shop = replace(
        shop, pipelines={"daily": replace(shop.pipelines["daily"], scenarios=("malformed",))}
    )

    planned = pipeline.plan(shop, Selection(nodes={"daily/join": Asked()}), NAMED)
    tasks = {task.id: task for task in suppliers.complete(shop, planned, NAMED)}

    assert tasks["daily/load"].purpose is Purpose.SUPPLY
    first = tasks["daily/join[malformed: truncated part-00000.csv]"]
    assert first.inputs[0].source == Upstream(task="daily/load", port="clean")


def test_a_scenario_of_ones_own_that_extends_it_meets_defects_too() -> None:
    own = Scenario(name="broken", condition=Condition.MALFORMED, expect=Expect.ERROR)
    shop = a_shop(orders())
    load = replace(shop.steps["load"], settings=Settings(scenarios=("broken",)))

    tasks = alone(replace(shop, steps={"load": load}, scenarios={"broken": own}))

    assert tasks[0].id == "load[broken: missing column amount]"


def test_copied_inputs_are_left_whole() -> None:
    copied = replace(orders(), origin=CopiedFrom(path="data"))

    (task,) = alone(a_shop(copied))

    assert task.blocked == "no input is made, so `malformed` would change nothing"
