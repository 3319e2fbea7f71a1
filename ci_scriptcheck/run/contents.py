"""What was promised of data and does not hold: outputs against schemas, and what was copied or generated.

The files are read in the limited process; here is only what was asked of it and what came back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.data import reader
from ci_scriptcheck.data.validate.terms import Evidence, Terms
from ci_scriptcheck.model.codec import from_json
from ci_scriptcheck.model.contract import CopiedFrom, GeneratedBy
from ci_scriptcheck.model.mismatch import Mismatch
from ci_scriptcheck.model.production import FromProduction
from ci_scriptcheck.model.scenario import REAL, Condition, Expect
from ci_scriptcheck.model.source import Copied, Fetched, Synthetic
from ci_scriptcheck.run.judgement.exhibits import Misfit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ci_scriptcheck.model.contract import Dataset
    from ci_scriptcheck.model.plan import Input, Output, Reader, Task
    from ci_scriptcheck.model.result import Artefact
    from ci_scriptcheck.run.context import Context
    from ci_scriptcheck.run.workspace import Workspace


def misfits(
    context: Context,
    task: Task,
    given: Mapping[str, Artefact],
    written: Mapping[str, Artefact],
) -> tuple[Misfit, ...]:
    """Hold what went in and what came out against the schemas that speak of it."""
    rows = sum(artefact.rows or 0 for artefact in given.values() if artefact.read is not False)
    looking = _Looking(context, task, has_rows=rows)
    found = [
        misfit
        for output in task.outputs
        if output.port in written and written[output.port].files
        for misfit in looking.output(output)
    ]
    if context.keys.scenario(task).expect is Expect.SUCCESS:
        found += [misfit for item in task.inputs for misfit in looking.input(item)]
    return tuple(found)


class _Looking:
    """Asks about the ports of one task."""

    def __init__(self, context: Context, task: Task, *, has_rows: int) -> None:
        self._context = context
        self._task = task
        self._space: Workspace = context.workspace(task.id)
        self._datasets = context.plan.datasets
        self._scenario = context.keys.scenario(task)
        self._rows_in = has_rows

    def output(self, output: Output) -> Iterator[Misfit]:
        own = self._space.output(output.port)
        delivered = own if output.pack is None else self._space.packed(output.port)
        wanted: dict[tuple[str, Path], tuple[Reader, ...]] = {}
        if output.expects is not None:
            wanted[output.expects, own] = ()
        for one in output.readers:
            key = (one.expects, delivered)
            if key not in wanted or wanted[key]:
                wanted[key] = (*wanted.get(key, ()), one)
        for (name, folder), readers in wanted.items():
            for mismatch in self._mismatches(name, folder, is_part=self._is_made_of_samples):
                yield Misfit(port=output.port, dataset=name, readers=readers, mismatch=mismatch)

    def input(self, item: Input) -> Iterator[Misfit]:
        """Look at what nothing has looked at yet: copies and what a generator gave."""
        if item.expects is None or not self._is_unseen(item):
            return
        is_part = self._context.plan.is_sampled(item.source)
        for mismatch in self._mismatches(
            item.expects, self._space.input(item.port), is_part=is_part
        ):
            yield Misfit(port=item.port, is_input=True, dataset=item.expects, mismatch=mismatch)

    def _is_unseen(self, item: Input) -> bool:
        match item.source:
            case Copied() | Fetched() | FromProduction():
                return True
            case Synthetic(dataset=name):
                dataset = self._datasets.get(name)
                return dataset is not None and isinstance(dataset.origin, GeneratedBy)
            case _:
                return False

    def _mismatches(self, name: str, folder: Path, *, is_part: bool) -> tuple[Mismatch, ...]:
        dataset = self._datasets.get(name)
        if dataset is None or not _says_anything(dataset) or not folder.is_dir():
            return ()
        answer = self._context.ask(
            reader.validating(folder, dataset, self._terms(dataset, is_part=is_part))
        )
        if "mismatches" in answer:
            return tuple(from_json(Mismatch, item) for item in answer["mismatches"])
        found = f"too much to be looked at: {answer.get('error', 'no answer')}"
        return (Mismatch(rule="SC303", expected="data that can be checked", found=found),)

    @property
    def _is_made_of_samples(self) -> bool:
        """Say whether a task was given samples of real data, itself or further up."""
        plan = self._context.plan
        return self._task.is_fetched and plan.is_sampled(*plan.sources_of(self._task))

    def _terms(self, dataset: Dataset, *, is_part: bool) -> Terms:
        condition, expect = self._scenario.condition, self._scenario.expect
        is_usual = expect is Expect.SUCCESS
        others = self._others(dataset) if is_usual else {}
        return Terms(
            evidence=Evidence.AGGREGATES if self._task.is_private else Evidence.VALUES,
            has_rows=is_usual and self._rows_in > 0,
            whole=is_usual,
            chance=is_part or condition is not Condition.STANDARD,
            others={name: str(place) for name, place in others.items()},
            datasets={name: self._datasets[name] for name in others},
        )

    def _others(self, dataset: Dataset) -> Mapping[str, Path]:
        """Find the datasets at hand that columns refer to."""
        referred = {
            column.referred[0] for column in dataset.schema.columns if column.referred is not None
        } - {dataset.name}
        found: dict[str, Path] = {}
        for name in sorted(referred & self._datasets.keys()):
            place = self._place_of(name)
            if place is not None and place.exists():
                found[name] = place
        return found

    def _place_of(self, name: str) -> Path | None:
        dataset = self._datasets[name]
        origin = dataset.origin
        # A copy that stands for real data, such as a frozen sample, has other keys than these.
        is_stand_in = self._task.scenario == REAL and dataset.real is not None
        if isinstance(origin, CopiedFrom) and not is_stand_in:
            return self._context.root / origin.path
        for item in self._task.inputs:
            if item.expects == name:
                return self._space.input(item.port)
        for output in self._task.outputs:
            if output.expects == name:
                return self._space.output(output.port)
        return None


def _says_anything(dataset: Dataset) -> bool:
    return bool(dataset.schema.columns or dataset.schema.checks or dataset.files)
