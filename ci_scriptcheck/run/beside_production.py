"""What a task wrote, beside what production wrote when it did the same.

Where nothing is a sample, rows and values are held against each other; else only how the data lie as a whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.data.compare.noise import without_times
from ci_scriptcheck.data.compare.terms import ROUNDING, DriftTerms
from ci_scriptcheck.data.validate.terms import Evidence
from ci_scriptcheck.model.comparison import PortComparison
from ci_scriptcheck.model.drift import Drift
from ci_scriptcheck.model.fixture import folder_of, is_whole
from ci_scriptcheck.model.plan import Purpose
from ci_scriptcheck.model.production import SLIGHT, BesideProduction, FromProduction
from ci_scriptcheck.model.project import levelled
from ci_scriptcheck.model.result import Level, Outcome
from ci_scriptcheck.model.source import Copied, Upstream
from ci_scriptcheck.run import port_terms, reading, record, supply
from ci_scriptcheck.run.judgement import beside_production, differences
from ci_scriptcheck.run.privacy import of_tasks, values
from ci_scriptcheck.run.store.digest import Digests
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ci_scriptcheck.model.comparison import FileComparison
    from ci_scriptcheck.model.plan import Output, Task
    from ci_scriptcheck.model.production import FixturePart
    from ci_scriptcheck.model.result import Artefact, TaskResult
    from ci_scriptcheck.run.context import Context
    from ci_scriptcheck.run.privacy.values import Named

_OPAQUE = "SC410"
"""That the bytes of a model are not the same: they are in no two trainings."""

_TABLES = frozenset({"csv", "jsonl", "parquet", "tsv"})
_TOLD = _TABLES | {"json"}
"""Formats of files of which can be said how they differ."""


def judged(context: Context, task: Task, result: TaskResult) -> TaskResult:
    """Add to the result of a task how its outputs lie beside what production wrote.

    Args:
        context: Of the task's side.
        task: That does again what a step of an execution did, or does not.
        result: How it ended, compared with base already.
    """
    if task.original is None or task.original.step is None:
        return result
    if task.purpose is not Purpose.CHECK or not result.is_usable:
        return result
    looking = _Looking(context, task, result)
    found = tuple(one for output in task.outputs if (one := looking.output(output)) is not None)
    said = levelled(
        context.plan.rules,
        (beside_production.finding(task, one) for one in found if one.differs),
    )
    is_error = any(one.severity is Level.ERROR and not one.also_on_base for one in said)
    return replace(
        result,
        outcome=Outcome.FAILED if is_error else result.outcome,
        findings=(*result.findings, *said),
        # Whoever has switched the rule off wants to hear of no difference.
        beside_production=tuple(
            one for one in found if not one.differs or one.port in {item.port for item in said}
        ),
    )


class _Looking:
    """Looks at the outputs of one task."""

    def __init__(self, context: Context, task: Task, result: TaskResult) -> None:
        self._context, self._task, self._result = context, task, result
        self._fixtures = context.plan.fixtures
        missing = {} if task.original is None else task.original.not_given
        self._alike = _alike(context, task, result)
        others = [
            item.port
            for item in task.inputs
            if not isinstance(item.source, Copied | FromProduction)
            and item.port not in self._alike
        ]
        self._others = tuple(sorted({*others, *missing}))
        self._is_given_all = not self._others and all(
            self._are_whole(item.source.parts)
            for item in task.inputs
            if isinstance(item.source, FromProduction)
        )

    def output(self, output: Output) -> BesideProduction | None:
        """Look at an output, if production is known to have written such a thing."""
        original = self._task.original
        if not output.production:
            why = None if original is None else original.uncompared.get(output.port)
            return None if why is None else BesideProduction(port=output.port, why_not=why)
        is_sample = not (self._is_given_all and self._are_whole(output.production))
        found = self._beside(output, self._task.id, is_sample=is_sample)
        is_as_base = self._is_as_base(output.port)
        found = replace(
            found,
            others=self._others,
            alike=self._alike,
            opaque=tuple(
                name for part in output.production for name in self._opaque(output, part)
            ),
            is_slight=bool(found.files) and self._is_slight(output),
            is_as_base=is_as_base,
            is_base_as_production=found.differs
            and is_as_base is False
            and self._is_base_as_production(output, is_sample=is_sample),
        )
        if is_sample and not found.differs and not self._has_tables(output.port):
            why = f"{found.why_sample}, and it holds no table; metrics say nothing then"
            return replace(found, why_not=why)
        return found

    def _beside(self, output: Output, task: str, *, is_sample: bool) -> BesideProduction:
        """Hold what a task of either side wrote to an output against what production wrote there."""
        found = BesideProduction(port=output.port, is_sample=is_sample)
        for before, after in self._folders(output, task):
            files = None if is_sample else self._files(output.port, before, after)
            drift = Drift()
            if files is None or files:
                drift = self._drift(output, before, after, is_sample=is_sample)
            if files is None:
                found = replace(found, drift=found.drift.and_(drift))
            else:
                lies_alike = bool(files) and drift == Drift()
                found = replace(found, files=found.files + files, lies_alike=lies_alike)
        return found

    def _folders(self, output: Output, task: str) -> Iterator[tuple[Path, Path]]:
        """Give where each part lies of what production wrote to an output, and of what a task of either side did."""
        context = self._context.on(self._context.tasks[task].side)
        written = supply.delivered(context, task, output.port)
        for part in output.production:
            yield self._folder(part), written / part.inside

    def _folder(self, part: FixturePart) -> Path:
        return self._context.of_head.root / folder_of(self._fixtures[part.fixture])

    def _is_slight(self, output: Output) -> bool:
        """Say whether no number differs by more than other libraries make of it, and nothing else does."""
        beyond = [
            self._all_files(output.port, before, after, rounding=SLIGHT)
            for before, after in self._folders(output, self._task.id)
        ]
        # Where files are called otherwise, `drift` tells that, and nobody knows whose numbers those are.
        return None not in beyond and all(
            (file.largest_move or 1.0) <= SLIGHT for files in beyond for file in files or ()
        )

    def _is_base_as_production(self, output: Output, *, is_sample: bool) -> bool:
        """Say whether base, whose output is another one, writes what production wrote, as far as that can be compared."""
        if self._task.beside is None:
            return False
        found = self._beside(output, self._task.beside, is_sample=is_sample)
        return not found.differs and not found.drift.unread

    def _has_tables(self, port: str) -> bool:
        files = self._result.outputs.get(port, supply.NOTHING).files
        return any(file.format in _TABLES for file in files)

    def _opaque(self, output: Output, part: FixturePart) -> Iterator[str]:
        """Name files that are neither tables nor documents, and that production did not write just so."""
        before = self._folder(part)
        theirs = set((Digests().files_of(before, root=before) or {}).values())
        inside = f"{part.inside}/" if part.inside else ""
        for file in self._result.outputs.get(output.port, supply.NOTHING).files:
            is_own = file.path.startswith(inside)
            if is_own and file.format not in _TOLD and file.bytes and file.digest not in theirs:
                yield file.path

    def _are_whole(self, parts: tuple[FixturePart, ...]) -> bool:
        return all(is_whole(self._fixtures[one.fixture]) for one in parts)

    def _is_as_base(self, port: str) -> bool | None:
        name = self._task.beside
        base = None if name is None else record.read_result(self._context.run_directory, name)
        if base is None or not base.is_usable:
            return None
        return port not in self._result.differing

    def _files(self, port: str, before: Path, after: Path) -> tuple[FileComparison, ...] | None:
        """Compare rows and values; `None` where files are called otherwise, so that none belong together."""
        files = self._all_files(port, before, after, rounding=ROUNDING)
        if files is None:
            return None
        if self._task.is_private:
            files = values.of_files(files, self._named(port))
        return tuple(one for one in files if self._is_beyond(port, one))

    def _all_files(
        self, port: str, before: Path, after: Path, *, rounding: float
    ) -> tuple[FileComparison, ...] | None:
        """Compare them, whatever the settings tolerate and whoever may be told."""
        names = [
            {path.relative_to(side).as_posix() for path in side.rglob("*") if path.is_file()}
            for side in (before, after)
        ]
        if names[0] != names[1]:
            return None
        terms = port_terms.of(self._context.plan, self._task, port)
        terms = replace(terms, rounding=rounding)
        return without_times(reading.compared(self._context.ask, before, after, terms))

    def _named(self, port: str) -> Named:
        plan = self._context.plan
        naming = of_tasks.naming(plan, self._context.root)
        return naming(port_terms.categories(plan, self._task, port))

    def _is_beyond(self, port: str, file: FileComparison) -> bool:
        """Say whether a file differs by more than the settings tolerate, and in what people can read."""
        told = PortComparison(port=port, files=(file,))
        return not file.is_incomparable and any(
            one.rule != _OPAQUE for one in differences.look(self._task, (told,), {})
        )

    def _drift(self, output: Output, before: Path, after: Path, *, is_sample: bool) -> Drift:
        terms = DriftTerms(
            evidence=Evidence.AGGREGATES if self._task.is_private else Evidence.VALUES,
            ways=tuple(bound.path for bound in output.bounds),
            is_sample=is_sample,
        )
        drift = reading.drift(self._context.ask, before, after, terms)
        if self._task.is_private:
            drift = values.of_drift(drift, self._named(output.port))
        # What a model comes to on a part of the rows says nothing of what it came to on all of them.
        return replace(drift, numbers=(), untold=0) if is_sample else drift


def _alike(context: Context, task: Task, result: TaskResult) -> Mapping[str, str]:
    """Find inputs of other names in production that held what the step before a task has written for it here."""
    spare = {} if task.original is None else task.original.spare
    found: dict[str, str] = {}
    for item in task.inputs:
        for name, part in spare.items():
            if isinstance(item.source, Upstream) and _is_same(
                context, item.source, part, result.inputs.get(item.port)
            ):
                found.setdefault(item.port, name)
    return found


def _is_same(
    context: Context, source: Upstream, part: FixturePart, given: Artefact | None
) -> bool:
    """Say whether an input holds what lies at a place of production: by its bytes, or as its supplier was held against it."""
    fixture = context.plan.fixtures.get(part.fixture)
    if fixture is None or given is None or not given.files or not is_whole(fixture):
        return False
    folder = context.of_head.root / folder_of(fixture)
    if Digests().files_of(folder, root=folder) == {one.path: one.digest for one in given.files}:
        return True
    wrote = next(
        one for one in context.tasks[source.task].outputs if one.port == source.port
    ).production
    beside = record.read_result(context.run_directory, source.task)
    return wrote == (part,) and any(
        one.port == source.port and one.is_as_written
        for one in (() if beside is None else beside.beside_production)
    )
