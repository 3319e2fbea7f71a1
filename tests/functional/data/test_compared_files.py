"""Files of base and head that are no tables: documents, archives, arrays, pickles and texts."""

from __future__ import annotations

import io
import json
import os
import pickle
from decimal import Decimal
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ci_scriptcheck.data.compare.comparison import compare
from ci_scriptcheck.data.compare.terms import CompareTerms
from ci_scriptcheck.data.validate.parts import MOST_FILES
from ci_scriptcheck.data.validate.terms import Evidence
from ci_scriptcheck.model.comparison import Fate
from tests.functional.data.comparing import differing, values, write

if TYPE_CHECKING:
    from pathlib import Path


def an_array(values: Any) -> bytes:
    target = io.BytesIO()
    np.save(target, np.array(values))
    return target.getvalue()


def test_files_that_came_went_and_differ_are_told_by_path(tmp_path: Path) -> None:
    for name, base, head in (
        ("same.txt", "a", "a"),
        ("changed.txt", "a", "b"),
        ("gone.json", "{}", None),
        ("deep/new.csv", None, "a\n1\n"),
    ):
        for side, content in (("base", base), ("head", head)):
            if content is not None:
                write(tmp_path / side / name, content)

    found = compare(tmp_path / "base", tmp_path / "head", CompareTerms())

    assert [(one.path, one.fate, one.format_before, one.format_after) for one in found] == [
        ("changed.txt", Fate.CHANGED, "text", "text"),
        ("deep/new.csv", Fate.NEW, None, "csv"),
        ("gone.json", Fate.GONE, "json", None),
    ]


def test_a_folder_that_is_missing_has_no_files(tmp_path: Path) -> None:
    write(tmp_path / "head" / "d.csv", "a\n")

    (one,) = compare(tmp_path / "base", tmp_path / "head", CompareTerms())

    assert (one.path, one.fate) == ("d.csv", Fate.NEW)


def links(folder: Path, *targets: tuple[str, str]) -> list[tuple[str, str, str | None]]:
    """Compare folders in each of which a link lies beside a file."""
    for (side, target), text in zip(targets, ("1", "2"), strict=True):
        write(folder / side / "file.txt", text)
        (folder / side / "link").symlink_to(target)
    found = compare(folder / "base", folder / "head", CompareTerms())
    return [(one.path, one.fate.value, one.note) for one in found if one.path != "file.txt"]


@pytest.mark.parametrize(
    ("before", "after"), [("file.txt", "./file.txt"), ("/srv/d.csv", "/srv/d.csv")]
)
def test_links_to_the_same_place_or_to_what_is_compared_itself_do_not_differ(
    tmp_path: Path, before: str, after: str
) -> None:
    assert links(tmp_path, ("base", before), ("head", after)) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [("file.txt", "other.txt"), ("../base.csv", "../head.csv"), ("link", "link")],
    ids=["inside", "outside", "in a circle"],
)
def test_links_that_may_lead_to_other_data_are_told(
    tmp_path: Path, before: str, after: str
) -> None:
    told = "base has a link, which is not followed; head has a link, which is not followed"

    assert links(tmp_path, ("base", before), ("head", after)) == [
        ("link", "changed", f"cannot be compared: {told}")
    ]


def test_what_is_no_file_on_one_side_is_told(tmp_path: Path) -> None:
    for name in ("folder", "pipe"):
        write(tmp_path / "base" / name, "1")
    (tmp_path / "head").mkdir()
    (tmp_path / "head" / "folder").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "head" / "pipe")
    (tmp_path / "head" / "new").symlink_to("pipe")

    found = compare(tmp_path / "base", tmp_path / "head", CompareTerms())

    assert [(one.path, one.fate.value, one.note) for one in found] == [
        ("folder", "changed", "cannot be compared: head has a link, which is not followed"),
        ("new", "new", "a link, which is not followed"),
        ("pipe", "changed", "cannot be compared: head has a pipe, socket or device"),
    ]


