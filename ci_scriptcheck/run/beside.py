"""How base and head compare, judged from what is known of both, and kept for later runs.

Only what is in the store is looked at here: making a comparison is the matter of `sides`. This is
part of the fast path of a run in which nothing changed, so only the standard library is imported.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck import repository_file
from ci_scriptcheck.data.compare.terms import CompareTerms
from ci_scriptcheck.data.validate.terms import Evidence
from ci_scriptcheck.model.codec import to_json
from ci_scriptcheck.model.plan import Plan, Task, Upstream
from ci_scriptcheck.model.project import levelled
from ci_scriptcheck.model.result import BROKEN, Finding, Level, Outcome, TaskResult
from ci_scriptcheck.run import reasons
from ci_scriptcheck.run.judgement import costs, differences
from ci_scriptcheck.run.store.digest import of_text
from ci_scriptcheck.run.store.keys import Keys
from ci_scriptcheck.run.store.store import Store
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.model.comparison import PortComparison
    from ci_scriptcheck.model.result import Artefact

_WORD = re.compile(r"\w[\w.-]*")
_FORMAT = 2
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
        is_first: Whether what differs begins here.
        is_to_repeat: Whether base is run once more, to set aside what differs between its two runs.
    """

    asked_by: str
    task: Task
    after: TaskResult
    before: TaskResult
    terms: Mapping[str, CompareTerms]
    is_first: bool = False
    is_to_repeat: bool = True

    def key(self) -> str:
        """Give the key under which the answer is kept."""
        by = {port: to_json(terms) for port, terms in self.terms.items()}
        kind = f"first {self.is_first}, repeated {self.is_to_repeat}"
        parts = (kind, self.after.key, self.before.key, json.dumps(by, sort_keys=True))
        return of_text(f"compared {_FORMAT} {' '.join(str(part) for part in parts)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Answers that earlier runs left."""

    plan: Plan
    store: Store

    def __call__(self, question: Question) -> TaskResult:
        """Find one.

        Raises:
            NotComparedError: there is none.
        """
        kept = self.store.find(question.key(), lambda _: True) if self.plan.reuse else None
        if kept is None:
            raise NotComparedError(question.task.id)
        return kept

    def keep(self, question: Question, answer: TaskResult) -> None:
        """Keep an answer for later runs."""
        known = question.after.key is not None and question.before.key is not None
        if self.plan.reuse and known:
            self.store.save(question.key(), answer, {})

    def repeated(self, result: TaskResult) -> TaskResult:
        """Find what a task took when it was run once more.

        Raises:
            NotComparedError: it was not.
        """
        kept = self.store.find(_again(result), lambda _: True) if self.plan.reuse else None
        if kept is None:
            raise NotComparedError(result.task)
        return kept

    def keep_repeated(self, result: TaskResult, again: TaskResult) -> None:
        """Keep that for later runs."""
        if self.plan.reuse and result.key is not None:
            self.store.save(_again(result), again, {})


def _again(result: TaskResult) -> str:
    return of_text(f"again {_FORMAT} {result.key}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """What it takes to judge how head differs from base.

    Attributes:
        keys: Of head.
        root: The repository.
        result_of: Gives how another task ended.
        answer: Gives a result whose `comparisons` answer a question.
        repeated: Gives how a task does when it is run once more, its time and memory at least.
    """

    plan: Plan
    keys: Keys
    root: Path
    result_of: Callable[[str], TaskResult]
    answer: Callable[[Question], TaskResult]
    repeated: Callable[[TaskResult], TaskResult]

    def judged(self, task: Task, result: TaskResult) -> TaskResult:
        """Add to the result of a task of head what is known beside base.

        Where nothing that differs was passed on to it, all its outputs are compared; else only those
        that nobody reads: what the change comes to in the end.

        Raises:
            ValueError: the task is compared with nothing.
        """
        if task.beside is None:
            raise ValueError(f"{task.id} has no counterpart on base")
        base = self.result_of(task.beside)
        if result.outcome in BROKEN:
            given = tuple(self._given_otherwise(task))
            return replace(_also_on_base(result, base), given=given)
        if not reasons.is_usable(result):
            return result
        result = replace(result, differing=differing(result, base))
        base = self._own_part(task, result, base)
        if not reasons.is_usable(base):
            return result
        if are_given_alike(result, base):
            result = self._with_costs(task, result, base)
        is_first = base.task == task.across or not self._is_passed_on(task)
        ports = differing(result, base)
        looked_at = ports if is_first else [port for port in ports if port in task.ends]
        if not looked_at:
            return result
        question = Question(
            asked_by=task.id,
            task=task,
            after=result,
            before=base,
            terms={port: terms(self.plan, task, port) for port in looked_at},
            is_first=is_first,
        )
        return self._told(task, result, self.answer(question))

    def _is_passed_on(self, task: Task) -> bool:
        """Say whether a supplier of a task does not write to it what it writes on base."""
        return any(
            isinstance(item.source, Upstream)
            and item.source.port in self.result_of(item.source.task).differing
            for item in task.inputs
        )

    def _with_costs(self, task: Task, result: TaskResult, base: TaskResult) -> TaskResult:
        """Add what costs more than on base, where it does so again."""
        if not costs.exceeded(result, base, task.settings.tolerance):
            return result
        repeats = self.repeated(result), self.repeated(base)
        if not all(reasons.is_usable(one) for one in repeats):
            return result
        found = levelled(self.plan.rules, costs.findings(task, (result, base), repeats))
        return _with_findings(result, found)

    def _own_part(self, task: Task, result: TaskResult, base: TaskResult) -> TaskResult:
        """Give what a difference is told from: the script's own part of it, where that is known.

        Where base's script writes the same on head's inputs, or cannot read them, all comes from those.
        """
        if task.across is None:
            return base
        across = self.result_of(task.across)
        is_own = reasons.is_usable(across) and bool(differing(result, across))
        return across if is_own else base

    def _given_otherwise(self, task: Task) -> Iterator[PortComparison]:
        """Compare what a failed task was given with what it is given on base."""
        tasks = self.plan.by_id()
        for item in task.inputs:
            source = item.source
            if not isinstance(source, Upstream) or tasks[source.task].beside is None:
                continue
            supplier = tasks[source.task]
            after, before = self.result_of(supplier.id), self.result_of(str(supplier.beside))
            if source.port not in after.differing or not reasons.is_usable(before):
                continue
            known = [one for one in after.comparisons if one.port == source.port]
            if not known:
                on = {source.port: terms(self.plan, supplier, source.port)}
                question = Question(
                    asked_by=task.id,
                    task=supplier,
                    after=after,
                    before=before,
                    terms=on,
                    is_to_repeat=False,
                )
                known = list(self.answer(question).comparisons)
            yield from (replace(one, port=item.port) for one in known)

    def _told(self, task: Task, result: TaskResult, made: TaskResult) -> TaskResult:
        """Take over into a result what a comparison has shown, judged where the difference is its own."""
        found = differences.look(task, made.comparisons, self._needing(task, made))
        new = levelled(self.plan.rules, found) if made.is_first_to_differ else ()
        new = tuple(self._with_acceptance(one, made) for one in new)
        return replace(
            _with_findings(result, new),
            comparisons=made.comparisons,
            is_first_to_differ=made.is_first_to_differ,
        )

    def _with_acceptance(self, finding: Finding, made: TaskResult) -> Finding:
        for comparison in made.comparisons:
            for accepted in self.plan.acceptances:
                if comparison.port == finding.port and accepted.covers(finding, comparison):
                    return replace(finding, known=f"{accepted.reason} (accepted)")
        return finding

    def _needing(self, task: Task, made: TaskResult) -> differences.Needing:
        """Find for names of each output the nodes that read it and name them, by code or by schema."""
        found: dict[str, dict[str, tuple[str, ...]]] = {}
        for port, wanted in differences.names(made.comparisons).items():
            source = Upstream(task=task.id, port=port)
            readers = {
                reader.node: self._spoken_of(reader, source)
                for reader in self.plan.of_head()
                if any(item.source == source for item in reader.inputs)
            }
            found[port] = {
                name: tuple(sorted(node for node, words in readers.items() if name in words))
                for name in wanted
            }
        return found

    def _spoken_of(self, reader: Task, source: Upstream) -> frozenset[str]:
        """List the words of a reader's code, with the columns that it expects of a source."""
        text = []
        for file in sorted(self.keys.closure(reader.script)):
            with suppress(OSError):
                text.append(repository_file.read(str(self.root), file).decode(errors="replace"))
        words = set(_WORD.findall("\n".join(text)))
        for item in reader.inputs:
            expected = self.plan.datasets.get(item.expects or "")
            if item.source == source and expected is not None:
                words |= {column.name for column in expected.schema.columns}
        return frozenset(words)


def _with_findings(result: TaskResult, new: tuple[Finding, ...]) -> TaskResult:
    is_error = any(one.severity is Level.ERROR and one.known is None for one in new)
    return replace(
        result,
        outcome=Outcome.FAILED if is_error else result.outcome,
        findings=(*result.findings, *new),
    )


def terms(plan: Plan, task: Task, port: str) -> CompareTerms:
    """Say by what the rows of a port's tables are told apart: the key of its schema, if it has one."""
    output = next((one for one in task.outputs if one.port == port), None)
    readers = () if output is None else output.readers
    expected = [None if output is None else output.expects, *(one.expects for one in readers)]
    known = (plan.datasets.get(name or "") for name in expected)
    datasets = [dataset for dataset in known if dataset is not None]
    return CompareTerms(
        evidence=Evidence.AGGREGATES if task.is_private else Evidence.VALUES,
        keys={
            entry.name: dataset.schema.key
            for dataset in reversed(datasets)
            if dataset.schema.key
            for entry in dataset.files
        },
    )


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


def _also_on_base(result: TaskResult, base: TaskResult) -> TaskResult:
    old = {one.identity() for one in base.findings if one.severity is Level.ERROR}
    return replace(
        result,
        findings=tuple(
            replace(one, also_on_base=True)
            if one.severity is Level.ERROR and one.identity() in old
            else one
            for one in result.findings
        ),
    )
