"""A column that is only called otherwise is told where somebody looks for it by its old name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.comparison import (
    ColumnComparison,
    Fate,
    FileComparison,
    PortComparison,
    TableComparison,
)
from ci_scriptcheck.model.result import Finding, Level
from ci_scriptcheck.report import console, markdown, renamed
from ci_scriptcheck.report.page import Page
from ci_scriptcheck.report.web import findings
from ci_scriptcheck.run.judgement import differences
from ci_scriptcheck.values import replace
from tests.conftest import a_result, a_task
from tests.unit.report.posted import LINKS, a_failing_pull_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from ci_scriptcheck.model.run_record import RunRecord

PREPARED = FileComparison(
    path="prepared.csv",
    fate=Fate.CHANGED,
    format_before="csv",
    format_after="csv",
    table=TableComparison(
        rows_before=3_880,
        rows_after=3_880,
        columns=(
            ColumnComparison(
                name="total", fate=Fate.GONE, type_before="float", called_now="turnover"
            ),
            ColumnComparison(name="turnover", fate=Fate.NEW, type_after="float"),
        ),
    ),
)
PACKED = FileComparison(path="all.zip", fate=Fate.CHANGED, members=(PREPARED,))
RAISED = Finding(
    rule="SC201",
    severity=Level.ERROR,
    message="KeyError: 'total'",
    advice="No input has a column `total`: read another, or have `prepare` write it.",
    lacking=("total",),
)
ADVICE = "No input has a column `total`: read `turnover`, which holds what it held."


def a_renamed_column() -> RunRecord:
    """A column is called otherwise, and a step two steps behind fails by it."""
    record = a_failing_pull_request()
    features = PortComparison(port="features", files=(PREPARED,))
    results = {one.task: one for one in record.results}
    results["fraud/preprocess"] = replace(results["fraud/preprocess"], comparisons=(features,))
    results["fraud/train"] = replace(results["fraud/train"], given=(features,), findings=(RAISED,))
    return replace(record, results=tuple(results.values()))


def test_the_console_names_what_to_read(golden: Callable[[str], object]) -> None:
    told = console.render(a_renamed_column(), Page(width=80))

    assert told == golden("console/renamed.txt")


def test_the_comment_names_what_to_read(golden: Callable[[str], object]) -> None:
    assert markdown.comment(a_renamed_column(), LINKS) == golden("markdown/renamed.md")


def test_the_page_names_what_to_read() -> None:
    record = a_renamed_column()

    assert findings.shown(RAISED, record, record.plan.by_id()["fraud/train"]).advice == ADVICE


def test_of_archives_the_tables_inside_count_as_well() -> None:
    given = (PortComparison(port="features", files=(PACKED,)),)

    assert renamed.advice(a_result("train", given=given), RAISED) == ADVICE


def test_where_another_column_is_missed_nothing_is_said_of_it() -> None:
    given = (PortComparison(port="features", files=(PREPARED,)),)
    other = replace(RAISED, lacking=("amount",))

    assert renamed.advice(a_result("train", given=given), other) is None


def test_a_loss_says_what_holds_what_the_column_held() -> None:
    port = PortComparison(port="out", files=(PREPARED,))

    (lost,) = differences.look(a_task("prepare"), [port], {"out": {"total": ("train",)}})

    assert (
        lost.message == "column `total` of `prepared.csv` is gone; `turnover` holds what it held"
    )
