"""What is asked about the outputs of base and head, and the answers that are kept for later runs.

Part of the fast path of a run in which nothing changed, so only the standard library is imported.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ci_scriptcheck.data.compare.terms import CompareTerms
from ci_scriptcheck.model.codec import to_json
from ci_scriptcheck.model.plan import Plan, Task
from ci_scriptcheck.model.result import Outcome, TaskResult
from ci_scriptcheck.run.store.digest import of_text
from ci_scriptcheck.run.store.store import Store
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from ci_scriptcheck.model.comparison import PortComparison
    from ci_scriptcheck.model.result import Artefact

_FORMAT = 7
"""Raised when the same two sides would now be compared otherwise."""


class NotComparedError(Exception):
    """What differs is not in the store, and has to be looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is to be compared: ports of a task of head, with the same of a task of base.

    Attributes:
        asked_by: The task that is judged by the answer.
        task: The one of head whose outputs are compared.
        after: How it ended.
        before: How the one of base ended.
        terms: Port → on which terms.
        is_to_repeat: Whether base is run once more, to set aside what differs between its two runs.
    """

    asked_by: str
    task: Task
    after: TaskResult
    before: TaskResult
    terms: Mapping[str, CompareTerms]
    is_to_repeat: bool = True

    def key(self) -> str:
        """Give the key under which the answer is kept.

        One key of a run has several results where what it read is not known beforehand; so what was
        written is a part of this one.
        """
        by = {
            port: [
                to_json(terms),
                *(_digests(one.outputs).get(port) for one in (self.before, self.after)),
            ]
            for port, terms in self.terms.items()
        }
        parts = [_FORMAT, self.is_to_repeat, _run(self.before), json.dumps(by, sort_keys=True)]
        return of_text(f"compared {' '.join(str(part) for part in parts)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Answers that earlier runs left."""

    plan: Plan
    store: Store

    def __call__(self, question: Question) -> tuple[PortComparison, ...]:
        """Find one.

        Raises:
            NotComparedError: there is none.
        """
        kept = self.store.find(question.key(), lambda _: True) if self.plan.reuse else None
        if kept is None:
            raise NotComparedError(question.task.id)
        return kept.comparisons

    def keep(self, question: Question, answer: tuple[PortComparison, ...]) -> None:
        """Keep an answer for later runs, where both sides are known by a key."""
        known = question.after.key is not None and question.before.key is not None
        if self.plan.reuse and known and not question.task.is_fetched:
            # The store holds results of tasks; of this one, the comparisons are all there is.
            made = TaskResult(task=question.task.id, outcome=Outcome.PASSED, comparisons=answer)
            self.store.save(question.key(), made, {})

    def repeated(self, result: TaskResult, base: TaskResult) -> tuple[TaskResult, TaskResult]:
        """Find what both sides took when they were run once more, one after the other.

        Raises:
            NotComparedError: they were not.
        """
        keys = _again(result, base)
        found = [self.store.find(key, lambda _: True) for key in keys] if self.plan.reuse else []
        if len(found) < len(keys) or found[0] is None or found[1] is None:
            raise NotComparedError(result.task)
        return found[0], found[1]

    def keep_repeated(
        self, sides: tuple[TaskResult, TaskResult], again: tuple[TaskResult, TaskResult]
    ) -> None:
        """Keep that for later runs, as a pair of one time and machine, if both ended as before."""
        is_known = all(one.key is not None for one in sides)
        if self.plan.reuse and is_known and all(one.outcome is Outcome.PASSED for one in again):
            for key, one in zip(_again(*sides), again, strict=True):
                self.store.save(key, one, {})


def _again(result: TaskResult, base: TaskResult) -> tuple[str, str]:
    pair = f"again {_FORMAT} {_run(result)} {_run(base)}"
    return of_text(f"{pair} head"), of_text(f"{pair} base")


def _run(result: TaskResult) -> str:
    """Name a run: by its key, and by what it read that no key foresees."""
    return f"{result.key} {json.dumps(dict(result.reads), sort_keys=True)}"


def differing(result: TaskResult, base: TaskResult) -> tuple[str, ...]:
    """List the output ports that hold something else than on base."""
    return _unlike(_digests(result.outputs), _digests(base.outputs))


def are_given_alike(result: TaskResult, base: TaskResult) -> bool:
    """Say whether both sides read the same, so that a difference is the task's own."""
    return not _unlike(_digests(result.inputs), _digests(base.inputs))


def _digests(artefacts: Mapping[str, Artefact]) -> Mapping[str, str]:
    """Give the digests by port; one where nothing lies is as none."""
    return {port: one.digest for port, one in artefacts.items() if one.files}


def _unlike(here: Mapping[str, str], there: Mapping[str, str]) -> tuple[str, ...]:
    ports = sorted(here.keys() | there.keys())
    return tuple(port for port in ports if here.get(port) != there.get(port))
