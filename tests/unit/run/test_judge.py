"""Whose difference it is, and what is asked to know that: nothing is run or read here."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model.acceptance import Acceptance
from ci_scriptcheck.model.change import ChangeKind, FileChange
from ci_scriptcheck.model.comparison import (
    Fate,
    FileComparison,
    PortComparison,
    ValueComparison,
)
from ci_scriptcheck.model.plan import Input, Output, Plan, Purpose, Side, Task
from ci_scriptcheck.model.result import Artefact, FileFacts, Finding, Level, Outcome, TaskResult
from ci_scriptcheck.model.source import Copied, Synthetic, Upstream
from ci_scriptcheck.run.beside import MOST_FIGURES_BYTES, MOST_FIGURES_SECONDS, Judge
from tests.conftest import a_change, a_plan, a_result, a_task

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ci_scriptcheck.run.questions import Question

RAISED = Finding(
    rule="SC201", severity=Level.ERROR, message="KeyError: 'a'", step="train", pipeline="shop"
)


def wrote(content: str, **of_file: Any) -> dict[str, Any]:
    """Give the parts of a result that wrote something to its port `out`."""
    facts: dict[str, Any] = {"path": "t.csv", "bytes": 1, "digest": content}
    file = FileFacts(**facts | of_file)
    return {"outputs": {"out": Artefact(digest=content, files=(file,))}}


def read(content: str) -> Mapping[str, Artefact]:
    facts = FileFacts(path="t.csv", bytes=1, digest=content)
    return {"in": Artefact(digest=content, files=(facts,))}


def a_node(name: str, supplier: str | None = None, **given: Any) -> Task:
    source = Copied(path="data") if supplier is None else Upstream(task=supplier, port="out")
    parts: dict[str, Any] = {
        "inputs": (Input(port="in", parameter="in", source=source),),
        "outputs": (Output(port="out", parameter="out"),),
        **given,
    }
    return a_task(name, pipeline="shop", **parts)


def on_base(task: Task, name: str = "@base") -> Task:
    parts: dict[str, Any] = {"side": Side.BASE, "purpose": Purpose.COMPARE, "beside": None}
    return dataclasses.replace(task, id=task.id + name, across=None, ends=(), **parts)


PREPARE = a_node("prepare", beside="shop/prepare@base")
TRAIN = a_node("train", "shop/prepare", beside="shop/train@base")
ACROSS = dataclasses.replace(TRAIN, across="shop/train@head@base")


TABLE = FileComparison(path="t.csv", fate=Fate.CHANGED, note="differs")
AUC = FileComparison(
    path="m.json",
    fate=Fate.CHANGED,
    format_before="json",
    format_after="json",
    values=(ValueComparison(path="auc", fate=Fate.CHANGED, before="0.9", after="0.8"),),
    values_count=1,
)


class Court:
    """A judge, who is told of results, and remembers what it asked."""

    def __init__(
        self, plan: Plan, *results: TaskResult, has_data: bool = True, is_json: bool = False
    ) -> None:
        self._plan = plan
        self._results = {result.task: result for result in results}
        self._has_data = has_data
        self._differing = AUC if is_json else TABLE
        self.asked: list[tuple[str, str, tuple[str, ...], bool]] = []

    def judged(self, task: Task, result: TaskResult) -> TaskResult:
        keys: Any = SimpleNamespace(closure=lambda _: frozenset[str]())
        judge = Judge(
            plan=self._plan,
            keys=keys,
            root=Path(),
            result_of=self._results.__getitem__,
            answer=self._answer,
            repeated=lambda *_: (_ for _ in ()).throw(AssertionError("no costs are to be known")),
        )
        return judge.judged(task, result)

    def _answer(self, question: Question) -> tuple[PortComparison, ...]:
        about = question.asked_by, question.before.task, tuple(question.terms)
        self.asked.append((*about, question.is_to_repeat))
        files = (self._differing,)
        return tuple(
            PortComparison(port=port, files=files if self._has_data else (), noise=("t.csv",))
            for port in question.terms
        )


def a_shop(train: Task = TRAIN, **given: Any) -> Plan:
    tasks = [on_base(PREPARE), PREPARE, on_base(train), on_base(train, "@head@base"), train]
    return a_plan(*tasks, **given)


def test_what_differs_though_nothing_was_passed_on_begins_here() -> None:
    court = Court(a_shop(), a_result("shop/prepare@base", **wrote("old")))

    found = court.judged(PREPARE, a_result("shop/prepare", **wrote("new")))

    assert court.asked == [("shop/prepare", "shop/prepare@base", ("out",), True)]
    assert (found.is_first_to_differ, found.differing) == (True, ("out",))
    assert [finding.rule for finding in found.findings] == ["SC406"]


def test_what_was_accepted_as_another_difference_counts_and_remembers_that() -> None:
    accepted = Acceptance(
        step="prepare",
        output="out",
        rule="SC406",
        about="out/t.csv",
        difference="1",
        reason="ticket 12",
    )
    base = a_result("shop/prepare@base", **wrote("old"))
    court = Court(a_shop(acceptances=(accepted,)), base)

    (found,) = court.judged(PREPARE, a_result("shop/prepare", **wrote("new"))).findings

    assert (found.known, found.lapsed) == (None, "ticket 12")
    assert not found.is_lapsed_by_data


def test_what_was_accepted_of_other_data_counts_and_says_that_they_are_others() -> None:
    accepted = Acceptance(
        step="prepare",
        output="out",
        rule="SC406",
        about="out/t.csv",
        difference="1",
        data="of last month",
        reason="ticket 12",
    )
    base = a_result("shop/prepare@base", **wrote("old"))
    court = Court(a_shop(acceptances=(accepted,)), base)

    (found,) = court.judged(PREPARE, a_result("shop/prepare", **wrote("new"))).findings

    assert (found.known, found.lapsed) == (None, "ticket 12")
    assert found.is_lapsed_by_data


def test_what_two_runs_of_base_show_as_well_is_chance_and_passed_on_as_such() -> None:
    court = Court(a_shop(), a_result("shop/prepare@base", **wrote("old")), has_data=False)

    found = court.judged(PREPARE, a_result("shop/prepare", **wrote("new")))

    assert (found.is_first_to_differ, found.differing, found.by_chance) == (False, (), ("out",))
    assert found.findings == ()


def failed(task: str, finding: Finding = RAISED, **given: Any) -> TaskResult:
    return a_result(task, Outcome.FAILED, findings=(finding,), **given)


def test_where_data_are_drawn_otherwise_a_failure_of_base_excuses_none() -> None:
    anew = dataclasses.replace(
        TRAIN,
        is_drawn_anew=True,
        inputs=(Input(port="in", parameter="in", source=Synthetic(dataset="raw", node="train")),),
    )
    usual = dataclasses.replace(anew, is_drawn_anew=False)

    excused = [
        one.also_on_base
        for task in (usual, anew)
        for one in Court(a_plan(on_base(task), task), failed("shop/train@base"))
        .judged(task, failed("shop/train"))
        .findings
    ]

    assert excused == [True, False]


@pytest.mark.parametrize(
    ("here", "there", "is_excused"),
    [(0.5, 0.5, True), (0.4, 0.5, True), (0.6, 0.5, False), (0.6, None, True), (None, 0.5, True)],
)
def test_a_defect_in_more_rows_than_on_base_is_another_one(
    here: float | None,
    there: float | None,
    is_excused: bool,
) -> None:
    court = Court(
        a_shop(),
        failed("shop/train@base", dataclasses.replace(RAISED, extent=there)),
        a_result("shop/prepare"),
        a_result("shop/prepare@base"),
    )

    found = court.judged(TRAIN, failed("shop/train", dataclasses.replace(RAISED, extent=here)))

    assert [one.also_on_base for one in found.findings] == [is_excused]


def test_a_reader_of_chance_is_not_compared() -> None:
    prepare = a_result("shop/prepare", by_chance=("out",))
    court = Court(a_shop(), prepare, a_result("shop/train@base", **wrote("old")))

    found = court.judged(TRAIN, a_result("shop/train", **wrote("new")))

    assert court.asked == []
    assert (found.differing, found.by_chance) == ((), ("out",))


def test_what_is_passed_on_is_not_looked_at_where_somebody_reads_it_further() -> None:
    prepare = a_result("shop/prepare", differing=("out",))
    court = Court(a_shop(), prepare, a_result("shop/train@base", **wrote("old")))

    found = court.judged(TRAIN, a_result("shop/train", **wrote("new")))

    assert court.asked == []
    assert (found.is_first_to_differ, found.differing) == (False, ("out",))


def test_figures_in_json_are_looked_at_wherever_they_are_written_and_count_for_nothing() -> None:
    prepare = a_result("shop/prepare", differing=("out",))
    base = a_result("shop/train@base", **wrote("old", format="json"))
    court = Court(a_shop(), prepare, base)

    found = court.judged(TRAIN, a_result("shop/train", **wrote("new", format="json")))

    assert [one.port for one in found.comparisons] == ["out"]
    assert (found.is_first_to_differ, found.findings) == (False, ())


def test_json_that_is_data_is_looked_at_no_more_than_other_data() -> None:
    large: dict[str, Any] = {"format": "json", "bytes": MOST_FIGURES_BYTES + 1}
    prepare = a_result("shop/prepare", differing=("out",))
    court = Court(a_shop(), prepare, a_result("shop/train@base", **wrote("old", **large)))

    court.judged(TRAIN, a_result("shop/train", **wrote("new", **large)))

    assert court.asked == []


def test_figures_of_a_step_that_is_slow_to_run_again_are_not_looked_at() -> None:
    prepare = a_result("shop/prepare", differing=("out",))
    written = wrote("old", format="json")
    base = a_result("shop/train@base", **written, seconds=MOST_FIGURES_SECONDS + 1)
    court = Court(a_shop(), prepare, base)

    court.judged(TRAIN, a_result("shop/train", **wrote("new", format="json")))

    assert court.asked == []


def test_at_an_end_it_is_looked_at_and_counts_for_nothing() -> None:
    train = dataclasses.replace(TRAIN, ends=("out",))
    prepare = a_result("shop/prepare", differing=("out",))
    court = Court(a_shop(train), prepare, a_result("shop/train@base", **wrote("old")))

    found = court.judged(train, a_result("shop/train", **wrote("new")))

    assert [one.port for one in found.comparisons] == ["out"]
    assert (found.is_first_to_differ, found.findings) == (False, ())


def test_of_a_changed_script_behind_another_its_own_part_is_told() -> None:
    prepare = a_result("shop/prepare", differing=("out",))
    across = a_result("shop/train@head@base", **wrote("half"))
    base = a_result("shop/train@base", **wrote("old"))
    court = Court(a_shop(ACROSS), prepare, across, base)

    found = court.judged(ACROSS, a_result("shop/train", **wrote("new")))

    assert [asked[1] for asked in court.asked] == ["shop/train@head@base"]
    assert (found.is_first_to_differ, found.is_beside_script) == (True, True)


def test_findings_call_base_as_people_do() -> None:
    court = Court(a_shop(), a_result("shop/prepare@base", **wrote("old")), is_json=True)

    (found,) = court.judged(PREPARE, a_result("shop/prepare", **wrote("new"))).findings

    assert found.table is not None
    assert found.table.columns == ("value", "on main", "here")


def test_where_it_has_no_own_part_all_was_passed_on() -> None:
    prepare = a_result("shop/prepare", differing=("out",))
    across = a_result("shop/train@head@base", **wrote("new"))
    base = a_result("shop/train@base", **wrote("old"))
    court = Court(a_shop(ACROSS), prepare, across, base)

    found = court.judged(ACROSS, a_result("shop/train", **wrote("new")))

    assert court.asked == []
    assert (found.is_first_to_differ, found.differing) == (False, ("out",))


def test_where_its_own_part_cannot_be_known_what_differs_from_base_is_its_own() -> None:
    prepare = a_result("shop/prepare", differing=("out",))
    across = a_result("shop/train@head@base", Outcome.FAILED)
    base = a_result("shop/train@base", **wrote("old"))
    court = Court(a_shop(ACROSS), prepare, across, base)

    found = court.judged(ACROSS, a_result("shop/train", **wrote("new")))

    assert [asked[1] for asked in court.asked] == ["shop/train@base"]
    assert found.is_first_to_differ


def test_a_supplier_that_base_does_not_have_passes_on_what_it_was_given() -> None:
    between = a_node("between", "shop/prepare")
    train = dataclasses.replace(TRAIN, inputs=a_node("train", "shop/between").inputs)
    plan = a_plan(on_base(PREPARE), PREPARE, between, on_base(TRAIN), train)
    prepare = a_result("shop/prepare", differing=("out",))
    base = a_result("shop/train@base", **wrote("old"))
    court = Court(plan, prepare, a_result("shop/between"), base)

    found = court.judged(train, a_result("shop/train", **wrote("new")))

    assert not found.is_first_to_differ
    assert court.asked == []


def test_a_task_that_only_supplies_is_not_compared() -> None:
    supply = dataclasses.replace(PREPARE, purpose=Purpose.SUPPLY)
    court = Court(a_shop(), a_result("shop/prepare@base", **wrote("old")))

    found = court.judged(supply, a_result("shop/prepare", **wrote("new")))

    assert (court.asked, found.differing) == ([], ("out",))


def test_a_failure_that_base_has_too_is_excused_unless_the_change_brings_its_data() -> None:
    failed = a_result("shop/train", Outcome.FAILED, findings=(RAISED,))
    others = [a_result("shop/prepare"), a_result("shop/prepare@base")]
    base = a_result("shop/train@base", Outcome.FAILED, findings=(RAISED,))
    elsewhere = Court(a_shop(changes=a_change("train.py")), *others, base)
    bringing = Court(a_shop(changes=a_change("data/t.csv")), *others, base)

    assert elsewhere.judged(TRAIN, failed).findings[0].also_on_base
    assert not bringing.judged(TRAIN, failed).findings[0].also_on_base


LOST = dataclasses.replace(
    RAISED,
    advice="No input has a column `a`: read another.",
    lacking=("a",),
    place=Place(file="scripts/train.py", line=7),
)


def advice_on_a_lost_column(before: str, *, is_new_line: bool = False) -> str | None:
    """Give what a failed task is advised, where base passed with an input of one column."""
    file = FileFacts(path="t.csv", bytes=1, digest="old", columns=(before,))
    given = {"in": Artefact(digest="old", files=(file,))}
    change = FileChange(
        path="scripts/train.py" if is_new_line else "lib/tables.py",
        kind=ChangeKind.MODIFIED,
        lines=((7, 8),),
    )
    plan = a_shop(changes=a_change(files=(change,)))
    unchanged = (a_result("shop/prepare"), a_result("shop/prepare@base"))
    court = Court(plan, a_result("shop/train@base", inputs=given), *unchanged)
    broken = a_result("shop/train", Outcome.FAILED, findings=(LOST,))
    (found,) = court.judged(TRAIN, broken).findings
    return found.advice


def test_no_input_is_to_have_a_column_that_base_makes_itself() -> None:
    advice = advice_on_a_lost_column("b")

    assert advice == (
        "On main, no input has `a` either, and it passes:"
        " look what this change does before that line."
    )


def test_what_base_has_in_its_inputs_and_what_a_new_line_asks_for_is_to_be_read() -> None:
    assert advice_on_a_lost_column("a") == LOST.advice
    assert advice_on_a_lost_column("b", is_new_line=True) == LOST.advice


def test_another_exception_at_the_same_step_is_another_failure() -> None:
    other = dataclasses.replace(RAISED, message="KeyError: 'b'")
    failed = a_result("shop/train", Outcome.FAILED, findings=(RAISED,))
    base = a_result("shop/train@base", Outcome.FAILED, findings=(other,))
    others = [a_result("shop/prepare"), a_result("shop/prepare@base")]
    court = Court(a_shop(changes=a_change("train.py")), *others, base)

    assert not court.judged(TRAIN, failed).findings[0].also_on_base


def test_what_a_failed_task_was_given_is_compared_once_and_without_a_run() -> None:
    prepare = a_result("shop/prepare", differing=("out",), inputs=read("same"), **wrote("new"))
    before = a_result("shop/prepare@base", **wrote("old"))
    base = a_result("shop/train@base", **wrote("old"))
    court = Court(a_shop(), prepare, before, base)

    found = court.judged(TRAIN, a_result("shop/train", Outcome.FAILED, findings=(RAISED,)))

    assert court.asked == [("shop/train", "shop/prepare@base", ("out",), False)]
    assert [one.port for one in found.given] == ["in"]


def test_what_its_supplier_was_compared_by_already_is_not_asked_again() -> None:
    known = PortComparison(port="out", files=(FileComparison(path="t.csv", fate=Fate.GONE),))
    prepare = a_result("shop/prepare", differing=("out",), comparisons=(known,))
    before = a_result("shop/prepare@base", **wrote("old"))
    court = Court(a_shop(), prepare, before, a_result("shop/train@base"))

    found = court.judged(TRAIN, a_result("shop/train", Outcome.FAILED, findings=(RAISED,)))

    assert court.asked == []
    assert found.given == (dataclasses.replace(known, port="in"),)
