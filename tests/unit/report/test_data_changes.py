"""What a change did to data, as reports tell it: numbers that moved, causes, notes, and how much is left out."""

from __future__ import annotations

from dataclasses import replace
from html import unescape
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from ci_scriptcheck.model.change import Imports
from ci_scriptcheck.model.comparison import (
    ColumnComparison,
    Fate,
    Figure,
    FileComparison,
    PortComparison,
    TableComparison,
    ValueComparison,
)
from ci_scriptcheck.model.plan import Purpose, Side
from ci_scriptcheck.model.result import Artefact, Finding, Level, Outcome
from ci_scriptcheck.model.scenario import REAL
from ci_scriptcheck.report import (
    console,
    data_changes,
    data_difference,
    data_difference_table,
    html,
    markdown,
    moved_numbers,
)
from ci_scriptcheck.report.links import Links
from ci_scriptcheck.report.page import PLAIN
from ci_scriptcheck.report.sides import MOST_NAME, Sides
from tests.conftest import a_change, a_plan, a_record, a_result, a_task
from tests.unit.report.compared import MODEL, SUMMARY, TABLE, a_record_of_failing_readers
from tests.unit.report.records import after

if TYPE_CHECKING:
    from ci_scriptcheck.model.result import TaskResult
    from ci_scriptcheck.model.run_record import RunRecord

BEGINS: dict[str, Any] = {"differing": ("out",), "is_first_to_differ": True}
ON_MAIN = Sides(before="on main", twice="main")


def a_file(path: str = "t.csv", **given: Any) -> FileComparison:
    kind = path.rpartition(".")[2]
    parts: dict[str, Any] = {
        "path": path,
        "fate": Fate.CHANGED,
        "format_before": kind,
        "format_after": kind,
    }
    return FileComparison(**parts | given)


def a_port(*files: FileComparison, **given: Any) -> PortComparison:
    return PortComparison(port="out", files=files, **given)


def values(*pairs: tuple[str, str | None, str | None]) -> FileComparison:
    told = tuple(
        ValueComparison(path=path, fate=Fate.CHANGED, before=before, after=after)
        for path, before, after in pairs
    )
    return a_file("metrics.json", values=told, values_count=len(told))


def test_numbers_of_json_that_moved_are_told_in_a_line() -> None:
    found = moved_numbers.moved(a_port(values(("auc", "0.91", "0.84"), ("rows", "10", "9"))))

    assert (
        found.in_words()
        == "`auc` 0.91 → 0.84 (\N{MINUS SIGN}7.7 %), `rows` 10 → 9 (\N{MINUS SIGN}10 %)"
    )
    assert found.is_all


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("247431.9", "296914.2", "247,430 → 296,910 (+20 %)"),
        ("1234567", "1234568", "1,234,567 → 1,234,568"),
        ("1234567.25", "1234567.5", "1,234,567.25 → 1,234,567.5"),
        ("-1200.5", "-2401", "-1,200.5 → -2,401 (+100 %)"),
        ("0.5", "6.25", "0.5 → 6.25 (\N{MULTIPLICATION SIGN}12.5)"),
        ("0.0", "0.25", "0 → 0.25"),
        ("-0.25", "0.25", "-0.25 → 0.25"),
        ("1.5e-9", "3e-9", "1.5e-09 → 3e-09 (+100 %)"),
        ("1.5e30", "3e30", "1.5e+30 → 3e+30 (+100 %)"),
    ],
)
def test_a_number_is_written_as_people_write_amounts_and_by_which_share_it_moved(
    before: str, after: str, told: str
) -> None:
    found = moved_numbers.moved(a_port(values(("total", before, after))))

    assert found.in_words() == f"`total` {told}"


