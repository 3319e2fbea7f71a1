"""From a selection to tasks: where their inputs come from, and what is not run and why."""

from __future__ import annotations

from dataclasses import replace

from ci_scriptcheck.model.change import Asked, ScriptChanged, Selection
from ci_scriptcheck.model.contract import CopiedFrom, Dataset, Port, Schema, Synthesized, WrittenBy
from ci_scriptcheck.model.plan import Purpose, Task
from ci_scriptcheck.model.project import Link, Node, Pipeline, Project, Settings, Step
from ci_scriptcheck.model.source import Copied, Synthetic, Upstream
from ci_scriptcheck.modes import isolation, pipeline, suppliers
from ci_scriptcheck.modes.sources import Circumstances

NOWHERE = Circumstances()


def a_dataset(name: str, origin: Synthesized | CopiedFrom | WrittenBy) -> Dataset:
    return Dataset(name=name, schema=Schema(), files=(), origin=origin)


def a_port(name: str, *, dataset: str | None = None, external: bool = False) -> Port:
    return Port(name=name, parameter=name, dataset=dataset, external=external)


def a_step(name: str, reads: tuple[Port, ...], *writes: Port) -> Step:
    return Step(name=name, script=f"{name}.py", inputs=reads, outputs=writes)


def a_project(*steps: Step, datasets: tuple[Dataset, ...] = ()) -> Project:
    """A project whose only pipeline joins equal port names in the order of the steps."""
    links = tuple(
        Link(producer=writer.name, output=port.name, consumer=reader.name, input=port.name)
        for number, reader in enumerate(steps)
        for port in reader.inputs
        for writer in steps[:number]
        if port.name in {output.name for output in writer.outputs}
    )
    daily = Pipeline(
        name="daily",
        nodes=tuple(
            Node(name=s.name, step=s.name, inputs=s.inputs, outputs=s.outputs, settings=s.settings)
            for s in steps
        ),
        links=links,
        edges=tuple((link.producer, link.consumer) for link in links),
    )
    return Project(
        name="shop",
        steps={step.name: step for step in steps},
        datasets={dataset.name: dataset for dataset in datasets},
        pipelines={"daily": daily},
    )


RAW = a_dataset("raw", Synthesized())
PREPARE = a_step("prepare", (a_port("raw", dataset="raw", external=True),), a_port("table"))
TRAIN = a_step("train", (a_port("table"),), a_port("model"))
SHOP = a_project(PREPARE, TRAIN, datasets=(RAW,))


def planned(project: Project, selection: Selection, around: Circumstances) -> dict[str, Task]:
    checked = isolation.plan(project, selection, around) + pipeline.plan(
        project, selection, around
    )
    return {task.id: task for task in suppliers.complete(project, checked, around)}


def test_a_node_reads_what_the_node_before_it_writes() -> None:
    selection = Selection(nodes={"daily/prepare": Asked(), "daily/train": Asked()})

    tasks = planned(SHOP, selection, NOWHERE)

    assert tasks["daily/train"].inputs[0].source == Upstream(task="daily/prepare", port="table")
    assert tasks["daily/prepare"].inputs[0].source == Synthetic(dataset="raw", node="prepare")


def test_an_unaffected_supplier_is_added_and_stands_before_its_reader() -> None:
    tasks = planned(SHOP, Selection(nodes={"daily/train": Asked()}), NOWHERE)

    assert list(tasks) == ["daily/prepare", "daily/train"]
    assert tasks["daily/prepare"].purpose is Purpose.SUPPLY


def test_a_step_alone_gets_what_its_supplier_writes_where_its_port_has_no_dataset() -> None:
    tasks = planned(SHOP, Selection(steps={"train": ScriptChanged(file="train.py")}), NOWHERE)

    assert list(tasks) == ["daily/prepare", "train"]
    assert tasks["train"].inputs[0].source == Upstream(task="daily/prepare", port="table")


def test_a_step_alone_is_told_the_type_of_job_its_supplier_s_data_were_written_for() -> None:
    (flow,) = SHOP.pipelines.values()
    scored = Settings(args={"job_type": "testing"}, env={"MODE": "node"})
    nodes = (flow.nodes[0], replace(flow.nodes[1], settings=scored))
    project = replace(SHOP, pipelines={"daily": replace(flow, nodes=nodes)})

    tasks = planned(project, Selection(steps={"train": Asked(), "prepare": Asked()}), NOWHERE)

    assert tasks["train"].settings == Settings(args={"job_type": "testing"})
    assert tasks["prepare"].settings == Settings()


