"""Changes of a schema, written into settings files as people write them."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_scriptcheck.model.schema_suggestion import ColumnChange
from ci_scriptcheck.project.native import schema_change
from ci_scriptcheck.project.native.yaml_text import read_yaml

if TYPE_CHECKING:
    from pathlib import Path

FILE = "scriptcheck.yaml"
TEXT = """\
version: 1
datasets:
  orders:
    files: orders.csv
    columns:
      # Wie der Laden es nennt: „Ördernr.“ 📦
      order_id: {type: int, unique: true, min: 1, max: 1000}   # never reused
      customer: {type: category, values: [retail, "trade"]}
      amount:
        type: float
        min: 0   # in euros
        max: 100
      note:
  other: {files: other.csv, columns: {a: {type: int}, b: {type: string}}}
steps: {}
"""


def changed(text: str, dataset: str, *changes: ColumnChange) -> str:
    new, lost = schema_change.changed(text, dataset, changes, file=FILE)
    assert lost == ()
    return new


def a_change(name: str, *, is_new: bool = False, **keys: Any) -> ColumnChange:
    return ColumnChange(name=name, is_new=is_new, keys=keys)


def lines_that_differ(before: str, after: str) -> list[str]:
    found = schema_change.patch(before, after, FILE).splitlines()[2:]
    return [line for line in found if line[0] in "+-"]


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        (
            a_change("order_id", max=2500, nulls=0.01),
            [
                "-      order_id: {type: int, unique: true, min: 1, max: 1000}   # never reused",
                "+      order_id: {type: int, unique: true, min: 1, max: 2500, nulls: 0.01}   # never reused",
            ],
        ),
        (
            a_change("customer", values=("retail", "trade", "no")),
            [
                '-      customer: {type: category, values: [retail, "trade"]}',
                '+      customer: {type: category, values: [retail, trade, "no"]}',
            ],
        ),
        (
            a_change("amount", min=-12, nulls=0.042),
            [
                "-        min: 0   # in euros",
                "+        min: -12   # in euros",
                "+        nulls: 0.042",
            ],
        ),
        (
            a_change("amount", type="string", min=None, max=None),
            [
                "-        type: float",
                "-        min: 0   # in euros",
                "-        max: 100",
                "+        type: string",
            ],
        ),
        (
            a_change("order_id", type="string", max=None, min=None),
            [
                "-      order_id: {type: int, unique: true, min: 1, max: 1000}   # never reused",
                "+      order_id: {type: string, unique: true}   # never reused",
            ],
        ),
        (a_change("note", type="string"), ["-      note:", "+      note: {type: string}"]),
        (
            a_change("sold on", is_new=True, type="date", min="2026-01-01"),
            ['+      "sold on": {type: date, min: 2026-01-01}'],
        ),
    ],
)
def test_only_what_is_said_of_the_column_changes(change: ColumnChange, lines: list[str]) -> None:
    assert lines_that_differ(TEXT, changed(TEXT, "orders", change)) == lines


def test_a_dataset_in_one_line_stays_in_one_line() -> None:
    new = changed(TEXT, "other", a_change("a", nulls=0.5), a_change("c", is_new=True, type="bool"))

    assert "columns: {a: {type: int, nulls: 0.5}, b: {type: string}, c: {type: bool}}}" in new


def test_git_applies_the_patch(tmp_path: Path) -> None:
    text = TEXT.removesuffix("steps: {}\n").rstrip("\n")
    (tmp_path / FILE).write_text(text)
    new = changed(text, "other", a_change("a", type="float"))

    patch = schema_change.patch(text, new, FILE)
    subprocess.run(["git", "apply", "-"], input=patch.encode(), cwd=tmp_path, check=True)

    assert (tmp_path / FILE).read_text() == new


def test_ends_of_lines_stay_as_they_are() -> None:
    text = TEXT.replace("\n", "\r\n")

    new = changed(text, "orders", a_change("more", is_new=True, type="int"))

    assert new.count("\r\n") == new.count("\n") == TEXT.count("\n") + 1


@pytest.mark.parametrize(
    "text",
    [
        "datasets: {orders: {columns: &all {order_id: {type: int}}}, b: {columns: *all}}\n",
        "datasets: {b: {columns: &all {order_id: {type: int}}}, orders: {columns: *all}}\n",
        "datasets: {a: {columns: {x: &int {type: int}}}, orders: {columns: {order_id: *int}}}\n",
        "datasets: {b: {columns: {order_id: {type: int}}}, orders: {extends: b}}\n",
        "datasets: {orders: {columns: {$KEY: {type: int}}}}\n",
        "datasets: {}\n",
        "datasets: [\n",
        f"datasets: {'[' * 90_000}{']' * 90_000}\n",
        f"datasets: {{orders: {{columns: {{order_id: {{max: 1}}}}}}}}\n# {'long ' * 50_000}\n",
    ],
    ids=[
        "shared",
        "shares",
        "refers",
        "extends",
        "by a variable",
        "missing",
        "broken",
        "deep",
        "long",
    ],
)
def test_what_others_use_or_what_stands_elsewhere_is_left_alone(text: str) -> None:
    new, lost = schema_change.changed(text, "orders", [a_change("order_id", max=9)], file=FILE)

    assert (new, lost) == (text, ("order_id",))


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)


@given(
    name=NAMES,
    value=NAMES,
    low=st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False),
)
def test_whatever_is_written_is_read_as_it_was_meant(name: str, value: str, low: float) -> None:
    change = a_change(name, is_new=True, type="category", values=(value, "x"), min=low)

    new, lost = schema_change.changed(TEXT, "orders", [change], file=FILE)

    data: Any = read_yaml(new.encode(), FILE).data
    old: Any = read_yaml(TEXT.encode(), FILE).data
    column = data["datasets"]["orders"]["columns"].pop(name)
    old["datasets"]["orders"]["columns"].pop(name, None)
    assert lost == ()
    assert (column["values"], column["min"]) == ([value, "x"], low)
    assert data == old
