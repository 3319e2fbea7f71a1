"""The records of shares made one, on plans whose tasks end as drawn."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.codec import from_json, to_json
from ci_scriptcheck.model.plan import Input, Plan, Task
from ci_scriptcheck.model.result import Outcome, TaskResult
from ci_scriptcheck.model.run_record import Machine, RunRecord
from ci_scriptcheck.model.source import Upstream
from ci_scriptcheck.modes import cut, share
from ci_scriptcheck.run import merging, reasons
from ci_scriptcheck.values import replace
from tests.conftest import a_plan, a_result, a_task
from tests.unit.modes.test_cut import a_large_project
from tests.unit.report.deep_dived import a_fixture

FATES = [Outcome.PASSED, Outcome.PASSED, Outcome.PASSED, Outcome.FAILED, Outcome.CRASHED]


def reading(name: str, *needs: str, **more: Any) -> Task:
    inputs = tuple(
        Input(port=need, parameter=need, source=Upstream(task=need, port="out")) for need in needs
    )
    return a_task(name, inputs=inputs, **more)


def run(plan: Plan, fates: dict[str, Outcome], **more: Any) -> RunRecord:
    """Do what a run does: tasks end as their fate is, and those behind a failure are not run."""
    tasks = plan.by_id()
    results: dict[str, TaskResult] = {}
    for task in plan.tasks:
        why = reasons.why_not(
            replace(plan, scenarios={}),
            tasks,
            replace(task, inputs=tuple(replace(it, required=False) for it in task.inputs)),
            {name: results[name] for name in task.needs()},
        )
        outcome = fates.get(task.id, Outcome.PASSED)
        results[task.id] = (
            reasons.left_out(task.id, why)
            if why is not None
            else a_result(task.id, outcome, key=f"key of {task.id}", worker="gw0")
        )
    parts: dict[str, Any] = {
        "plan": plan,
        "run": "run",
        "results": tuple(results.values()),
        "seconds": 3.0,
        "machine": Machine(system="Linux", python="3.11.7", processors=2, workers=2),
    }
    return RunRecord(**parts | more)


def shared(
    whole: Plan, shares: dict[str, int], of: int, fates: dict[str, Outcome] | None = None
) -> dict[str, RunRecord]:
    """Give the record of each share by its place."""
    return {
        f"run{number}": run(share.part(whole, shares, number=number, of=of), fates or {})
        for number in range(1, of + 1)
    }


def fetched(plan: Plan, *names: str) -> Plan:
    """Give a plan with the real data of some datasets, unless it has others."""
    found = {name: a_fixture(name, 10, None) for name in names or ("orders",)}
    return replace(plan, fixtures={**found, **plan.fixtures})


def again(
    record: RunRecord, fates: dict[str, Outcome], *, attempt: int = 1, began: float = 0.0
) -> RunRecord:
    """Run a share once more."""
    assert record.plan.share is not None
    later = replace(record.plan.share, attempt=attempt, began=began)
    return run(replace(record.plan, share=later), fates)


def without_machines(record: RunRecord) -> RunRecord:
    return replace(
        record,
        run="",
        seconds=0.0,
        shares=(),
        results=tuple(replace(result, worker=None) for result in record.results),
    )


CHAIN = a_plan(
    reading("load"), reading("clean", "load"), reading("train", "clean"), reading("score", "clean")
)
TWO = {"load": 1, "clean": 1, "train": 1, "score": 2}

GRAPHS = st.lists(
    st.tuples(st.lists(st.integers(0, 20), max_size=2), st.sampled_from(FATES)),
    min_size=1,
    max_size=20,
)


@given(graph=GRAPHS, of=st.integers(1, 6), by_name=st.booleans(), data=st.data())
@settings(max_examples=200, deadline=None)
def test_merged_shares_are_the_whole_run_but_for_times_and_machines(
    graph: list[tuple[list[int], Outcome]], of: int, by_name: bool, data: st.DataObject
) -> None:
    tasks = [
        reading(f"t{place}", *sorted({f"t{need}" for need in needs if need < place}))
        for place, (needs, _) in enumerate(graph)
    ]
    whole = a_plan(*tasks)
    fates = {f"t{place}": fate for place, (_, fate) in enumerate(graph)}
    found = cut.cut(tasks, of=of)
    shares = dict(share.by_name(tasks, of=of) if by_name else found.shares)
    records = shared(whole, shares, of if by_name else len(found.seconds), fates)
    places = data.draw(st.permutations(list(records)))

    merged = merging.merged({place: records[place] for place in places}, "run").record

    assert without_machines(merged) == without_machines(run(whole, fates))
    assert verdict.exit_code(merged) == verdict.exit_code(run(whole, fates))
    assert from_json(RunRecord, to_json(merged)) == merged


def test_eight_shares_of_600_nodes_are_the_whole_run_but_for_times_and_machines() -> None:
    tasks = a_large_project()
    whole = a_plan(*tasks)
    fates = {task.id: Outcome.FAILED for task in tasks[::17]}
    found = cut.cut(tasks, of=8)

    merged = merging.merged(shared(whole, dict(found.shares), 8, fates), "run").record

    assert len(merged.shares) == 8
    assert without_machines(merged) == without_machines(run(whole, fates))


def test_the_machines_are_told_and_the_longest_share_counts() -> None:
    records = shared(CHAIN, TWO, 2)
    records["run2"] = replace(records["run2"], seconds=9.0)

    merged = merging.merged(records, "merged").record

    assert merged.seconds == 9.0
    assert [(one.number, one.tasks, one.seconds) for one in merged.shares] == [
        (1, 3, 3.0),
        (2, 3, 9.0),
    ]
    assert merged.results[0].worker == "1/gw0"


def test_a_share_that_left_no_record_is_told_and_never_passes() -> None:
    records = shared(CHAIN, TWO, 2)
    del records["run2"]

    merged = merging.merged(records, "merged").record

    assert merged.missing == (2,)
    assert {result.task: result.why_not for result in merged.results if result.why_not} == {
        "score": "share 2/2 has left no record"
    }
    assert verdict.exit_code(merged) == 1


def test_an_empty_share_that_left_no_record_does_not_pass_either() -> None:
    records = shared(CHAIN, dict.fromkeys(TWO, 1), 2)
    del records["run2"]

    merged = merging.merged(records, "merged").record

    assert not any(result.why_not for result in merged.results)
    assert verdict.exit_code(merged) == 1


def test_a_task_that_its_share_has_not_run_is_refused() -> None:
    records = shared(CHAIN, TWO, 2)
    record = records["run2"]
    assert record.plan.share is not None
    kept = tuple(task for task in record.plan.tasks if task.id != "score")
    others = (*record.plan.share.others, CHAIN.by_id()["score"])
    plan = replace(record.plan, tasks=kept, share=replace(record.plan.share, others=others))

    with pytest.raises(UsageError, match="no share ran `score`, which 2/2 answers for"):
        merging.merged({**records, "run2": run(plan, {})}, "merged")


def test_a_task_that_was_given_to_a_share_that_does_not_exist_never_passes() -> None:
    merged = merging.merged(shared(CHAIN, {**TWO, "score": 7}, 2), "merged").record

    assert merged.missing == (7,)
    assert verdict.exit_code(merged) == 1


def test_a_share_that_was_run_again_replaces_what_it_was() -> None:
    records = shared(CHAIN, TWO, 2, {"score": Outcome.FAILED})
    records["again"] = again(records["run2"], {}, attempt=2)

    found = merging.merged(records, "merged")

    assert verdict.exit_code(found.record) == 0
    assert found.left_out == ("run2",)
    assert [one.attempt for one in found.record.shares] == [1, 2]


def test_a_failure_that_a_later_attempt_does_not_have_is_told_as_flaky() -> None:
    records = shared(CHAIN, TWO, 2, {"score": Outcome.FAILED})
    records["again"] = again(records["run2"], {}, attempt=2)

    (score,) = (one for one in merging.merged(records, "m").record.results if one.task == "score")

    assert (score.outcome, set(score.flaky)) == (
        Outcome.PASSED,
        {Outcome.PASSED, Outcome.FAILED},
    )


def test_of_two_runs_of_one_attempt_the_later_one_counts() -> None:
    records = shared(CHAIN, TWO, 2)
    records["again"] = again(records["run2"], {"score": Outcome.FAILED}, began=5.0)

    assert verdict.exit_code(merging.merged(records, "merged").record) == 1


def test_what_fails_on_one_machine_only_fails_the_whole_and_is_told_as_flaky() -> None:
    records = shared(CHAIN, TWO, 2)
    records["run2"] = again(records["run2"], {"clean": Outcome.FAILED})

    merged = merging.merged(records, "merged").record

    (clean,) = (one for one in merged.results if one.task == "clean")
    assert clean.outcome is Outcome.FAILED, "else nobody would be told why score was not run"
    assert clean.flaky
    assert verdict.exit_code(merged) == 1


def test_an_interrupted_share_interrupts_the_whole() -> None:
    records = shared(CHAIN, TWO, 2)
    records["run1"] = replace(records["run1"], interrupted="SIGTERM")

    assert verdict.exit_code(merging.merged(records, "merged").record) == 143


def test_all_shares_of_an_earlier_cut_of_the_same_job_are_left_out() -> None:
    records = shared(CHAIN, TWO, 2)
    later = {
        f"later{number}": again(record, {}, attempt=2)
        for number, record in enumerate(shared(CHAIN, dict.fromkeys(TWO, 1), 1).values())
    }

    found = merging.merged({**records, **later}, "merged")

    assert found.left_out == ("run1", "run2")
    assert found.record.missing == ()


OTHERS: dict[str, tuple[Plan, str]] = {
    "project": (replace(CHAIN, project="bank"), "the project is"),
    "base": (replace(CHAIN, changes=replace(CHAIN.changes, base="0" * 40)), "the base is"),
    "head": (replace(CHAIN, changes=replace(CHAIN.changes, head="0" * 40)), "the head is"),
    "version": (replace(CHAIN, version="0.9"), "the version is"),
    "tasks": (a_plan(*CHAIN.tasks, a_task("more")), "only one of them plans more"),
    "task": (
        a_plan(*CHAIN.tasks[:3], replace(CHAIN.tasks[3], blocked="needs torch")),
        "`score` has another blocked",
    ),
    "real data": (
        replace(CHAIN, fixtures={"orders": a_fixture("orders", 20, None)}),
        "of the real data of `orders`, one has fetched others",
    ),
    "strictness": (replace(CHAIN, strict=True), "another strict"),
}


@pytest.mark.parametrize("what", OTHERS)
def test_shares_of_different_plans_are_refused(what: str) -> None:
    other, expected = OTHERS[what]
    shares = {**TWO, "more": 1}
    records = {
        "one": shared(fetched(CHAIN), TWO, 2)["run1"],
        "other": shared(fetched(other), shares, 2)["run2"],
    }

    with pytest.raises(UsageError) as refused:
        merging.merged(records, "merged")

    assert expected in refused.value.facts[0]


def test_each_share_has_fetched_what_its_own_tasks_are_given() -> None:
    records = {
        "one": shared(fetched(CHAIN, "orders", "shops"), TWO, 2)["run1"],
        "other": shared(fetched(CHAIN, "shops", "prices"), TWO, 2)["run2"],
    }

    merged = merging.merged(records, "merged").record

    assert list(merged.plan.fixtures) == ["orders", "prices", "shops"]


def test_machines_that_only_know_different_times_fit_each_other() -> None:
    slower = replace(CHAIN, tasks=tuple(replace(task, weight=50.0) for task in CHAIN.tasks))
    records = {"one": shared(CHAIN, TWO, 2)["run1"], "other": shared(slower, TWO, 2)["run2"]}

    assert verdict.exit_code(merging.merged(records, "merged").record) == 0


def test_shares_of_different_cuts_are_refused() -> None:
    records = {
        "one": shared(CHAIN, TWO, 2)["run1"],
        "other": shared(CHAIN, {**TWO, "train": 2}, 2)["run2"],
    }

    with pytest.raises(UsageError) as refused:
        merging.merged(records, "merged")

    assert refused.value.facts == ("one and other differ: they were cut otherwise",)


def test_a_whole_run_is_no_share() -> None:
    with pytest.raises(UsageError, match="a whole run, not of a share"):
        merging.merged({"run": run(CHAIN, {})}, "merged")


def test_a_record_without_a_result_for_each_task_is_refused() -> None:
    record = shared(CHAIN, TWO, 2)["run1"]

    with pytest.raises(UsageError, match="does not hold a result for each of its tasks"):
        merging.merged({"run1": replace(record, results=record.results[1:])}, "merged")