def test_what_a_step_moves_alike_alone_and_in_its_pipeline_is_told_once() -> None:
    tasks = a_task("train"), a_task("train", pipeline="fraud"), a_task("score", pipeline="fraud")
    results = (
        a_result(
            task.id,
            differing=("out",),
            is_first_to_differ=task.pipeline is None,
            comparisons=(a_port(SUMMARY),),
        )
        for task in tasks
    )

    told = console.ending(a_record(a_plan(*tasks), *results), PLAIN)

    assert [line for line in told.splitlines() if line.startswith("moved")] == [
        "moved train, output `out`: `auc` 0.91205 → 0.87403 (\N{MINUS SIGN}4.2 %), `rows` 5,000 → 4,990 (\N{MINUS SIGN}0.2 %); the same in fraud/train",
        "moved fraud/score, output `out`: `auc` 0.91205 → 0.87403 (\N{MINUS SIGN}4.2 %), `rows` 5,000 → 4,990 (\N{MINUS SIGN}0.2 %)",
    ]


def test_numbers_within_an_archive_are_told_and_are_not_all_that_differs_there() -> None:
    found = moved_numbers.moved(a_port(MODEL))

    assert (found.in_words(), found.is_all) == (
        "`metrics.auc` 0.912 → 0.874 (\N{MINUS SIGN}4.2 %)",
        False,
    )


UNTOLD = values(("total_spend", None, None), ("segments", None, None))
SEEN = "outputs: {out: {values: {metrics.json: {total_spend: {min: …}}}}}"


def test_of_private_values_it_is_said_once_how_a_number_can_be_seen() -> None:
    result = a_result("fraud/train", **BEGINS, comparisons=(a_port(UNTOLD),))
    record = a_record(a_plan(a_task("train", pipeline="fraud")), result)

    for told in everywhere(record):
        assert " ".join(unescape(told).split()).count(SEEN) == 1


@pytest.mark.parametrize(
    "file",
    [
        values(("auc", "0.91", "0.84")),
        values(("(name 1, withheld)", None, None)),
        replace(values(("auc", None, None)), path="(name 1, withheld)"),
        replace(UNTOLD, format_before="text", format_after="text"),
    ],
)
def test_what_is_told_and_what_has_no_name_here_needs_no_naming(file: FileComparison) -> None:
    assert data_difference.notes(a_port(file), ON_MAIN) == []


def test_a_way_that_yaml_would_read_otherwise_is_quoted() -> None:
    port = a_port(values(("folds[0].auc", None, None)))

    (note,) = data_difference.notes(port, ON_MAIN)

    assert note.endswith('`outputs: {out: {values: {metrics.json: {"folds[0].auc": {min: …}}}}}`')


def test_words_truths_and_what_is_there_on_one_side_only_are_no_numbers_that_moved() -> None:
    file = values(("a", '"1"', '"2"'), ("b", "true", "1"), ("c", None, "1"), ("d", "NaN", "1"))

    assert moved_numbers.moved(a_port(file)).numbers == ()


def test_a_number_in_a_list_says_nothing_alone() -> None:
    found = moved_numbers.moved(
        a_port(values(("weights[0]", "1", "2"), ("folds[0].auc", "1", "0")))
    )

    assert (found.in_words(), found.is_all) == ("`folds[0].auc` 1 → 0", False)


def test_a_key_with_a_dot_or_a_bracket_is_a_name_that_tells() -> None:
    port = a_port(values(('["v1.2"]', "1", "2"), ('by["a[0]"]', "1", "0")))

    assert moved_numbers.moved(port).in_words() == '`["v1.2"]` 1 → 2 (+100 %), `by["a[0]"]` 1 → 0'


def test_what_a_key_with_a_dot_calls_a_time_is_one() -> None:
    port = a_port(values(('["fit.seconds (v1.2)"]', "1", "2"), ('["time.v1"].auc', "1", "0")))

    passed_on = moved_numbers.moved(port, is_passed_on=True)

    assert passed_on.in_words() == '`["time.v1"].auc` 1 → 0'


def test_more_numbers_than_a_line_has_room_for_are_counted() -> None:
    found = moved_numbers.moved(a_port(values(*((f"m{n}", "1", "2") for n in range(7)))))

    assert found.in_words().endswith("`m3` 1 → 2 (+100 %) and 3 more numbers")
    assert not found.is_all


