"""The `malformed` scenario: a task for each kind of defect, put into one made input at a time.

A defect must be one that a careful script can see: a column that it names, a file whose format says
that something is missing. Which of several it is follows from their names, so that another column
rarely changes the choice.
"""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from ci_scriptcheck.model import not_run
from ci_scriptcheck.model.contract import ColumnType, Format, GeneratedBy, Synthesized, TableFile
from ci_scriptcheck.model.defect import Defect, DefectKind
from ci_scriptcheck.model.scenario import BUILT_IN, Condition
from ci_scriptcheck.model.source import Synthetic
from ci_scriptcheck.model.task_ids import task_id
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.model.contract import Column, Dataset, Entry
    from ci_scriptcheck.model.plan import Input, Task
    from ci_scriptcheck.model.project import Project
    from ci_scriptcheck.modes.sources import Circumstances

_WITH_COLUMNS = frozenset({Format.CSV, Format.TSV, Format.PARQUET, Format.JSONL, Format.JSON})
_EMPTY_IS_NO_TABLE = _WITH_COLUMNS - {Format.JSONL}
_CHECKED_BYTES = frozenset({Format.PARQUET, Format.JSON, Format.JSONL})
_NUMBERS = frozenset({ColumnType.INT, ColumnType.FLOAT})
_MOMENTS = frozenset({ColumnType.DATE, ColumnType.DATETIME})
_GIVEN_FORMATS = {".json": Format.JSON, ".jsonl": Format.JSONL}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """A defect that could be put in; of each kind, the one with the least rank is taken."""

    port: str
    defect: Defect
    rank: tuple[int | str, ...]


def is_malformed(project: Project, scenario: str) -> bool:
    """Say whether the data of a scenario hold a defect."""
    known = project.scenarios.get(scenario) or BUILT_IN.get(scenario)
    return known is not None and known.condition is Condition.MALFORMED


def variants(
    project: Project, task: Task, scenario: str, circumstances: Circumstances
) -> tuple[Task, ...]:
    """Give a task once for each kind of defect; as it is, blocked, where none can be put in."""
    best: dict[DefectKind, _Choice] = {}
    if task.blocked is None:
        for choice in _choices(project, task, circumstances):
            known = best.get(choice.defect.what)
            if known is None or choice.rank < known.rank:
                best[choice.defect.what] = choice
    if not best:
        name = task_id(node=task.node, pipeline=task.pipeline, scenario=scenario)
        why = task.blocked or not_run.unbreakable(scenario)
        return (replace(task, id=name, scenario=scenario, blocked=why),)
    chosen = [best[kind] for kind in DefectKind if kind in best]
    return tuple(_with_defect(task, scenario, choice, circumstances) for choice in chosen)


def _with_defect(task: Task, scenario: str, choice: _Choice, circumstances: Circumstances) -> Task:
    variant = f"{scenario}: {choice.defect}"
    name = task_id(node=task.node, pipeline=task.pipeline, scenario=variant)
    inputs = tuple(
        replace(item, source=replace(item.source, defect=choice.defect))
        if item.port == choice.port and isinstance(item.source, Synthetic)
        else item
        for item in task.inputs
    )
    weight = circumstances.weights.get(name, 1.0)
    return replace(task, id=name, scenario=scenario, inputs=inputs, weight=weight)


def _choices(project: Project, task: Task, circumstances: Circumstances) -> Iterator[_Choice]:
    named = circumstances.named.get(task.script or "", frozenset()) | _told(task)
    for item in task.inputs:
        if not isinstance(item.source, Synthetic):
            continue
        dataset = project.datasets[item.source.dataset]
        if not isinstance(dataset.origin, Synthesized | GeneratedBy):
            continue
        found = (*_of_columns(dataset, named), *_of_files(dataset, item, named))
        for defect, rank in found:
            tie = _number(task.settings.seed, task.step, item.port, str(defect))
            yield _Choice(
                port=item.port, defect=defect, rank=(0 if item.required else 1, *rank, tie)
            )


def _told(task: Task) -> frozenset[str]:
    """Give what variables and arguments tell a script, lists taken apart."""
    values = [*task.variables.values(), *task.settings.env.values(), *task.settings.args.values()]
    texts = (value.split(",") for value in values if isinstance(value, str))
    return frozenset(part.strip(" []\"'") for parts in texts for part in parts)


def _of_columns(
    dataset: Dataset, named: frozenset[str]
) -> Iterator[tuple[Defect, tuple[int | str, ...]]]:
    tables = [file for file in dataset.files if isinstance(file, TableFile)]
    if not any(file.format in _WITH_COLUMNS for file in tables):
        return
    columns = dataset.schema.columns
    for column in columns:
        used = 0 if column.name in named else 1
        if len(columns) > 1:
            yield Defect(what=DefectKind.MISSING_COLUMN, column=column.name), (used, 0, 0)
        if column.type in _NUMBERS | _MOMENTS:
            wrong = Defect(what=DefectKind.WRONG_TYPE, column=column.name, type=column.type.value)
            yield wrong, (used, 0 if column.type in _NUMBERS else 1, 0)


def _of_files(
    dataset: Dataset, item: Input, named: frozenset[str]
) -> Iterator[tuple[Defect, tuple[int | str, ...]]]:
    for entry in dataset.files:
        if isinstance(entry, TableFile):
            kind, name, share = entry.format, entry.names()[0], -round(1000 * entry.share)
            wanted = 1
        else:
            kind, name, share = _given_format(entry.name), entry.name, 0
            wanted = 1 if _is_named(entry.name, named) else 2
        rank = (0 if name == item.file else wanted, share, 0)
        for what in _breakable(entry, kind, dataset.schema.columns):
            yield Defect(what=what, file=name), rank


def _given_format(name: str) -> Format:
    return _GIVEN_FORMATS.get(PurePosixPath(name).suffix.lower(), Format.ANY)


def _is_named(file: str, named: frozenset[str]) -> bool:
    return file in named or PurePosixPath(file).name in named


def _breakable(entry: Entry, kind: Format, columns: tuple[Column, ...]) -> Iterator[DefectKind]:
    """Name the kinds of defects of a file that a reader can tell from good data."""
    packed = PurePosixPath(entry.name).suffix == ".gz"
    # The last of several cells can be seen to be missing, the end of a text cannot.
    lines_have_ends = kind not in {Format.CSV, Format.TSV} or len(columns) != 1
    if packed or (kind in _WITH_COLUMNS and lines_have_ends):
        yield DefectKind.TRUNCATED
    if packed or kind in _EMPTY_IS_NO_TABLE:
        yield DefectKind.EMPTY
    if packed or kind in _CHECKED_BYTES:
        yield DefectKind.BROKEN_BYTES


def _number(*names: str | int) -> str:
    return hashlib.sha256("/".join(str(name) for name in names).encode()).hexdigest()
