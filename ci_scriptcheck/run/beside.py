"""How base and head compare, judged from what is known of both, and kept for later runs.

Only what is in the store is looked at here: making a comparison is the matter of `sides`. This is
part of the fast path of a run in which nothing changed, so only the standard library is imported.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck import repository_file
from ci_scriptcheck.data.compare.terms import CompareTerms
from ci_scriptcheck.data.validate.terms import Evidence
from ci_scriptcheck.model.codec import to_json
from ci_scriptcheck.model.plan import Plan, Upstream
from ci_scriptcheck.model.project import levelled
from ci_scriptcheck.model.result import BROKEN, Finding, Level, Outcome, TaskResult
from ci_scriptcheck.run import reasons
from ci_scriptcheck.run.judgement import differences
from ci_scriptcheck.run.store.digest import of_text
from ci_scriptcheck.run.store.keys import Keys
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.model.result import Artefact
    from ci_scriptcheck.run.store.store import Store

_WORD = re.compile(r"\w[\w.-]*")
_FORMAT = 1
"""Raised when the same two sides would now be compared otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """What a result of head is compared with.

    Attributes:
        base: How base's task ended.
        across: How base's script did on head's inputs, where that was run.
    """

    base: TaskResult
    across: TaskResult | None = None

    def beside(self, result: TaskResult) -> TaskResult:
        """Give the one whose difference is told: the script's own part of it, where that is known.

        Where base's script writes the same on head's inputs, or cannot read them, all comes from those.
        """
        across = self.across
        if across is None or not reasons.is_usable(across) or not differing(result, across):
            return self.base
        return across


def others(task: Task, result_of: Callable[[str], TaskResult]) -> Others:
    """Gather what a task of head is compared with.

    Raises:
        ValueError: it is compared with nothing.
    """
    if task.beside is None:
        raise ValueError(f"{task.id} has no counterpart on base")
    across = None if task.across is None else result_of(task.across)
    return Others(base=result_of(task.beside), across=across)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """What it takes to judge how head differs from base.

    Attributes:
        keys: Of head.
        root: The repository.
    """

    plan: Plan
    keys: Keys
    root: Path

    def known(
        self, task: Task, result: TaskResult, others: Others, store: Store
    ) -> TaskResult | None:
        """Add to the result of a task of head what is known beside base; `None`: it must be compared."""
        if result.outcome in BROKEN:
            return _also_on_base(result, others.base)
        base = others.beside(result)
        if not (reasons.is_usable(result) and reasons.is_usable(base)):
            return result
        if not differing(result, base):
            return result
        if not self.plan.reuse:
            return None
        kept = store.find(self._key(task, result, base), lambda _reads: True)
        return None if kept is None else self.told(task, result, kept)

    def keep(
        self, task: Task, result: TaskResult, base: TaskResult, made: TaskResult, store: Store
    ) -> None:
        """Keep a comparison under the keys of both sides."""
        if self.plan.reuse and result.key is not None and base.key is not None:
            store.save(self._key(task, result, base), made, {})

    def told(self, task: Task, result: TaskResult, made: TaskResult) -> TaskResult:
        """Take over into a result what a comparison has shown, judged where the difference is its own."""
        found = differences.look(task, made.comparisons, self._needing(task, made))
        new = levelled(self.plan.rules, found) if made.is_first_to_differ else ()
        new = tuple(self._with_acceptance(one, made) for one in new)
        is_error = any(one.severity is Level.ERROR and one.known is None for one in new)
        return replace(
            result,
            outcome=Outcome.FAILED if is_error else result.outcome,
            findings=(*result.findings, *new),
            comparisons=made.comparisons,
            is_first_to_differ=made.is_first_to_differ,
        )

    def _with_acceptance(self, finding: Finding, made: TaskResult) -> Finding:
        for comparison in made.comparisons:
            for accepted in self.plan.acceptances:
                if comparison.port == finding.port and accepted.covers(finding, comparison):
                    return replace(finding, known=f"{accepted.reason} (accepted)")
        return finding

    def _key(self, task: Task, result: TaskResult, base: TaskResult) -> str:
        by = {port: to_json(terms(self.plan, task, port)) for port in differing(result, base)}
        return of_text(
            f"compared {_FORMAT} {result.key} {base.key} {json.dumps(by, sort_keys=True)}"
        )

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
