"""What scripts cost on samples of real data and, as far as that can be told, on all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model import full_size
from ci_scriptcheck.model.full_size import Growth
from ci_scriptcheck.model.result import Table
from ci_scriptcheck.report.page import listed, size
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ci_scriptcheck.model.full_size import Cost, Range, TaskCosts
    from ci_scriptcheck.model.run_record import RunRecord

MOST_TASKS = 60
MOST_SHORT = 10
"""Tasks of which time and memory alone are told."""
ASSUMED = "Taken to grow as what is read does, but for what starting costs: no run on less was there to tell"
"""What is said where it is not known how costs grow."""

_MINUTE = 60.0
_HOUR = 3600.0
_GIB = 1024.0
_WHOLE = 1.005
"""How many times as much there is at most where all of it was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCosts:
    """The costs of a pipeline.

    Attributes:
        short: Time and memory alone.
        full: All of it.
        notes: How what grows was told, in sentences.
    """

    name: str
    short: Table
    full: Table
    notes: tuple[str, ...]


def costs(record: RunRecord) -> tuple[ShownCosts, ...]:
    """Show what the tasks of each pipeline cost, where any was given a sample and it is known of how much."""
    found: dict[str, list[TaskCosts]] = {}
    for one in full_size.costs(record):
        found.setdefault(one.task.pipeline or one.task.id, []).append(one)
    return tuple(
        _shown(name, told)
        for name, told in sorted(found.items())
        if any(one.times is not None and one.times.value > _WHOLE for one in told)
    )


def _shown(name: str, told: Sequence[TaskCosts]) -> ShownCosts:
    shown = _longest(told, MOST_TASKS)
    short = _longest(told, MOST_SHORT)
    return ShownCosts(
        name=name,
        short=Table(
            columns=("step", "time", "on all data", "memory", "on all data"),
            rows=tuple(
                (
                    one.task.node,
                    *_apart(one.seconds, duration),
                    *_apart(one.memory, memory),
                )
                for one in short
            ),
            more=len(told) - len(short),
        ),
        full=Table(
            columns=("step", "time", "CPU", "memory", "reads", "writes"),
            rows=tuple(
                (
                    one.task.node,
                    _together(one.seconds, duration),
                    _together(one.cpu_seconds, duration),
                    _together(one.memory, memory),
                    # Of bytes the range is that of the sample, which time has, too.
                    _together(one.read, _size).partition(" (")[0],
                    _together(one.written, _size).partition(" (")[0],
                )
                for one in shown
            ),
            more=len(told) - len(shown),
        ),
        notes=tuple(_notes(told)),
    )


def _longest(told: Sequence[TaskCosts], most: int) -> Sequence[TaskCosts]:
    """Leave those out that take least, where there are more than there is room for."""
    if len(told) <= most:
        return told
    ranked = sorted(told, key=lambda one: -_seconds(one))[:most]
    return [one for one in told if any(one is other for other in ranked)]


def _seconds(one: TaskCosts) -> float:
    return one.seconds.here if one.seconds.full is None else one.seconds.full.value


def duration(seconds: float) -> str:
    """Write a duration in seconds, minutes or hours, with two digits where it is not small."""
    if seconds < 100:
        return f"{seconds:.1f} s"
    number, unit = (
        (seconds / _MINUTE, "min") if seconds < 100 * _MINUTE else (seconds / _HOUR, "h")
    )
    return f"{_two_digits(number)} {unit}"


def memory(mebibytes: float) -> str:
    """Write an amount of memory."""
    if mebibytes < _GIB:
        return f"{mebibytes:.0f} MiB"
    return f"{_two_digits(mebibytes / _GIB)} GiB"


def _size(length: float) -> str:
    return size(round(length))


def _two_digits(number: float) -> str:
    return f"{number:.1f}" if number < 10 else f"{float(f'{number:.2g}'):,.0f}"


def _apart(cost: Cost | None, written: Callable[[float], str]) -> tuple[str, str]:
    if cost is None:
        return "", ""
    return written(cost.here), _on_all(cost, written)


def _together(cost: Cost | None, written: Callable[[float], str]) -> str:
    here, there = _apart(cost, written)
    return f"{here} → {there.removeprefix('about ')}" if there and there != here else here


def _on_all(cost: Cost, written: Callable[[float], str]) -> str:
    """Write a cost on all of the data with the range that the error of the sample leaves."""
    if cost.full is None:
        return "not known"
    value = written(cost.full.value)
    if value == written(cost.here):
        return value
    ends = _ends(cost.full, written)
    return f"about {value} ({ends})" if ends else f"about {value}"


def _ends(found: Range, written: Callable[[float], str]) -> str:
    if found.low is None or found.high is None:
        return "± ?"
    value, low, high = written(found.value), written(found.low), written(found.high)
    if low == high:
        return ""
    units = {text.rpartition(" ")[2] for text in (value, low, high)}
    if len(units) == 1:
        # It stands behind the value.
        low, high = (text.rpartition(" ")[0] for text in (low, high))
    return f"{low} to {high}"


def _notes(told: Sequence[TaskCosts]) -> Iterator[str]:
    for one in told:
        yield from _growths(one)
    unknown = [f"`{one.task.node}`" for one in told if one.times is None]
    if unknown:
        yield f"{listed(unknown)}: nothing tells how much more there is than was read"
    if any(one.times is not None and one.times.low is None for one in told):
        yield "± ?: only beginnings of files were read, so that nothing tells how far this may be off"
    if any(one.seconds.full and one.seconds.growth is Growth.ASSUMED for one in told):
        yield ASSUMED


def _growths(one: TaskCosts) -> Iterator[str]:
    """Say what a run on less has told of how costs grow."""
    costs = {"time": one.seconds, "CPU time": one.cpu_seconds, "memory": one.memory}
    for what, cost in costs.items():
        if cost is not None and cost.full is not None and cost.growth is Growth.STEEP:
            by = f"as its power of {cost.exponent:.1f}"
            yield f"`{one.task.node}`: its run on less tells that {what} grows faster than what it reads, {by}"
        elif cost is not None and cost.full is not None and cost.growth is Growth.NONE:
            yield f"`{one.task.node}`: {what} was the same on much less, and is taken to stay"
