"""What is told of a frozen sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ci_scriptcheck.model.frozen import Frozen, FrozenColumn, FrozenJoin, FrozenTable, How
from ci_scriptcheck.report import frozen

if TYPE_CHECKING:
    from collections.abc import Callable


def column(name: str, how: How, **more: Any) -> FrozenColumn:
    return FrozenColumn(name=name, type="string", how=how, **more)


VISITS = FrozenTable(
    name="visits",
    rows=40,
    of_rows=84,
    files=("visits.csv",),
    columns=(
        column("visit_no", How.NUMBERED, is_unique=True),
        column("patient_id", How.JOINED, with_parent="patients"),
        column("ward", How.KEPT, kept=("A", "B|C", "`x`"), rare=2),
        column("reason", How.NAMED, nulls=0.0004),
        column("device", How.CODED, form="AB-9999", nulls=0.125),
        column("note", How.FILLED),
        column("urgent", How.FLAGS),
        column("beds", How.COMMON, kept=tuple(str(one) for one in range(1, 16))),
        column("cost", How.DRAWN, spikes=("0",)),
        column("came", How.MOVED),
        column("left", How.MOVED, after="came", nulls=0.1),
        column("called", How.MOVED, before="came"),
        column("month", How.STAYED),
        column("unused", How.EMPTY, nulls=1.0),
        column("tags", How.LEFT_OUT),
    ),
    key=("ward", "came"),
    together=("ward", "beds", "cost", "came"),
    within="ward",
)
PATIENTS = FrozenTable(
    name="patients",
    rows=12,
    of_rows=3_000,
    files=("patients.parquet",),
    columns=(column("patient_id", How.CODED, form="a999", is_unique=True),),
)
JOINS = (
    FrozenJoin(
        table="visits",
        columns=("patient_id",),
        parent="patients",
        parent_columns=("patient_id",),
        each=3.4567,
        without=0.02,
    ),
    FrozenJoin(
        table="visits",
        columns=("device",),
        parent=None,
        parent_columns=("device",),
        each=12.0,
    ),
)


def test_each_kind_of_column_join_and_risk_is_told(golden: Callable[[str], object]) -> None:
    sample = Frozen(tables=(VISITS, PATIENTS), joins=JOINS)

    assert frozen.render(sample, VISITS) == golden("frozen/every_kind.md")


def test_the_other_table_tells_of_the_same_join_from_its_side(
    golden: Callable[[str], object],
) -> None:
    sample = Frozen(tables=(VISITS, PATIENTS), joins=JOINS)

    assert frozen.render(sample, PATIENTS) == golden("frozen/other_side.md")
