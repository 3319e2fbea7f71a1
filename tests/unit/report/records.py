"""Records as the report's tests show them: the stories of `docs`, with everything that is printed."""

from __future__ import annotations

from typing import Any

from ci_scriptcheck.errors import Excerpt, Place
from ci_scriptcheck.model import not_run
from ci_scriptcheck.model.change import After, Feeds, Imports
from ci_scriptcheck.model.plan import Counts, Input, Plan, Purpose, Task
from ci_scriptcheck.model.result import Finding, Level, Outcome, Table
from ci_scriptcheck.model.run_record import Machine, RunRecord, ShareRun
from ci_scriptcheck.model.source import Upstream
from ci_scriptcheck.model.task_ids import task_id
from ci_scriptcheck.values import replace
from tests.conftest import a_change, a_plan, a_record, a_result, a_task

FEATURES = Imports(file="lib/features.py", chain=("scripts/train.py", "lib/features.py"))

RAISED = Finding(
    rule="SC201",
    severity=Level.ERROR,
    message="KeyError: 'amount_usd'",
    step="train",
    place=Place(file="scripts/train.py", line=41),
    excerpt=Excerpt(
        first=40,
        lines=(
            '    frame = pd.read_parquet(inputs["features"])',
            '    target = frame.pop("amount_usd")',
            "    return frame, target",
        ),
        marked=41,
    ),
    evidence=(
        "Input `features` is not what it is on main. It comes from split, and before that from"
        " preprocess, the first step whose output differs on equal inputs:",
    ),
    table=Table(
        columns=("column", "on main", "here", "rows that differ"),
        rows=(
            ("amount_usd", "float64", "missing", "all 5,000"),
            ("amount", "missing", "float64", "all 5,000"),
            ("risk_band", "category", "category", "212 of 5,000"),
        ),
    ),
)

WARNING = Finding(
    rule="SC213",
    severity=Level.WARNING,
    message="reads /opt/ml/code/hyper.json, which is no input",
    place=Place(file="scripts/split.py", line=12),
)

AMBIGUOUS = Finding(
    rule="SC102",
    severity=Level.ERROR,
    message="two outputs of `calibrate` fit input `model` of `package`",
    pipeline="fraud",
    step="package",
    subject="calibrate -> package",
    place=Place(file="dags/fraud.dag.json", line=31),
    excerpt=Excerpt(first=31, lines=('    ["calibrate", "package"],',), marked=31),
    evidence=("`calibration_output` and `model_output` fit equally well",),
    advice="name one: `steps: {package: {inputs: {model: {from: model_output}}}}`",
)


def after(name: str, *needs: str, **given: Any) -> Task:
    """Make a task of the pipeline `fraud` that follows others."""
    inputs = tuple(
        Input(
            port=need,
            parameter=need,
            source=Upstream(task=task_id(node=need, pipeline="fraud"), port="out"),
        )
        for need in needs
    )
    return a_task(name, pipeline="fraud", reason=After(node=needs[0]), inputs=inputs, **given)


def a_failing_plan() -> Plan:
    """Plan the run of the pull request that renames a column."""
    train = after("train", "split")
    return a_plan(
        a_task("preprocess"),
        a_task("preprocess", scenario="edge_cases"),
        a_task("train", reason=FEATURES),
        a_task("train", scenario="edge_cases", reason=FEATURES),
        a_task("ingest", pipeline="fraud", reason=Feeds(), purpose=Purpose.SUPPLY),
        a_task("preprocess", pipeline="fraud"),
        after("split", "preprocess"),
        a_task("train", pipeline="fraud", reason=FEATURES, inputs=train.inputs),
        after("evaluate", "train"),
        after("register", "train"),
        changes=a_change("scripts/preprocess.py", "lib/features.py"),
        counts=Counts(files_changed=2, steps=9, steps_affected=5),
    )


def a_failing_record() -> RunRecord:
    """Make the record of that run."""
    return a_record(
        a_failing_plan(),
        a_result("preprocess", seconds=1.1),
        a_result("preprocess[edge_cases]", seconds=1.2),
        a_result("train", seconds=3.9),
        a_result("train[edge_cases]", seconds=3.7),
        a_result("fraud/ingest", Outcome.REUSED),
        a_result("fraud/preprocess", seconds=1.8),
        a_result("fraud/split", seconds=0.9),
        a_result(
            "fraud/train",
            Outcome.FAILED,
            seconds=4.2,
            findings=(RAISED,),
            log_tail=("reading features", "Traceback (most recent call last): ..."),
            log_file="fraud/train/log.txt",
        ),
        a_result("fraud/evaluate", Outcome.NOT_RUN, why_not="needs train"),
        a_result("fraud/register", Outcome.NOT_RUN, why_not="needs train"),
    )


def a_record_of_three_machines() -> RunRecord:
    """Make the record of a run that three machines shared, and in which a flaky task failed."""
    shares = tuple(
        ShareRun(
            number=number,
            run=f"runs/{number}",
            tasks=4,
            seconds=seconds,
            machine=Machine(
                system="Linux 6.8", python="3.11.7", processors=workers, workers=workers
            ),
        )
        for number, (seconds, workers) in enumerate([(48.2, 4), (51.0, 4), (39.4, 2)], 1)
    )
    flaky = (Outcome.PASSED, Outcome.TIMED_OUT, Outcome.FAILED)
    record = a_failing_record()
    results = tuple(
        replace(result, flaky=flaky)
        if result.task == "fraud/train"
        else replace(result, flaky=(Outcome.CRASHED, Outcome.PASSED))
        if result.task == "fraud/split"
        else result
        for result in record.results
    )
    return replace(record, results=results, shares=shares, seconds=51.0)


def a_record_with_a_missing_share() -> RunRecord:
    """Make the record of that run where the second machine has left nothing."""
    record = a_record_of_three_machines()
    why = not_run.share_missing(2, 3)
    return replace(
        record,
        results=tuple(
            a_result(result.task, Outcome.NOT_RUN, why_not=why)
            if result.task in {"train", "train[edge_cases]", "fraud/train"}
            else result
            for result in record.results
        ),
        shares=tuple(share for share in record.shares if share.number != 2),
        missing=(2,),
        seconds=48.2,
    )