def test_a_step_alone_is_run_once_in_each_of_its_scenarios() -> None:
    settings = Settings(scenarios=("standard", "edge_cases"))
    project = a_project(replace(PREPARE, settings=settings), datasets=(RAW,))

    tasks = planned(project, Selection(steps={"prepare": Asked()}), NOWHERE)

    assert list(tasks) == ["prepare", "prepare[edge_cases]"]


def test_a_step_without_a_script_is_not_run_and_its_dataset_feeds_its_readers() -> None:
    loader = Step(name="loader", script=None, outputs=(a_port("table", dataset="raw"),))
    project = a_project(loader, TRAIN, datasets=(RAW,))
    selection = Selection(nodes={"daily/loader": Asked(), "daily/train": Asked()})

    tasks = planned(project, selection, NOWHERE)

    assert tasks["daily/loader"].blocked == "has no script"
    assert tasks["daily/train"].blocked is None
    assert tasks["daily/train"].inputs[0].source == Synthetic(dataset="raw", node="loader")


def test_a_step_whose_libraries_are_missing_is_not_run_and_says_which() -> None:
    project = a_project(replace(PREPARE, settings=Settings(needs=("torch",))), datasets=(RAW,))

    tasks = planned(
        project,
        Selection(nodes={"daily/prepare": Asked()}),
        Circumstances(missing={None: frozenset({"torch"})}),
    )

    assert tasks["daily/prepare"].blocked == "needs torch, not installed here"


def test_a_required_input_that_nothing_feeds_blocks_the_task_and_is_named() -> None:
    tasks = planned(a_project(TRAIN), Selection(nodes={"daily/train": Asked()}), NOWHERE)

    assert tasks["daily/train"].blocked == "nothing feeds `table`"


def test_a_dataset_that_is_copied_is_read_from_the_repository() -> None:
    project = a_project(PREPARE, datasets=(a_dataset("raw", CopiedFrom(path="data")),))

    tasks = planned(project, Selection(steps={"prepare": Asked()}), NOWHERE)

    assert tasks["prepare"].inputs[0].source == Copied(path="data")


def test_tasks_that_wait_for_each_other_through_datasets_are_blocked_and_the_circle_is_named() -> (
    None
):
    itself = a_dataset("raw", WrittenBy(pipeline="daily", node="prepare", port="table"))
    project = a_project(PREPARE, datasets=(itself,))

    tasks = planned(project, Selection(nodes={"daily/prepare": Asked()}), NOWHERE)

    assert tasks["daily/prepare"].blocked == "waits for itself: daily/prepare → daily/prepare"


def test_a_variable_takes_its_value_from_the_settings_before_the_default_in_the_code() -> None:
    step = replace(
        PREPARE,
        settings=Settings(env={"LABEL": "y"}),
        variables={"LABEL": "label", "ID": "id", "X": None},
    )
    project = a_project(step, datasets=(RAW,))

    tasks = planned(project, Selection(steps={"prepare": Asked()}), NOWHERE)

    assert tasks["prepare"].variables == {"LABEL": "y", "ID": "id"}


def test_a_scenario_is_not_run_where_no_input_is_made() -> None:
    copied = a_dataset("raw", CopiedFrom(path="data/raw.csv"))
    odd = replace(PREPARE, settings=Settings(scenarios=("standard", "edge_cases")))
    shop = a_project(odd, datasets=(copied,))
    daily = replace(shop.pipelines["daily"], scenarios=("standard", "edge_cases"))
    shop = replace(shop, pipelines={"daily": daily})
    asked = Selection(steps={"prepare": Asked()}, nodes={"daily/prepare": Asked()})
    why = "no input is made, so `edge_cases` would change nothing"

    for mode in (isolation, pipeline):
        usual, odd_one = mode.plan(shop, asked, NOWHERE)
        assert (usual.blocked, odd_one.blocked) == (None, why)

    made = replace(shop, datasets={"raw": RAW})
    for mode in (isolation, pipeline):
        assert {task.blocked for task in mode.plan(made, asked, NOWHERE)} == {None}
