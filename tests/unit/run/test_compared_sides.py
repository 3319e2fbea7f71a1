"""How the engine asks for comparisons, with a reader that one of the files ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ci_scriptcheck.data.compare.terms import CompareTerms
from ci_scriptcheck.model.codec import to_json
from ci_scriptcheck.model.comparison import Fate, FileComparison
from ci_scriptcheck.run import reading

BASE, HEAD = Path("/base"), Path("/head")


def a_difference(path: str) -> FileComparison:
    inner = FileComparison(path="inner", fate=Fate.NEW)
    return FileComparison(path=path, fate=Fate.CHANGED, members=(inner,))


def test_what_the_reader_found_is_given() -> None:
    found = [a_difference("a"), a_difference("b")]

    def ask(_: dict[str, Any]) -> dict[str, Any]:
        return {"files": [to_json(one) for one in found]}

    assert reading.compared(ask, BASE, HEAD, CompareTerms()) == tuple(found)


def test_one_file_that_ends_the_reader_does_not_hide_the_others() -> None:
    def ask(request: dict[str, Any]) -> dict[str, Any]:
        if request["do"] == "list sides":
            untold = FileComparison(path="d", fate=Fate.CHANGED, note="cannot be compared: many")
            names = [["a", "a"], ["b", "b"], ["c", "c"]]
            return {"names": names, "untold": [to_json(untold)]}
        if request["only"] in {None, ("b", "b")}:
            return {"error": "the reader ended (killed)"}
        return {"files": [to_json(a_difference(request["only"][0]))]}

    found = reading.compared(ask, BASE, HEAD, CompareTerms())

    assert [one.path for one in found] == ["a", "b", "c", "d"]
    assert found[1].note == "cannot be compared: the reader ended (killed)"


def test_files_for_which_no_time_is_left_are_told_together() -> None:
    moments = iter([0.0, 1.0, 400.0, 601.0])

    def ask(request: dict[str, Any]) -> dict[str, Any]:
        if request["do"] == "list sides":
            return {"names": [[name, name] for name in "abcd"], "untold": []}
        return {"error": "not read within 120 s"}

    found = reading.compared(ask, BASE, HEAD, CompareTerms(), clock=lambda: next(moments))

    assert [(one.path, one.note) for one in found] == [
        ("a", "cannot be compared: not read within 120 s"),
        ("b", "cannot be compared: not read within 120 s"),
        ("c", "cannot be compared: 2 of 4 files were not reached within 600 s"),
    ]


def test_a_folder_that_cannot_even_be_listed_is_told() -> None:
    found = reading.compared(lambda _: {"error": "no"}, BASE, HEAD, CompareTerms())

    assert [(one.path, one.note) for one in found] == [("base", "cannot be compared: no")]
