"""The report of a run as people read it; the texts themselves are in `tests/golden/console`."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.errors import ChangeError, Excerpt, Place, UsageError
from ci_scriptcheck.model.change import (
    Asked,
    ChangeKind,
    FileChange,
    Imports,
    SettingsChanged,
)
from ci_scriptcheck.model.plan import Counts, Mode, Purpose
from ci_scriptcheck.model.result import Finding, Level, Outcome, TaskResult
from ci_scriptcheck.report import console, markdown, mistake
from ci_scriptcheck.report.page import PLAIN, Detail, Page
from tests.conftest import a_change, a_plan, a_record, a_result, a_task
from tests.unit.report.compared import a_compared_record, a_record_of_failing_readers
from tests.unit.report.posted import LINKS
from tests.unit.report.records import (
    AMBIGUOUS,
    RAISED,
    WARNING,
    a_failing_record,
    a_record_of_three_machines,
    a_record_with_a_missing_share,
    after,
)
from tests.unit.report.stops import a_stopped_record, not_installed, stopped_midway

if TYPE_CHECKING:
    from collections.abc import Callable

    from ci_scriptcheck.errors import ScriptcheckError
    from ci_scriptcheck.model.run_record import RunRecord

NARROW = Page(width=80)

LONG = "xgboost/complete_e2e_dummy/TabularPreprocessing_calibration"


def a_passing_record() -> RunRecord:
    plan = a_plan(a_task("score"), changes=a_change("scripts/score.py"))
    return a_record(plan, a_result("score", seconds=2.1), seconds=2.3)


def nothing_to_do() -> RunRecord:
    counts = Counts(files_changed=3, steps=9)
    return a_record(a_plan(changes=a_change("README.md", "a.md", "b.md"), counts=counts))


def nothing_on_main() -> RunRecord:
    """The last commit is base and head; a new file lies beside it."""
    commit = "9c1e2f4" + "0" * 33
    changes = a_change(".gitignore", head=commit, uncommitted=True)
    return a_record(a_plan(changes=changes, counts=Counts(files_changed=1, steps=9)))


def no_file_changed() -> RunRecord:
    return a_record(a_plan(changes=a_change(), counts=Counts(steps=9)))


def all_kinds_of_outcome() -> RunRecord:
    """Every status word, uncommitted changes, a warning, and own reasons for not running."""
    old = dataclasses.replace(RAISED, also_on_base=True, table=None, evidence=())
    known = dataclasses.replace(RAISED, known="risk table missing, ticket 12, until 2027-01-31")
    crash = Finding(
        rule="SC204",
        severity=Level.ERROR,
        message="ended by SIGSEGV",
        advice="run it with `--start new -v` and look at the log",
    )
    empty = Finding(
        rule="SC209",
        severity=Level.ERROR,
        message="output `scored` holds no rows, input `data` holds 1,000",
        evidence=(
            "`keep` reads 1,000 rows and keeps those with `country = 'DE'`, which is none.",
        ),
    )
    late = Finding(rule="SC205", severity=Level.ERROR, message="still running after 300 s")
    tasks = [
        a_task(name)
        for name in ("passes", "raises", "empties", "crashes", "hangs", "old", "known")
    ]
    plan = a_plan(
        *tasks,
        a_task("torch"),
        a_task("keras"),
        a_task("feeds", purpose=Purpose.SUPPLY),
        changes=a_change("scripts/raises.py", uncommitted=True),
        counts=Counts(files_changed=1, steps=12, steps_affected=9),
    )
    tail = tuple(f"row {number} of 1000" for number in range(1, 13))
    return a_record(
        plan,
        a_result("passes", findings=(WARNING,)),
        a_result("raises", Outcome.FAILED, findings=(RAISED, WARNING)),
        a_result("empties", Outcome.VACUOUS, findings=(empty,)),
        a_result("crashes", Outcome.CRASHED, findings=(crash,), log_tail=tail),
        a_result("hangs", Outcome.TIMED_OUT, findings=(late,), seconds=300.2),
        a_result("old", Outcome.FAILED, findings=(old,)),
        a_result("known", Outcome.FAILED, findings=(known,)),
        a_result("torch", Outcome.NOT_RUN, why_not="torch is not installed"),
        a_result("keras", Outcome.NOT_RUN, why_not="torch is not installed"),
        a_result("feeds", Outcome.FAILED, findings=(old,)),
    )


def columns_that_do_not_fit() -> RunRecord:
    """Several columns of one output, each with its own cure."""
    found = [
        Finding(
            rule=rule,
            severity=Level.ERROR,
            message=f"`{column}` in output `cleaned` has {what}",
            subject=f"cleaned {column}",
            port="cleaned",
            advice=advice,
        )
        for rule, column, what, advice in (
            ("SC302", "a", "text, where type int is expected", "Convert the column."),
            (
                "SC306",
                "b",
                "values from 2 to 4, where at most 1 is expected",
                "Correct the values.",
            ),
        )
    ]
    failed = a_result("clean", Outcome.FAILED, findings=tuple(found))
    return a_record(a_plan(a_task("clean")), failed)


def left_by_argparse() -> RunRecord:
    """A script that its own parser of the command line ended."""
    left = Finding(
        rule="SC203",
        severity=Level.ERROR,
        message="left by `sys.exit` with status 2 before `main` returned",
        place=Place(file="scripts/train.py", line=2),
        excerpt=Excerpt(
            first=1,
            lines=("def main():", "    args = parser.parse_args()", "    print(args)"),
            marked=2,
        ),
        advice="Raise an exception that says what is wrong, or return.",
    )
    tail = (
        "usage: train.py [-h] --epochs EPOCHS [--rate RATE]",
        "train.py: error: the following arguments are required: --epochs",
        "Traceback (most recent call last):",
        '  File "scripts/train.py", line 2, in main',
        "SystemExit: 2",
    )
    failed = a_result("train", Outcome.FAILED, findings=(left,), log_tail=tail)
    return a_record(a_plan(a_task("train")), failed)


def findings_of_the_project() -> RunRecord:
    warning = Finding(
        rule="SC108",
        severity=Level.WARNING,
        message="step `register` has no script",
        step="register",
        place=Place(file="scriptcheck.yaml"),
    )
    old = [
        dataclasses.replace(AMBIGUOUS, subject=str(number), also_on_base=True)
        for number in range(3)
    ]
    known = Finding(
        rule="SC105", severity=Level.ERROR, message="`a` and `b` share nothing", known="ticket 7"
    )
    plan = a_plan(a_task("score"), findings=(AMBIGUOUS, warning, *old, known))
    return a_record(plan)


def many_failures() -> RunRecord:
    """Two hundred failures: 150 alike, 50 different."""
    tasks = [a_task(f"node_{number}", pipeline="wide") for number in range(200)]
    alike = Finding(
        rule="SC202",
        severity=Level.ERROR,
        message="ModuleNotFoundError: No module named 'lib'",
        place=Place(file="scripts/common.py", line=3),
    )
    results = [
        a_result(
            task.id,
            Outcome.FAILED,
            findings=(
                alike
                if number < 150
                else dataclasses.replace(alike, message=f"KeyError: '{number}'"),
            ),
        )
        for number, task in enumerate(tasks)
    ]
    return a_record(
        a_plan(*tasks, counts=Counts(files_changed=1, steps=200, steps_affected=200)), *results
    )


def asked_for() -> RunRecord:
    tasks = [a_task("train", reason=Asked()), a_task("train", pipeline="fraud", reason=Asked())]
    return a_record(a_plan(*tasks))


def unknown_changes() -> RunRecord:
    changes = a_change(unknown="the commit before this push is gone", base=None, base_name=None)
    return a_record(a_plan(a_task(), changes=changes))


def interrupted() -> RunRecord:
    return a_record(
        a_plan(a_task("a"), a_task("b")),
        a_result("b", Outcome.NOT_RUN, why_not="interrupted"),
        interrupted="SIGINT",
    )


def hostile_texts() -> RunRecord:
    """Names and messages that try to act on the terminal."""
    evil = Finding(
        rule="SC201",
        severity=Level.ERROR,
        message="ValueError: \x1b[2J\x1b[31mgone\u202e txet\nsecond line\x07",
        place=Place(file="scripts/na\u202eme.py", line=1),
        excerpt=Excerpt(first=1, lines=("\tx = '\x1b]0;title\x07'",), marked=1),
        evidence=("column `\x00` is \u2066hidden\u2069",),
        advice="remove \x1b[1m",
    )
    task = a_task("tr\x1bain")
    return a_record(
        a_plan(task), a_result(task.id, Outcome.FAILED, findings=(evil,), log_tail=("a\rb",))
    )


def long_names() -> RunRecord:
    chain = ("src/a.py", "src/package/processing/loading.py", "src/package/processing/features.py")
    task = a_task("TabularPreprocessing_calibration", pipeline="xgboost/complete_e2e_dummy")
    other = a_task("load", reason=Imports(file=chain[2], chain=chain))
    return a_record(
        a_plan(dataclasses.replace(task, reason=other.reason), other),
        a_result(LONG, Outcome.FAILED, findings=(RAISED,)),
    )


def chain_of_reasons() -> RunRecord:
    """A failure three steps behind the change, in a file whose changed lines it passes."""
    settings = SettingsChanged(names=("env.LABEL_FIELD", "timeout"), file="scriptcheck.yaml")
    raised = Finding(
        rule="SC201",
        severity=Level.ERROR,
        message="KeyError: 'amount_usd'",
        place=Place(file="scripts/evaluate.py", line=7),
        frames=(
            Place(file="lib/features.py", line=41),
            Place(file="scripts/evaluate.py", line=7),
        ),
    )
    prepare = a_task("prepare", pipeline="fraud", reason=settings)
    changed = (
        FileChange(path="lib/features.py", kind=ChangeKind.MODIFIED, lines=((3, 3), (40, 42))),
    )
    plan = a_plan(
        prepare,
        after("split", "prepare"),
        after("evaluate", "split"),
        changes=a_change(files=changed),
        folder="projects/fraud team",
    )
    return a_record(plan, a_result("fraud/evaluate", Outcome.FAILED, findings=(raised,)))


STORIES = {
    "failing": a_failing_record,
    "passing": a_passing_record,
    "compared": a_compared_record,
    "compared_failing": a_record_of_failing_readers,
    "nothing_to_do": nothing_to_do,
    "no_file_changed": no_file_changed,
    "nothing_on_main": nothing_on_main,
    "columns_that_do_not_fit": columns_that_do_not_fit,
    "left_by_argparse": left_by_argparse,
    "all_kinds_of_outcome": all_kinds_of_outcome,
    "findings_of_the_project": findings_of_the_project,
    "many_failures": many_failures,
    "asked_for": asked_for,
    "unknown_changes": unknown_changes,
    "interrupted": interrupted,
    "hostile_texts": hostile_texts,
    "long_names": long_names,
    "chain_of_reasons": chain_of_reasons,
    "several_machines": a_record_of_three_machines,
    "missing_share": a_record_with_a_missing_share,
    "stopped": a_stopped_record,
    "stopped_midway": stopped_midway,
    "not_installed": not_installed,
}


@pytest.mark.parametrize("story", STORIES)
def test_what_is_read_stays_within_a_narrow_terminal_and_what_is_copied_stays_whole(
    story: str,
) -> None:
    told = console.render(STORIES[story](), NARROW)

    wide = [line for line in told.splitlines() if len(line) > 80]
    # The last line, which counts everything, is looked for as one.
    copied = r"[0-9]+ failed, .* in [0-9.]+ s$| *(reproduce|look|accept|explain|record) |.* \| |.*`[^`]{40,}`"
    assert [line for line in wide if not re.match(copied, line)] == []


@pytest.mark.parametrize("name", STORIES)
def test_the_report_reads_as_reviewed(name: str, golden: Callable[[str], object]) -> None:
    assert console.render(STORIES[name](), PLAIN) == golden(f"console/{name}.txt")


@pytest.mark.parametrize("name", ["failing", "long_names", "all_kinds_of_outcome", "compared"])
def test_the_report_fits_eighty_columns(name: str, golden: Callable[[str], object]) -> None:
    assert console.render(STORIES[name](), NARROW) == golden(f"console/{name}_narrow.txt")


def test_a_finding_that_does_not_count_beside_one_that_does_says_so() -> None:
    old, new = (
        Finding(rule=rule, severity=Level.ERROR, message=message, step="train")
        for rule, message in (("SC301", "output `model` is empty"), ("SC201", "KeyError: 'a'"))
    )
    found = (dataclasses.replace(old, also_on_base=True), new)

    told = console.ending(
        a_record(a_plan(a_task()), a_result(outcome=Outcome.FAILED, findings=found)), PLAIN
    )

    assert "  SC301 output `model` is empty\n  also on main\n" in told


def test_the_report_in_colour(golden: Callable[[str], object]) -> None:
    assert console.render(a_failing_record(), Page(colour=True)) == golden(
        "console/failing_colour.txt"
    )


def test_quiet_leaves_failures_and_the_summary(golden: Callable[[str], object]) -> None:
    page = Page(detail=Detail.QUIET)
    assert console.render(a_failing_record(), page) == golden("console/failing_quiet.txt")


def test_verbose_adds_what_the_scripts_printed(golden: Callable[[str], object]) -> None:
    page = Page(detail=Detail.VERBOSE)
    assert console.render(a_failing_record(), page) == golden("console/failing_verbose.txt")


def test_quiet_says_nothing_of_a_run_without_tasks() -> None:
    assert console.render(nothing_to_do(), Page(detail=Detail.QUIET)) == ""


@pytest.mark.parametrize("name", STORIES)
def test_colour_adds_nothing_but_colour(name: str) -> None:
    import re

    coloured = console.render(STORIES[name](), Page(colour=True))

    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == console.render(STORIES[name](), PLAIN)


def test_no_character_of_the_project_reaches_the_terminal_unprinted() -> None:
    text = console.render(hostile_texts(), PLAIN)

    assert all(character.isprintable() or character == "\n" for character in text)


def test_who_asks_for_real_data_and_changed_nothing_is_told_how_to_check_all_on_them() -> None:
    record = a_record(a_plan(changes=a_change(), modes=(Mode.DEEP_DIVE,)))

    told = console.render(record, PLAIN)

    assert "`scriptcheck run --all --mode deep-dive` checks every step" in told


def test_two_hundred_failures_stay_readable() -> None:
    assert len(console.ending(many_failures(), PLAIN).splitlines()) < 250


def a_result_without_findings() -> TaskResult:
    return a_result("train", Outcome.CRASHED)


def test_a_crash_without_a_finding_is_told_too() -> None:
    text = console.ending(a_record(None, a_result_without_findings()), PLAIN)

    assert "CRASHED  train" in text


MISTAKES = {
    "configuration": UsageError(
        what="step `train` reads `preprocess.feature`, which no step writes",
        where=Place(file="scriptcheck.yaml", line=31),
        facts=("preprocess writes `features` and `stats`",),
        advice="did you mean `preprocess.features`?",
        excerpt=Excerpt(first=31, lines=("    features: preprocess.feature",), marked=31),
    ),
    "shallow": ChangeError(
        what="cannot find where this branch left main",
        facts=("the checkout holds 1 commit",),
        advice="run `git fetch --unshallow`, or pass `--base <commit>`",
    ),
    "long_line": UsageError(
        what="unknown key `script\x1b[2J`",
        where=Place(file="a b/scriptcheck.yaml", line=12345),
        excerpt=Excerpt(first=12344, lines=("steps:", "\tscript\x1b[2J: x"), marked=12345),
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_an_error_reads_as_reviewed(name: str, golden: Callable[[str], object]) -> None:
    problem: ScriptcheckError = MISTAKES[name]

    assert mistake.error(problem, PLAIN) + "\n" == golden(f"error/{name}.txt")


def test_only_what_can_be_accepted_is_advised_to_be() -> None:
    slow = Finding(rule="SC408", severity=Level.ERROR, message="takes 9 s", subject="t", step="t")
    lost = dataclasses.replace(slow, rule="SC401", message="column `a` is gone", port="table")
    task = a_task("t", pipeline="fraud")

    def told(finding: Finding) -> list[str]:
        found = a_record(a_plan(task), a_result(task.id, Outcome.FAILED, findings=(finding,)))
        return [console.ending(found, PLAIN), markdown.comment(found, LINKS)]

    assert not any("scriptcheck accept" in text for text in told(slow))
    assert all("scriptcheck accept fraud/t" in text for text in told(lost))
