"""What of a difference from base is a finding, and up to where none."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.model import json_path
from ci_scriptcheck.model.comparison import (
    ColumnComparison,
    Fate,
    Figure,
    FileComparison,
    PortComparison,
    TableComparison,
    ValueComparison,
)
from ci_scriptcheck.model.project import Settings, Tolerance
from ci_scriptcheck.run.judgement import costs, differences
from tests.conftest import a_result, a_task

if TYPE_CHECKING:
    from ci_scriptcheck.model.plan import Task


def a_tolerant_task(tolerance: Tolerance) -> Task:
    return dataclasses.replace(a_task("score"), settings=Settings(tolerance=tolerance))


def rules(file: FileComparison, tolerance: Tolerance) -> set[str]:
    port = PortComparison(port="scores", files=(file,))
    return {one.rule for one in differences.look(a_tolerant_task(tolerance), [port], {})}


def a_table(
    *, gone: int = 0, new: int = 0, columns: tuple[ColumnComparison, ...] = ()
) -> FileComparison:
    """Give a table of 1,000 rows on both sides."""
    table = TableComparison(
        rows_before=1000, rows_after=1000 - gone + new, gone=gone, new=new, columns=columns
    )
    return FileComparison(
        path="scores.csv",
        fate=Fate.CHANGED,
        format_before="csv",
        format_after="csv",
        table=table,
    )


def a_column(rows: int | None = None, nulls: int = 0) -> ColumnComparison:
    return ColumnComparison(
        name="score",
        fate=Fate.CHANGED,
        type_before="float",
        type_after="float",
        rows=rows,
        nulls_after=nulls,
    )


def metrics(
    *values: tuple[str | None, str | None], count: int | None = None, move: float | None = None
) -> FileComparison:
    return FileComparison(
        path="metrics.json",
        fate=Fate.CHANGED,
        format_before="json",
        format_after="json",
        values=tuple(
            ValueComparison(path=f"v{number}", fate=Fate.CHANGED, before=before, after=after)
            for number, (before, after) in enumerate(values)
        ),
        values_count=len(values) if count is None else count,
        largest_move=move,
    )


@pytest.mark.parametrize(
    ("file", "tolerance", "rule"),
    [
        (a_table(gone=10), Tolerance(rows=0.01), "SC404"),
        (a_table(gone=10, new=10), Tolerance(rows=0.01), "SC404"),
        (
            a_table(columns=(a_column(rows=10, nulls=10),)),
            Tolerance(nulls=0.01, values=0.01),
            "SC405",
        ),
        (a_table(columns=(a_column(rows=10),)), Tolerance(values=0.01), "SC406"),
        (metrics(("0.80", "0.808")), Tolerance(numbers=0.0101), "SC406"),
        (metrics(("0.80", "0.801"), count=60, move=0.01), Tolerance(numbers=0.01), "SC406"),
        (metrics(count=1, move=0.01), Tolerance(numbers=0.01), "SC406"),
        (metrics((None, None), move=0.01), Tolerance(numbers=0.01), "SC406"),
    ],
)
def test_up_to_its_tolerance_a_difference_is_no_finding(
    file: FileComparison, tolerance: Tolerance, rule: str
) -> None:
    assert rules(file, Tolerance()) == {rule}
    assert rules(file, tolerance) == set()


@pytest.mark.parametrize(
    ("file", "tolerance"),
    [
        (a_table(gone=11), Tolerance(rows=0.01)),
        (a_table(new=12), Tolerance(rows=0.01)),
        (a_table(columns=(a_column(nulls=11),)), Tolerance(nulls=0.01)),
        (a_table(columns=(a_column(rows=11),)), Tolerance(values=0.01)),
        (metrics(("0.80", "0.82")), Tolerance(numbers=0.01)),
        (metrics(("0.80", "0.801"), count=60, move=0.02), Tolerance(numbers=0.01)),
        (metrics(count=1, move=0.02), Tolerance(numbers=0.01)),
    ],
)
def test_beyond_it_it_is_one(file: FileComparison, tolerance: Tolerance) -> None:
    assert len(rules(file, tolerance)) == 1


@pytest.mark.parametrize(
    "file",
    [
        a_table(columns=(a_column(rows=None),)),
        metrics(("0", "0.001")),
        metrics(("0.5", "NaN")),
        metrics(('"a"', '"b"')),
        metrics((None, None)),
        metrics((None, "1")),
        metrics(("1.0", "1.0001"), count=2),
    ],
)
def test_what_cannot_be_measured_is_within_no_tolerance(file: FileComparison) -> None:
    assert rules(file, Tolerance(values=0.99, numbers=0.99)) == {"SC406"}


def test_what_was_set_aside_as_chance_is_not_measured_where_all_that_is_left_is_shown() -> None:
    left = metrics(("0.80", "0.804"), move=0.7)

    assert rules(left, Tolerance(numbers=0.01)) == set()


def test_new_keys_of_real_data_are_no_finding() -> None:
    assert rules(metrics(count=3, move=0.0), Tolerance()) == set()


def test_a_value_that_base_does_not_have_is_no_finding() -> None:
    new = ValueComparison(path="f1", fate=Fate.NEW, after="0.5")
    gone = ValueComparison(path="auc", fate=Fate.GONE, before="0.5")

    assert (
        rules(dataclasses.replace(metrics(), values=(new,), values_count=1), Tolerance()) == set()
    )
    assert rules(
        dataclasses.replace(metrics(), values=(new, gone), values_count=2), Tolerance()
    ) == {"SC406"}


@pytest.mark.parametrize("path", ["v1.2", "auc[weighted]", "a]", "0"])
def test_a_new_key_is_no_finding_whatever_marks_it_holds(path: str) -> None:
    new = ValueComparison(path=json_path.joined("metrics", path), fate=Fate.NEW, after="0.5")

    assert (
        rules(dataclasses.replace(metrics(), values=(new,), values_count=1), Tolerance()) == set()
    )


@pytest.mark.parametrize(
    ("fate", "told"),
    [(Fate.GONE, ("there", "")), (Fate.NEW, ("", "there")), (Fate.CHANGED, ("", "differs"))],
)
def test_of_a_value_that_may_not_be_told_it_is_said_what_became_of_it(
    fate: Fate, told: tuple[str, str]
) -> None:
    values = tuple(ValueComparison(path=f"[{number}]", fate=fate) for number in range(2))
    file = dataclasses.replace(metrics(), values=values, values_count=2)

    port = PortComparison(port="scores", files=(file,))
    (found,) = differences.look(a_tolerant_task(Tolerance()), [port], {})

    assert found.table is not None
    assert found.table.rows == tuple((one.path, *told) for one in values)


def test_a_new_item_of_a_list_is_a_finding() -> None:
    new = ValueComparison(path='["v1.2"][3]', fate=Fate.NEW, after="0.5")

    assert rules(dataclasses.replace(metrics(), values=(new,), values_count=1), Tolerance()) == {
        "SC406"
    }


def test_bytes_of_which_no_more_is_known_are_a_rule_of_their_own() -> None:
    model = FileComparison(
        path="model.pkl",
        fate=Fate.CHANGED,
        format_before="pickle",
        format_after="pickle",
        note="SHA-256 ab on base and cd on head",
        is_opaque=True,
    )

    assert rules(model, Tolerance()) == {"SC410"}
    assert rules(dataclasses.replace(model, format_after="json"), Tolerance()) == {"SC407"}


def test_what_cannot_be_compared_is_told_whatever_is_tolerated() -> None:
    archive = FileComparison(
        path="model.tar.gz",
        fate=Fate.CHANGED,
        format_before="gzip",
        format_after="gzip",
        note="cannot be read on head: an archive that is broken, or cut short",
    )

    assert rules(archive, Tolerance(rows=1, nulls=1, values=1, numbers=1)) == {"SC406"}


@pytest.mark.parametrize(("table", "others"), [(a_table(), set()), (a_table(gone=500), {"SC404"})])
def test_how_a_table_is_written_counts_whatever_its_rows_do(
    table: FileComparison, others: set[str]
) -> None:
    marked = dataclasses.replace(table, note="begins with a byte order mark on head only")

    assert rules(table, Tolerance()) == others
    assert rules(marked, Tolerance(rows=1)) == {"SC406"}
    assert rules(marked, Tolerance()) == {"SC406", *others}


def test_a_column_without_new_nulls_may_still_hold_other_values() -> None:
    file = a_table(columns=(a_column(rows=500, nulls=5),))

    assert rules(file, Tolerance(nulls=0.01)) == {"SC406"}


SLOW = a_result("score", seconds=6.0)
FAST = a_result("score", seconds=2.0)
LARGE = a_result("score", seconds=2.0, peak_memory_mb=900.0)
SMALL = a_result("score", seconds=2.0, peak_memory_mb=300.0)


def test_costs_count_when_they_repeat() -> None:
    task = a_tolerant_task(Tolerance())

    (slow,) = costs.findings(task, (SLOW, FAST), (SLOW, FAST))
    (large,) = costs.findings(task, (LARGE, SMALL), (LARGE, SMALL))

    assert (slow.rule, slow.message) == (
        "SC408",
        "the script takes 6.0 s, and on base 2.0 s, on the same inputs",
    )
    assert (large.rule, large.message) == (
        "SC409",
        "the script holds 900 MiB, and on base 300 MiB, on the same inputs",
    )


@pytest.mark.parametrize("repeats", [(FAST, FAST), (SLOW, SLOW), (FAST, SLOW)])
def test_costs_that_a_second_run_does_not_show_count_for_nothing(repeats: object) -> None:
    task = a_tolerant_task(Tolerance())

    assert not list(costs.findings(task, (SLOW, FAST), repeats))  # type: ignore[arg-type]


def test_a_figure_of_base_from_a_faster_day_makes_nothing_slow() -> None:
    here, then = a_result("score", seconds=3.0), a_result("score", seconds=1.0)
    again, now = a_result("score", seconds=6.0), a_result("score", seconds=2.5)

    assert not list(costs.findings(a_tolerant_task(Tolerance()), (here, then), (again, now)))


def test_a_little_more_than_base_is_no_cost() -> None:
    quick, slower = a_result("a", seconds=0.1), a_result("a", seconds=1.0)

    assert not costs.exceeded(slower, quick, Tolerance())
    assert not costs.exceeded(SLOW, FAST, Tolerance(slower=3))


@pytest.mark.parametrize(
    ("rows", "told"),
    [(900, ("0 empty, p95 8", "1 empty, p95 9")), (1, ("0 empty", "1 empty"))],
)
def test_one_gap_more_does_not_hide_that_values_moved(rows: int, told: tuple[str, str]) -> None:
    moved = dataclasses.replace(
        a_column(rows, nulls=1), figures=(Figure(name="p95", before="8", after="9"),)
    )
    port = PortComparison(port="scores", files=(a_table(columns=(moved,)),))

    (found,) = differences.look(a_tolerant_task(Tolerance()), [port], {})

    assert found.rule == "SC405"
    assert found.table is not None
    assert found.table.rows[0][1:3] == told


def test_a_loss_says_why_the_step_passes_where_it_runs_alone() -> None:
    lost = ColumnComparison(name="score", fate=Fate.GONE, type_before="float")
    port = PortComparison(port="scores", files=(a_table(columns=(lost,)),))
    needing = {"scores": {"score": ("report",)}}

    def said(task: Task) -> tuple[str, ...]:
        (found,) = differences.look(task, [port], needing)
        return found.evidence

    assert said(a_task("rate")) == ("`report` names it",)
    assert said(a_task("rate", pipeline="daily")) == (
        "`report` names it in `daily`; alone, `rate` has no reader to miss it",
    )
