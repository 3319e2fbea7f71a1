"""What becomes of real data along a pipeline, in tables and in a line: rows, gaps, columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model import flow
from ci_scriptcheck.model.port_profile import FEW_VALUES, are_other_gaps
from ci_scriptcheck.model.result import Table
from ci_scriptcheck.report import withheld
from ci_scriptcheck.report.figures import different, share, span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ci_scriptcheck.model.flow import Column, Flow, MoreGaps, Stage
    from ci_scriptcheck.model.port_profile import ColumnProfile
    from ci_scriptcheck.model.run_record import RunRecord

MOST_STAGES = 40
MOST_TURNS = 60
"""Lines about columns that are shown of a pipeline."""
MOST_NOTES = 8
"""Of one port, and of one kind of what is not as before."""

FETCHED = "real data"
"""What stands in place of a step where data were fetched."""
PRODUCTION = "production"
"""The same where a step was given what production gave it."""

_NO_FIGURES = ("",) * 4
_ARROW = "→"
_MINUS = "\N{MINUS SIGN}"


def stages(found: Flow, most: int = MOST_STAGES) -> Table:
    """Tell the rows at ports of a pipeline: at all of them, or where those get fewer or more, those first that lose most.

    Args:
        found: The way of the data.
        most: Ports that are told of.
    """
    shown = list(found.stages)
    if len(shown) > most:
        worst = sorted(shown, key=lambda stage: -abs(stage.lost or 0.0))[:most]
        # In the order in which data flow.
        shown = [stage for stage in shown if any(stage is one for one in worst)]
    return Table(
        columns=("step", "data", "rows"),
        rows=tuple((*_where(stage), _rows(stage)) for stage in shown),
        more=len(found.stages) - len(shown),
        names=2,
    )


def notes(found: Flow) -> Iterator[str]:
    """Say of each port what else becomes of the data there."""
    for stage in found.stages:
        told = [*_notes(stage, found.base)]
        if told:
            more = len(told) - MOST_NOTES
            last = [f"and {more:,} more"] if more > 0 else []
            yield f"`{stage.name}`: {'; '.join([*told[:MOST_NOTES], *last])}"


def turns(found: Flow) -> Table | None:
    """Tell of each column that does not stay as it is what it is like where it comes from, and where it changes."""
    ways = withheld.together(found.ways(), lambda way: way[0], _stages_of, "column")
    rows = [
        (
            "" if number else name,
            stage.name,
            *(_figures(column) if len(group) == 1 else _NO_FIGURES),
        )
        for name, group in ways
        for number, (stage, column) in enumerate(group[0][1])
    ]
    if not rows:
        return None
    return Table(
        columns=("column", "at", "type", "empty", "different", "range"),
        rows=tuple(rows[:MOST_TURNS]),
        more=max(len(rows) - MOST_TURNS, 0),
        names=2,
    )


def sentence(record: RunRecord) -> str | None:
    """Say in a line where most rows are lost, and where gaps appear.

    Returns:
        `None` where nothing of it is known: where no real data were looked at, or no output is like an input.
    """
    found = [way for way in flow.flows(record) if way.is_known]
    if not found:
        return None
    told = [*_losses(found), *_worst_gaps(found)]
    names = f"along `{found[0].name}`" if len(found) == 1 else f"in {len(found):,} pipelines"
    return f"Real data {names}: {'; '.join(told) or 'no rows are lost, and no gaps appear'}."


def _losses(found: Sequence[Flow]) -> Iterator[str]:
    worst = [stage for one in found if (stage := one.worst()) is not None]
    if worst:
        stage = max(worst, key=lambda one: one.lost or 0.0)
        before = stage.before.rows if stage.before else 0
        yield f"`{stage.node}` makes {stage.rows:,} rows of {before:,} ({_lost(stage)})"


def _worst_gaps(found: Sequence[Flow]) -> Iterator[str]:
    worst = [one for way in found if (one := way.worst_gaps()) is not None]
    if worst:
        stage, gaps = max(worst, key=lambda one: one[1].more)
        where = _beside(stage, gaps, found[0].base)
        yield f"`{gaps.name}` is empty in {share(gaps.here)} of the rows that `{stage.node}` writes{where}"


def _where(stage: Stage) -> tuple[str, str]:
    """Say who wrote what lies at a port, and how it is called."""
    if stage.reader is not None:
        return PRODUCTION, stage.name
    return stage.node or FETCHED, stage.port


def _rows(stage: Stage) -> str:
    if stage.before is None or not stage.lost:
        return f"{stage.rows:,}"
    return f"{stage.before.rows:,} {_ARROW} {stage.rows:,} ({_lost(stage)})"


def _lost(stage: Stage) -> str:
    lost = stage.lost or 0.0
    return f"{_MINUS if lost > 0 else '+'}{share(abs(lost))}"


def _notes(stage: Stage, base: str) -> Iterator[str]:
    known = {} if stage.before is None else stage.before.columns
    groups = withheld.together(
        stage.gaps(),
        lambda one: one.name,
        lambda one: (one.name in known, _is_not_on_base(stage, one.name)),
        "column",
    )
    for name, group in groups:
        gaps = group[0]
        if len(group) > 1:
            yield _untold_gaps(
                name, group, is_new=gaps.name not in known, where=_where_new(stage, gaps, base)
            )
        elif gaps.name in known:
            yield f"`{gaps.name}` is empty in {share(gaps.here)} of the rows (before {share(gaps.before)})"
        else:
            where = _beside(stage, gaps, base)
            yield f"adds `{gaps.name}`, empty in {share(gaps.here)} of the rows{where}"
    turned = [
        (other.name, told) for one, other in stage.changed() if (told := [*_turn(one, other)])
    ]
    for name, several in withheld.together(turned, lambda one: one[0], lambda _: None, "column"):
        if len(several) > 1:
            yield f"{name}, change in type, values or range"
        else:
            yield from several[0][1]
    with_gaps = {gaps.name for gaps in stage.gaps()}
    if stage.before is not None:
        new = tuple(name for name in stage.new() if name not in with_gaps)
        yield from _deeds(stage, base, "drops", stage.gone(), is_own=_is_on_base)
        yield from _deeds(stage, base, "adds", new, is_own=_is_not_on_base)
    yield from (f"not looked into: {note}" for note in stage.notes)


def _untold_gaps(name: str, group: Sequence[MoreGaps], *, is_new: bool, where: str) -> str:
    """Say how many gaps columns have that are told together."""
    least, most = (share(end(one.here for one in group)) for end in (min, max))
    gaps = f"empty in {least if least == most else f'{least} to {most}'} of the rows"
    return f"adds {name}, {gaps}{where}" if is_new else f"{name}, are {gaps}, more than before"


def _where_new(stage: Stage, gaps: MoreGaps, base: str) -> str:
    return f" (not on {base})" if _is_not_on_base(stage, gaps.name) else ""


def _beside(stage: Stage, gaps: MoreGaps, base: str) -> str:
    """Say whether base adds a column with as many gaps, too."""
    where = _where_new(stage, gaps, base)
    if where:
        return where
    before = None if stage.on_base is None else stage.on_base[gaps.name]
    if before is None:
        return ""
    return (
        f" (on {base} {share(before)})"
        if are_other_gaps(before, gaps.here)
        else f" (as on {base})"
    )


def _deeds(
    stage: Stage,
    base: str,
    deed: str,
    names: Sequence[str],
    *,
    is_own: Callable[[Stage, str], bool],
) -> Iterator[str]:
    """Say what a step does to columns; what base does not do stands for itself."""
    own = [name for name in names if is_own(stage, name)]
    for some, where in (
        ([one for one in names if one not in own], ""),
        (own, f" (not on {base})"),
    ):
        if some:
            yield f"{deed} {withheld.in_words(some, 'column', 4)}{where}"


def _stages_of(way: tuple[str, Sequence[tuple[Stage, Column]]]) -> tuple[str, ...]:
    return tuple(stage.name for stage, _ in way[1])


def _is_on_base(stage: Stage, name: str) -> bool:
    return stage.on_base is not None and name in stage.on_base


def _is_not_on_base(stage: Stage, name: str) -> bool:
    return stage.on_base is not None and name not in stage.on_base


def _turn(before: ColumnProfile, after: ColumnProfile) -> Iterator[str]:
    """Say what becomes of a column that stays: its type, its values, how far it reaches."""
    if not before.is_of_type(after):
        yield f"`{after.name}` is {after.type} (before {before.type})"
        return
    if _has_lost_values(before, after):
        gone = before.distinct - after.distinct
        verb = "is" if gone == 1 else "are"
        yield f"{gone:,} of {before.distinct:,} values of `{after.name}` {verb} gone"
    if _reaches_further(before, after):
        yield f"`{after.name}` reaches from {span(after)} (before {span(before)})"


def _has_lost_values(before: ColumnProfile, after: ColumnProfile) -> bool:
    is_category = before.type in {"string", "bool"} and before.distinct <= FEW_VALUES
    is_sure = not (before.is_estimate or after.is_estimate)
    return is_category and is_sure and after.distinct < before.distinct


def _reaches_further(before: ColumnProfile, after: ColumnProfile) -> bool:
    ends = before.low, before.high, after.low, after.high
    if not all(isinstance(end, int | float) for end in ends):
        return False
    low, high, new_low, new_high = (float(end) for end in ends if isinstance(end, int | float))
    return new_low < low or new_high > high


def _figures(column: Column) -> tuple[str, str, str, str]:
    profile = column.profile
    gaps = share(column.empty) if profile.nulls else ""
    return profile.type or "no value", gaps, different(profile), span(profile)
