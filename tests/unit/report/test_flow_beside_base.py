"""What a step does to real data, told beside what base's does: `new` alone would be taken for the change's doing."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from ci_scriptcheck.model.comparison import (
    ColumnComparison,
    Fate,
    FileComparison,
    PortComparison,
    TableComparison,
)
from ci_scriptcheck.model.flow import flows
from ci_scriptcheck.model.plan import Side
from ci_scriptcheck.model.result import Artefact, FileFacts
from ci_scriptcheck.report import flow
from tests.conftest import a_result
from tests.unit.report.deep_dived import a_deep_dive

if TYPE_CHECKING:
    from ci_scriptcheck.model.run_record import RunRecord

HERE = ("customer", "amount", "region", "ordered_at", "days_since")


def beside_base(*columns: str, **of_result: Any) -> RunRecord:
    """Give the deep dive with base's first task, which writes these columns."""
    record = a_deep_dive()
    task = dataclasses.replace(record.plan.tasks[0], beside="base")
    base = dataclasses.replace(task, id="base", side=Side.BASE, beside=None)
    file = FileFacts(path="f.csv", bytes=9, digest="d", rows=9_120, columns=columns)
    wrote = a_result("base", outputs={"features": Artefact(digest="d", files=(file,))})
    plan = dataclasses.replace(record.plan, tasks=(base, task, *record.plan.tasks[1:]))
    result = dataclasses.replace(record.results[0], **of_result)
    return dataclasses.replace(record, plan=plan, results=(wrote, result, *record.results[1:]))


def told(record: RunRecord) -> str:
    (found,) = flows(record)
    (features,) = [note for note in flow.notes(found) if note.startswith("`preprocess.features`")]
    return features


def with_gaps_on_base(nulls: int) -> dict[str, Any]:
    column = ColumnComparison(name="days_since", fate=Fate.CHANGED, nulls_before=nulls)
    table = TableComparison(rows_before=10_000, rows_after=9_120, columns=(column,))
    file = FileComparison(path="f.csv", fate=Fate.CHANGED, table=table)
    compared = PortComparison(port="features", files=(file,))
    return {"differing": ("features",), "comparisons": (compared,), "is_first_to_differ": True}


def test_what_a_step_adds_is_not_called_new_where_base_adds_it_too() -> None:
    text = told(beside_base(*HERE))

    assert "adds `days_since`, empty in 4.2 % of the rows (as on main)" in text
    assert "drops `order_id`" in text
    assert "new" not in text
    assert "drops `order_id` (" not in text


def test_what_only_the_change_adds_or_drops_is_told_as_its_doing() -> None:
    text = told(beside_base("order_id", "customer", "amount", "region", "ordered_at"))

    assert "adds `days_since`, empty in 4.2 % of the rows (not on main)" in text
    assert "drops `order_id` (not on main)" in text


@pytest.mark.parametrize(("nulls", "where"), [(400, "(as on main)"), (120, "(on main 1.2 %)")])
def test_gaps_are_told_beside_those_on_base(nulls: int, where: str) -> None:
    text = told(beside_base(*HERE, **with_gaps_on_base(nulls)))

    assert f"adds `days_since`, empty in 4.2 % of the rows {where}" in text


def test_the_line_of_a_comment_says_it_too() -> None:
    line = flow.sentence(beside_base(*HERE))

    assert line is not None
    assert line.endswith(
        "`days_since` is empty in 4.2 % of the rows that `preprocess` writes (as on main)."
    )


def test_where_nobody_knows_the_gaps_on_base_nothing_is_said_of_them() -> None:
    uncompared = told(beside_base(*HERE, differing=("features",)))
    alone = told(a_deep_dive())

    for text in (uncompared, alone):
        assert "adds `days_since`, empty in 4.2 % of the rows;" in text
        assert "main" not in text