def test_numbers_that_are_all_that_differs_are_not_told_twice() -> None:
    record = a_record(
        a_plan(a_task("train", pipeline="fraud")),
        a_result(
            "fraud/train",
            differing=("out",),
            is_first_to_differ=True,
            comparisons=(a_port(SUMMARY),),
        ),
    )

    told = console.ending(record, PLAIN)

    assert (
        "moved fraud/train, output `out`: `auc` 0.91205 → 0.87403 (\N{MINUS SIGN}4.2 %), `rows` 5,000 → 4,990 (\N{MINUS SIGN}0.2 %)"
        in told
    )
    assert "data  " not in told


def test_figures_that_are_read_further_are_told_as_numbers_alone() -> None:
    result = a_result("fraud/train", differing=("out",), comparisons=(a_port(SUMMARY),))
    record = a_record(
        a_plan(after("train", "prepare"), a_task("prepare", pipeline="fraud")), result
    )

    assert [one.task.id for one in data_changes.figures(record)] == ["fraud/train"]
    assert data_changes.ends(record) == ()


def test_numbers_that_are_only_packed_further_on_are_not_told_again() -> None:
    packed = a_file("all.zip", members=(SUMMARY, a_file("n.txt", note="differs")))
    record = a_record(
        a_plan(a_task("report", pipeline="fraud"), after("pack", "report", ends=("out",))),
        a_result("fraud/report", **BEGINS, comparisons=(a_port(SUMMARY),)),
        a_result("fraud/pack", differing=("out",), comparisons=(a_port(packed),)),
    )

    assert [one.task.id for one in data_changes.figures(record)] == ["fraud/report"]
    assert [one.task.id for one in data_changes.ends(record)] == ["fraud/pack"]


def a_warned_record(**of_finding: Any) -> RunRecord:
    warning = Finding(
        rule="SC406",
        severity=Level.WARNING,
        message="values of `t.csv` differ",
        port="out",
        **of_finding,
    )
    result = a_result("fraud/train", **BEGINS, comparisons=(a_port(TABLE),), findings=(warning,))
    return a_record(a_plan(a_task("train", pipeline="fraud")), result)


def everywhere(record: RunRecord) -> tuple[str, str, str]:
    """Give the texts of console, comment and page."""
    return console.ending(record, PLAIN), markdown.comment(record, Links()), html.render(record)


@pytest.mark.parametrize(
    ("of_finding", "said"),
    [
        ({"known": "ticket 12 (accepted in this change)"}, "ticket 12 (accepted in this change)"),
        ({"lapsed": "ticket 12"}, "accepted before as another difference (ticket 12); look again"),
        (
            {"lapsed": "ticket 12", "is_lapsed_by_data": True},
            "accepted before on other data (ticket 12); look whether it is still what was meant",
        ),
    ],
)
def test_what_was_accepted_is_told_with_the_difference_wherever_that_is(
    of_finding: dict[str, Any], said: str
) -> None:
    for told in everywhere(a_warned_record(**of_finding)):
        assert f"SC406: {said}" in told


@pytest.mark.parametrize("number", [0, 1])
def test_numbers_that_are_all_that_differs_are_told_with_what_was_accepted(number: int) -> None:
    record = a_warned_record(known="ticket 12")
    (result,) = record.results
    result = replace(result, comparisons=(a_port(SUMMARY),))

    assert "SC406: ticket 12" in everywhere(replace(record, results=(result,)))[number]


def test_an_error_that_was_accepted_as_another_difference_says_so_where_it_fails() -> None:
    record = a_warned_record(lapsed="ticket 12")
    (result,) = record.results
    (warning,) = result.findings
    error = replace(warning, severity=Level.ERROR)
    result = replace(result, outcome=Outcome.FAILED, findings=(error,))

    for told in everywhere(replace(record, results=(result,))):
        assert told.count("It was accepted before as another difference (ticket 12)") == 1


HINT = "What is intended can be accepted: `scriptcheck accept {} --reason '…'`"


