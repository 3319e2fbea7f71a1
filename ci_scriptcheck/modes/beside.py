"""Base beside head: for each checked task the one that shows what base does with the same inputs.

What comes from no other task is given to both sides alike, as head describes it. A task of base
reads what tasks of base wrote; where a supplier is out of the change's reach, both sides share it.
What base does with other versions of its libraries than are installed here cannot be shown: such
tasks, and all that read what they write, are beside nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model import new_data
from ci_scriptcheck.model.change import After, Feeds
from ci_scriptcheck.model.plan import Input, Purpose, Side
from ci_scriptcheck.model.scenario import STANDARD
from ci_scriptcheck.model.source import Copied, Upstream
from ci_scriptcheck.model.task_ids import ACROSS, ON_BASE
from ci_scriptcheck.modes import suppliers, tasks
from ci_scriptcheck.modes.malformed import is_malformed
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ci_scriptcheck.model.change import LibraryChanged, Selection
    from ci_scriptcheck.model.plan import Plan, Task
    from ci_scriptcheck.model.project import Project, Step
    from ci_scriptcheck.model.scenario import Scenario
    from ci_scriptcheck.model.source import Source
    from ci_scriptcheck.modes.sources import Circumstances


def with_base(
    head: tuple[Task, ...],
    base: Project,
    reached: Selection,
    circumstances: Circumstances,
    scenarios: Mapping[str, Scenario],
    libraries: Mapping[str, LibraryChanged],
) -> tuple[Task, ...]:
    """Add to the tasks of a plan those of base that they are compared with, suppliers first.

    Args:
        head: The tasks of a plan, each after those it needs.
        base: The project as base has it.
        reached: What the change can affect: all else would do the same on base.
        circumstances: What is installed, and which scripts base has.
        scenarios: Of head, by name.
        libraries: Step → a library of which base has another version than what is installed here.
    """
    known = {task.id: task for task in head}
    wanted = {
        made.id: made
        for task in head
        if _is_reached(task, reached)
        for made in _counterpart(task, base, circumstances)
    }
    complete = suppliers.complete(base, wanted.values(), circumstances)
    unlike = _with_other_libraries(complete, libraries)
    if unlike:
        wanted = {name: made for name, made in wanted.items() if name not in unlike}
        complete = suppliers.complete(base, wanted.values(), circumstances)
    shared = {task.id for task in head if not _is_reached(task, reached)}
    own = [task for task in complete if task.id not in shared]
    names = {task.id for task in own}
    on_base = {task.id: _on_base(task, known.get(task.id), names) for task in own}
    across = {
        name: _across(on_base[name], known[name])
        for name in wanted
        if name in on_base and _is_ambiguous(known[name], on_base[name], reached)
    }
    drawn_anew = {
        task.id
        for task in own
        if task.id in known and _is_drawn_anew(task, known[task.id], base.scenarios, scenarios)
    }
    return tuple(
        replace(
            task,
            is_drawn_anew=_of_head(task.id) in drawn_anew,
            other_library=unlike.get(task.id) if task.side is Side.HEAD else None,
        )
        for task in _in_order(head, on_base, across)
    )


def expecting_nothing_of_new_data(plan: Plan) -> Plan:
    """Expect nothing of the data of base's tasks that are given what the change brings.

    Base describes the data that it has, and never said what it makes of others. Were it held to that here, its
    tasks would fail on a sample that takes the place of made data, and nothing could be compared with them.
    """
    if plan.base is None:
        return plan
    readers = new_data.readers(plan)
    return replace(
        plan,
        tasks=tuple(
            _expecting_nothing(task)
            if task.side is Side.BASE and not task.is_test and task.id in readers
            else task
            for task in plan.tasks
        ),
    )


def _expecting_nothing(task: Task) -> Task:
    return replace(
        task,
        inputs=tuple(replace(item, expects=None) for item in task.inputs),
        outputs=tuple(replace(item, expects=None, readers=(), bounds=()) for item in task.outputs),
    )


def _of_head(name: str) -> str:
    """Give the id of the task of head that a task of base stands beside, or its own."""
    return name.removesuffix(ACROSS).removesuffix(ON_BASE)


def _with_other_libraries(
    base: Iterable[Task], libraries: Mapping[str, LibraryChanged]
) -> Mapping[str, LibraryChanged]:
    """Find the tasks of base that would do here what they do nowhere else, or are given such things.

    Args:
        base: Each after those it needs.
        libraries: Step → a library of which base has another version.
    """
    found: dict[str, LibraryChanged] = {}
    for task in base:
        own = libraries.get(task.step)
        for change in (own, *(found.get(need) for need in task.needs())):
            if change is not None:
                found[task.id] = change
                break
    return found


def _is_drawn_anew(
    base: Task, head: Task, before: Mapping[str, Scenario], after: Mapping[str, Scenario]
) -> bool:
    """Say whether a task of head is given data otherwise than base's own settings would have it."""
    settings = [(one.settings.rows, one.settings.seed) for one in (base, head)]
    return (
        settings[0] != settings[1]
        or before.get(head.scenario) != after.get(head.scenario)
        or _is_given_another_copy(base, head)
    )