@pytest.mark.slow
def test_files_beyond_what_is_looked_at_are_told_and_take_no_place(tmp_path: Path) -> None:
    for side in ("base", "head"):
        (tmp_path / side).mkdir()
        for number in range(MOST_FILES + 1):
            (tmp_path / side / f"f{number:05}").touch()
    (tmp_path / "head" / "a").touch()

    found = compare(tmp_path / "base", tmp_path / "head", CompareTerms())

    assert [(one.path, one.fate.value, one.note) for one in found] == [
        ("a", "new", None),
        ("f09999", "changed", "cannot be compared: 2 files from here on, behind the first 10,000"),
    ]


def test_files_whose_names_hold_a_time_are_pairs(tmp_path: Path) -> None:
    write(tmp_path / "base" / "run-20240301-101500.json", '{"auc": 0.9}')
    write(tmp_path / "head" / "run-20240302-101500.json", '{"auc": 0.8}')

    (one,) = compare(tmp_path / "base", tmp_path / "head", CompareTerms())

    assert (one.path, one.path_after) == ("run-20240301-101500.json", "run-20240302-101500.json")
    assert values(one) == [("auc", "changed", "0.9", "0.8")]


def test_values_of_a_document_are_told_by_their_paths(tmp_path: Path) -> None:
    before = {"m": {"auc": 0.9, "a.b": 1}, "folds": [{"n": 1}, {"n": 2}], "t": True, "x": None}
    after = {"m": {"auc": 0.8, "a.b": 2}, "folds": [{"n": 1}, {"n": 3}, {}], "t": 1, "y": None}

    found = differing(tmp_path, "m.json", json.dumps(before), json.dumps(after))

    assert values(found) == [
        ("m.auc", "changed", "0.9", "0.8"),
        ('m["a.b"]', "changed", "1", "2"),
        ("folds[1].n", "changed", "2", "3"),
        ("folds[2]", "new", None, "{}"),
        ("t", "changed", "true", "1"),
        ("x", "gone", "null", None),
        ("y", "new", None, "null"),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"a": 1, "b": [1.0]}', '{\n "b": [1],\n "a": 1.0}'),
        ('{"a": NaN}', '{"a":  NaN}'),
    ],
    ids=["layout", "not a number"],
)
def test_a_document_that_says_the_same_does_not_differ(
    tmp_path: Path, before: str, after: str
) -> None:
    assert differing(tmp_path, "m.json", before, after) is None


def test_rounding_in_a_document_or_an_array_is_no_difference(tmp_path: Path) -> None:
    before, after = {"auc": 0.3, "n": 5}, {"auc": 0.1 + 0.2, "n": 5}

    assert differing(tmp_path, "m.json", json.dumps(before), json.dumps(after)) is None
    assert (
        differing(tmp_path, "m.npy", an_array([0.3, np.nan]), an_array([0.1 + 0.2, np.nan]))
        is None
    )


def test_of_many_values_the_first_are_shown_and_all_counted(tmp_path: Path) -> None:
    before, after = (json.dumps([number + add for number in range(900)]) for add in (0, 1))

    found = differing(tmp_path, "m.json", before, after)

    assert found is not None
    assert (len(found.values), found.values_count) == (50, 900)


@pytest.mark.parametrize("content", ["[" * 100_000, '{"a": 1', '{"a": ' + "9" * 5_000 + "}"])
def test_a_broken_document_is_told(tmp_path: Path, content: str) -> None:
    found = differing(tmp_path, "m.json", '{"a": 1}', content)

    assert found is not None
    assert found.note == "cannot be read on head: broken JSON"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("9" * 400, "0.5"),
        ("0.5", "9" * 400),
        ("9" * 400, "Infinity"),
        ("9" * 400, "9" * 399 + "8"),
    ],
)
def test_whole_numbers_that_no_fraction_comes_near_are_compared(
    tmp_path: Path, before: str, after: str
) -> None:
    found = differing(tmp_path, "m.json", f'{{"a": {before}}}', f'{{"a": {after}}}')

    assert found is not None
    assert ([value.path for value in found.values], found.note) == (["a"], None)


def test_a_key_that_an_object_has_twice_is_told(tmp_path: Path) -> None:
    before, after = '{"m": {"a": 1, "a": 2}}', '{"m": {"a": 3, "a": 2}}'

    found = differing(tmp_path, "m.json", before, after)

    assert found is not None
    assert found.note == "cannot be read on base: JSON with a key that an object has twice"