def as_read(text: str) -> str:
    """Give a text without the marks of code of comment and page, in one line."""
    for mark in ("<code>", "</code>"):
        text = text.replace(mark, "`")
    return " ".join(unescape(text).split())


def test_what_of_the_change_made_a_difference_is_told_once_where_it_begins() -> None:
    imports = Imports(file="lib/numbers.py", chain=("scripts/train.py", "lib/numbers.py"))
    ports = tuple(PortComparison(port=name, files=(TABLE,)) for name in ("model", "scores"))
    plan = a_plan(
        a_task("train", pipeline="fraud", reason=imports),
        after("report", "train", ends=("out",)),
        changes=a_change("lib/numbers.py"),
    )
    record = a_record(
        plan,
        a_result("fraud/train", **BEGINS, comparisons=ports),
        a_result("fraud/report", differing=("out",), comparisons=(a_port(TABLE),)),
    )

    for told in map(as_read, everywhere(record)):
        said = told.replace("`", "")
        assert said.count("It imports lib/numbers.py, which changed at lines 40 to 42.") == 1


def test_numbers_that_are_all_that_differs_are_told_with_what_made_them_so() -> None:
    result = a_result("fraud/train", **BEGINS, comparisons=(a_port(SUMMARY),))
    record = a_record(a_plan(a_task("train", pipeline="fraud")), result)

    for told in map(as_read, everywhere(record)):
        assert "changed at lines 40 to 42 of scripts/train.py." in told.replace("`", "")


def test_what_runs_after_a_changed_step_and_was_given_the_same_is_told_no_cause() -> None:
    record = a_record(
        a_plan(a_task("prepare", pipeline="fraud"), after("train", "prepare")),
        a_result("fraud/train", **BEGINS, comparisons=(a_port(TABLE),)),
    )

    assert "It runs after" not in console.ending(record, PLAIN)


def test_a_failure_names_the_step_that_its_input_comes_from_and_not_the_nearest_that_changed() -> (
    None
):
    plan = a_plan(
        a_task("features", pipeline="fraud"),
        a_task("train", pipeline="fraud"),
        after("score", "train", "features"),
        changes=a_change("scripts/features.py", "scripts/train.py"),
    )
    raised = Finding(rule="SC201", severity=Level.ERROR, message="KeyError: 'amount'")
    record = a_record(
        plan,
        a_result("fraud/features", **BEGINS),
        a_result(
            "fraud/score",
            Outcome.FAILED,
            findings=(raised,),
            given=(PortComparison(port="features", files=(TABLE,)),),
        ),
    )

    for told in map(as_read, everywhere(record)):
        said = told.replace("`", "")
        assert "It runs after features, which changed at lines 40 to 42" in said
        assert "runs after train" not in said


def test_how_an_intended_difference_is_accepted_is_said_once() -> None:
    for told in map(as_read, everywhere(a_warned_record())):
        assert told.count(HINT.format("fraud/train")) == 1


def test_where_several_steps_differ_any_of_them_can_be_accepted() -> None:
    record = a_warned_record()
    (result,) = record.results
    more = [replace(result, task=name) for name in ("fraud/score", "score")]
    plan = a_plan(
        *(a_task(name, pipeline="fraud") for name in ("train", "score")), a_task("score")
    )

    both = a_record(plan, result, *more)
    one_step = a_record(plan, a_result("fraud/train"), *more)

    assert HINT.format("TASK") in console.ending(both, PLAIN)
    assert HINT.format("score") in console.ending(one_step, PLAIN)


def test_where_something_fails_no_other_difference_is_offered_as_its_cure() -> None:
    told = console.ending(a_record_of_failing_readers(), PLAIN)
    (result,) = a_warned_record().results
    plan = a_plan(a_task("train", pipeline="fraud"), a_task("score"))
    beside = a_record(plan, result, a_result("score", Outcome.FAILED))

    assert "can be accepted" not in told
    assert "can be accepted" not in console.ending(beside, PLAIN)