def _is_given_another_copy(base: Task, head: Task) -> bool:
    """Say whether a task of head is given files of the repository where base has other ones, or makes its data."""
    there = {item.port: item.source for item in base.inputs}
    return any(
        isinstance(item.source, Copied)
        and not isinstance(there.get(item.port, item.source), Upstream)
        and there.get(item.port, item.source) != item.source
        for item in head.inputs
    )


def _is_reached(task: Task, reached: Selection) -> bool:
    if task.pipeline is None:
        return task.step in reached.steps
    return f"{task.pipeline}/{task.node}" in reached.nodes


def _counterpart(task: Task, base: Project, circumstances: Circumstances) -> Iterator[Task]:
    """Make the task of base that does what one of head does, where base has it."""
    if task.purpose is not Purpose.CHECK or task.blocked is not None:
        return
    # A defect lies in the data, which are head's, and in those of no other task.
    scenario = STANDARD if is_malformed(base, task.scenario) else task.scenario
    if task.pipeline is None:
        step = base.steps.get(task.step)
        if step is not None and step.script is not None:
            for made in _alone(task, step, base, circumstances, scenario):
                yield replace(made, id=task.id, scenario=task.scenario)
    elif task.pipeline in base.pipelines:
        pipeline = base.pipelines[task.pipeline]
        for node in pipeline.nodes:
            if node.name == task.node:
                made = tasks.of_node(
                    base,
                    pipeline,
                    node,
                    Feeds(),
                    circumstances,
                    scenario=scenario,
                    purpose=Purpose.COMPARE,
                )
                yield replace(made, id=task.id, scenario=task.scenario)


def _alone(
    task: Task, step: Step, base: Project, circumstances: Circumstances, scenario: str
) -> Iterator[Task]:
    """Make the task of base that runs a step alone: as usual, in a test, or with other settings.

    What a change expects otherwise in a test, or varies anew, base was never held to.
    """
    if task.variant is None:
        yield tasks.of_step(base, step, Feeds(), circumstances, scenario=scenario)
    elif task.is_test:
        for test in step.tests:
            made = tasks.of_test(base, step, test, Feeds(), circumstances)
            if test.name == task.variant and _expected(made) == _expected(task):
                yield made
    else:
        for variation in step.variations:
            if variation.name == task.variant:
                yield tasks.of_variation(base, step, variation, Feeds(), circumstances)


def _expected(test: Task) -> Mapping[str, object]:
    return {item.port: (item.rows, item.bounds) for item in test.outputs}


def _on_base(task: Task, head: Task | None, names: set[str]) -> Task:
    """Let a task run on the side of base, on the same root inputs as in head."""
    given = {item.port: item.source for item in head.inputs} if head is not None else {}
    settings = task.settings
    if head is not None:
        # What data are drawn with is part of them.
        settings = replace(settings, rows=head.settings.rows, seed=head.settings.seed)
    return replace(
        task,
        id=task.id + ON_BASE,
        settings=settings,
        side=Side.BASE,
        purpose=Purpose.COMPARE,
        reason=Feeds(),
        inputs=tuple(_given(item, given.get(item.port), names) for item in task.inputs),
    )


def _given(item: Input, head: Source | None, names: set[str]) -> Input:
    if item.here is not None and item.here.task in names:
        item = replace(item, here=replace(item.here, task=item.here.task + ON_BASE))
    match item.source:
        case Upstream(task=task, port=port):
            is_own = task in names
            return replace(item, source=Upstream(task=task + ON_BASE * is_own, port=port))
        case _ if head is not None and not isinstance(head, Upstream):
            return replace(item, source=head)
        case _:
            return item


def _is_ambiguous(task: Task, base: Task, reached: Selection) -> bool:
    """Say whether a difference could come from the script itself as well as from what it is given."""
    if task.pipeline is None:
        reason = reached.steps.get(task.step)
    else:
        reason = reached.nodes.get(f"{task.pipeline}/{task.node}")
    has_changed_inputs = any(need.endswith(ON_BASE) for need in base.needs())
    return reason is not None and not isinstance(reason, After) and has_changed_inputs


def _across(base: Task, head: Task) -> Task:
    """Give base's script what head's is given, as far as both have the ports."""
    given = {item.port: item.source for item in head.inputs}
    return replace(
        base,
        id=head.id + ACROSS,
        inputs=tuple(
            replace(item, source=given.get(item.port, item.source)) for item in base.inputs
        ),
    )


def _in_order(
    head: Iterable[Task], on_base: Mapping[str, Task], across: Mapping[str, Task]
) -> Iterator[Task]:
    """Give each task of base before its counterpart, and after what it needs."""
    given: set[str] = set()
    read = {
        item.source for task in head for item in task.inputs if isinstance(item.source, Upstream)
    }
    pairs = {made.id: made for made in on_base.values()}

    def of_base(name: str) -> Iterator[Task]:
        if name in pairs and name not in given:
            given.add(name)
            for need in pairs[name].needs():
                yield from of_base(need)
            yield pairs[name]

    for task in head:
        name = task.id + ON_BASE
        yield from of_base(name)
        if task.id in across:
            yield across[task.id]
        if task.id in on_base and task.purpose is not Purpose.COMPARE:
            with_head = across[task.id].id if task.id in across else None
            ports = (output.port for output in task.outputs)
            ends = tuple(port for port in ports if Upstream(task=task.id, port=port) not in read)
            task = replace(task, beside=name, across=with_head, ends=ends)
        yield task
    for name in pairs:
        yield from of_base(name)
