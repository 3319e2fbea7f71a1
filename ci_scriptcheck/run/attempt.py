"""One run of a task's script, from its folders to the result; how often it is tried is not its matter."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, assert_never

from ci_scriptcheck.model import not_run
from ci_scriptcheck.model.contract import CopiedFrom
from ci_scriptcheck.model.result import Artefact, Outcome, StartUp, TaskResult
from ci_scriptcheck.model.scenario import Expect
from ci_scriptcheck.run import (
    calling,
    contents,
    excerpts,
    holding,
    observed,
    packing,
    reading,
    scene,
    supply,
    workspace,
)
from ci_scriptcheck.run.judgement import checks, withheld
from ci_scriptcheck.run.judgement.case import Case
from ci_scriptcheck.run.judgement.exhibits import Misfit, OutOfBounds, RowsDiffer, Scene
from ci_scriptcheck.run.judgement.repeat import Repeat, Variation
from ci_scriptcheck.run.privacy import of_tasks
from ci_scriptcheck.run.process import hosting
from ci_scriptcheck.run.process.request import Call, Ended, Ending, Script
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.run.context import Context
    from ci_scriptcheck.run.supply import Supply
    from ci_scriptcheck.run.workspace import Staged, Workspace

_TAIL_LINES = 40
_TAIL_BYTES = 64_000
_TAIL_WIDTH = 500
MIB = 1024**2


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One run, with what it was given and what it left.

    Attributes:
        given: Input port → what lay there, and whether it was read.
        changed: Input port → files there that the script changed.
        written: Output port → what readers of it get.
        left_out: Output port → names that they do not get, with what those are.
        folders: Output port → where that lies.
        reads: Files of the repository that the run opened beyond its closure.
    """

    call: Call
    ending: Ending
    given: Mapping[str, Artefact]
    changed: Mapping[str, tuple[str, ...]]
    written: Mapping[str, Artefact]
    left_out: Mapping[str, Mapping[str, str]]
    folders: Mapping[str, Path]
    reads: Mapping[str, str]


def run(
    context: Context,
    task: Task,
    supplies: Mapping[str, Supply],
    space: Workspace,
    *,
    variation: Variation = Variation.NONE,
) -> Attempt:
    """Lay out the folders, call the script, and take stock of what it left.

    Raises:
        OSError: the folders cannot be laid out.
        SupplierGone: an input must be made again.
        Unmakeable: an input was changed while it was laid out.
    """
    space.clear()
    staged = _stage(context, task, supplies, space)
    for output in task.outputs:
        space.output(output.port).mkdir(parents=True)
    call = _call(context, task, space)
    host = hosting.host_of(context.plan, context.repository, task)
    match variation:
        case Variation.NUMBERS:
            call = replace(call, seed=call.seed + 1)
        case Variation.HASHES:
            host = hosting.with_other_hashes(host, context.plan, task)
        case Variation.NONE:
            pass
        case _:
            assert_never(variation)
    since = observed.moment()
    ending = context.call(host, call)
    opened = frozenset(ending.read)
    given = {
        port: replace(item.artefact, read=workspace.was_read(item, opened))
        for port, item in staged.items()
    }
    changed = {port: workspace.what_changed(item) for port, item in staged.items()}
    folders = {output.port: space.output(output.port) for output in task.outputs}
    written, is_whole = _deliver(context, task, space, folders)
    if not is_whole and ending.how is Ended.RETURNED:
        # Links among its outputs weigh nothing until they become what they lead to.
        ending = replace(ending, how=Ended.OUTPUT)
    left_out = {
        output.port: workspace.no_files(space.output(output.port)) for output in task.outputs
    }
    made_from = {name: digest for item in supplies.values() for name, digest in item.reads.items()}
    opened_now = observed.reads(context, call.target.file, ending, since=since)
    return Attempt(
        call=call,
        ending=ending,
        given=given,
        changed={port: files for port, files in changed.items() if files},
        written=written,
        left_out={port: names for port, names in left_out.items() if names},
        folders=folders,
        reads=made_from | dict(opened_now),
    )


def judged(
    context: Context, task: Task, attempt: Attempt, repeats: tuple[Repeat, ...]
) -> TaskResult:
    """Say what a run amounts to, with what second runs showed where there were any."""
    ending = attempt.ending
    is_private = is_about_private_data(context, task, ending)
    # What it has opened though nobody gave it stands in what it wrote, too.
    task = replace(task, is_private=is_private)
    known = None
    if is_private:
        code = of_tasks.code(context, task)
        known = of_tasks.of_run(context, task, attempt.call.target, attempt.given, attempt.ending)
        ending = withheld.of_ending(ending, code, known)
        repeats = withheld.of_repeats(repeats, code, known)
    outcome, findings = checks.judge(
        Case(
            task=task,
            call=attempt.call,
            ending=ending,
            inputs=attempt.given,
            outputs=attempt.written,
            changed=attempt.changed,
            left_out=attempt.left_out,
            repeats=repeats,
            datasets=context.plan.datasets,
            rules=context.plan.rules,
            scenario=context.keys.scenario(task),
            today=context.today,
            scene=_scene(context, task, attempt),
            known=known,
            misfits=_misfits(context, task, attempt),
            **_held(context, task, attempt),
        )
    )
    log = Path(attempt.call.log)
    return TaskResult(
        task=task.id,
        outcome=outcome,
        why_not=not_run.INTERRUPTED if outcome is Outcome.NOT_RUN else None,
        findings=tuple(excerpts.with_excerpt(finding, context.root) for finding in findings),
        seconds=ending.seconds,
        cpu_seconds=ending.cpu_seconds,
        peak_memory_mb=ending.peak_memory / MIB,
        start_up=_start_up(ending),
        inputs=attempt.given,
        outputs=attempt.written,
        log_tail=() if is_private else _tail(log),
        log_file=log.relative_to(context.run_directory).as_posix(),
        reads=attempt.reads,
        protections=ending.protections,
        worker=context.worker,
        is_private=is_private,
    )