def test_nothing_is_to_be_accepted_where_that_was_done_or_nothing_counts() -> None:
    record = a_warned_record(known="ticket 12")
    (result,) = record.results
    silent = replace(result, findings=())

    for one in (record, replace(record, results=(silent,))):
        for told in everywhere(one):
            assert "can be accepted" not in told


def a_record_with_ends(
    *ends: str, outcome: Outcome = Outcome.PASSED, other: str = "same"
) -> RunRecord:
    """Make a record in which `prepare` differs, and each end writes the same, but for the last of them."""
    steps = [after(name, "prepare", ends=("out",), beside=f"fraud/{name}@base") for name in ends]
    on_base = [
        replace(step, id=str(step.beside), side=Side.BASE, purpose=Purpose.COMPARE, beside=None)
        for step in steps
    ]
    written = dict.fromkeys(ends, "same") | {ends[-1]: other}
    results = [
        a_result(step.id, outcome, outputs={"out": Artefact(digest=written[step.node])})
        for step in steps
    ]
    results += [a_result(one.id, outputs={"out": Artefact(digest="same")}) for one in on_base]
    begun = a_result("fraud/prepare", **BEGINS, comparisons=(a_port(TABLE),))
    plan = a_plan(a_task("prepare", pipeline="fraud"), *steps, *on_base)
    return a_record(plan, begun, *results)


def test_that_what_comes_out_at_the_end_is_as_on_main_is_said() -> None:
    for told in map(as_read, everywhere(a_record_with_ends("report", "package"))):
        assert (
            "What comes out at the end, out of fraud/report and out of fraud/package, is as on main."
            in told.replace("`", "")
        )


def test_so_it_is_where_the_difference_is_told_of_the_step_alone() -> None:
    record = a_record_with_ends("report")
    alone = a_task("prepare")
    begun = replace(record.results[0], task="prepare")
    plan = replace(record.plan, tasks=(alone, *record.plan.tasks))

    told = console.ending(replace(record, plan=plan, results=(begun, *record.results)), PLAIN)

    assert told.count("data  ") == 1
    assert "What comes out at the end, `out` of fraud/report, is as on main." in told


def test_an_end_that_differs_or_failed_is_not_said_to_be_as_on_main() -> None:
    differing = a_record_with_ends("report", "package", other="new")
    failed = a_record_with_ends("report", outcome=Outcome.FAILED)

    for record in (differing, failed, a_warned_record()):
        for told in everywhere(record):
            assert "What comes out at the end" not in told


def test_every_step_that_began_a_difference_is_named_as_its_cause() -> None:
    plan = a_plan(
        a_task("prepare", pipeline="fraud"),
        after("split", "prepare"),
        a_task("rates", pipeline="fraud"),
        after("train", "split", "rates", ends=("out",)),
    )
    record = a_record(
        plan,
        a_result("fraud/prepare", **BEGINS),
        a_result("fraud/split", differing=("out",)),
        a_result("fraud/rates", **BEGINS),
        a_result("fraud/train", differing=("out",), comparisons=(a_port(TABLE),)),
    )

    (end,) = data_changes.ends(record)

    assert end.way == "from prepare and rates by way of split"


def test_a_step_on_the_way_that_adds_something_of_its_own_is_a_cause_too() -> None:
    plan = a_plan(
        a_task("prepare", pipeline="fraud"),
        after("split", "prepare"),
        after("train", "split", ends=("out",)),
    )
    record = a_record(
        plan,
        a_result("fraud/prepare", **BEGINS),
        a_result("fraud/split", **BEGINS, is_beside_script=True),
        a_result("fraud/train", differing=("out",), comparisons=(a_port(TABLE),)),
    )

    (end,) = data_changes.ends(record)

    assert end.way == "from prepare and split"


