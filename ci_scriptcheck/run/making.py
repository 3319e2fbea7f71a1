"""Data made from datasets: once for all tasks that are given the same, kept like a result.

A generator runs as a script does; all else is made by the limited reader, as `data.reader` says.
"""

from __future__ import annotations

import json
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ci_scriptcheck import atomic
from ci_scriptcheck.data import reader
from ci_scriptcheck.model.codec import from_json, to_json
from ci_scriptcheck.model.contract import GeneratedBy
from ci_scriptcheck.model.result import Artefact, Outcome, TaskResult
from ci_scriptcheck.model.scenario import STANDARD
from ci_scriptcheck.run import calling, observed, reading, workspace
from ci_scriptcheck.run.process import hosting
from ci_scriptcheck.run.process.request import CONTENTS, Ended, Generator
from ci_scriptcheck.run.store import locks
from ci_scriptcheck.run.store.digest import of_text
from ci_scriptcheck.values import dataclass, field, replace

if TYPE_CHECKING:
    from ci_scriptcheck.model.contract import Dataset
    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.model.source import Synthetic
    from ci_scriptcheck.run.context import Context
    from ci_scriptcheck.run.process.request import Call, Ending

_PORT = "data"


class Unmakeable(Exception):  # noqa: N818  (a finding about a dataset, not a fault of ours)
    """The data cannot be made; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Data that were made.

    Attributes:
        folder: Where they lie, unless only the store has them.
        reads: Files of the repository that a generator opened → digest.
    """

    artefact: Artefact
    folder: Path
    reads: Mapping[str, str] = field(default_factory=dict)


def made(context: Context, task: Task, source: Synthetic) -> Made:
    """Give the data that a task draws from a dataset, made now or before.

    Raises:
        Unmakeable: the dataset's schema, files or generator do not work.
    """
    key = context.keys.of_made(source, task)
    place = folder(context.run_directory) / key[:32]
    with locks.held(context.lock(f"made-{key[:32]}")):
        stored = _known(context, place, key)
        if stored is None:
            stored = _make(context, task, source, place)
            atomic.write_text(place / "made.json", json.dumps(to_json(stored)))
            if _is_sure(context, source, stored):
                context.store.save(key, stored, {_PORT: place / "out" / _PORT})
    return Made(artefact=stored.outputs[_PORT], folder=place / "out" / _PORT, reads=stored.reads)


def folder(run_directory: Path) -> Path:
    """Give the folder of all data made in a run, the only one that the reader writes to."""
    return run_directory / "made"


def _known(context: Context, place: Path, key: str) -> TaskResult | None:
    try:
        return from_json(TaskResult, json.loads((place / "made.json").read_bytes()))
    except (OSError, ValueError):
        return context.store.find(key, context.keys.is_current)


def _is_sure(context: Context, source: Synthetic, stored: TaskResult) -> bool:
    """Say whether nothing that the data were made from was changed meanwhile."""
    origin = context.plan.datasets[source.dataset].origin
    code = origin.file if isinstance(origin, GeneratedBy) else None
    return context.keys.is_code_as_planned(code) and observed.are_stable(stored.reads)


def _make(context: Context, task: Task, source: Synthetic, place: Path) -> TaskResult:
    space = workspace.Workspace(place)
    space.clear()
    out = space.output(_PORT)
    out.mkdir(parents=True)
    dataset = context.plan.datasets[source.dataset]
    reads: Mapping[str, str] = {}
    limits = task.settings.limits
    match dataset.origin:
        case GeneratedBy():
            reads = _generate(context, task, source, space)
        case _:
            _synthesize(context, task, source, out)
    stock = workspace.stock_of(out, most=limits.output_files, most_bytes=limits.most_bytes)
    if not stock.is_whole:
        most = f"{limits.output_files:,} files or {limits.most_bytes:,} bytes"
        raise Unmakeable(f"it has more than {most}")
    artefact = reading.measured(context.ask, out, stock.artefact)
    return TaskResult(
        task=f"made/{source.dataset}",
        outcome=Outcome.PASSED,
        outputs={_PORT: artefact},
        reads=reads,
    )


