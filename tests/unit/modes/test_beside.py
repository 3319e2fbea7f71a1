"""Which tasks of base stand beside those of head, and where their inputs come from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ci_scriptcheck.model.change import After, LibraryChanged, Reason, ScriptChanged, Selection
from ci_scriptcheck.model.contract import CopiedFrom
from ci_scriptcheck.model.plan import BasePart, Plan, Purpose, Side, Task
from ci_scriptcheck.model.scenario import Scenario
from ci_scriptcheck.model.source import Synthetic, Upstream
from ci_scriptcheck.model.step_test import ExpectedRows, StepTest, Variation
from ci_scriptcheck.modes import beside, isolation, pipeline, suppliers
from tests.conftest import a_plan
from tests.unit.modes.test_planning import NOWHERE, PREPARE, RAW, a_port, a_project, a_step

if TYPE_CHECKING:
    from ci_scriptcheck.model.project import Project

TRAIN = a_step("train", (a_port("table"),), a_port("model"))
TEST = a_step("test", (a_port("model"),), a_port("report"))
SHOP = a_project(PREPARE, TRAIN, TEST, datasets=(RAW,))
CHANGED = ScriptChanged(file="x.py")


def planned(
    head: Project,
    base: Project,
    libraries: dict[str, LibraryChanged] | None = None,
    **nodes: Reason,
) -> dict[str, Task]:
    steps = {name: reason for name, reason in nodes.items() if not isinstance(reason, After)}
    reached = Selection(
        steps=steps, nodes={f"daily/{name}": reason for name, reason in nodes.items()}
    )
    checked = [
        *isolation.plan(head, reached, NOWHERE),
        *pipeline.plan(head, reached, NOWHERE),
    ]
    tasks = suppliers.complete(head, checked, NOWHERE)
    made = beside.with_base(tasks, base, reached, NOWHERE, {}, libraries or {})
    return {task.id: task for task in made}


def sources(task: Task) -> dict[str, object]:
    return {item.port: item.source for item in task.inputs}


def test_it_is_known_where_data_are_drawn_otherwise_than_on_base() -> None:
    reached = Selection(steps={"prepare": CHANGED}, nodes={})
    (task,) = isolation.plan(SHOP, reached, NOWHERE)
    fewer = replace(task, settings=replace(task.settings, rows=1))
    other = replace(task, settings=replace(task.settings, seed=task.settings.seed + 1))
    small = {task.scenario: Scenario(name=task.scenario, rows=1)}

    found = [
        beside.with_base((one,), SHOP, reached, NOWHERE, scenarios, {})[-1].is_drawn_anew
        for one, scenarios in ((task, {}), (fewer, {}), (other, {}), (task, small))
    ]

    assert found == [False, True, True, True]


def a_plan_of_both(head: Project, base: Project, **nodes: Reason) -> Plan:
    """Plan a change, with all that is known of it when its tasks are."""
    made = a_plan(
        *planned(head, base, None, **nodes).values(),
        datasets=head.datasets,
        base=BasePart(commit="9c1e2f4", datasets=base.datasets),
    )
    return beside.expecting_nothing_of_new_data(made)


def expected(plan: Plan, task: str) -> set[str | None]:
    found = plan.by_id()[task]
    return {item.expects for item in found.inputs} | {item.expects for item in found.outputs}


def test_base_is_held_to_nothing_on_data_that_the_change_brings() -> None:
    table = replace(RAW, name="table")
    port = replace(a_port("table"), expects="table")
    raw = a_port("raw", dataset="raw", external=True)
    prepare, train = a_step("prepare", (raw,), port), a_step("train", (port,), a_port("model"))
    base = a_project(prepare, train, datasets=(RAW, table))
    sample = replace(RAW, origin=CopiedFrom(path="frozen/raw"))
    freezing = replace(base, datasets={"raw": sample, "table": table})

    plans = [
        a_plan_of_both(head, base, prepare=CHANGED, train=CHANGED) for head in (base, freezing)
    ]

    for task in ("daily/prepare", "daily/train", "daily/train@head"):
        assert "table" in expected(plans[0], f"{task}@base")
        assert expected(plans[1], f"{task}@base") == {None}
    assert "table" in expected(plans[1], "daily/prepare")


def test_each_checked_task_is_compared_with_its_counterpart_on_base() -> None:
    tasks = planned(SHOP, SHOP, train=CHANGED, test=After(node="train"))

    assert tasks["daily/train"].beside == "daily/train@base"
    assert tasks["daily/test"].beside == "daily/test@base"
    assert tasks["train"].beside == "train@base"
    assert {task.id for task in tasks.values() if task.side is Side.BASE} == {
        "daily/train@base",
        "daily/test@base",
        "train@base",
    }


def test_outputs_that_nobody_reads_are_the_ends() -> None:
    tasks = planned(SHOP, SHOP, train=CHANGED, test=After(node="train"))

    assert (tasks["daily/train"].ends, tasks["daily/test"].ends) == ((), ("report",))
    assert tasks["train"].ends == ("model",)


def test_base_reads_what_base_wrote_and_shares_what_no_change_reaches() -> None:
    tasks = planned(SHOP, SHOP, train=CHANGED, test=After(node="train"))

    assert sources(tasks["daily/train@base"]) == {
        "table": Upstream(task="daily/prepare", port="table")
    }
    assert sources(tasks["daily/test@base"]) == {
        "model": Upstream(task="daily/train@base", port="model")
    }
    assert tasks["daily/prepare"].purpose is Purpose.SUPPLY
    assert tasks["daily/prepare"].beside is None


def test_base_is_given_the_root_inputs_of_head() -> None:
    other = replace(RAW, name="other")
    reading = a_step("prepare", (a_port("raw", dataset="other", external=True),), a_port("table"))
    base = a_project(reading, TRAIN, TEST, datasets=(other,))

    tasks = planned(SHOP, base, prepare=CHANGED)

    assert sources(tasks["daily/prepare@base"]) == {
        "raw": Synthetic(dataset="raw", node="prepare")
    }


def test_a_supplier_that_only_base_has_is_run_for_it() -> None:
    fetch = a_step("fetch", (), a_port("table"))
    base = a_project(fetch, TRAIN, TEST)

    tasks = planned(SHOP, base, train=CHANGED)

    assert sources(tasks["daily/train@base"]) == {
        "table": Upstream(task="daily/fetch@base", port="table")
    }
    assert tasks["daily/fetch@base"].side is Side.BASE


def test_what_is_new_has_no_counterpart() -> None:
    tasks = planned(SHOP, a_project(PREPARE, datasets=(RAW,)), train=CHANGED)

    assert tasks["daily/train"].beside is None
    assert not any(task.side is Side.BASE for task in tasks.values())


def test_every_task_comes_after_all_that_it_waits_for() -> None:
    tasks = planned(SHOP, SHOP, prepare=CHANGED, train=CHANGED, test=After(node="train"))
    order = {name: place for place, name in enumerate(tasks)}

    assert all(
        order[other] < order[task.id] for task in tasks.values() for other in task.waits_for()
    )


def test_a_changed_script_behind_another_is_also_tried_across() -> None:
    tasks = planned(SHOP, SHOP, prepare=CHANGED, train=CHANGED, test=After(node="train"))

    across = tasks["daily/train@head@base"]
    assert tasks["daily/train"].across == across.id
    assert across.side is Side.BASE
    assert sources(across) == {"table": Upstream(task="daily/prepare", port="table")}
    assert tasks["daily/prepare"].across is None
    assert tasks["daily/test"].across is None


def test_other_settings_of_a_step_have_a_counterpart_where_base_varies_them_too() -> None:
    varied = replace(
        PREPARE,
        variations=(
            Variation(name="UNIT=EUR", env={"UNIT": "EUR"}),
            Variation(name="UNIT=USD", env={"UNIT": "USD"}),
        ),
    )
    before = replace(varied, variations=varied.variations[:1])

    tasks = planned(
        a_project(varied, datasets=(RAW,)), a_project(before, datasets=(RAW,)), prepare=CHANGED
    )

    assert tasks["prepare[UNIT=EUR]"].beside == "prepare[UNIT=EUR]@base"
    assert tasks["prepare[UNIT=EUR]@base"].settings.env == {"UNIT": "EUR"}
    assert tasks["prepare[UNIT=USD]"].beside is None


def test_a_test_has_a_counterpart_as_long_as_it_expects_the_same() -> None:
    def tested(amount: int) -> Project:
        rows = {"table": (ExpectedRows(rows=({"amount": amount},)),)}
        tests = (StepTest(name="sums", rows=rows), StepTest(name="ends well"))
        return a_project(replace(PREPARE, tests=tests), datasets=(RAW,))

    same, other = (planned(tested(1), tested(amount), prepare=CHANGED) for amount in (1, 2))

    assert same["prepare[sums]"].beside == "prepare[sums]@base"
    assert other["prepare[sums]"].beside is None
    assert other["prepare[ends well]"].beside == "prepare[ends well]@base"


def test_what_base_does_with_other_libraries_is_not_shown_here_nor_what_comes_of_it() -> None:
    newer = LibraryChanged(library="pandas", before="1", after="2")

    found = planned(
        SHOP,
        SHOP,
        {"train": newer},
        prepare=CHANGED,
        train=newer,
        test=After(node="train"),
    )

    assert {name for name in found if name.endswith("@base")} == {
        "prepare@base",
        "daily/prepare@base",
    }
    unlike = {name for name, task in found.items() if task.other_library is not None}
    assert unlike == {"train", "daily/train", "daily/test"}
    assert all(found[name].other_library == newer for name in unlike)
