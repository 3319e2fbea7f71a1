"""What may be told of a run on private data while others still go on: the classes and names that its texts may hold.

They are looked up when it has failed, as nothing else of an exception's text reaches a result.
"""

from __future__ import annotations

from functools import cache, partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from ci_scriptcheck.model.change import Closure
from ci_scriptcheck.model.plan import Side
from ci_scriptcheck.run import record
from ci_scriptcheck.run.privacy import texts, written_down
from ci_scriptcheck.run.privacy.texts import KnownNames
from ci_scriptcheck.run.privacy.values import Named
from ci_scriptcheck.run.privacy.words import words_of
from ci_scriptcheck.run.process.request import Script
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from ci_scriptcheck.model.plan import Plan, Task
    from ci_scriptcheck.model.result import Artefact, TaskResult
    from ci_scriptcheck.run.context import Context
    from ci_scriptcheck.run.privacy.classes import Code
    from ci_scriptcheck.run.process.request import Ending, Target


def code(context: Context, task: Task) -> Code:
    """Say what is known of all code that a task runs."""
    return written_down.code(
        context.root, [_closure(context, task)], context.plan.datasets.values()
    )


def _closure(context: Context, task: Task) -> Closure:
    script = task.script or ""
    return context.plan.closures.get(script) or Closure(script=script)


def of_run(
    context: Context, task: Task, target: Target, given: Mapping[str, Artefact], ending: Ending
) -> KnownNames:
    """Give the names that may be told of a run of a task; of one that raised nothing, nobody asks for any.

    Args:
        context: Of the task's side.
        task: That was run.
        target: What was called.
        given: Input port → what lay there.
        ending: How it ended.
    """
    if not ending.errors:
        return KnownNames()
    found = (*given.values(), *_on_base(context, task), *_here(context, task))
    known = of_artefacts(context.plan, context.root, found)
    # A column that is not there is one of no table. What stands in the code as a whole, as in `data["amuont"]`, is no
    # accident of a cell; its words would be too little, as sentences of them can be made.
    asked = written_down.asked_for(context.root, _closure(context, task))
    return replace(known, names=known.names | asked, folders=frozenset(_folders(task, target)))


def of_artefacts(plan: Plan, root: Path, artefacts: Iterable[Artefact]) -> KnownNames:
    """Give the names of columns and files that may be told, of those that the settings or artefacts have."""
    code = written_down.code(root, plan.closures.values(), plan.datasets.values())
    words = code.words | words_of(value for one in plan.tasks for value in one.variables.values())
    return KnownNames(names=texts.known(_stated(plan), _found(artefacts), words))


def telling(
    plan: Plan, root: Path, task: Task, results: Iterable[TaskResult]
) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    """Give a function that leaves those names of columns that may be told of a task and its like."""
    if not task.is_private:
        return tuple
    artefacts = (artefact for one in results for artefact in one.inputs.values())
    return of_artefacts(plan, root, artefacts).told


def naming(plan: Plan, root: Path) -> Callable[[frozenset[str]], Named]:
    """Give a function that says what may be named of the values of a port, by the columns of it that are categories."""
    words = cache(partial(written_down.of_plan, plan, root))
    return lambda categories: Named(categories=categories, words=words)


def _stated(plan: Plan) -> Iterator[str]:
    """Give the names that stand in the settings of head and of base."""
    for datasets in (plan.datasets, plan.base.datasets if plan.base else {}):
        for dataset in datasets.values():
            yield from (column.name for column in dataset.schema.columns)
            yield from (entry.name for entry in dataset.files)
    for task in plan.tasks:
        yield from (item.file for item in task.inputs if item.file)
        yield from (output.file for output in task.outputs if output.file)


def _on_base(context: Context, task: Task) -> tuple[Artefact, ...]:
    """Give what base's task was given, which has ended where a run waits for it: it has what the change took away."""
    if task.side is not Side.HEAD or task.beside is None:
        return ()
    found = record.read_result(context.run_directory, task.beside)
    return () if found is None else tuple(found.inputs.values())


def _here(context: Context, task: Task) -> Iterator[Artefact]:
    """Give what this branch writes where a task is given what production gave it: it has what the change brings."""
    for item in task.inputs:
        found = (
            None
            if item.here is None
            else record.read_result(context.run_directory, item.here.task)
        )
        if item.here is not None and found is not None and item.here.port in found.outputs:
            yield found.outputs[item.here.port]


def _found(artefacts: Iterable[Artefact]) -> Iterator[str]:
    for artefact in artefacts:
        for file in artefact.files:
            yield file.path
            yield from file.columns


def _folders(task: Task, target: Target) -> Iterator[str]:
    if not isinstance(target, Script):
        return
    for item in task.inputs:
        if item.parameter in target.input_paths:
            yield _folder(target.input_paths[item.parameter], item.file)
    for output in task.outputs:
        if output.parameter in target.output_paths:
            yield _folder(target.output_paths[output.parameter], output.file)


def _folder(path: str, file: str | None) -> str:
    """Give the folder of a port from the path that a script is given for it."""
    return str(PurePosixPath(path).parent) if file else path