@pytest.mark.parametrize("evidence", list(Evidence))
def test_the_largest_move_of_all_numbers_is_told_also_of_those_that_are_not_shown(
    tmp_path: Path, evidence: Evidence
) -> None:
    before = {f"v{number}": 200.0 for number in range(70)}
    after = dict.fromkeys(before, 201.0) | {"v69": 190.0, "v70": "new"}

    found = differing(tmp_path, "m.json", json.dumps(before), json.dumps(after), evidence=evidence)

    assert found is not None
    assert (found.values_count, found.largest_move) == (71, 0.05)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"a": 1.0, "b": 1}, {"a": 1.1}),
        ({"a": 1.0, "b": [1]}, {"a": 1.1, "b": [1, 2]}),
        ({"a": 1.0, "b": "x"}, {"a": 1.1, "b": "y"}),
        ({"a": 1.0, "b": 1}, {"a": 1.1, "b": True}),
        ({"a": 1.0, "b": 0}, {"a": 1.1, "b": 1}),
        ({"a": 1.0, "b": 1.5}, {"a": 1.1, "b": float("nan")}),
        ({"a": 1.0, "b": 1.5}, {"a": 1.1, "b": 10**400}),
        (1, [1]),
    ],
)
def test_where_more_than_numbers_differ_no_move_is_the_largest(
    tmp_path: Path, before: object, after: object
) -> None:
    found = differing(tmp_path, "m.json", json.dumps(before), json.dumps(after))

    assert found is not None
    assert found.largest_move is None


def test_of_real_documents_it_is_told_where_values_are_others_and_of_measures_what_they_are(
    tmp_path: Path,
) -> None:
    found = differing(
        tmp_path,
        "m.json",
        '{"name": "Jane", "mean": 3.5, "auc": 0.83, "auc_of": "Jane", "test": {"f1": true}, "left": 1}',
        '{"name": "Joan", "mean": 4.2, "auc": 0.81, "auc_of": "Joan", "test": {"f1": 0.5}, "come": 1}',
        evidence=Evidence.AGGREGATES,
    )

    assert found is not None
    # Whether the keys may be told is looked at when all tasks have ended.
    assert values(found) == [
        ("name", "changed", None, None),
        ("mean", "changed", None, None),
        ("auc", "changed", "0.83", "0.81"),
        ("auc_of", "changed", None, None),
        ("test.f1", "changed", None, None),
        ("left", "gone", None, None),
        ("come", "new", None, None),
    ]
    assert "Jane" not in str(found)
    assert "Joan" not in str(found)


def test_numbers_of_real_documents_that_the_settings_name_are_told(tmp_path: Path) -> None:
    before, after = (
        '{"folds": [{"rows": 5}, {"rows": 7}]}',
        '{"folds": [{"rows": 6}, {"rows": 7}]}',
    )

    found = differing(
        tmp_path, "m.json", before, after, evidence=Evidence.AGGREGATES, ways=("folds[*].rows",)
    )

    assert found is not None
    assert values(found) == [("folds[0].rows", "changed", "5", "6")]


def test_arrays_are_compared_by_shape_type_and_figures(tmp_path: Path) -> None:
    found = differing(tmp_path, "x.npy", an_array([1.0, 2, 3, np.nan]), an_array([1.0, 2, 5, 5]))

    assert values(found) == [
        ("mean", "changed", "2", "3.25"),
        ("max", "changed", "3", "5"),
        ("nan", "changed", "1", "0"),
    ]
    assert found is not None
    assert found.note == "2 of 4 elements differ"


def test_moments_that_are_missing_on_both_sides_are_equal(tmp_path: Path) -> None:
    days = np.array(["NaT", "NaT", "2026-01-02", "NaT"], "datetime64[D]")
    head = np.array(["NaT", "2026-01-01", "2026-01-03", "NaT"], "datetime64[D]")

    found = differing(tmp_path, "x.npy", an_array(days), an_array(head))

    assert found is not None
    assert found.note == "2 of 4 elements differ"


def test_times_in_another_order_of_the_axes_are_equal_those_that_are_missing_too(
    tmp_path: Path,
) -> None:
    took = np.array([["NaT", 1], [2, "NaT"]], "timedelta64[s]")

    assert differing(tmp_path, "x.npy", an_array(took), an_array(np.asfortranarray(took))) is None


