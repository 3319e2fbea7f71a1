"""A port that several places fill has a folder for each, and the bytes that were fetched."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from ci_scriptcheck.data import reader
from ci_scriptcheck.data.validate.terms import Evidence
from ci_scriptcheck.model.contract import Dataset, Schema, Synthesized
from ci_scriptcheck.model.fixture import Fixture, S3Object, Sampling, Taken, Whole, folder_of
from ci_scriptcheck.model.plan import Input
from ci_scriptcheck.model.production import FixturePart, FromProduction
from ci_scriptcheck.model.result import Outcome
from ci_scriptcheck.model.s3_place import s3_place
from ci_scriptcheck.run import profiling, supply
from tests.conftest import a_result, a_task

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.run.context import Context


def a_fixture(root: Path, name: str, content: str) -> Fixture:
    taken = Taken(
        name="part.csv",
        object=S3Object(key=f"{name}/part.csv", size=len(content), etag="e"),
        way=Whole(),
        read=len(content),
        size=len(content),
        digest=name,
    )
    place = f"s3://company-ml/{name}/"
    made = Fixture(
        dataset=place,
        place=s3_place(place),
        sampling=Sampling(seed=0),
        objects=1,
        bytes=len(content),
        taken=(taken,),
        read=len(content),
        digest=name,
    )
    folder = root / folder_of(made)
    folder.mkdir(parents=True)
    (folder / "part.csv").write_text(content)
    return made


def given(root: Path, *insides: str) -> tuple[supply.Supply, Context]:
    names = ("train", "validation", "test")[: len(insides)]
    made = [a_fixture(root, name, f"id\n{number}\n") for number, name in enumerate(names)]
    parts = tuple(
        FixturePart(fixture=one.dataset, inside=inside)
        for one, inside in zip(made, insides, strict=True)
    )
    orders = Dataset(name="orders", schema=Schema(key=("id",)), files=(), origin=Synthesized())
    plan = SimpleNamespace(
        fixtures={one.dataset: one for one in made}, datasets={orders.name: orders}
    )
    context: Any = SimpleNamespace(root=root, plan=plan, ask=reader.answer)
    context.of_head = context
    item = Input(port="data", parameter="data", source=FromProduction(parts=parts))
    return supply.of_input(cast("Context", context), a_task(), item, {}), context


@pytest.mark.parametrize(
    "insides", [("",), ("train",), ("train", "validation"), ("", "validation"), ("a", "a/b", "ab")]
)
def test_each_place_fills_its_folder(tmp_path: Path, insides: tuple[str, ...]) -> None:
    found, context = given(tmp_path, *insides)

    names = [f"{inside}/part.csv" if inside else "part.csv" for inside in insides]
    assert sorted(file.path for file in found.artefact.files) == sorted(names)
    for number, name in enumerate(names):
        target = tmp_path / "given" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        file = next(one for one in found.artefact.files if one.path == name)
        supply.bring(context, found, file, target)
        assert target.read_text() == f"id\n{number}\n"
        assert file.rows == 1


def test_each_folder_that_production_filled_is_looked_into(tmp_path: Path) -> None:
    found, context = given(tmp_path, "train", "validation")
    item = Input(port="data", parameter="data", source=FromProduction(parts=()), expects="orders")
    task = a_task(inputs=(item,), is_fetched=True)
    ended = a_result(task.id, outcome=Outcome.FAILED)

    told = profiling.added(
        context, task, ended, {"data": found}, evidence=Evidence.AGGREGATES
    ).profiles

    assert [(one.port, one.is_input) for one in told] == [("data", True)]
    assert [(one.name, one.rows) for one in told[0].tables] == [
        ("train/part.csv", 1),
        ("validation/part.csv", 1),
    ]
    assert told[0].tables[0].repeated == 0
