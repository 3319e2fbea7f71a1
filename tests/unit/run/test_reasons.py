"""Why a task is not run is told so that the first cause is named, however far away it is."""

from ci_scriptcheck.model import not_run
from ci_scriptcheck.model.plan import Input, Task
from ci_scriptcheck.model.result import Artefact, FileFacts, Finding, Level, Outcome, TaskResult
from ci_scriptcheck.model.source import Upstream
from ci_scriptcheck.run import reasons
from tests.conftest import a_plan, a_result, a_task


def reader(*, of: Task, pipeline: str | None = "fraud", scenario: str = "standard") -> Task:
    source = Upstream(task=of.id, port="out")
    inputs = (Input(port="data", parameter="data", source=source),)
    return a_task("train", pipeline=pipeline, inputs=inputs, scenario=scenario)


def why(task: Task, supplier: Task, result: TaskResult) -> str | None:
    plan = a_plan(supplier, task)
    return reasons.why_not(plan, plan.by_id(), task, {supplier.id: result})


LOAD = a_task("load", pipeline="fraud")
FULL = Artefact(digest="d", files=(FileFacts(path="a.csv", bytes=1, digest="e"),))


def test_a_supplier_that_failed_is_named_shortly_in_its_own_pipeline() -> None:
    failed = a_result(LOAD.id, Outcome.CRASHED)

    assert why(reader(of=LOAD), LOAD, failed) == "needs load"
    assert why(reader(of=LOAD, pipeline=None), LOAD, failed) == "needs fraud/load"


def test_the_first_cause_is_passed_on_along_the_chain() -> None:
    waiting = reasons.left_out(LOAD.id, "needs ingest")
    blocked = reasons.left_out(LOAD.id, "has no script")

    assert why(reader(of=LOAD), LOAD, waiting) == "needs ingest"
    assert why(reader(of=LOAD), LOAD, blocked) == "needs load, not run: has no script"


def test_an_interrupt_is_no_reason_to_keep() -> None:
    cut_short = reasons.left_out(LOAD.id, not_run.INTERRUPTED)

    assert why(reader(of=LOAD), LOAD, cut_short) == not_run.INTERRUPTED


def test_reused_and_passed_suppliers_are_good_enough() -> None:
    for outcome in (Outcome.PASSED, Outcome.REUSED):
        assert why(reader(of=LOAD), LOAD, a_result(LOAD.id, outcome)) is None


def test_a_supplier_whose_known_failure_did_not_come_can_be_read() -> None:
    surprise = Finding(rule="SC224", severity=Level.ERROR, message="passed")
    failure = Finding(rule="SC208", severity=Level.ERROR, message="missing")

    alone = a_result(LOAD.id, Outcome.FAILED, findings=(surprise,))
    both = a_result(LOAD.id, Outcome.FAILED, findings=(surprise, failure))

    assert why(reader(of=LOAD), LOAD, alone) is None
    assert why(reader(of=LOAD), LOAD, both) == "needs load"


def test_a_supplier_that_rightly_refused_bad_data_leaves_nothing_to_read() -> None:
    load = a_task("load", pipeline="fraud", scenario="malformed")
    task = reader(of=load, scenario="malformed")

    assert why(task, load, a_result(load.id)) == (
        "fraud/load[malformed] refused the data of this scenario"
    )
    assert why(task, load, a_result(load.id, outputs={"out": FULL})) is None
