"""Answers to the questions of `beside`: what both sides wrote is compared, and what base did is done again.

What also differs between two equal runs of base is set aside.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from ci_scriptcheck.data.compare.noise import without_noise, without_times
from ci_scriptcheck.model.comparison import PortComparison
from ci_scriptcheck.model.result import Outcome, TaskResult
from ci_scriptcheck.run import attempt, beside, questions, reading, supply
from ci_scriptcheck.run.process.request import Ended
from ci_scriptcheck.run.workspace import Workspace, remove_tree
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ci_scriptcheck.data.compare.terms import CompareTerms
    from ci_scriptcheck.model.comparison import FileComparison
    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.run.attempt import Attempt
    from ci_scriptcheck.run.context import Context
    from ci_scriptcheck.run.questions import Question

    Pull = Callable[[Context, str], TaskResult]


def judged(context: Context, task: Task, result: TaskResult, pull: Pull) -> TaskResult:
    """Add to the result of a task of head how it differs from what base did.

    Args:
        context: Of head.
        task: The task of head.
        result: How it ended.
        pull: Gives the result of any other task.

    Raises:
        SupplierGone: outputs of one of the two must be made again.
    """
    kept = questions.Kept(plan=context.plan, store=context.store)

    def answer(question: Question) -> tuple[PortComparison, ...]:
        try:
            return kept(question)
        except questions.NotComparedError:
            found, is_sure = _answered(context, question, pull)
            if is_sure:
                kept.keep(question, found)
            return found

    def repeated(result: TaskResult, base: TaskResult) -> tuple[TaskResult, TaskResult]:
        try:
            return kept.repeated(result, base)
        except questions.NotComparedError:
            found = _repeated(context, base, pull), _repeated(context, result, pull)
            kept.keep_repeated((result, base), found[::-1])
            return found[::-1]

    judge = beside.Judge(
        plan=context.plan,
        keys=context.keys,
        root=context.root,
        result_of=lambda name: pull(context, name),
        answer=answer,
        repeated=repeated,
    )
    return judge.judged(task, result)


def _answered(
    context: Context, question: Question, pull: Pull
) -> tuple[tuple[PortComparison, ...], bool]:
    """Compare what both sides wrote; say whether nothing but the data can have made the answer."""
    comparisons = tuple(_ports(context, question))
    is_sure = not any(_is_unable(file) for one in comparisons for file in one.files)
    if comparisons and question.is_to_repeat:
        with _run_again(context, question.before.task, pull) as again:
            if again.ending.how is Ended.RETURNED:
                chance = tuple(_chance(context, question, comparisons, again))
                comparisons = tuple(_without(comparisons, chance))
                is_sure = is_sure and not any(_is_unable(file) for one in chance for file in one)
            else:
                is_sure = False
    if not question.is_to_repeat:
        comparisons = tuple(_without_times(comparisons))
    return comparisons, is_sure


def _is_unable(file: FileComparison) -> bool:
    return file.is_incomparable or any(map(_is_unable, file.members))


def _ports(context: Context, question: Question) -> Iterator[PortComparison]:
    own = context.on(context.tasks[question.before.task].side)
    for port, terms in question.terms.items():
        before = _Written(own, question.before, port)
        after = _Written(context, question.after, port)
        files = _files(context, question.asked_by, before, after, terms)
        if files:
            yield PortComparison(port=port, files=files)


class _Written:
    """What one side wrote to a port, brought together where the reader can look at it."""

    def __init__(self, context: Context, result: TaskResult, port: str) -> None:
        artefact = result.outputs.get(port, supply.NOTHING)
        self.files = {file.path: file for file in artefact.files}
        self._context = context
        near = supply.delivered(context, result.task, port)
        self._supply = supply.Supply(artefact=artefact, near=near, upstream=result)

    def lying_in(self, folder: Path | None) -> _Written:
        """Look for the files in another folder than the usual one."""
        if folder is not None:
            self._supply = replace(self._supply, near=folder)
        return self

    def bring(self, names: frozenset[str], folder: Path) -> None:
        """Put copies of some files into a folder.

        Raises:
            SupplierGone: they are neither in the run directory nor in the store.
        """
        folder.mkdir(parents=True, exist_ok=True)
        for name in sorted(names & self.files.keys()):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            supply.bring(self._context, self._supply, self.files[name], folder / name)


def _files(
    context: Context, asked_by: str, before: _Written, after: _Written, terms: CompareTerms
) -> tuple[FileComparison, ...]:
    """Compare the files of a port that are not equal byte for byte."""
    names = frozenset(
        name
        for name in before.files.keys() | after.files.keys()
        if name not in before.files
        or name not in after.files
        or before.files[name].digest != after.files[name].digest
    )
    if not names:
        return ()
    space = Workspace(context.workspace(f"{asked_by}@compared").folder)
    try:
        before.bring(names, space.folder / "before")
        after.bring(names, space.folder / "after")
        return reading.compared(
            context.ask, space.folder / "before", space.folder / "after", terms
        )
    finally:
        remove_tree(space.folder)


@contextmanager
def _run_again(context: Context, task: str, pull: Pull) -> Iterator[Attempt]:
    """Run a task of either side once more, on what it was given before."""
    own = context.on(context.tasks[task].side)
    twin = own.tasks[task]
    upstream = {name: pull(own, name) for name in twin.needs()}
    supplies = {item.port: supply.of_input(own, twin, item, upstream) for item in twin.inputs}
    space = Workspace(own.workspace(f"{twin.id}@again").folder)
    try:
        yield attempt.run(own, twin, supplies, space)
    finally:
        remove_tree(space.folder)


def _repeated(context: Context, result: TaskResult, pull: Pull) -> TaskResult:
    """Say what a task takes when it is run once more."""
    with _run_again(context, result.task, pull) as again:
        ending = again.ending
        return TaskResult(
            task=result.task,
            outcome=Outcome.PASSED if ending.how is Ended.RETURNED else Outcome.FAILED,
            seconds=ending.seconds,
            cpu_seconds=ending.cpu_seconds,
            peak_memory_mb=ending.peak_memory / attempt.MIB,
        )


def _chance(
    context: Context,
    question: Question,
    comparisons: tuple[PortComparison, ...],
    again: Attempt,
) -> Iterator[tuple[FileComparison, ...]]:
    """Say for each port what differs between two runs of base."""
    base = question.before
    own = context.on(context.tasks[base.task].side)
    repeat = replace(base, outputs=again.written)
    for port in (one.port for one in comparisons):
        first = _Written(own, base, port)
        second = _Written(own, repeat, port).lying_in(again.folders.get(port))
        yield _files(context, question.asked_by, first, second, question.terms[port])


def _without(
    comparisons: tuple[PortComparison, ...], chance: tuple[tuple[FileComparison, ...], ...]
) -> Iterator[PortComparison]:
    """Set aside what differs by chance."""
    for comparison, by_chance in zip(comparisons, chance, strict=True):
        rest = without_noise(comparison.files, by_chance)
        if rest.files or rest.noise:
            yield replace(comparison, files=rest.files, noise=rest.noise)


def _without_times(comparisons: tuple[PortComparison, ...]) -> Iterator[PortComparison]:
    for comparison in comparisons:
        files = without_times(comparison.files)
        if files:
            yield replace(comparison, files=files)
