"""A port that several places fill has a folder for each, and the bytes that were fetched."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from ci_scriptcheck.data import reader
from ci_scriptcheck.model.fixture import Fixture, S3Object, Sampling, Taken, Whole, folder_of
from ci_scriptcheck.model.plan import Input
from ci_scriptcheck.model.production import FixturePart, FromProduction
from ci_scriptcheck.model.s3_place import s3_place
from ci_scriptcheck.run import supply
from tests.conftest import a_task

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
    plan = SimpleNamespace(fixtures={one.dataset: one for one in made})
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
