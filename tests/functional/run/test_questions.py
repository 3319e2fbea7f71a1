"""What was compared once, and for which other question it may stand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ci_scriptcheck.data.compare.terms import CompareTerms
from ci_scriptcheck.data.validate.terms import Evidence
from ci_scriptcheck.model.comparison import Fate, FileComparison, PortComparison
from ci_scriptcheck.model.result import Artefact, FileFacts, Outcome, TaskResult
from ci_scriptcheck.run.questions import Kept, NotComparedError, Question
from ci_scriptcheck.run.store.store import Store
from tests.conftest import a_plan, a_result, a_task

if TYPE_CHECKING:
    from pathlib import Path

ANSWER = (
    PortComparison(
        port="out", files=(FileComparison(path="t.csv", fate=Fate.CHANGED, note="differs"),)
    ),
)
VALUES = CompareTerms(evidence=Evidence.VALUES)


def a_side(task: str, content: str, *, key: str | None, **given: Any) -> TaskResult:
    facts = FileFacts(path="t.csv", bytes=1, digest=content)
    outputs = {"out": Artefact(digest=content, files=(facts,))}
    return a_result(task, outputs=outputs, key=key, **given)


QUESTION = Question(
    asked_by="train",
    task=a_task("train"),
    after=a_side("train", "new", key="k1"),
    before=a_side("train@base", "old", key="k2", reads={"lib.py": "one"}),
    terms={"out": VALUES},
)


def kept(folder: Path, *, reuse: bool = True) -> Kept:
    return Kept(plan=a_plan(reuse=reuse), store=Store(folder / "store"))


def test_an_answer_is_found_by_a_later_run(tmp_path: Path) -> None:
    kept(tmp_path).keep(QUESTION, ANSWER)

    assert kept(tmp_path)(QUESTION) == ANSWER


def test_that_nothing_differs_is_an_answer_as_well(tmp_path: Path) -> None:
    kept(tmp_path).keep(QUESTION, ())

    assert kept(tmp_path)(QUESTION) == ()


def test_what_was_not_asked_has_no_answer(tmp_path: Path) -> None:
    with pytest.raises(NotComparedError):
        kept(tmp_path)(QUESTION)


@pytest.mark.parametrize(
    "other",
    [
        replace(QUESTION, after=a_side("train", "newer", key="k1")),
        replace(QUESTION, before=a_side("train@base", "older", key="k2", reads={"lib.py": "one"})),
        replace(QUESTION, before=a_side("train@base", "old", key="k3", reads={"lib.py": "one"})),
        replace(QUESTION, before=a_side("train@base", "old", key="k2", reads={"lib.py": "two"})),
        replace(QUESTION, terms={"out": CompareTerms(evidence=Evidence.AGGREGATES)}),
        replace(
            QUESTION,
            terms={"out": CompareTerms(evidence=Evidence.VALUES, keys={"t.csv": ("id",)})},
        ),
        replace(QUESTION, terms={"out": VALUES, "model": VALUES}),
        replace(QUESTION, is_to_repeat=False),
    ],
    ids=[
        "head wrote something else",
        "base wrote something else",
        "base was another",
        "base read something else",
        "less may be told",
        "rows are told apart by a key",
        "another port as well",
        "base is not run again",
    ],
)
def test_another_question_has_another_answer(tmp_path: Path, other: Question) -> None:
    kept(tmp_path).keep(QUESTION, ANSWER)

    with pytest.raises(NotComparedError):
        kept(tmp_path)(other)


def test_who_asks_and_how_head_was_made_change_nothing_in_the_answer(tmp_path: Path) -> None:
    other = replace(QUESTION, asked_by="serve", after=a_side("train", "new", key="k9"))
    kept(tmp_path).keep(QUESTION, ANSWER)

    assert kept(tmp_path)(other) == ANSWER


def test_nothing_is_kept_of_what_no_key_stands_for(tmp_path: Path) -> None:
    other = replace(QUESTION, before=a_side("train@base", "old", key=None))
    kept(tmp_path).keep(other, ANSWER)

    with pytest.raises(NotComparedError):
        kept(tmp_path)(other)


def test_nothing_is_found_or_kept_where_all_is_to_run_anew(tmp_path: Path) -> None:
    kept(tmp_path).keep(QUESTION, ANSWER)

    with pytest.raises(NotComparedError):
        kept(tmp_path, reuse=False)(QUESTION)

    kept(tmp_path / "other", reuse=False).keep(QUESTION, ANSWER)
    with pytest.raises(NotComparedError):
        kept(tmp_path / "other")(QUESTION)


def test_what_both_sides_took_again_is_kept_as_a_pair(tmp_path: Path) -> None:
    sides = QUESTION.after, QUESTION.before
    again = a_result("train", seconds=2.5), a_result("train@base", seconds=1.5)
    kept(tmp_path).keep_repeated(sides, again)

    assert [one.seconds for one in kept(tmp_path).repeated(*sides)] == [2.5, 1.5]
    with pytest.raises(NotComparedError):
        kept(tmp_path).repeated(*reversed(sides))


def test_a_pair_of_which_one_failed_when_it_was_run_again_is_not_kept(tmp_path: Path) -> None:
    sides = QUESTION.after, QUESTION.before
    again = a_result("train"), a_result("train@base", outcome=Outcome.FAILED)
    kept(tmp_path).keep_repeated(sides, again)

    with pytest.raises(NotComparedError):
        kept(tmp_path).repeated(*sides)