def _start_up(ending: Ending) -> StartUp | None:
    if not ending.memory_before:
        return None
    return StartUp(
        seconds=ending.seconds_before,
        cpu_seconds=ending.cpu_seconds_before,
        memory_mb=ending.memory_before / MIB,
    )


def is_about_private_data(context: Context, task: Task, ending: Ending) -> bool:
    """Say whether a script was given real data, or has opened them where they lie."""
    return task.is_private or _has_opened_real_data(context, ending)


def _has_opened_real_data(context: Context, ending: Ending) -> bool:
    plan = context.plan
    sides = plan.datasets, {} if plan.base is None else plan.base.datasets
    places = [
        root / dataset.origin.path
        for datasets in sides
        for dataset in datasets.values()
        if dataset.is_private and isinstance(dataset.origin, CopiedFrom)
        for root in (context.root, context.repository)
    ]
    return any(Path(path).is_relative_to(place) for path in ending.read for place in places)


def _scene(context: Context, task: Task, attempt: Attempt) -> Scene:
    if not attempt.ending.errors:
        return Scene()
    return scene.look_around(
        attempt.ending,
        attempt.call,
        project=context.root / context.plan.folder,
        python=hosting.host_of(context.plan, context.repository, task).python,
    )


def _misfits(context: Context, task: Task, attempt: Attempt) -> tuple[Misfit, ...]:
    """Look at the content where the script ended well on data that it has to cope with."""
    is_to_fail = context.keys.scenario(task).expect is Expect.ERROR
    if attempt.ending.how is not Ended.RETURNED or is_to_fail:
        return ()
    return contents.misfits(context, task, attempt.given, attempt.written)


def _held(context: Context, task: Task, attempt: Attempt) -> _Held:
    """Look at what came out only where data that the script has to cope with gave it a good end."""
    is_usual = context.keys.scenario(task).expect is Expect.SUCCESS
    if attempt.ending.how is not Ended.RETURNED or not is_usual:
        return {}
    space = context.workspace(task.id)
    broken = holding.out_of_bounds(context.ask, task, space)
    return {
        "out_of_bounds": withheld.of_bounds(broken) if task.is_private else broken,
        "differing_rows": holding.differing_rows(context.ask, task, space),
    }


class _Held(TypedDict, total=False):
    """Parts of a case that the limited reader has told."""

    out_of_bounds: tuple[OutOfBounds, ...]
    differing_rows: tuple[RowsDiffer, ...]


def _stage(
    context: Context, task: Task, supplies: Mapping[str, Supply], space: Workspace
) -> Mapping[str, Staged]:
    staged = {}
    for item in task.inputs:
        given = supplies[item.port]
        staged[item.port] = workspace.stage(
            given.artefact, space.input(item.port), partial(supply.bring, context, given)
        )
    return staged


def _call(context: Context, task: Task, space: Workspace) -> Call:
    settings = task.settings
    inputs = {item.parameter: _path(space.input(item.port), item.file) for item in task.inputs}
    outputs = {item.parameter: _path(space.output(item.port), item.file) for item in task.outputs}
    script = Script(
        file=str(context.root / (task.script or "")),
        roots=hosting.import_roots(context.plan, context.root, settings),
        in_package=hosting.is_in_package(context.plan, task.script),
        input_paths=inputs,
        output_paths=outputs,
        environ_vars=settings.env,
        job_args=settings.args,
        call=settings.call,
        modules=hosting.modules_of(context.plan, task.script),
    )
    hidden = context.hidden()
    tree, checkout = context.root, context.repository
    return calling.call_of(script, settings, space, tree=tree, hidden=hidden, checkout=checkout)


def _path(folder: Path, file: str | None) -> str:
    return str(folder if file is None else folder / file)


def _deliver(
    context: Context, task: Task, space: Workspace, folders: dict[str, Path]
) -> tuple[Mapping[str, Artefact], bool]:
    """Measure each output as its readers get it, packed where the platform packs it.

    Says, too, whether that is all that the script wrote.
    """
    limits = task.settings.limits
    files, size = limits.output_files, limits.most_bytes
    written: dict[str, Artefact] = {}
    is_whole = True
    for output in task.outputs:
        folder = folders[output.port]
        stock = workspace.stock_of(folder, most=files, most_bytes=size)
        found = stock.artefact
        is_whole = is_whole and stock.is_whole
        files -= len(found.files)
        size -= sum(file.bytes for file in found.files)
        if output.pack is not None and found.files:
            folders[output.port] = space.packed(output.port)
            packing.pack(folder, found, folders[output.port] / output.pack)
            folder = folders[output.port]
            found = workspace.collect(folder, most=1)
        written[output.port] = reading.measured(context.ask, folder, found)
    return written, is_whole


def _tail(log: Path) -> tuple[str, ...]:
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ()
    return tuple(line[:_TAIL_WIDTH] for line in text.splitlines()[-_TAIL_LINES:])
