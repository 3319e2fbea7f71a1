"""Why now: what in this change leads to a task, and to the line where it failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from ci_scriptcheck.model import change
from ci_scriptcheck.report.lines import base_name
from ci_scriptcheck.report.page import listed, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ci_scriptcheck.errors import Place
    from ci_scriptcheck.model.plan import Plan, Task
    from ci_scriptcheck.model.result import Finding

_MOST_BEGUN = 2


def why_now(
    plan: Plan, task: Task, finding: Finding | None = None, *, begun_by: Sequence[Task] = ()
) -> tuple[str, ...]:
    """Say in sentences how the change reaches this task, and whether the fault lies in it.

    Args:
        plan: Of the run.
        task: That failed, or did something else.
        finding: What is wrong with it.
        begun_by: Tasks known to have begun what differs in its inputs: they are named, and not the
            nearest changed step before it, which may have written the same.
    """
    is_behind = isinstance(task.reason, change.After)
    deed = (
        " and ".join(_following(plan, task, one) for one in begun_by[:_MOST_BEGUN])
        if begun_by and is_behind
        else _deed(plan, task, frozenset({task.id}))
    )
    reached = (f"It {deed}.",) if deed else ()
    if finding is None or (finding.place and _names(task.reason, finding.place)):
        return reached
    return (*reached, *_at_fault(plan, finding))


def cause(plan: Plan, task: Task) -> str:
    """Say in a sentence what of the change made a task write something else, given the same; else nothing.

    What only runs after something that changed was given the same by it, so that this is no cause.
    """
    match task.reason:
        case change.After() | change.Unknown() | change.Added():
            return ""
        case _:
            return " ".join(why_now(plan, task))


def _names(reason: change.Reason, place: Place) -> bool:
    """Say whether the reason tells of the changed lines of the very file of a place."""
    match reason:
        case change.ScriptChanged(file=file) | change.Imports(file=file):
            return file == place.file
        case _:
            return False


def _deed(  # noqa: C901, PLR0911, PLR0912  (one arm for each kind of reason)
    plan: Plan, task: Task, seen: frozenset[str]
) -> str | None:
    """Write the reason as what `it` or `which` does."""
    match task.reason:
        case change.ScriptChanged(file=file):
            return _file_changed(plan, file)
        case change.Imports(file=file, chain=chain):
            path = [*chain[1:-1], file]
            return f"imports {', which imports '.join(path)}, which {_changed(plan, file)}"
        case change.Reads(file=file, dataset=None):
            return f"reads {file}, which {_changed(plan, file)}"
        case change.Reads(file=file, dataset=dataset):
            return f"gets dataset `{dataset}`, made from {file}, which {_changed(plan, file)}"
        case change.SettingsChanged(names=names, file=file):
            where = f" in {file}" if file else ""
            return f"has {listed([f'`{visible(name)}`' for name in names])} set differently{where}"
        case change.LinkChanged(joint=joint):
            return f"is joined differently at {joint}"
        case change.DatasetChanged(dataset=dataset):
            return f"gets dataset `{dataset}`, which is described differently"
        case change.LibraryChanged(library=library, before=before, after=after):
            return f"imports {library}, which goes from {before or 'none'} to {after or 'none'}"
        case change.After(node=node):
            return _after(plan, task, node, seen)
        case change.Added():
            return f"is a step that {base_name(plan)} does not have"
        case change.Unknown(why=why):
            return f"is checked because {why}"
        case change.Asked() | change.Feeds():
            return None
        case _:
            assert_never(task.reason)


def _after(plan: Plan, task: Task, node: str, seen: frozenset[str]) -> str:
    before = next(
        (
            other
            for other in plan.of_head()
            if (other.node, other.pipeline) == (node, task.pipeline) and other.id not in seen
        ),
        None,
    )
    deed = _deed(plan, before, seen | {before.id}) if before else None
    return f"runs after {node}, which {deed}" if deed else f"runs after {node}"


def _following(plan: Plan, task: Task, before: Task) -> str:
    name = visible(before.node if before.pipeline == task.pipeline else before.id)
    deed = _deed(plan, before, frozenset({task.id, before.id}))
    return f"runs after {name}, which {deed}" if deed else f"runs after {name}"


def _file_changed(plan: Plan, file: str) -> str:
    found = next((item for item in plan.changes.files if item.path == file), None)
    if found is not None and found.kind is change.ChangeKind.ADDED:
        return f"has a new script, {file}"
    lines = _lines(plan, file)
    if found is not None and found.kind is change.ChangeKind.RENAMED:
        also = f" and changed{lines}" if lines else ""
        return f"runs {file}, which was {found.old_path}{also}"
    return f"changed{lines} of {file}" if lines else f"changed: {file}"


def _changed(plan: Plan, file: str) -> str:
    for item in plan.changes.files:
        if item.path == file and item.kind is change.ChangeKind.ADDED:
            return "is new"
        if item.path == file and item.kind is change.ChangeKind.RENAMED:
            return f"was {item.old_path}"
        if item.kind is change.ChangeKind.DELETED and item.path == file:
            return "is gone"
        if item.old_path == file:
            return f"is now {item.path}"
    return f"changed{_lines(plan, file)}"


def _lines(plan: Plan, file: str, most: int = 4) -> str:
    """Write the changed lines of a file as ` at lines 3, 12 to 14`."""
    ranges = [span for item in plan.changes.files if item.path == file for span in item.lines]
    if not ranges:
        return ""
    shown = [str(first) if first == last else f"{first} to {last}" for first, last in ranges]
    only_one = len(ranges) == 1 and ranges[0][0] == ranges[0][1]
    return f" at {'line' if only_one else 'lines'} {listed(shown, most)}"


def _at_fault(plan: Plan, finding: Finding) -> Iterator[str]:
    if finding.place and _is_changed(plan, finding.place):
        yield f"{finding.place} is among the changed lines."
        return
    for frame in reversed(finding.frames):
        if frame != finding.place and _is_changed(plan, frame):
            yield f"The way there leads through {frame}, which is among the changed lines."
            return


def _is_changed(plan: Plan, place: Place) -> bool:
    return any(
        item.path == place.file and first <= (place.line or 0) <= last
        for item in plan.changes.files
        for first, last in item.lines
    )