def test_what_only_head_has_passes_on_what_it_is_given() -> None:
    plan = a_plan(
        a_task("prepare", pipeline="fraud", beside="fraud/prepare@base"),
        after("added", "prepare"),
        after("train", "added", ends=("out",), beside="fraud/train@base"),
    )
    record = a_record(
        plan,
        a_result("fraud/prepare", differing=("out",), is_first_to_differ=True),
        a_result("fraud/train", differing=("out",), comparisons=(a_port(TABLE),)),
    )

    assert [one.way for one in data_changes.ends(record)] == ["from prepare by way of added"]


def test_what_is_compared_with_the_script_of_main_is_not_said_to_be_on_main() -> None:
    record = a_record(
        a_plan(a_task("train", pipeline="fraud")),
        a_result(
            "fraud/train",
            differing=("out",),
            is_first_to_differ=True,
            is_beside_script=True,
            comparisons=(a_port(TABLE),),
        ),
    )

    told = console.ending(record, PLAIN)

    heads = next(line.split() for line in told.splitlines() if line.lstrip().startswith("column "))
    assert " ".join(heads) == "column by main's script by this one rows that differ"
    assert "beside main's script on the same inputs" in told
    assert "on main" not in told


def a_shop(*results: TaskResult) -> RunRecord:
    pipelines = "first", "second", "third"
    tasks = [a_task("train", pipeline=name, ends=("out",)) for name in pipelines]
    return a_record(a_plan(*tasks), *results)


def a_table(column: str, figure: str) -> FileComparison:
    found = ColumnComparison(
        name=column,
        fate=Fate.CHANGED,
        type_before="float",
        type_after="float",
        figures=(Figure(name="p95", before="1", after=figure),),
    )
    return a_file(table=TableComparison(rows_before=9, rows_after=9, changed=9, columns=(found,)))


def test_what_differs_in_one_way_in_several_pipelines_is_told_once_and_names_them() -> None:
    record = a_shop(
        a_result("first/train", **BEGINS, comparisons=(a_port(a_table("risk", "2")),)),
        a_result("second/train", **BEGINS, comparisons=(a_port(a_table("risk", "3")),)),
        a_result("third/train", **BEGINS, comparisons=(a_port(a_table("price", "2")),)),
    )

    told = console.ending(record, PLAIN)

    assert told.count("data  ") == 2
    assert "      likewise, by other figures, in second/train\n" in told
    assert "data  third/train" in told


def test_what_differs_in_made_and_in_real_data_is_told_of_the_real_ones() -> None:
    tasks = [
        a_task("train", pipeline="daily", ends=("out",)),
        a_task("train", pipeline="daily", ends=("out",), scenario=REAL),
    ]
    record = a_record(
        a_plan(*tasks),
        a_result("daily/train", **BEGINS, comparisons=(a_port(a_table("risk", "2")),)),
        a_result("daily/train[real]", **BEGINS, comparisons=(a_port(a_table("risk", "3")),)),
    )

    told = console.ending(record, PLAIN)

    assert "data  daily/train[real]" in told
    assert "      likewise, by other figures, in daily/train\n" in told


@pytest.mark.parametrize("more", [{"gone": 5}, {"new": 5}, {"is_reordered": True}])
def test_a_loss_of_rows_is_not_told_by_that_of_another_pipeline(more: dict[str, Any]) -> None:
    few: dict[str, Any] = {"rows_before": 1000, "rows_after": 1000, "gone": 1, "new": 1}
    first = a_file(table=TableComparison(**few))
    record = a_shop(
        a_result("first/train", **BEGINS, comparisons=(a_port(first),)),
        a_result(
            "second/train",
            **BEGINS,
            comparisons=(a_port(a_file(table=TableComparison(**few | tenfold(more)))),),
        ),
    )

    assert console.ending(record, PLAIN).count("data  ") == 2


def tenfold(more: dict[str, Any]) -> dict[str, Any]:
    """Make it so many of a thousand that nobody would call it few any more."""
    return {name: one if one is True else 100 * one for name, one in more.items()}


def test_a_shift_is_not_told_by_a_lesser_one() -> None:
    record = a_shop(
        *(
            a_result(f"{name}/train", **BEGINS, comparisons=(a_port(shifted(psi)),))
            for name, psi in (("first", 0.05), ("second", 0.4))
        )
    )

    assert console.ending(record, PLAIN).count("data  ") == 2


