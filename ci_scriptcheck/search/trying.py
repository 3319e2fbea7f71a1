"""Runs a script on drawn tables, in the host that is warm already, and says how it broke."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ci_scriptcheck.data import reader
from ci_scriptcheck.data.validate.terms import Terms
from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.contract import CopiedFrom, TableFile
from ci_scriptcheck.model.plan import Task
from ci_scriptcheck.model.result import BROKEN, Finding, Outcome, TaskResult
from ci_scriptcheck.model.scenario import BUILT_IN, STANDARD
from ci_scriptcheck.model.source import Synthetic
from ci_scriptcheck.project.native.datasets import ENDINGS
from ci_scriptcheck.run import attempt, engine, making, supply, workspace
from ci_scriptcheck.run.process.request import Ended
from ci_scriptcheck.search.drawing import USUAL_ROWS
from ci_scriptcheck.search.tables import Drawable
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from ci_scriptcheck.errors import Place
    from ci_scriptcheck.model.contract import Dataset
    from ci_scriptcheck.model.plan import Input, Plan
    from ci_scriptcheck.run.attempt import Attempt
    from ci_scriptcheck.run.context import Context
    from ci_scriptcheck.run.supply import Supply
    from ci_scriptcheck.search.drawing import Drawing
    from ci_scriptcheck.search.tables import Row, Tables

_FEW = 1
"""Rows up to which a script may say that these are too few."""

_LEAST_TIME = 5.0
_TIMES_USUAL = 20.0
"""Seconds a run may take, and how many times as long as the usual one."""

Way = tuple[str, str, "Place | None"]
"""How a script broke: rule, kind of exception, place. Equal for the same fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A run that broke the script.

    Attributes:
        folders: Input port → where its files lie, until the next run.
    """

    task: Task
    result: TaskResult
    finding: Finding
    folders: Mapping[str, Path]

    @property
    def way(self) -> Way:
        """What has to be equal for a smaller table to show the same fault."""
        kind = self.finding.message.partition(":")[0]
        return self.finding.rule, kind, self.finding.place


def drawable(plan: Plan, task: Task, ports: Mapping[str, str]) -> tuple[Drawable, ...]:
    """Find the inputs of a task for which tables can be drawn.

    Args:
        plan: Where the task and its datasets are.
        task: The step alone on its usual data.
        ports: Input port → the dataset that the settings give it.
    """
    found = []
    for item in task.inputs:
        dataset = plan.datasets.get(ports.get(item.port, ""))
        if dataset is None or not dataset.schema.columns:
            continue
        files = _files(dataset, item)
        columns = tuple(one for one in dataset.schema.columns if one.formula is None)
        if columns and any(isinstance(entry, TableFile) for entry in files):
            laid_out = replace(dataset, files=files)
            found.append(Drawable(port=item.port, dataset=laid_out, columns=columns))
    return tuple(found)


def _files(dataset: Dataset, item: Input) -> tuple[TableFile, ...] | tuple[()]:
    if not isinstance(dataset.origin, CopiedFrom):
        return dataset.files  # type: ignore[return-value]  # given files are laid out as they are
    name = item.file or PurePosixPath(dataset.origin.path).name
    kind = ENDINGS.get(name.rpartition(".")[2])
    return () if kind is None else (TableFile(name=name, format=kind),)


class Trying:
    """Runs one task on tables; what the other inputs get stays as it is."""

    def __init__(self, context: Context, task: Task, drawn: Drawing) -> None:
        """Find what the other inputs get, running what they need.

        Raises:
            Unmakeable: an input cannot be made.
        """
        self.runs = 0
        self.timeouts = 0
        self._context = context
        self._task = task
        self._drawn = drawn
        self._ports = {one.port: one for one in drawn.ports}
        self._refused: dict[tuple[tuple[str, int], ...], bool] = {}
        self._folder = making.folder(context.run_directory) / "search"
        self._numbers = itertools.count()
        upstream = {name: engine.pull(context, name) for name in task.needs()}
        self._usual = {
            item.port: supply.of_input(context, task, item, upstream) for item in task.inputs
        }

    def usual(self) -> Broken | None:
        """Run the task on its usual data, and limit the time of all further runs by it.

        Gives how it broke, unless plain tables show that it is those data that break it.
        """
        made = self._run(self._task, self._usual)
        settings = self._task.settings
        limit = max(_LEAST_TIME, _TIMES_USUAL * made.ending.seconds)
        self._task = replace(
            self._task, settings=replace(settings, timeout=min(settings.timeout, limit))
        )
        broken = self._judged(self._task, made, {})
        if broken is None:
            return None
        for size in (1, USUAL_ROWS):
            sizes = dict.fromkeys(self._ports, max(size, self._drawn.least))
            plain = self._tried(self._drawn.plain(sizes))[0]
            if plain is None or plain.way != broken.way:
                return None
        return broken

    def broken(self, found: Tables) -> Broken | None:
        """Run the task on these tables; `None` where it copes, or where they are not allowed.

        Raises:
            Interrupted: the hosts are being ended.
        """
        broken, is_refusal = self._tried(found)
        return None if is_refusal and self._needs_more(found) else broken

    def _needs_more(self, found: Tables) -> bool:
        """Say whether the script refuses so few rows, however plain they are."""
        sizes = {port: len(rows) for port, rows in found.items()}
        known = tuple(sorted(sizes.items()))
        if known not in self._refused:
            self._refused[known] = self._tried(self._drawn.plain(sizes))[1]
        return self._refused[known]

    def _tried(self, found: Tables) -> tuple[Broken | None, bool]:
        """Run the task; says how it broke, and whether it just refused hardly any rows."""
        folders: dict[str, Path] = {}
        supplies = dict(self._usual)
        for port, rows in found.items():
            folder = self._folder / str(next(self._numbers) % (2 * len(self._ports)))
            given = self._made(self._ports[port], rows, folder)
            if given is None:
                return None, False
            folders[port], supplies[port] = folder, given
        task = self._with_sources(found)
        made = self._run(task, supplies)
        broken = self._judged(task, made, folders)
        return broken, broken is not None and _is_refusal(made, found)

    def _made(self, one: Drawable, rows: tuple[Row, ...], folder: Path) -> Supply | None:
        workspace.remove_tree(folder)
        folder.mkdir(parents=True)
        context, task = self._context, self._task
        dataset = one.stated(rows)
        answer = context.ask(
            reader.synthesizing(
                dataset.name,
                node=task.node,
                datasets={dataset.name: dataset},
                scenario=BUILT_IN[STANDARD],
                seed=task.settings.seed,
                rows=len(rows),
                root=context.root,
                folder=folder,
            )
        )
        if "files" not in answer or (one.has_checks and not self._holds(one, folder)):
            return None
        # What the files hold is known: nobody has to look into them.
        return supply.Supply(artefact=workspace.collect(folder, most=1000), near=folder)

    def _holds(self, one: Drawable, folder: Path) -> bool:
        terms = Terms(has_rows=False, chance=True)
        answer = self._context.ask(reader.validating(folder, one.dataset, terms))
        return not answer.get("mismatches", [answer])

    def _with_sources(self, found: Tables) -> Task:
        task = self._task
        return replace(
            task,
            inputs=tuple(
                replace(item, source=Synthetic(dataset=item.port, node=task.node), expects=None)
                if item.port in found
                else item
                for item in task.inputs
            ),
        )

    def _run(self, task: Task, supplies: Mapping[str, Supply]) -> Attempt:
        self.runs += 1
        context = self._context
        made = attempt.run(context, task, supplies, context.workspace(task.id))
        self.timeouts += made.ending.how is Ended.TIMED_OUT
        return made

    def _judged(self, task: Task, made: Attempt, folders: Mapping[str, Path]) -> Broken | None:
        # A few rows are no whole table: what only a whole one has to show is not asked of them.
        few = "one_row" if folders and made.ending.how is Ended.RETURNED else STANDARD
        judged = replace(task, scenario=few)
        result = attempt.judged(self._context, judged, made, ())
        if result.outcome not in BROKEN or result.outcome is Outcome.VACUOUS:
            return None
        counting = [one for one in result.findings if verdict.counts(one, self._context.plan)]
        if not counting:
            return None
        return Broken(task=task, result=result, finding=counting[0], folders=folders)


def _is_refusal(made: Attempt, found: Tables) -> bool:
    """Say whether the script itself said, of hardly any rows, that it does without them."""
    if all(len(rows) > _FEW for rows in found.values()):
        return False
    if made.ending.how is Ended.EXITED:
        return bool(made.ending.exit_status) and bool(made.ending.logged or made.ending.errors)
    if made.ending.how is not Ended.RAISED or not made.ending.errors:
        return False
    raised = made.ending.errors[-1]
    last = raised.frames[-1] if raised.frames else None
    said = last is not None and last.inside and last.code.lstrip().startswith(("raise", "assert"))
    return bool(said and raised.text)
