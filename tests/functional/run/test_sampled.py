"""A sample holds a little more of something by chance than all of the data: then it does not break its schema."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from ci_scriptcheck.data import reader
from ci_scriptcheck.model.contract import (
    Column,
    ColumnType,
    Dataset,
    Format,
    Schema,
    Synthesized,
    TableFile,
)
from ci_scriptcheck.model.fixture import S3Object, Taken, Whole
from ci_scriptcheck.model.plan import Input, Output
from ci_scriptcheck.model.production import FixturePart, FromProduction
from ci_scriptcheck.model.result import Artefact, FileFacts
from ci_scriptcheck.model.scenario import Scenario
from ci_scriptcheck.model.source import Fetched, Upstream
from ci_scriptcheck.run import contents
from tests.conftest import a_plan, a_task
from tests.unit.report.deep_dived import a_fixture

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.model.source import Source

PLACE = "s3://company-ml/orders/"
ORDERS = Dataset(
    name="orders",
    schema=Schema(
        columns=(
            Column(name="contact", type=ColumnType.STRING, nulls=0.2),
            Column(name="pieces", type=ColumnType.INT, min=1, max=20, outside=0.01),
            Column(name="id", type=ColumnType.STRING),
        )
    ),
    files=(TableFile(name="orders.csv", format=Format.CSV),),
    origin=Synthesized(),
)
ROWS, WITHOUT_CONTACT, ODD = 484, 98, 6
"""A fifth of the contacts may be missing, and 4 rows may have odd pieces."""


def a_table(without_id: int = 0) -> str:
    rows = (
        f"{'' if n < WITHOUT_CONTACT else 'x'},{-1 if n < ODD else 5},{'' if n < without_id else n}"
        for n in range(ROWS)
    )
    return "contact,pieces,id\n" + "\n".join(rows) + "\n"


def broken(
    root: Path, text: str, source: Source, *before: Task, objects: int
) -> list[tuple[str, str | None]]:
    """Hold a table against its schema as an input and as an output of a task; 1 object was taken of so many.

    What other tasks wrote is looked at where it was written, and not as an input.
    """
    for port in ("given", "made"):
        (root / port).mkdir()
        (root / port / "orders.csv").write_text(text)
    taken = Taken(
        name="orders.csv",
        object=S3Object(key="orders/orders.csv", size=9, etag="e"),
        way=Whole(),
        read=9,
        size=9,
        digest="d",
    )
    fixture = a_fixture("orders", None, None, taken=(taken,), objects=objects)
    # Another task is given a sample, whatever this one is given.
    other = a_fixture("customers", None, None, taken=(taken,), objects=2)
    artefact = Artefact(
        digest="d", files=(FileFacts(path="orders.csv", bytes=9, digest="d", rows=ROWS),)
    )
    task = a_task(
        inputs=(Input(port="given", parameter="given", source=source, expects="orders"),),
        outputs=(Output(port="made", parameter="made", required=True, expects="orders"),),
        is_fetched=True,
    )
    space = SimpleNamespace(input=lambda port: root / port, output=lambda port: root / port)
    context: Any = SimpleNamespace(
        root=root,
        plan=a_plan(
            *before,
            task,
            datasets={"orders": ORDERS},
            fixtures={"orders": fixture, PLACE: fixture, "customers": other},
        ),
        ask=reader.answer,
        keys=SimpleNamespace(scenario=lambda _: Scenario(name="real")),
        workspace=lambda _: space,
    )
    found = contents.misfits(context, task, {"given": artefact}, {"made": artefact})
    return [(one.port, one.mismatch.column) for one in found]


@pytest.mark.parametrize(
    "source",
    [Fetched(dataset="orders"), FromProduction(parts=(FixturePart(fixture=PLACE),))],
    ids=["fetched", "from production"],
)
def test_a_share_that_is_exceeded_by_few_rows_is_told_of_whole_data_and_not_of_a_sample(
    tmp_path: Path, source: Source
) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "sample").mkdir()

    assert broken(tmp_path / "whole", a_table(), source, objects=1) == [
        ("made", "contact"),
        ("made", "pieces"),
        ("given", "contact"),
        ("given", "pieces"),
    ]
    assert broken(tmp_path / "sample", a_table(), source, objects=2) == []


@pytest.mark.parametrize(
    ("objects", "told"), [(1, [("made", "contact"), ("made", "pieces")]), (2, [])]
)
def test_what_is_made_of_a_sample_counts_as_one_and_what_is_made_of_whole_data_does_not(
    tmp_path: Path, objects: int, told: list[tuple[str, str | None]]
) -> None:
    given = Input(port="given", parameter="given", source=Fetched(dataset="orders"))
    load = a_task("load", inputs=(given,), is_fetched=True)
    source = Upstream(task=load.id, port="out")

    assert broken(tmp_path, a_table(), source, load, objects=objects) == told


def test_what_may_never_be_is_told_of_a_sample_as_well(tmp_path: Path) -> None:
    text = a_table(without_id=1)

    assert broken(tmp_path, text, Fetched(dataset="orders"), objects=2) == [
        ("made", "id"),
        ("given", "id"),
    ]
