"""Ways into JSON documents."""

from __future__ import annotations

from typing import Any

import pytest

from ci_scriptcheck.model.json_path import (
    Empty,
    Every,
    Found,
    Missing,
    joined,
    last_part,
    parsed,
    walked,
)

DOCUMENT: dict[str, Any] = {
    "auc": 0.7,
    "folds": [{"auc": 0.6}, {"auc": 0.8}, {"f1": 0.5}],
    "by.class": {"a": {"recall": 1}, "b": {"recall": 0}},
    "none": [],
}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("auc", ("auc",)),
        ("folds[*].auc", ("folds", Every.ITEM, "auc")),
        ("[*].auc", (Every.ITEM, "auc")),
        ("classes[-1]", ("classes", -1)),
        ('["by.class"].*.recall', ("by.class", Every.ITEM, "recall")),
        ("a b.c-d", ("a b", "c-d")),
    ],
)
def test_a_way_is_keys_and_positions(text: str, parts: tuple[object, ...]) -> None:
    assert parsed(text) == parts


@pytest.mark.parametrize("text", ["", ".", "a..b", "a.", "a[", "a[b]", "a]", ".a", "a[0]b"])
def test_what_is_no_way_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"cannot be read|is empty"):
        parsed(text)


def test_each_branch_of_a_star_is_followed_in_the_order_of_the_file() -> None:
    assert list(walked(DOCUMENT, parsed("folds[*].auc"))) == [
        Found(at="folds[0].auc", value=0.6),
        Found(at="folds[1].auc", value=0.8),
        Missing(at="folds[2].auc", beside=("f1",)),
    ]


def test_a_key_with_a_dot_is_written_so_that_it_can_be_read_again() -> None:
    found = list(walked(DOCUMENT, parsed('["by.class"].*.recall')))

    assert [one.at for one in found] == ['["by.class"].a.recall', '["by.class"].b.recall']
    assert list(walked(DOCUMENT, parsed(found[0].at))) == found[:1]


def test_a_list_without_items_is_empty_and_its_first_is_missing() -> None:
    assert list(walked(DOCUMENT, parsed("none[*].auc"))) == [Empty(at="none")]
    assert list(walked({}, parsed("*.auc"))) == [Empty(at="")]
    assert list(walked(DOCUMENT, parsed("none[0]"))) == [Missing(at="none[0]")]


def test_a_way_through_a_number_is_missing() -> None:
    assert list(walked(DOCUMENT, parsed("auc.mean"))) == [Missing(at="auc.mean")]
    assert list(walked(DOCUMENT, parsed("auc[*]"))) == [Missing(at="auc.*")]


@pytest.mark.parametrize("key", ["auc", "v1.2", "a]", "a[0]", "[0]", "", 'a"].b', "*b", "0"])
def test_what_a_way_ends_in_is_a_key_whatever_marks_it_holds(key: str) -> None:
    assert last_part(joined("folds[0]", key)) == key
    assert last_part(joined("", key)) == key


def test_what_a_way_ends_in_is_a_position_only_in_a_list() -> None:
    assert last_part(joined('["v1.2"].folds', 0)) == 0
    assert last_part(joined("", 3)) == 3


def test_what_is_no_way_ends_in_itself() -> None:
    assert last_part("a..b]") == "a..b]"
