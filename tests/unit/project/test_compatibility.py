"""Schemas held against each other, without running anything."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_scriptcheck.model.contract import (
    Column,
    ColumnType,
    Dataset,
    Format,
    Said,
    Schema,
    Synthesized,
    TableFile,
)
from ci_scriptcheck.model.result import Level
from ci_scriptcheck.project.compatibility import mismatches
from ci_scriptcheck.project.loader import load_project
from tests.unit.project.trees import MemoryTree

SCRIPT = "def main(input_paths, output_paths, environ_vars, job_args):\n    pass\n"
SETTINGS = """
version: 1
datasets:
  written: {files: data.csv, columns: {amount: {type: string, pattern: "[a-z]+"}, at: {type: date}}}
  wanted: {files: data.parquet, columns: {amount: {type: string, nulls: 0.1}, at: {type: float}}}
steps:
  load: {script: load.py, outputs: {data: written}}
  train: {script: train.py, inputs: {data: wanted}, outputs: {model: {}}}
pipelines:
  daily: {nodes: {load: {}, train: {inputs: {data: load.data}}}}
  weekly: {nodes: {load: {}, train: {inputs: {data: load.data}}}}
"""


def a_dataset(*columns: Column, files: tuple[TableFile, ...] = (), **given: Any) -> Dataset:
    schema = Schema(columns=columns, **given)
    return Dataset(name="d", schema=schema, files=files, origin=Synthesized())


def a_column(kind: str = "float", name: str = "x", **given: Any) -> Column:
    return Column(name=name, type=ColumnType(kind), **given)


def between(producer: Dataset, consumer: Dataset) -> list[tuple[str, bool]]:
    return [(one.mismatch.rule, one.is_sure) for one in mismatches(producer, consumer)]


@pytest.mark.parametrize(
    ("promised", "wanted", "found"),
    [
        (a_column("int"), a_column("float"), []),
        (a_column("date"), a_column("datetime"), []),
        (a_column("float"), a_column("int"), [("SC302", False)]),
        (a_column("bool"), a_column("int"), [("SC302", False)]),
        (a_column("string"), a_column("int"), [("SC302", False)]),
        (a_column("date"), a_column("float"), [("SC302", True)]),
        (a_column(nulls=0.2), a_column(nulls=0.1), [("SC305", False)]),
        (a_column(nulls=0.1), a_column(nulls=0.2), []),
        (a_column(max=5, outside=0.1), a_column(max=9), [("SC306", False)]),
        (a_column(max=5, outside=0.1), a_column(max=9, outside=0.1), []),
        (a_column(max=5, outside=0.1), a_column(), []),
        (a_column(min=0, max=2), a_column(min=0, max=1), [("SC306", False)]),
        (a_column(min=5, max=9), a_column(min=0, max=1), [("SC306", True)]),
        (a_column(), a_column(min=0), []),
        (
            a_column("category", values=("a", "b")),
            a_column("category", values=("a",)),
            [("SC307", False)],
        ),
        (
            a_column("category", values=("b",)),
            a_column("category", values=("a",)),
            [("SC307", True)],
        ),
        (a_column("int", values=(0, 1)), a_column("category", values=(0, 1)), []),
        (a_column("string"), a_column("string", unique=True), [("SC308", False)]),
        (a_column(name="y"), a_column(), [("SC301", False)]),
    ],
)
def test_only_what_is_surely_wrong_between_two_columns_is_sure(
    promised: Column, wanted: Column, found: list[tuple[str, bool]]
) -> None:
    assert between(a_dataset(promised), a_dataset(wanted)) == found


def test_closed_schemas_leave_nothing_open() -> None:
    few, many = (a_column(),), (a_column(), a_column(name="y"))

    assert between(a_dataset(*few, closed=True), a_dataset(*many)) == [("SC301", True)]
    assert between(a_dataset(*many), a_dataset(*few, closed=True)) == [("SC312", True)]


def test_layouts_and_formats_are_compared_where_both_ends_state_them() -> None:
    def files(*names: str, said: Said = Said.ALL) -> tuple[TableFile, ...]:
        return tuple(
            TableFile(name=name, format=Format(name.rpartition(".")[2]), said=said)
            for name in names
        )

    parts, one = a_dataset(files=files("part-*.csv")), a_dataset(files=files("part-1.csv"))
    other = a_dataset(files=files("test.csv"))
    parquet = a_dataset(files=files("data.parquet", said=Said.FORMAT))
    unsaid = a_dataset(files=files("data.jsonl", said=Said.NOTHING))

    assert between(parts, one) == between(one, parts) == between(parts, unsaid) == []
    assert between(one, other) == [("SC304", False)]
    assert between(one, parquet) == [("SC303", True)]


def test_a_link_is_told_once_with_the_place_of_the_reader_and_both_datasets() -> None:
    tree = MemoryTree({"scriptcheck.yaml": SETTINGS, "load.py": SCRIPT, "train.py": SCRIPT})
    findings = [one for one in load_project(tree).findings if one.rule.startswith("SC3")]

    assert [(one.rule, one.severity, one.pipeline) for one in findings] == [
        ("SC302", Level.ERROR, "daily"),
        ("SC304", Level.WARNING, "daily"),
    ]
    assert findings[0].place is not None
    assert "dataset `written`" in findings[0].message
    assert "`train` expects float" in findings[0].message


def test_a_link_that_is_expected_to_carry_anything_is_not_compared() -> None:
    settings = SETTINGS.replace("{data: wanted}", "{data: {dataset: wanted, expects: any}}")
    tree = MemoryTree({"scriptcheck.yaml": settings, "load.py": SCRIPT, "train.py": SCRIPT})

    assert [one.rule for one in load_project(tree).findings if one.rule.startswith("SC3")] == []


SCALARS = st.one_of(st.integers(-5, 5), st.floats(-5, 5), st.sampled_from(["a", "b", "1"]))
COLUMNS = st.builds(
    Column,
    name=st.sampled_from(["x", "y", "z"]),
    type=st.sampled_from(ColumnType),
    min=st.one_of(st.none(), st.integers(-5, 0), st.just("2024-01-01")),
    max=st.one_of(st.none(), st.integers(1, 5), st.just("2024-12-31")),
    outside=st.floats(0, 1),
    nulls=st.floats(0, 1),
    values=st.lists(SCALARS, max_size=3).map(tuple),
    unique=st.booleans(),
)
FILES = st.builds(
    TableFile,
    name=st.sampled_from(["a.csv", "a-*.csv", "b/c.json", "d.parquet"]),
    format=st.sampled_from(Format),
    said=st.sampled_from(Said),
)


@given(
    st.lists(COLUMNS, max_size=3, unique_by=lambda column: column.name),
    st.lists(FILES, max_size=3, unique_by=lambda file: file.name),
    st.booleans(),
    st.sampled_from([None, 0, 5]),
)
def test_a_schema_is_compatible_with_itself(
    columns: list[Column], files: list[TableFile], closed: bool, rows: int | None
) -> None:
    key = tuple(column.name for column in columns[:2])
    dataset = a_dataset(*columns, files=tuple(files), closed=closed, rows=rows, key=key)

    assert between(dataset, dataset) == []
