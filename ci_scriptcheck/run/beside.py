"""How base and head compare, judged from what is known of both.

What has to be compared is asked as `questions`; whether answers are found or made is for others to say.
Part of the fast path of a run in which nothing changed, so only the standard library is imported.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck import repository_file, repository_path
from ci_scriptcheck.model import new_data
from ci_scriptcheck.model.acceptance import FILE_NAME, given_to
from ci_scriptcheck.model.comparison import PortComparison
from ci_scriptcheck.model.plan import Plan, Purpose, Task
from ci_scriptcheck.model.project import levelled
from ci_scriptcheck.model.result import BROKEN, Finding, Level, Outcome, TaskResult
from ci_scriptcheck.model.source import Upstream
from ci_scriptcheck.run import port_terms
from ci_scriptcheck.run.judgement import costs, differences, failed_beside
from ci_scriptcheck.run.privacy import of_tasks, values
from ci_scriptcheck.run.questions import Question, are_given_alike, differing
from ci_scriptcheck.run.store.keys import Keys
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_FIGURES_BYTES = 100_000
"""Of JSON that is compared wherever it is written: metrics, and no data."""

MOST_FIGURES_SECONDS = 60.0
"""That base may have taken for it, as what it does by chance is known from a second run."""

_WORD = re.compile(r"\w+")


class _PassedOn(StrEnum):
    """What suppliers write to a task otherwise than on base."""

    NOTHING = "nothing"
    CHANCE = "chance"
    """Nothing but what differs between two equal runs, too."""
    DATA = "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Says how what a task of head did differs from what base did.

    Attributes:
        keys: Of head.
        root: The repository.
        result_of: Gives how another task ended.
        answer: Answers a question: says for each port what differs, and what does so by chance.
        repeated: Gives what a task takes when it is run once more, and its counterpart with it.
    """

    plan: Plan
    keys: Keys
    root: Path
    result_of: Callable[[str], TaskResult]
    answer: Callable[[Question], tuple[PortComparison, ...]]
    repeated: Callable[[TaskResult, TaskResult], tuple[TaskResult, TaskResult]]

    def judged(self, task: Task, result: TaskResult) -> TaskResult:
        """Add to the result of a task of head what is known beside base.

        Where nothing that differs was passed on to it, all its outputs are compared; else only those
        that nobody reads, which show what the change comes to in the end, and figures in JSON.

        Raises:
            ValueError: the task is compared with nothing.
        """
        if task.beside is None:
            raise ValueError(f"{task.id} has no counterpart on base")
        base = self.result_of(task.beside)
        task = _as_seen(task, result, base)
        result = replace(result, is_private=task.is_private)
        if result.outcome in BROKEN:
            given = tuple(self._given_otherwise(task))
            if task.id not in new_data.readers(self.plan):
                result = self._with_better_advice(failed_beside.also_on_base(result, base), base)
            if any(one.lacking for one in result.findings):
                told = of_tasks.telling(self.plan, self.root, task, (result, base))
                result = failed_beside.with_new_columns_first(result, base, told)
            return replace(result, given=given)
        if not result.is_usable:
            return result
        result = replace(result, differing=differing(result, base))
        # Of a test, only failures are held against base: it says itself what has to come out.
        if task.purpose is not Purpose.CHECK or task.is_test:
            return result
        across = None if task.across is None else self.result_of(task.across)
        usable = [one for one in (across, base) if one is not None and one.is_usable]
        result = self._with_costs(task, result, usable)
        for other in usable:
            result = self._with_data(task, result, other)
            if result.is_first_to_differ:
                break
        return result

    def _with_better_advice(self, result: TaskResult, base: TaskResult) -> TaskResult:
        """Correct the advice about columns that no input has, where base does without them, too."""
        there = {name for made in base.inputs.values() for name in made.columns}
        if not there or not base.is_usable:
            return result
        return replace(
            result,
            findings=tuple(
                replace(one, advice=self._on_made_columns(one.lacking))
                if one.lacking and there.isdisjoint(one.lacking) and not self._is_new_line(one)
                else one
                for one in result.findings
            ),
        )

    def _on_made_columns(self, names: tuple[str, ...]) -> str:
        shown = ", ".join(f"`{name}`" for name in names)
        base = self._base_name()
        return f"On {base}, no input has {shown} either, and it passes: look what this change does before that line."

    def _is_new_line(self, finding: Finding) -> bool:
        """Say whether the change wrote the line itself, which may be the first to ask for a column."""
        return any(
            finding.place is not None
            and file.path == finding.place.file
            and first <= (finding.place.line or 0) <= last
            for file in self.plan.changes.files
            for first, last in file.lines
        )

    def _with_data(self, task: Task, result: TaskResult, base: TaskResult) -> TaskResult:
        """Add how a result differs from one of base, or of base's script on head's inputs."""
        if base.task == task.across:
            # What that writes otherwise is the script's own doing, whatever was passed on.
            own = self._compared(task, result, base, differing(result, base))
            if not _has_data(own):
                return result
            by = f"by {self._base_name()}'s script"
            return replace(self._told(task, result, own, by), is_beside_script=True)
        is_unknown = task.across is not None and not self.result_of(task.across).is_usable
        match _PassedOn.NOTHING if is_unknown else self._passed_on(task):
            case _PassedOn.DATA:
                ports = tuple(
                    port
                    for port in result.differing
                    if port in task.ends or _are_figures(result, base, port)
                )
                return replace(result, comparisons=self._compared(task, result, base, ports))
            case _PassedOn.CHANCE:
                return replace(result, differing=(), by_chance=result.differing)
            case _:
                found = self._compared(task, result, base, result.differing)
                real = {one.port for one in found if one.files}
                result = replace(
                    result,
                    differing=tuple(port for port in result.differing if port in real),
                    by_chance=tuple(port for port in result.differing if port not in real),
                )
                return self._told(task, result, found, f"on {self._base_name()}")

    def _base_name(self) -> str:
        return self.plan.changes.base_name or "base"

    def _compared(
        self, task: Task, result: TaskResult, base: TaskResult, ports: tuple[str, ...]
    ) -> tuple[PortComparison, ...]:
        if not ports:
            return ()
        return self._answered(
            Question(
                asked_by=task.id,
                task=task,
                after=result,
                before=base,
                terms={port: port_terms.of(self.plan, task, port) for port in ports},
            )
        )

    def _answered(self, question: Question) -> tuple[PortComparison, ...]:
        """Give an answer without the values of private data that nobody has written down."""
        found = self.answer(question)
        if not question.task.is_private:
            return found
        naming = of_tasks.naming(self.plan, self.root)
        return tuple(
            values.of_port(one, naming(port_terms.categories(self.plan, question.task, one.port)))
            for one in found
        )

    def _passed_on(self, task: Task) -> _PassedOn:
        """Say whether suppliers of a task write to it what they write on base."""
        tasks = self.plan.by_id()
        found = _PassedOn.NOTHING
        waiting = [item.source for item in task.inputs]
        seen: set[str] = set()
        while waiting:
            source = waiting.pop()
            if not isinstance(source, Upstream):
                continue
            supplier = tasks[source.task]
            if supplier.beside is None and supplier.id not in seen:
                # Base has no such task; what it passes on came from others.
                seen.add(supplier.id)
                waiting += [item.source for item in supplier.inputs]
            result = self.result_of(supplier.id)
            if source.port in result.differing:
                return _PassedOn.DATA
            if source.port in result.by_chance:
                found = _PassedOn.CHANCE
        return found

    def _with_costs(self, task: Task, result: TaskResult, others: list[TaskResult]) -> TaskResult:
        """Add what costs more than the same on base, where it does so again."""
        alike = [one for one in others if are_given_alike(result, one)]
        if not alike or not costs.exceeded(result, alike[0], task.settings.tolerance):
            return result
        repeats = self.repeated(result, alike[0])
        if not all(one.is_usable for one in repeats):
            return result
        found = costs.findings(task, (result, alike[0]), repeats, self._base_name())
        return _with_findings(result, levelled(self.plan.rules, found))

    def _given_otherwise(self, task: Task) -> Iterator[PortComparison]:
        """Compare what a failed task was given with what it is given on base."""
        tasks = self.plan.by_id()
        for item in task.inputs:
            source = item.source
            if not isinstance(source, Upstream) or tasks[source.task].beside is None:
                continue
            supplier = tasks[source.task]
            after, before = self.result_of(supplier.id), self.result_of(str(supplier.beside))
            supplier = _as_seen(supplier, after, before)
            if source.port not in after.differing or not before.is_usable:
                continue
            # What was compared across is the supplier's own part, and not all that differs.
            is_whole = supplier.across is None
            known = [one for one in after.comparisons if is_whole and one.port == source.port]
            if not known:
                question = Question(
                    asked_by=task.id,
                    task=supplier,
                    after=after,
                    before=before,
                    terms={source.port: port_terms.of(self.plan, supplier, source.port)},
                    is_to_repeat=False,
                )
                known = list(self._answered(question))
            yield from (replace(one, port=item.port) for one in known)

    def _told(
        self, task: Task, result: TaskResult, found: tuple[PortComparison, ...], base: str
    ) -> TaskResult:
        """Take over into a result what a comparison has shown of its own doing."""
        said = differences.look(task, found, self._needing(task, found), base)
        given = given_to(result)
        new = tuple(
            self._with_acceptance(one, found, given) for one in levelled(self.plan.rules, said)
        )
        return replace(
            _with_findings(result, new),
            comparisons=found,
            is_first_to_differ=_has_data(found),
        )

    def _with_acceptance(
        self, finding: Finding, found: tuple[PortComparison, ...], given: str
    ) -> Finding:
        about = [one for one in self.plan.acceptances if one.is_about(finding)]
        for comparison in found:
            for accepted in about:
                if comparison.port == finding.port and accepted.covers(finding, comparison):
                    # Who accepts a difference in the change that makes it is told to the reviewer.
                    when = "in this change" if self._accepts() else "before this change"
                    return replace(finding, known=f"{accepted.reason} (accepted {when})")
        if not about:
            return finding
        # Only of what was accepted of the same data it is known that the difference is another.
        same = [one for one in about if one.data in {None, given}]
        return replace(
            finding,
            lapsed=(same or about)[0].reason,
            is_lapsed_by_data=not same,
        )

    def _accepts(self) -> bool:
        """Say whether the change touches this project's own acceptances, or what a link there leads to."""
        file = repository_path.joined(self.plan.folder, FILE_NAME) or FILE_NAME
        place, root = (self.root / file).resolve(), self.root.resolve()
        own = {file, place.relative_to(root).as_posix()} if place.is_relative_to(root) else {file}
        return not self.plan.changes.touched().isdisjoint(own)

    def _needing(self, task: Task, comparisons: tuple[PortComparison, ...]) -> differences.Needing:
        """Find for names of each output the nodes that read it and name them, by code or by schema."""
        found: dict[str, dict[str, tuple[str, ...]]] = {}
        for port, wanted in differences.names(comparisons).items():
            source = Upstream(task=task.id, port=port)
            readers = {
                reader.node: self._naming(reader, source, wanted)
                for reader in self.plan.of_head()
                if any(source in {item.source, item.here} for item in reader.inputs)
            }
            found[port] = {
                name: tuple(sorted(node for node, names in readers.items() if name in names))
                for name in wanted
            }
        return found

    def _naming(self, reader: Task, source: Upstream, wanted: Iterable[str]) -> frozenset[str]:
        """Give those of some names that a reader's code holds, or that it expects of a source."""
        text = []
        for file in sorted(self.keys.closure(reader.script)):
            with suppress(OSError):
                text.append(repository_file.read(str(self.root), file).decode(errors="replace"))
        code = "\n".join(text)
        words = set(_WORD.findall(code))
        for item in reader.inputs:
            expected = self.plan.datasets.get(item.expects or "")
            if source in {item.source, item.here} and expected is not None:
                words |= {column.name for column in expected.schema.columns}
        return frozenset(
            name
            for name in wanted
            if name in words or (not _WORD.fullmatch(name) and _stands_in(name, code))
        )


