"""What the end of a run says is missing."""

from __future__ import annotations

import pytest

from ci_scriptcheck.draft.clues import Clue, Kind, clues
from ci_scriptcheck.run.process.request import Ended, Ending, Frame, Raised


def found(kind: str, text: str, *, code: str = "", library: str | None = None) -> list[Clue]:
    frames = [Frame(file="/r/a.py", line=1, function="main", code=code, inside=True)]
    if library is not None:
        frames.append(Frame(file=library, line=9, function="f"))
    raised = Raised(type=kind, text=text, frames=tuple(frames))
    return list(clues(Ending(how=Ended.RAISED, errors=(raised,))))


@pytest.mark.parametrize(
    ("kind", "text", "names"),
    [
        ("KeyError", "\"['a', 'b'] not in index\"", ["a", "b"]),
        (
            "KeyError",
            "\"None of [Index(['a', 'b'], dtype='str')] are in the [columns]\"",
            ["a", "b"],
        ),
        ("KeyError", "Index(['a'], dtype='str')", ["a"]),
        ("ValueError", "Column not found: a", ["a"]),
        (
            "ValueError",
            "Usecols do not match columns, columns expected but not found: ['a']",
            ["a"],
        ),
        ("ValueError", "Missing column provided to 'parse_dates': 'a'", ["a"]),
        ("AttributeError", "'DataFrame' object has no attribute 'a'", ["a"]),
        ("ValueError", "Missing required columns: ['a', 'b']", ["a", "b"]),
        ("RuntimeError", "missing columns a, b", ["a", "b"]),
        ("RuntimeError", "Label field 'a' not found in columns", ["a"]),
        ("ValueError", "column `a` does not exist", ["a"]),
        ("ValueError", "the table has no column a, b; it has c", ["a", "b"]),
        ("duckdb.BinderException", 'Referenced column "a" not found in FROM clause!', ["a"]),
    ],
)
def test_columns_are_told_from_the_words_of_libraries_and_authors(
    kind: str, text: str, names: list[str]
) -> None:
    told = found(kind, text)

    assert [(clue.kind, clue.name) for clue in told] == [(Kind.COLUMN, name) for name in names]


@pytest.mark.parametrize(
    ("code", "library", "kind"),
    [
        ("path = input_paths['x']", None, Kind.INPUT),
        ("environ_vars['x']", None, Kind.VARIABLE),
        ("os.environ['x']", "/usr/lib/python3.11/os.py", Kind.VARIABLE),
        ("frame['x']", "/site-packages/pandas/core/frame.py", Kind.COLUMN),
        ("config['x']", None, Kind.KEY),
    ],
)
def test_a_missing_key_is_what_the_line_of_code_says(
    code: str, library: str | None, kind: Kind
) -> None:
    assert found("KeyError", "'x'", code=code, library=library) == [Clue(kind=kind, name="x")]


def test_a_missing_argument_variable_and_input_are_told_apart() -> None:
    argument = found("AttributeError", "'Namespace' object has no attribute 'job_type'")
    variable = found("ValueError", "environment variable LABEL_FIELD must be set")
    port = found("ValueError", "Missing required input path: scores")

    assert argument == [Clue(kind=Kind.ARGUMENT, name="job_type")]
    assert variable == [Clue(kind=Kind.VARIABLE, name="LABEL_FIELD")]
    assert port == [Clue(kind=Kind.INPUT, name="scores")]


def test_a_path_opened_as_a_file_is_not_a_missing_file() -> None:
    gone = found("FileNotFoundError", "[Errno 2] No such file or directory: '/in/x/a.csv'")
    folder = found("IsADirectoryError", "[Errno 21] Is a directory: '/in/x'")

    assert gone == [Clue(kind=Kind.FILE, name="/in/x/a.csv")]
    assert folder == [Clue(kind=Kind.FOLDER, name="/in/x")]


def test_what_nobody_can_tell_is_no_clue() -> None:
    assert found("ZeroDivisionError", "division by zero") == []


@pytest.mark.parametrize(
    ("kind", "text", "clue"),
    [
        ("ValueError", "Missing required key in config: a", Clue(kind=Kind.KEY, name="a")),
        ("ValueError", "Missing required output path: a", Clue(kind=Kind.OUTPUT, name="a")),
        (
            "ValueError",
            "format must be one of ['csv', 'parquet'], not 'a'",
            Clue(
                kind=Kind.VALUE,
                name="format must be one of ['csv', 'parquet'], not 'a'",
                choices=("csv", "parquet"),
            ),
        ),
        ("ModuleNotFoundError", "No module named 'a.b'", Clue(kind=Kind.MODULE, name="a")),
        (
            "AttributeError",
            "'NoneType' object has no attribute 'info'",
            Clue(kind=Kind.LOGGER, name="AttributeError"),
        ),
        (
            "PermissionError",
            "[Errno 13] Permission denied: '/opt/a/b'",
            Clue(kind=Kind.PLACE, name="/opt/a/b"),
        ),
        (
            "FileNotFoundError",
            "no file at /in/rules.json. It is needed",
            Clue(kind=Kind.FILE, name="/in/rules.json"),
        ),
    ],
)
def test_what_else_is_missing_is_told_from_words(kind: str, text: str, clue: Clue) -> None:
    assert found(kind, text)[:1] == [clue]


def test_a_prefix_of_columns_stands_for_two_of_them() -> None:
    told = found("ValueError", "No score columns found with SCORE_PREFIX='prob_'")

    assert [clue.name for clue in told] == ["prob_0", "prob_1"]
