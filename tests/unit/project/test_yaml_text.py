"""Settings files as text: the scalars of YAML 1.2, lines, duplicate keys, and hostile files."""

import pytest

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.project.native.source_lines import Source
from ci_scriptcheck.project.native.yaml_text import read_yaml


def read(text: str) -> Source:
    return read_yaml(text.encode(), "scriptcheck.yaml")


def mistake(text: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        read(text)
    return caught.value


def test_only_true_and_false_are_booleans() -> None:
    source = read("a: true\nb: false\nc: off\nd: yes\ne: True\n")

    assert source.data == {"a": True, "b": False, "c": "off", "d": "yes", "e": "True"}


def test_what_looks_like_a_date_or_a_sexagesimal_number_stays_text() -> None:
    assert read("a: 2024-01-01\nb: 12:30:00\n").data == {"a": "2024-01-01", "b": "12:30:00"}


def test_numbers_are_those_of_yaml_1_2() -> None:
    source = read("[7, -3, 010, 0x1f, 0o17, 1.5, .5, 1e3, 1_000, .inf, 1e999]")

    assert source.data == [7, -3, 10, 31, 15, 1.5, 0.5, 1000.0, "1_000", ".inf", "1e999"]


def test_quoted_scalars_are_text() -> None:
    assert read("a: '1'\nb: \"null\"\nc: ~\nd:\ne: |\n  x\n").data == {
        "a": "1",
        "b": "null",
        "c": None,
        "d": None,
        "e": "x\n",
    }


def test_each_value_knows_its_line_and_how_it_was_written() -> None:
    source = read("a:\n  b: 010\n  c:\n    - x\n    - 'y'\n")

    assert source.lines["a", "b"] == 2
    assert source.texts["a", "b"] == "010"
    assert source.lines["a", "c", 1] == 5
    assert source.place(("a", "c", 1, "deeper")).line == 5


def test_anchors_are_followed_and_merged_mappings_give_way_to_own_keys() -> None:
    source = read("x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\nz: *x\nw: {<<: [*x, {a: 9, c: 4}]}\n")

    assert source.data == {
        "x": {"a": 1, "b": 2},
        "y": {"a": 1, "b": 3},
        "z": {"a": 1, "b": 2},
        "w": {"a": 1, "b": 2, "c": 4},
    }
    assert source.lines["y", "a"] == 1


def test_a_key_that_comes_twice_is_an_error_at_the_second() -> None:
    error = mistake("steps:\n  a: 1\n  b: 2\n  a: 3\n")

    assert error.what == "`a` comes twice, first in line 2"
    assert error.where is not None
    assert str(error.where) == "scriptcheck.yaml:4"
    assert error.excerpt is not None
    assert error.excerpt.lines == ("  a: 3",)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: b: c", 1),
        ("a: 1\nb: [1,\n", 3),
        ("a: 1\n\tb: 2", 2),
        ("a: 1\nb: 'x", 2),
        ("a: 1\nb: \x07", 2),
        ("a: 1\nb: *gone", 2),
        ("a: 1\nb: %x", 2),
        ("a: &a [1, *a]", 1),
        ("a: !!python/object:x 1", 1),
        ("a: 1\n---\nb: 2", 2),
        ("a: 1\n? [x]\n: 2", 2),
        ("<<: 3", 1),
    ],
)
def test_broken_yaml_is_a_mistake_with_its_line(text: str, line: int) -> None:
    error = mistake(text)

    assert error.exit_code == 2
    assert error.where is not None
    assert error.where.line == line


def test_bytes_that_are_no_text_are_refused_with_their_line() -> None:
    with pytest.raises(UsageError) as caught:
        read_yaml(b"a: 1\nb: \xff\n", "scriptcheck.yaml")

    assert str(caught.value.where) == "scriptcheck.yaml:2"


def bomb(levels: int, line: str) -> str:
    first = "a0: &a0 {k: v}\n"
    return first + "".join(
        line.replace("NEW", f"a{n}").replace("OLD", f"a{n - 1}") for n in range(1, levels)
    )


@pytest.mark.parametrize(
    "text",
    [
        bomb(40, "NEW: &NEW [*OLD, *OLD, *OLD, *OLD, *OLD, *OLD, *OLD, *OLD]\n"),
        bomb(40, "NEW: &NEW {x: *OLD, y: *OLD, z: *OLD}\n"),
        bomb(100, "NEW: &NEW [*OLD]\n"),
        "a: " + "[" * 100_000,
        "a: " + "{a: " * 100_000,
        "- x\n" * 300_000,
        "x" * 5_000_000,
    ],
    ids=["lists", "mappings", "depth", "brackets", "braces", "long", "large"],
)
def test_a_hostile_file_is_refused_before_it_grows(text: str) -> None:
    assert mistake(text).exit_code == 2


def test_an_empty_file_holds_nothing() -> None:
    assert read("# only a comment\n").data is None


def test_a_tab_at_the_start_of_a_line_is_named() -> None:
    assert mistake("a:\n\tb: 1\n").advice == "indent with spaces, not with tabs"
    assert mistake("a: [1\nb: 2\n").advice is None