def _has_data(comparisons: tuple[PortComparison, ...]) -> bool:
    """Say whether anything differs that does not do so by chance."""
    return any(one.files for one in comparisons)


def _are_figures(result: TaskResult, base: TaskResult, port: str) -> bool:
    """Say whether both sides soon wrote a few JSON documents to a port, and nothing else."""
    sides = [one.outputs[port] for one in (result, base) if port in one.outputs]
    is_soon = (base.seconds or 0.0) <= MOST_FIGURES_SECONDS
    return (is_soon and len(sides) == 2) and all(
        side.files
        and side.bytes <= MOST_FIGURES_BYTES
        and all(file.format == "json" for file in side.files)
        for side in sides
    )


def _stands_in(name: str, code: str) -> bool:
    """Say whether a name that is no single word stands in code, and not as a part of a longer one."""
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", code) is not None


def _as_seen(task: Task, *sides: TaskResult) -> Task:
    """Take a task for one of private data where either side has opened some though nobody gave it any."""
    return replace(task, is_private=task.is_private or any(one.is_private for one in sides))


def _with_findings(result: TaskResult, new: tuple[Finding, ...]) -> TaskResult:
    is_error = any(one.severity is Level.ERROR and one.known is None for one in new)
    return replace(
        result,
        outcome=Outcome.FAILED if is_error else result.outcome,
        findings=(*result.findings, *new),
    )
