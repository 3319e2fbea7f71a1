"""What a comment tells beside the failures: data, warnings, what does not count, other steps, versions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model import change, verdict
from ci_scriptcheck.model.flow import flows
from ci_scriptcheck.model.result import ENDED_WELL, Level, Outcome
from ci_scriptcheck.report import (
    data_changes,
    data_difference,
    data_difference_table,
    escaping,
    flow,
    full_size,
    intended,
    lines,
    made_and_real,
    mistake,
    summary,
    uncompared,
    warned,
)
from ci_scriptcheck.report.comment import findings
from ci_scriptcheck.report.comment.sheet import fold, table_row
from ci_scriptcheck.report.page import counted, listed, seconds
from ci_scriptcheck.report.standing import word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ci_scriptcheck.model.plan import Plan, Task
    from ci_scriptcheck.model.result import Artefact, Table, TaskResult
    from ci_scriptcheck.model.run_record import RunRecord
    from ci_scriptcheck.report.comment.sheet import Sheet
    from ci_scriptcheck.report.comment.story import Story
    from ci_scriptcheck.report.data_changes import Change
    from ci_scriptcheck.report.made_and_real import SourceDifference

MOST_OPEN = 5
"""Outputs that differ and are shown unfolded."""

_LINE = re.compile(r"(.+):(\d{1,9})", re.DOTALL | re.ASCII)


def scope(plan: Plan, sheet: Sheet) -> str:
    """Say why nothing or everything is checked, where that is so."""
    if not plan.tasks and plan.others_test:
        return "This share holds nothing of what was chosen; others do."
    if not plan.tasks and plan.changes.unknown is None:
        changed = plan.counts.files_changed
        files = f"{counted(changed, 'file')} changed, none of them used by a step."
        return files if changed else "No file changed."
    if plan.changes.unknown is not None:
        return f"Everything is checked, because {sheet.prose(plan.changes.unknown)}."
    return ""


def data(story: Story, sheet: Sheet, shown: frozenset[Table]) -> list[str]:
    """Tell what the change did to the data: what moved, where it begins, and what comes out at the end.

    Args:
        story: The run.
        sheet: What it is written on.
        shown: Tables that stand elsewhere already.
    """
    record = story.record
    moved = data_changes.figures(record)
    differing = [*data_changes.beginnings(record), *data_changes.ends(record)]
    if not moved and not differing:
        same = _same(record)
        return [same] if same else []
    most = sheet.room.differences
    told = [_difference(one, record, sheet, shown) for one in differing[:most]]
    more = len(differing) - len(told)
    last = f"{counted(more, 'more output')} differ{'s' * (more == 1)}" if more else ""
    head = [f"#### What this {sheet.change} does to the data", *_figures(moved, record, sheet)]
    same_end = sheet.prose(data_changes.same_at_the_end(record) or "")
    hint = sheet.prose(intended.hint(record) or "")
    folded = told[MOST_OPEN:]
    if not folded:
        is_behind = bool(told or moved)
        rest_told = last and f"{last}." if is_behind else f"{last.replace(' more', '')}."
        return [*head, *told, rest_told, same_end, hint]
    rest = len(differing) - MOST_OPEN
    title = f"{counted(rest, 'more output')} that differ{'s' * (rest == 1)}"
    content = "\n\n".join([*folded, *([f"and {more:,} more"] if more else [])])
    return [*head, *told[:MOST_OPEN], fold(title, content), same_end, hint]


def _figures(moved: Sequence[Change], record: RunRecord, sheet: Sheet) -> list[str]:
    """Write a line for each file in which numbers moved, as far as there is room."""
    most = sheet.room.asides
    told = [f"- {_moved(one, record, sheet)}" for one in moved[:most]]
    more = len(moved) - len(told)
    if more and told:
        told.append(f"- and {counted(more, 'more output')} with numbers that moved")
    return ["\n".join(told)] if told else []


def _moved(change: Change, record: RunRecord, sheet: Sheet) -> str:
    numbers = change.numbers_in_words()
    # Where more differs, it is said there.
    is_all = change.is_told_by_numbers
    said = (change.why, *data_changes.accepted(record, change)) if is_all else ()
    below = [f"  {line}" for line in map(sheet.prose, said) if line]
    return "\\\n".join([f"{_head(change, sheet)}: {sheet.prose(numbers)}", *below])


def _head(change: Change, sheet: Sheet) -> str:
    named = f"**{escaping.name(change.task.id)}**, output {escaping.name(change.comparison.port)}"
    if change.begins:
        return named
    if change.is_read:
        return f"{named} {sheet.prose(f'({change.way})')}" if change.way else named
    return f"{named} {sheet.prose(', '.join(filter(None, ('at the end', change.way))))}"


def _difference(change: Change, record: RunRecord, sheet: Sheet, shown: frozenset[Table]) -> str:
    in_short = data_difference.in_short(change.comparison, change.sides)
    told = f"{_head(change, sheet)}: {sheet.prose(in_short)}"
    names = listed([escaping.name(name) for name in change.likewise], 4)
    likewise = f"Likewise, by other figures, in {names}." if names else ""
    said = sheet.evidence((change.why, *data_changes.accepted(record, change)))
    content = data_difference_table.table_of(change.comparison, change.sides)
    if content in shown:
        return "\n\n".join(filter(None, (f"{told}, as shown above", said)))
    notes = sheet.evidence(data_difference.notes(change.comparison, change.sides))
    table = sheet.comparison(content) if content is not None else ""
    return "\n\n".join(filter(None, (told, likewise, notes, said, table)))


def _same(record: RunRecord) -> str:
    """Say that no data differ, where outputs were held against those of base."""
    results = {result.task: result for result in record.results}
    compared = [
        (task, result.outputs, results[task.beside].outputs)
        for task, result in verdict.with_tasks(record)
        if task.beside in results and {result.outcome, results[task.beside].outcome} <= ENDED_WELL
    ]
    steps = len({task.step for task, here, there in compared if here and there})
    if uncompared.told(record, lines.base_name(record.plan)):
        return ""
    if not steps or any(_digests(here) != _digests(there) for _, here, there in compared):
        return ""
    base = escaping.prose(lines.base_name(record.plan))
    noun = "the step that was compared writes is" if steps == 1 else f"{steps:,} steps write is"
    return f"What {noun}, byte for byte, the same as on {base}."


def _digests(artefacts: Mapping[str, Artefact]) -> dict[str, str]:
    return {port: one.digest for port, one in artefacts.items()}


def real_data(story: Story, sheet: Sheet) -> list[str]:
    """Tell what becomes of real data along pipelines: in a line, and in tables where there is room for them."""
    ways = flows(story.record)[: sheet.room.flows]
    if not ways:
        line = flow.sentence(story.record)
        return [] if line is None else [sheet.prose(line)]
    told: list[str] = []
    for one in ways:
        told += [
            f"#### Real data along {escaping.name(one.name)}",
            sheet.comparison(flow.stages(one)),
            "\n".join(f"- {sheet.prose(text)}" for text in flow.notes(one)),
        ]
        turns = flow.turns(one)
        if turns is not None:
            told.append(fold("Columns that do not stay as they are", sheet.comparison(turns)))
    for shown in full_size.costs(story.record)[: sheet.room.flows]:
        told += [
            f"#### Costs of {escaping.name(shown.name)} on this sample, and on all of the data",
            sheet.comparison(shown.full),
            "\n".join(f"- {sheet.prose(text)}" for text in shown.notes),
        ]
    for source in made_and_real.sources(story.record)[: sheet.room.flows]:
        told += _made(source, sheet)
    return told


def _made(found: SourceDifference, sheet: Sheet) -> Iterator[str]:
    yield f"#### Made and real data of {escaping.name(found.dataset)}"
    if found.table is not None:
        yield sheet.comparison(found.table)
    yield "\n".join(f"- {sheet.prose(text)}" for text in found.unsaid)
    if found.suggestion:
        yield f"{sheet.prose(made_and_real.LEAD)}:"
        yield escaping.fenced(found.suggestion.splitlines(), "diff")


def not_compared(story: Story, sheet: Sheet) -> list[str]:
    """List what was not held against base: silence about it would look like a good sign."""
    told = uncompared.told(story.record, lines.base_name(story.plan))
    most = sheet.room.asides
    shown = [f"- {escaping.name(name)}: {sheet.prose(why)}" for name, why in told[:most]]
    base = escaping.within_html(lines.base_name(story.plan))
    title = f"{len(told):,} not compared with {base}"
    return _folded(title, shown, len(told))


def warnings(story: Story, sheet: Sheet) -> list[str]:
    """Tell warnings once each, with the tasks that gave them, to who unfolds them."""
    told, old = list(_warned(story)), len(warned.warnings(story.record).old)
    base = lines.base_name(story.plan)
    if not told:
        return [f"{counted(old, 'warning')} also on {escaping.prose(base)}."] if old else []
    shown = [_warning(*one, sheet) for one in told[: sheet.room.asides]]
    title = counted(len(told), "warning") + (
        f", and {old:,} also on {escaping.within_html(base)}" if old else ""
    )
    return _folded(title, shown, len(told))


def _warned(story: Story) -> Iterator[tuple[tuple[str, str, str], list[str]]]:
    for item in story.found:
        if item.severity is Level.WARNING and mistake.is_shown(item, story.plan):
            yield (item.rule, item.message, str(item.place or "")), []
    yield from warned.warnings(story.record).new.items()


def _warning(about: tuple[str, str, str], tasks: list[str], sheet: Sheet) -> str:
    code, message, where = about
    place = f" · {sheet.place(_place(where))}" if where else ""
    names = listed([escaping.name(task) for task in tasks], 4)
    return (
        f"- **{findings.rule(code)}** {sheet.prose(message)}{place}{f' in {names}' * bool(tasks)}"
    )


def _place(written: str) -> Place:
    found = _LINE.fullmatch(written)
    return Place(file=found[1], line=int(found[2])) if found else Place(file=written)


def not_counted(story: Story, sheet: Sheet) -> list[str]:
    """List the failures that do not count, with the reason."""
    old = [item for item in story.found if not mistake.is_shown(item, story.plan)]
    about_project = mistake.excused(old, story.plan)
    number = len(story.excused) + len(about_project)
    most = sheet.room.asides
    shown = [_excused(*one, story.plan, sheet) for one in story.excused[:most]]
    shown += [f"- {sheet.prose(line)}" for line in about_project[: most - len(shown)]]
    return _folded(f"{number:,} not counted: known, or not new", shown, number)


def _excused(task: Task, result: TaskResult, plan: Plan, sheet: Sheet) -> str:
    error = next((item for item in result.findings if item.severity is Level.ERROR), None)
    what = f": {findings.message(error, sheet)}" if error else ""
    return f"- {escaping.name(task.id)}{what} ({sheet.prose(lines.excuse(task, result, plan))})"


def not_run(story: Story, sheet: Sheet) -> list[str]:
    """Count what was not checked by its reason, where no failure explains it."""
    told = [
        f"{counted(number, 'task')} not run: {sheet.prose(why)}"
        for why, number in summary.reasons_not_run(story.record)
    ]
    most = sheet.room.asides
    more = len(told) - most
    if more > 0:
        told = [*told[:most], f"{counted(more, 'more reason')} why tasks were not run"]
    return ["\n".join(f"- {line}" for line in told)] if len(told) > 1 else told


def others(story: Story, sheet: Sheet) -> list[str]:
    """Give the table of what did not fail, to who unfolds it."""
    rest = [pair for pair in verdict.with_tasks(story.record) if pair[0].id not in story.failing]
    if not rest:
        return []
    numbers = [
        f"{number:,} {word(outcome)}"
        for outcome in Outcome
        if (number := sum(result.outcome is outcome for _, result in rest))
    ]
    noun = "step" if len({task.step for task, _ in rest}) == len(rest) else "task"
    other = f"other {noun}" if story.failing else noun
    title = f"{counted(len(rest), other)}: {', '.join(numbers)}"
    if not sheet.room.steps:
        return [f"{title}."]
    head = (("Step", "Result", "Time", "Why it was checked"), ["---"] * 4)
    rows = (_cells(task, result, story.plan, sheet) for task, result in rest[: sheet.room.steps])
    table = "\n".join(map(table_row, (*head, *rows)))
    more = len(rest) - sheet.room.steps
    return [fold(title, f"{table}\n\nand {more:,} more" if more > 0 else table)]


def _cells(task: Task, result: TaskResult, plan: Plan, sheet: Sheet) -> Iterator[str]:
    is_timed = result.seconds is not None and result.outcome is not Outcome.REUSED
    yield escaping.name(task.id)
    yield word(result.outcome)
    yield seconds(result.seconds) if result.seconds is not None and is_timed else ""
    reason = lines.reason(task, result, plan)
    is_own = isinstance(task.reason, change.ScriptChanged) and reason == change.in_words(
        task.reason
    )
    if is_own and isinstance(task.reason, change.ScriptChanged):
        yield sheet.prose(f"`{task.reason.file}` {reason}", 300)
    else:
        yield sheet.prose(reason or "only gives inputs", 300)


def footer(story: Story, sheet: Sheet) -> str:
    """Say what was compared, how long it took, where more stands, and by which version."""
    changes = story.plan.changes
    head = (sheet.links.head or changes.head or "")[:7]
    base = f"{changes.base_name}@{changes.base[:7]}" if changes.base_name and changes.base else ""
    base = base or (changes.base or "")[:7]
    both = [escaping.code(text) for text in (base, head) if text]
    uncommitted = " with uncommitted changes" if changes.uncommitted else ""
    compared = f"{' to '.join(both) or 'nothing to compare with'}{uncommitted}"
    is_over_before = story.record.stopped is not None and not story.record.results
    parts = [compared if is_over_before else f"{compared}, {seconds(story.record.seconds)}"]
    if story.plan.project:
        parts.insert(0, escaping.name(story.plan.project))
    report = sheet.links.report()
    if report:
        parts.append(f"[full report]({report})")
    parts.append(f"scriptcheck {escaping.prose(story.plan.version, 40)}")
    return f"<sub>{' · '.join(parts)}</sub>"


def _folded(title: str, shown: list[str], number: int) -> list[str]:
    """Fold the first lines of a list, each of them safe; where there are none, its title is left."""
    if not shown:
        return [f"{title}."] if number else []
    more = number - len(shown)
    last = [f"- and {more:,} more"] if more else []
    return [fold(title, "\n".join([*shown, *last]))]
