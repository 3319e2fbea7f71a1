"""Datasets put into a settings file whose text stays as it is."""

from __future__ import annotations

import pytest

from ci_scriptcheck.draft.drafted import Drafted
from ci_scriptcheck.draft.insertion import with_datasets
from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.model.contract import (
    Column,
    ColumnType,
    Dataset,
    Format,
    Schema,
    Synthesized,
    TableFile,
)

NEW = "  new:\n    format: csv\n    files: new.csv\n    columns:\n      x: {type: int}\n"


def drafted(name: str = "new") -> Drafted:
    dataset = Dataset(
        name=name,
        schema=Schema(columns=(Column(name="x", type=ColumnType.INT),)),
        files=(TableFile(name="new.csv", format=Format.CSV),),
        origin=Synthesized(),
    )
    return Drafted(dataset=dataset)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("version: 1\n", "version: 1\n\ndatasets:\n{}"),
        ("version: 1\ndatasets:\n", "version: 1\ndatasets:\n{}"),
        (
            "datasets:\n  a: {copy: a}  # why\n\n# next\nsteps: {}\n",
            "datasets:\n  a: {copy: a}  # why\n{}\n# next\nsteps: {}\n",
        ),
        (
            "datasets:\n  a:\n    files:\n      x.py: |\n        def f():\n          pass\nsteps: {}\n",
            "datasets:\n  a:\n    files:\n      x.py: |\n        def f():\n          pass\n{}steps: {}\n",
        ),
        ("datasets:\n  a: {copy: a}", "datasets:\n  a: {copy: a}\n{}"),
    ],
)
def test_it_stands_behind_the_last_dataset(before: str, after: str) -> None:
    made = with_datasets(before, [drafted()], file="scriptcheck.yaml")

    head, tail = after.split("{}", 1)
    assert made == head + NEW + tail


HEAD = "# No script writes these: say where their data are, or what they look like.\n# datasets:\n"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("others", "left"),
    [("", ""), ("#  old: {copy: path/to/old}\n", HEAD + "#  old: {copy: path/to/old}\n\n")],
)
def test_the_comment_that_stood_for_it_goes_and_with_the_last_one_its_heading(
    others: str, left: str, end: str
) -> None:
    before = f"version: 1\n\n{HEAD}#  new: {{copy: path/to/new}}\n{others}"

    made = with_datasets(before.replace("\n", end), [drafted()], file="scriptcheck.yaml")

    assert made == f"version: 1\n\n{left}datasets:\n{NEW}".replace("\n", end)


def test_a_comment_on_something_else_stays() -> None:
    before = f"version: 1\n\n{HEAD}#  new: {{copy: data/new}}\n"

    made = with_datasets(before, [drafted()], file="scriptcheck.yaml")

    assert made == f"{before}\ndatasets:\n{NEW}"


@pytest.mark.parametrize(
    "before",
    ["version: 1\n", "datasets:\n  a: {copy: a}\n\nsteps: {}\n", "datasets:\n  a: {copy: a}"],
)
def test_its_lines_end_as_the_others_do(before: str) -> None:
    windows = with_datasets(before.replace("\n", "\r\n"), [drafted()], file="f")
    made = with_datasets(before, [drafted()], file="f")

    if "\n" in before:
        made = made.replace("\n", "\r\n")
    assert windows == made


def test_it_takes_the_indentation_that_is_there() -> None:
    made = with_datasets("datasets:\n    a: {copy: a}\n", [drafted()], file="f")

    assert "\n    new:\n      format: csv\n" in made


@pytest.mark.parametrize("text", ["datasets: {a: {copy: a}}\n", "{version: 1}\n"])
def test_braces_are_refused(text: str) -> None:
    with pytest.raises(UsageError):
        with_datasets(text, [drafted()], file="scriptcheck.yaml")


def test_a_name_that_is_there_is_refused() -> None:
    with pytest.raises(UsageError) as refused:
        with_datasets("datasets:\n  new: {copy: a}\n", [drafted()], file="scriptcheck.yaml")

    assert refused.value.advice == "give another name, with `--as`"
