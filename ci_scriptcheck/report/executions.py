"""Two executions side by side, for a terminal: what differs, step by step, in the order in which they ran."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.comparison import Fate
from ci_scriptcheck.report import drift, grid, withheld
from ci_scriptcheck.report.page import Detail, Ink, counted, listed, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ci_scriptcheck.model.execution_comparison import (
        ExecutionComparison,
        PortChange,
        Side,
        StepChange,
    )
    from ci_scriptcheck.model.execution_settings import SettingChange
    from ci_scriptcheck.report.page import Page

MOST_REASONS = 8
"""Why something could not be compared, that are told; `-v` tells all."""
MOST_PORTS = 4
"""That are named for each of them."""

_NONE = "none"
_MINUTES_FROM = 120
_HOURS_FROM = 3 * 3600
_ARROW = "→"


def render(comparison: ExecutionComparison, page: Page) -> str:
    """Write what differs."""
    blocks = [_head(comparison, page)]
    first = _first(comparison)
    if first:
        blocks.append(page.paragraph(first))
    blocks += ["\n".join(_step(step, page)) for step in comparison.others]
    untold = _untold(comparison, page)
    if untold:
        blocks.append("\n".join(untold))
    why = withheld.why(blocks)
    blocks += [page.paragraph(why)] if why else []
    blocks.append(page.flow(_sum(comparison)))
    return "\n\n".join(blocks) + "\n"


def _head(comparison: ExecutionComparison, page: Page) -> str:
    before, after = comparison.before.name, comparison.after.name
    title = page.paint(visible(after.pipeline), Ink.STRONG)
    if before.pipeline != after.pipeline:
        title = f"{page.paint(visible(before.pipeline), Ink.STRONG)} {_ARROW} {title}"
    rows = [
        _side("before", comparison.before),
        _side("after", comparison.after),
    ]
    heads = ("", "execution", "began", "ended", "steps read")
    width = None if page.width is None else page.width - 2
    return "\n".join([title, "", *(f"  {line}" for line in grid.lines(heads, rows, width))])


def _side(word: str, side: Side) -> tuple[str, ...]:
    began = f"{side.began[:10]} {side.began[11:16]} UTC"
    ended = f"{side.status} after {duration(side.seconds)}"
    return word, visible(side.name.id), began, ended, f"{side.steps:,}"


def duration(seconds: float) -> str:
    """Write a duration as people speak of jobs: in seconds, minutes or hours."""
    if seconds < _MINUTES_FROM:
        return f"{seconds:.0f} s"
    if seconds < _HOURS_FROM:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def _first(comparison: ExecutionComparison) -> str:
    """Say where it begins: what the first step that differs was given otherwise."""
    known = [step for step in comparison.others if step.fate is Fate.CHANGED]
    if not known:
        return ""
    step = known[0]
    inputs = [port for port in step.ports if port.side == "input"]
    given = []
    if any(port.found.drift.programs for port in inputs):
        given.append("other code")
    kinds = {change.what for change in step.settings}
    if kinds - {"place", "machines"}:
        given.append("other settings")
    if "machines" in kinds:
        given.append("other machines")
    data = [port.name for port in inputs if _has_other_data(port)]
    if data:
        given.append(f"other data ({_named(data)})")
    # Where they are read and lie as those before, the place alone is other.
    told = {port.name for port in inputs if port.found.drift.programs}.union(data)
    places = [one.name for one in step.settings if one.what == "place" and one.name not in told]
    if places:
        given.append(
            f"data of {'another place' if len(places) == 1 else 'other places'} ({_named(places)})"
        )
    start = f"The first step that differs is `{visible(step.name)}`"
    if not given:
        return f"{start}, and nothing is known to differ of what it was given."
    return f"{start}: it was given {listed(given)}."


def _named(names: Sequence[str]) -> str:
    return listed([f"`{visible(name)}`" for name in names], 3)


def _has_other_data(port: PortChange) -> bool:
    found = port.found
    return bool(port.fate is not Fate.CHANGED or found.drift.tables or not found.drift.programs)


def _step(step: StepChange, page: Page) -> Iterator[str]:
    facts = "   ".join(_facts(step))
    name = page.paint(visible(step.name), Ink.STRONG)
    yield f"{name}   {facts}".rstrip()
    for word, arn in zip(("before", "after"), step.taken_from, strict=True):
        if arn is not None:
            yield f"  {word}: not run, but taken from the execution `{visible(arn.rpartition('/')[2])}`"
    for words, failure in zip(("it had failed", "it failed"), step.failures, strict=True):
        if failure is not None:
            yield page.flow(f"why {words}: {visible(failure)}", "  ", "    ")
    if step.settings:
        yield ""
        rows = [_setting(change) for change in step.settings]
        yield from drift.table(("setting", "before", "after"), rows, page)
    for port in step.ports:
        yield ""
        yield from drift.port(port, page)
    if step.metrics:
        yield ""
        rows = [
            (visible(name), *drift.apart(before, after))
            for name, (before, after) in step.metrics.items()
        ]
        yield from drift.table(("metric in the log", "before", "after"), rows, page)


def _facts(step: StepChange) -> Iterator[str]:
    if step.fate is not Fate.CHANGED:
        status = step.statuses[0] or step.statuses[1]
        yield f"{'new' if step.fate is Fate.NEW else 'gone'}, {status}"
    elif step.has_other_status:
        yield f"{step.statuses[0]} {_ARROW} {step.statuses[1]}"
    if step.seconds is not None:
        before, after = step.seconds
        yield f"took {duration(before)} {_ARROW} {duration(after)}"


def _setting(change: SettingChange) -> tuple[str, str, str]:
    name = f"{change.what} {change.name}".strip()
    return visible(name), _written(change.before), _written(change.after)


def _written(value: str | None) -> str:
    if value is None:
        return _NONE
    return visible(value) or '""'


def _untold(comparison: ExecutionComparison, page: Page) -> list[str]:
    """Name what could not be compared, as it is not taken for equal; what has the same reason, together."""
    ports: dict[str, list[str]] = {}
    for step in comparison.steps:
        for told in step.untold:
            what, mark, why = told.partition(": ")
            name = f"{what} of `{step.name}`" if mark else f"`{step.name}`"
            ports.setdefault(why if mark else what, []).append(visible(name))
    is_all = page.detail is Detail.VERBOSE
    lines = [
        f"{listed(names, len(names) if is_all else MOST_PORTS)}: {visible(why)}"
        for why, names in ports.items()
    ]
    lines += [visible(why) for why in comparison.unread]
    if not lines:
        return []
    shown = lines if is_all else lines[:MOST_REASONS]
    written = [page.flow(one, "  ", "    ") for one in shown]
    if len(lines) > len(shown):
        written.append(f"  and {len(lines) - len(shown):,} more, shown with `-v`")
    return ["not compared", *written]


def _sum(comparison: ExecutionComparison) -> str:
    others = comparison.others
    both = [step for step in others if step.fate is Fate.CHANGED]
    parts = []
    if both:
        verb = "differs" if len(both) == 1 else "differ"
        parts.append(f"{len(both):,} of {counted(comparison.compared, 'step')} {verb}")
    else:
        parts.append(f"no difference in {counted(comparison.compared, 'step')}")
    for fate, word in ((Fate.NEW, "new"), (Fate.GONE, "gone")):
        number = sum(step.fate is fate for step in others)
        if number:
            parts.append(f"{number:,} {word}")
    untold = sum(len(step.untold) for step in comparison.steps) + len(comparison.unread)
    if untold:
        parts.append(f"{untold:,} not compared")
    return ", ".join(parts)