def shifted(psi: float) -> FileComparison:
    column = ColumnComparison(
        name="risk", fate=Fate.CHANGED, type_before="float", type_after="float", rows=9, psi=psi
    )
    return a_file(table=TableComparison(rows_before=9, rows_after=9, changed=9, columns=(column,)))


def test_equal_differences_of_a_step_are_told_once_without_a_word() -> None:
    comparisons = (a_port(a_table("risk", "2")),)
    record = a_shop(
        a_result("first/train", **BEGINS, comparisons=comparisons),
        a_result("second/train", **BEGINS, comparisons=comparisons),
    )

    told = console.ending(record, PLAIN)

    assert told.count("data  ") == 1
    assert "likewise" not in told


def test_files_stand_once_before_what_differs_in_each() -> None:
    port = a_port(values(("a", "1", "2"), ("b.c", "1", "2")), a_file("x.csv", fate=Fate.NEW))

    content = data_difference_table.table_of(port, ON_MAIN)

    assert content is not None
    assert content.columns == ("file", "what", "on main", "here")
    assert content.rows == (
        ("metrics.json", "a", "1", "2"),
        ("", "b.c", "1", "2"),
        ("x.csv", "", "missing", "there"),
    )


def cells(*figures: Figure, kind: str = "string", rows: int | None = 357) -> tuple[str, ...]:
    """Give what stands for a column whose values differ: on main, here, and in how many rows."""
    column = ColumnComparison(
        name="country",
        fate=Fate.CHANGED,
        type_before=kind,
        type_after=kind,
        rows=rows,
        figures=figures,
    )
    table = TableComparison(rows_before=900, rows_after=900, changed=357, columns=(column,))
    content = data_difference_table.table_of(a_port(a_file(table=table)), ON_MAIN)
    assert content is not None
    return content.rows[0][1:]


@pytest.mark.parametrize(
    ("figure", "told"),
    [
        (
            Figure(name='"AT"', before="357", after=None),
            ('"AT" 357\N{MULTIPLICATION SIGN}', "none"),
        ),
        (
            Figure(name='"AUT"', before=None, after="357"),
            ("none", '"AUT" 357\N{MULTIPLICATION SIGN}'),
        ),
        (
            Figure(name="true", before="400", after="43"),
            ("true 400\N{MULTIPLICATION SIGN}", "true 43\N{MULTIPLICATION SIGN}"),
        ),
        (Figure(name="p50", before="3", after="4"), ("p50 3", "p50 4 (+33 %)")),
        (Figure(name="mean", before="3", after=None), ("mean 3", "mean none")),
    ],
)
def test_of_a_column_with_other_values_the_most_telling_figure_is_shown(
    figure: Figure, told: tuple[str, str]
) -> None:
    assert cells(figure, Figure(name="distinct", before="4", after="5"))[:2] == told


def test_of_values_that_nothing_may_be_told_of_is_said_that_they_are_others() -> None:
    assert cells() == ("string", "other values", "357 of 900")
    assert cells(rows=None) == ("string", "string")


def test_of_a_long_way_into_a_document_the_end_is_shown() -> None:
    port = a_port(values((f"{'fold.' * 20}auc", "1", "2")))

    content = data_difference_table.table_of(port, ON_MAIN)

    assert content is not None
    ((way, *_),) = content.rows
    assert (way[0], way[-9:], len(way)) == ("…", ".fold.auc", MOST_NAME)


def test_how_long_something_took_is_no_news_where_it_may_be_passed_on() -> None:
    port = a_port(
        values(("fit.processing_time", "1", "2"), ("fitSeconds", "1", "2"), ("auc", "1", "0"))
    )

    begins = moved_numbers.moved(port)
    passed_on = moved_numbers.moved(port, is_passed_on=True)

    assert [name for name, *_ in begins.numbers] == ["fit.processing_time", "fitSeconds", "auc"]
    assert [name for name, *_ in passed_on.numbers] == ["auc"]
    # They differ all the same, so that is told where all that differs is.
    assert (begins.is_all, passed_on.is_all) == (True, False)