def test_arrays_of_other_shapes_and_types_are_told_so(tmp_path: Path) -> None:
    found = differing(tmp_path, "x.npy", an_array([[1, 2]]), an_array([1.0, 2.0]))

    assert values(found) == [
        ("shape", "changed", "(1, 2)", "(2,)"),
        ("dtype", "changed", "int64", "float64"),
    ]


def test_several_arrays_in_one_file_are_compared_one_by_one(tmp_path: Path) -> None:
    before, after = io.BytesIO(), io.BytesIO()
    np.savez(before, a=np.zeros(3), b=np.ones(2))
    np.savez(after, a=np.zeros(3), b=np.zeros(2))

    found = differing(tmp_path, "x.npz", before.getvalue(), after.getvalue())

    assert found is not None
    assert [one.path for one in found.members] == ["b.npy"]


def test_arrays_of_python_objects_are_not_loaded(tmp_path: Path) -> None:
    objects = io.BytesIO()
    np.save(objects, np.array([Decimal(1)], dtype=object), allow_pickle=True)

    found = differing(tmp_path, "x.npy", an_array([1]), objects.getvalue())

    assert found is not None
    assert found.note == "cannot be compared: no array that can be read on head"


def test_names_of_the_fields_of_an_array_of_real_data_are_not_told(tmp_path: Path) -> None:
    def with_field(name: str, kind: str) -> bytes:
        return an_array(np.zeros(3, dtype=[(name, kind), ("deep", [(name, "f8", 2)])]))

    before = with_field("Nowak", "f4")
    retyped = differing(
        tmp_path / "a", "x.npy", before, with_field("Nowak", "f8"), evidence=Evidence.AGGREGATES
    )
    renamed = differing(
        tmp_path / "b", "x.npy", before, with_field("Lis", "f4"), evidence=Evidence.AGGREGATES
    )

    assert retyped is not None
    told = [(one.path, one.before, one.after) for one in retyped.values]
    assert told == [("dtype", "(float32, (float64(2,)))", "(float64, (float64(2,)))")]
    assert renamed is not None
    assert renamed.note == "its fields are called otherwise"


def test_extremes_of_real_arrays_are_not_told(tmp_path: Path) -> None:
    found = differing(
        tmp_path, "x.npy", an_array([1, 2]), an_array([1, 9]), evidence=Evidence.AGGREGATES
    )

    assert values(found) == []


@pytest.mark.parametrize(
    ("edited", "further", "told"), [(1, 0, []), (9, 0, []), (10, 0, ["mean"]), (20, 1, ["shape"])]
)
def test_a_mean_of_real_arrays_is_told_where_no_few_elements_came_between(
    tmp_path: Path, edited: int, further: int, told: list[str]
) -> None:
    after = [float(number < edited) for number in range(100 + further)]

    found = differing(
        tmp_path, "x.npy", an_array([0.0] * 100), an_array(after), evidence=Evidence.AGGREGATES
    )

    assert [one[0] for one in values(found)] == told


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_of_pickles_the_names_are_told(tmp_path: Path, protocol: int) -> None:
    kinds = [
        pickle.dumps([kind("1"), kind("2")], protocol=protocol)
        for kind in (Decimal, PurePosixPath)
    ]
    found = differing(tmp_path, "m.pkl", *kinds)

    assert ("decimal.Decimal", "gone", None, None) in values(found)
    assert ("pathlib.PurePosixPath", "new", None, None) in values(found)


def test_of_other_bytes_sizes_and_digests_are_told(tmp_path: Path) -> None:
    found = differing(tmp_path, "x.png", b"\x89PNG1", b"\x89PNG22")

    assert found is not None
    assert (found.format_after, found.bytes_before, found.bytes_after) == ("png", 5, 6)
    assert (found.note or "").startswith("SHA-256 ")
    assert found.is_opaque


def test_of_real_texts_the_line_is_told_and_not_what_it_says(tmp_path: Path) -> None:
    found = differing(tmp_path, "t.txt", "Jane\n", "Joan\n", evidence=Evidence.AGGREGATES)

    assert found is not None
    assert found.note == "differs in line 1"


def test_other_formats_are_told(tmp_path: Path) -> None:
    found = differing(tmp_path, "d", '{"a": 1}', b"\x89PNG")

    assert found is not None
    assert found.note == "is json on base and png on head"
