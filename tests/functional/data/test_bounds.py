"""Values of JSON files against their bounds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ci_scriptcheck.data.bounds import breaches
from ci_scriptcheck.data.reader import answer, holding
from ci_scriptcheck.model.contract import Bound

if TYPE_CHECKING:
    from pathlib import Path


def a_bound(path: str = "auc", **given: Any) -> Bound:
    return Bound(**{"file": "metrics.json", "path": path} | given)


def written(folder: Path, content: object, name: str = "metrics.json") -> Path:
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize(
    ("value", "given"),
    [
        (0.6, {"min": 0.6, "max": 0.6}),
        (3, {"min": 2.5}),
        ("2024-03-01", {"min": "2024-01-01", "max": "2024-12-31"}),
        ("ok", {"values": ("ok", "warm")}),
        (None, {"values": (None,)}),
        (0.30000000001, {"values": (0.3,), "tolerance": 1e-6}),
        (2.0, {"values": (2,), "tolerance": 1e-6}),
        ([1, 2], {"length": 2}),
    ],
)
def test_a_value_within_its_bounds_is_right(
    tmp_path: Path, value: object, given: dict[str, Any]
) -> None:
    assert breaches(written(tmp_path, {"auc": value}), [a_bound(**given)]) == ()


@pytest.mark.parametrize(
    ("value", "given", "shown"),
    [
        (0.41, {"min": 0.6}, "0.41"),
        (1.2, {"max": 1}, "1.2"),
        (float("nan"), {"min": 0}, "NaN"),
        (True, {"min": 0}, "true"),
        (None, {"min": 0}, "null"),
        ("0.7", {"min": 0.6}, '"0.7"'),
        (True, {"values": (1,)}, "true"),
        ({"mean": 1}, {"max": 1}, "an object of 1"),
        ([1, 2, 3], {"length": 2}, "a list of 3"),
        (20240115, {"values": (20240101,), "tolerance": 1e-6}, "20240115"),
        (9007199254740992, {"values": (9007199254740993,)}, "9007199254740992"),
        (10**400, {"values": (2,)}, f"1{'0' * 79}…"),
    ],
)
def test_a_value_out_of_its_bounds_is_told_as_it_stands_there(
    tmp_path: Path, value: object, given: dict[str, Any], shown: str
) -> None:
    (found,) = breaches(written(tmp_path, {"auc": value}), [a_bound(**given)])

    assert (found.places, found.count) == ((("auc", shown),), 1)


def test_of_many_values_the_first_are_told_and_all_are_counted(tmp_path: Path) -> None:
    folder = written(tmp_path, {"folds": [{"auc": number} for number in range(100)]})

    (found,) = breaches(folder, [a_bound("folds[*].auc", max=1)])

    assert found.count == 98
    assert found.places[0] == ("folds[2].auc", "2")
    assert len(found.places) == 5


@pytest.mark.parametrize(
    ("content", "path", "at"),
    [
        ({"folds": []}, "folds[*].auc", "folds"),
        ({"folds": {}}, "folds.*", "folds"),
        ({"folds": [{"runs": [1]}, {"runs": []}]}, "folds[*].runs[*]", "folds[1].runs"),
        ([], "[*].auc", "*"),
    ],
)
def test_a_bound_on_each_item_is_broken_where_there_is_none(
    tmp_path: Path, content: object, path: str, at: str
) -> None:
    (found,) = breaches(written(tmp_path, content), [a_bound(path, min=0.5)])

    assert found.places == ((at, "empty (`*` asks for one item at least)"),)


def test_a_value_that_is_not_there_is_told_with_what_is_beside_it(tmp_path: Path) -> None:
    (found,) = breaches(written(tmp_path, {"acu": 1, "f1": 1}), [a_bound(min=0)])

    assert (found.missing, found.beside) == ("auc", ("acu", "f1"))


def test_a_pattern_holds_for_each_file_that_fits(tmp_path: Path) -> None:
    written(tmp_path, {"auc": 0.9}, "a.json")
    written(tmp_path, {"auc": 0.1}, "b.json")

    found = breaches(tmp_path, [a_bound(file="*.json", min=0.5)])

    assert [one.file for one in found] == ["b.json"]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    (found,) = breaches(written(tmp_path, {}, "metric.json"), [a_bound(min=0)])

    assert (found.broken, found.beside) == ("is not there", ("metric.json",))


@pytest.mark.parametrize(
    ("text", "why"),
    [("{", "is no JSON"), ("[" * 100_000, "is no JSON"), ("\ud800", "is no text in UTF-8")],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "metrics.json").write_bytes(text.encode("utf-8", "surrogatepass"))

    (found,) = breaches(tmp_path, [a_bound(min=0)])

    assert why in (found.broken or "")


def test_a_link_that_leads_out_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    written(tmp_path, {"auc": 1}, "secret.json")
    (tmp_path / "out" / "metrics.json").symlink_to(tmp_path / "secret.json")

    (found,) = breaches(tmp_path / "out", [a_bound(min=0)])

    assert found.broken == "is not there"


def test_the_reader_answers_in_json(tmp_path: Path) -> None:
    folder = written(tmp_path, {"auc": 0.1})

    said = json.loads(json.dumps(answer(holding(folder, [a_bound(min=0.6)]))))

    assert said["breaches"][0]["places"] == [["auc", "0.1"]]