def _synthesize(context: Context, task: Task, source: Synthetic, folder: Path) -> None:
    """Write the files of a dataset, made from its schema.

    Raises:
        Unmakeable: a formula or a setting of the dataset does not work.
    """
    answer = context.ask(
        reader.synthesizing(
            source.dataset,
            node=source.node,
            datasets=context.plan.related_datasets(source.dataset),
            scenario=context.keys.scenario(task),
            seed=task.settings.seed,
            rows=task.settings.rows,
            root=context.root,
            folder=folder,
            defect=source.defect,
            most_bytes=task.settings.limits.most_bytes,
        )
    )
    _refuse_error(answer)


def _generate(
    context: Context, task: Task, source: Synthetic, space: workspace.Workspace
) -> Mapping[str, str]:
    dataset = context.plan.datasets[source.dataset]
    content = space.folder / "content"
    content.mkdir()
    call = _call(context, task, source, space, content)
    since = observed.moment()
    host = hosting.host_of(context.plan, context.repository, task)
    ending = context.call(host, call)
    if ending.how is Ended.LOST:
        ending = context.call(host, call)
    if ending.how is not Ended.RETURNED or ending.returned is None:
        raise Unmakeable(_what_failed(dataset, ending))
    written = _content(dataset, content, ending.returned)
    out = space.output(_PORT)
    laid_out = reader.laying_out(
        dataset,
        content=written,
        folder=out,
        defect=source.defect,
        most_bytes=task.settings.limits.most_bytes,
    )
    _refuse_error(context.ask(laid_out))
    return observed.reads(context, call.target.file, ending, since=since)


def _content(dataset: Dataset, folder: Path, name: str) -> Path:
    """Give the file that a generator left: its process is foreign, and can leave and claim anything.

    Raises:
        Unmakeable: it is none of those that our own code writes there.
    """
    written = folder / name
    if name not in CONTENTS or folder.is_symlink() or not _is_plain(written):
        raise Unmakeable(f"the generator of `{dataset.name}` left no file of its own")
    return written


def _is_plain(file: Path) -> bool:
    try:
        return stat.S_ISREG(file.lstat().st_mode)
    except OSError:
        return False


def _refuse_error(answer: dict[str, Any]) -> None:
    for name in ("unmakeable", "error"):
        if answer.get(name) is not None:
            raise Unmakeable(str(answer[name]))


def _call(
    context: Context,
    task: Task,
    source: Synthetic,
    space: workspace.Workspace,
    content: Path,
) -> Call:
    settings = task.settings
    origin = context.plan.datasets[source.dataset].origin
    assert isinstance(origin, GeneratedBy)  # noqa: S101  (the caller has matched it; for mypy)
    schema = context.plan.datasets[source.dataset].schema
    scenario = context.keys.scenario(task)
    rows = next(
        count for count in (scenario.rows, schema.rows, settings.rows) if count is not None
    )
    seed = int(of_text(f"{settings.seed}/{source.dataset}/{source.node}")[:8], 16)
    generator = Generator(
        file=str(context.root / origin.file),
        roots=hosting.import_roots(context.plan, context.root, settings),
        in_package=hosting.is_in_package(context.plan, origin.file),
        function=origin.function,
        rows=rows,
        seed=seed,
        # A defect is put into good data; a generator need not know of it.
        scenario=scenario.name if source.defect is None else STANDARD,
        folder=str(content),
    )
    hidden = context.hidden()
    call = calling.call_of(generator, settings, space, tree=context.root, hidden=hidden)
    return replace(call, seed=seed, writable=(str(content),), outputs=(str(content),))


def _what_failed(dataset: Dataset, ending: Ending) -> str:
    origin = dataset.origin
    name = f"`{origin.file}:{origin.function}`" if isinstance(origin, GeneratedBy) else "it"
    if ending.errors:
        raised = ending.errors[0]
        return f"the generator {name} raised {raised.type}: {raised.text.splitlines()[0] if raised.text else ''}"
    how = "gave no table, text or bytes" if ending.how is Ended.RETURNED else ending.how.value
    return f"the generator {name} ended without data: {how.replace('_', ' ')}"
