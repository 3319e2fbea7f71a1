"""A run whose data were compared with base, as the tests of reports show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model.comparison import (
    ColumnComparison,
    Fate,
    Figure,
    FileComparison,
    PortComparison,
    TableComparison,
    ValueComparison,
)
from ci_scriptcheck.model.result import Finding, Level, Outcome
from tests.conftest import a_plan, a_record, a_result, a_task
from tests.unit.report.records import after

if TYPE_CHECKING:
    from ci_scriptcheck.model.run_record import RunRecord

COLUMNS = (
    ColumnComparison(name="amount_usd", fate=Fate.GONE, type_before="float"),
    ColumnComparison(name="amount", fate=Fate.NEW, type_after="float"),
    ColumnComparison(
        name="risk_band",
        fate=Fate.CHANGED,
        type_before="category",
        type_after="category",
        rows=212,
        nulls_after=31,
        psi=0.264,
        figures=(Figure(name="distinct", before="4", after="5"),),
    ),
)

TABLE = FileComparison(
    path="features.parquet",
    fate=Fate.CHANGED,
    format_before="parquet",
    format_after="parquet",
    bytes_before=120_400,
    bytes_after=118_100,
    table=TableComparison(
        rows_before=5_000,
        rows_after=4_990,
        key=("order_id",),
        changed=212,
        gone=12,
        new=2,
        columns=COLUMNS,
    ),
)

MODEL = FileComparison(
    path="model.tar.gz",
    fate=Fate.CHANGED,
    format_before="tar",
    format_after="tar",
    bytes_before=1_204_000,
    bytes_after=1_204_900,
    members=(
        FileComparison(
            path="metrics.json",
            fate=Fate.CHANGED,
            format_before="json",
            format_after="json",
            bytes_before=310,
            bytes_after=312,
            values=(
                ValueComparison(
                    path="metrics.auc", fate=Fate.CHANGED, before="0.912", after="0.874"
                ),
                ValueComparison(path="folds[2].rows", fate=Fate.NEW, after="998"),
            ),
            values_count=14,
        ),
        FileComparison(path="notes.txt", fate=Fate.GONE, format_before="text", bytes_before=12),
    ),
)

SUMMARY = FileComparison(
    path="summary.json",
    fate=Fate.CHANGED,
    format_before="json",
    format_after="json",
    bytes_before=310,
    bytes_after=312,
    values=(
        ValueComparison(
            path="auc", fate=Fate.CHANGED, before="0.9120481092", after="0.8740301123"
        ),
        ValueComparison(path="rows", fate=Fate.CHANGED, before="5000", after="4990"),
    ),
    values_count=2,
)


def a_compared_record() -> RunRecord:
    """Make the record of a run in which all passes and data differ."""
    plan = a_plan(
        a_task("preprocess", pipeline="fraud"),
        after("train", "preprocess"),
        after("score", "train"),
        after("report", "train", ends=("summary",)),
    )
    features = PortComparison(port="features", files=(TABLE,))
    reordered = FileComparison(
        path="scores.csv",
        fate=Fate.CHANGED,
        format_before="csv",
        format_after="csv",
        table=TableComparison(rows_before=500, rows_after=500, is_reordered=True),
        note="the last line has no end",
    )
    return a_record(
        plan,
        a_result("fraud/preprocess", comparisons=(features,), is_first_to_differ=True),
        a_result(
            "fraud/train",
            is_first_to_differ=True,
            differing=("out",),
            comparisons=(
                PortComparison(port="model", files=(MODEL,), noise=("model.tar.gz: trained.txt",)),
            ),
        ),
        a_result(
            "fraud/score",
            is_first_to_differ=True,
            comparisons=(PortComparison(port="scores", files=(reordered,)),),
        ),
        a_result(
            "fraud/report",
            differing=("summary",),
            comparisons=(PortComparison(port="summary", files=(SUMMARY,)),),
        ),
    )


def a_record_of_failing_readers() -> RunRecord:
    """Make the record of a run in which a step fails by what is passed on to it."""
    plan = a_plan(
        a_task("preprocess", pipeline="fraud"),
        after("split", "preprocess"),
        after("train", "split"),
    )
    gone = Finding(
        rule="SC401",
        severity=Level.ERROR,
        message="column `amount_usd` of `features.parquet` is gone",
        step="preprocess",
        port="out",
        place=Place(file="scripts/preprocess.py"),
        evidence=("`train` names it in `fraud`; alone, `preprocess` has no reader to miss it",),
        advice="Write the column again, or take it out of its readers in the same change.",
    )
    raised = Finding(
        rule="SC201",
        severity=Level.ERROR,
        message="KeyError: 'amount_usd'",
        step="train",
        place=Place(file="scripts/train.py", line=41),
    )
    return a_record(
        plan,
        a_result(
            "fraud/preprocess",
            Outcome.FAILED,
            findings=(gone,),
            differing=("out",),
            comparisons=(PortComparison(port="out", files=(TABLE,)),),
            is_first_to_differ=True,
        ),
        a_result("fraud/split", differing=("out",)),
        a_result(
            "fraud/train",
            Outcome.FAILED,
            findings=(raised,),
            given=(PortComparison(port="split", files=(TABLE,)),),
        ),
    )