def test_a_chain_of_thousands_of_steps_is_followed_to_its_beginning() -> None:
    names = [f"s{number}" for number in range(3000)]
    tasks = [a_task(names[0], pipeline="fraud")]
    tasks += [after(name, before) for before, name in pairwise(names)]
    tasks[-1] = replace(tasks[-1], ends=("out",))
    results = [a_result(f"fraud/{name}", differing=("out",)) for name in names]
    results[0] = replace(results[0], is_first_to_differ=True)
    results[-1] = replace(results[-1], comparisons=(a_port(TABLE),))

    (end,) = data_changes.ends(a_record(a_plan(*tasks), *results))

    assert end.way.startswith("from s0 by way of s1, s2")


def test_notes_are_told_in_full_and_name_both_sides_as_people_do() -> None:
    keyless = replace(
        TABLE.table or TableComparison(rows_before=1, rows_after=1),
        key=(),
        why_no_key="`on base` is not unique on base",
    )
    port = a_port(
        a_file(table=keyless, note="its cells are parted by ';' on base and by ',' on head"),
        a_file("m.bin", note="the bytes differ", is_opaque=True),
        a_file(
            "all.zip", members=(a_file("n.txt", note="3 of 9 lines differ, the first is line 2"),)
        ),
    )

    assert data_difference.notes(port, ON_MAIN) == [
        "`t.csv`: its cells are parted by ';' on main and by ',' here",
        "rows of `t.csv` are not paired by their key: `on base` is not unique on main",
        "`all.zip: n.txt`: 3 of 9 lines differ, the first is line 2",
    ]
    assert "`m.bin` differs: the bytes differ" in data_difference.in_short(port, ON_MAIN)


def test_what_is_known_of_a_file_names_both_sides_as_people_do() -> None:
    port = a_port(
        a_file("m.bin", note="SHA-256 1 on base and 2 on head", is_opaque=True),
        a_file("n.zip", note="cannot be compared: on base, a broken archive", is_opaque=True),
    )

    assert data_difference.in_short(port, ON_MAIN) == (
        "`m.bin` differs: SHA-256 1 on main and 2 here;"
        " `n.zip` cannot be compared: on main, a broken archive"
    )


def test_a_key_that_nobody_named_is_told() -> None:
    table = TableComparison(rows_before=9, rows_after=9, key=("id",), is_key_found=True, changed=1)

    (note,) = data_difference.notes(a_port(a_file(table=table)), ON_MAIN)

    assert note == (
        "rows of `t.csv` are paired by `id` (found: unique on both sides; name it with `key:`)"
    )


def test_what_a_table_leaves_out_is_counted_to_the_last_row() -> None:
    columns = tuple(
        ColumnComparison(name=f"c{n}", fate=Fate.GONE, type_before="int") for n in range(75)
    )
    table = TableComparison(rows_before=3, rows_after=3, columns=columns)
    record = a_record(
        a_plan(a_task("train")),
        a_result(
            differing=("out",),
            is_first_to_differ=True,
            comparisons=(a_port(a_file(table=table)),),
        ),
    )

    assert "    and 65 more" in console.ending(record, PLAIN)


def test_values_that_only_are_known_to_differ_are_counted_too() -> None:
    file = replace(SUMMARY, values_count=30)

    content = data_difference_table.table_of(a_port(file), ON_MAIN)

    assert content is not None
    assert (len(content.rows), content.more) == (2, 28)


def test_one_of_a_kind_is_not_told_as_several() -> None:
    table = TableComparison(rows_before=9, rows_after=9, gone=1, new=1)
    files = [a_file(f"{n}.csv", table=table) for n in range(4)]

    told = data_difference.in_short(a_port(*files), ON_MAIN)

    assert told.startswith("1 row gone, 1 row new of `0.csv`")
    assert told.endswith("and 1 more file differs")
