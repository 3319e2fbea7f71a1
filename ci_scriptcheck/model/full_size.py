"""What a script that was run on samples costs on all of the data, as far as that can be told.

How much more there is comes from the samples: rows of all objects over rows taken, with the error of that
estimate, else bytes. An input that another task wrote grows as what that task read. What a script had cost
before it was called does not grow; the rest is taken to grow as what it reads does. That is a claim, and
where the same script was also run on much less, it is held against that: it may grow faster, or not at all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import assert_never

from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.fixture import Fixture
from ci_scriptcheck.model.plan import Task
from ci_scriptcheck.model.production import FromProduction
from ci_scriptcheck.model.result import ENDED_WELL, Outcome, StartUp, TaskResult
from ci_scriptcheck.model.run_record import RunRecord
from ci_scriptcheck.model.source import Copied, Fetched, Source, Synthetic, Upstream
from ci_scriptcheck.values import dataclass

APART = 4.0
"""How many times as much one run has to read as another for both to tell how costs grow."""
LEAST_SECONDS = 0.2
"""Of the cheaper of two runs: below, a time is that of the machine."""
LEAST_MEMORY = 20.0
"""The same of memory, in units of 1024² bytes."""
_MOST = 10**15
"""Of any number: records come from other machines, too, and none of theirs may be too large to reckon with."""
_STEEPEST = 10.0
STEEP = 1.2
"""Exponent from which on costs are said to grow faster than what is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A number with the range in which it lies, in 19 of 20 cases; without ends where none is known."""

    value: float
    low: float | None
    high: float | None

    def times(self, scale: Callable[[float], float]) -> Range:
        """Give what becomes of it, and of its ends."""
        low = None if self.low is None else scale(self.low)
        high = None if self.high is None else scale(self.high)
        return Range(value=scale(self.value), low=low, high=high)

    @property
    def is_sure(self) -> bool:
        """Say whether its ends are known and the same."""
        return self.low == self.high == self.value


WHOLE = Range(value=1.0, low=1.0, high=1.0)
"""How many times as much there is where all of it was taken."""


class Growth(Enum):
    """How a cost grows with what is read."""

    ASSUMED = "assumed"
    """As what is read, for want of another run."""
    SEEN = "seen"
    """As what is read, or more slowly: another run on less bears it out."""
    STEEP = "steep"
    NONE = "none"
    """Another run on much less cost as much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """One cost of a task, here and on all of the data.

    Attributes:
        full: `None` where nothing tells how much there is.
        exponent: By which it grows, where that is steep.
    """

    here: float
    full: Range | None
    growth: Growth = Growth.ASSUMED
    exponent: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCosts:
    """What a task costs.

    Attributes:
        times: How many times as much as it read there is; `None` where nothing tells.
        memory: In units of 1024² bytes.
        read: Bytes.
        written: Bytes.
    """

    task: Task
    times: Range | None
    seconds: Cost
    cpu_seconds: Cost | None
    memory: Cost | None
    read: Cost
    written: Cost


def costs(record: RunRecord) -> tuple[TaskCosts, ...]:
    """Give what each task costs that was given real data and ended well, in the plan's order."""
    found: list[TaskCosts] = []
    known: dict[str, Range | None] = {}
    results = [*verdict.with_tasks(record)]
    for task, result in results:
        if not task.is_fetched:
            continue
        times = _times(task, result, record.plan.fixtures, known)
        known[task.id] = times
        if result.outcome in ENDED_WELL and result.seconds is not None:
            others = (one for other, one in results if _is_same_script(task, other))
            found.append(_of_task(task, result, times, _smaller(result, others)))
    return tuple(found)


def scale_of(fixture: Fixture) -> Range | None:
    """Say how many times as much there is as was taken of a dataset; `None` where nothing tells."""
    if fixture.rows and fixture.of_rows is not None:
        whole = fixture.of_rows
        value = _times_as_much(whole.number, fixture.rows)
        if whole.error is None:
            return Range(value=value, low=None, high=None)
        return Range(
            value=value,
            low=_times_as_much(whole.number - whole.error, fixture.rows),
            high=_times_as_much(whole.number + whole.error, fixture.rows),
        )
    if not fixture.rows and fixture.read:
        value = _times_as_much(fixture.bytes, fixture.read)
        return Range(value=value, low=value, high=value)
    return None


def _times_as_much(whole: int, part: int) -> float:
    return min(max(min(whole, _MOST) / max(part, 1), 1.0), _MOST)


def _times(
    task: Task,
    result: TaskResult,
    fixtures: Mapping[str, Fixture],
    known: Mapping[str, Range | None],
) -> Range | None:
    """Weigh how much more there is of each input by its bytes."""
    parts: list[tuple[int, Range | None]] = []
    for item in task.inputs:
        size = result.inputs[item.port].bytes if item.port in result.inputs else 0
        parts.append((size, _scale(item.source, fixtures, known)))
    return _on_average(parts)


def _scale(
    source: Source, fixtures: Mapping[str, Fixture], known: Mapping[str, Range | None]
) -> Range | None:
    """Say how many times as much there is as an input holds; `None` where nothing tells."""
    match source:
        case Fetched(dataset=dataset):
            return scale_of(fixtures[dataset]) if dataset in fixtures else None
        case FromProduction(parts=parts):
            taken = [fixtures[one.fixture] for one in parts if one.fixture in fixtures]
            if len(taken) < len(parts):
                return None
            return _on_average([(_size_of(one), scale_of(one)) for one in taken])
        case Upstream(task=other):
            return known.get(other, WHOLE)
        case Synthetic() | Copied():
            return WHOLE
        case _:
            assert_never(source)


def _size_of(fixture: Fixture) -> int:
    """Give the bytes that a task finds of it: to cut an object, more or fewer may have been read."""
    return sum(one.size for one in fixture.taken)


def _on_average(parts: Sequence[tuple[int, Range | None]]) -> Range | None:
    """Weigh by bytes how much more there is; `None` where it is not known of a part, or nothing is there."""
    weighed = [(min(size, _MOST), scale) for size, scale in parts if scale is not None]
    whole = sum(size for size, _ in weighed)
    if not whole or len(weighed) < len(parts):
        return None
    return Range(
        value=sum(size * scale.value for size, scale in weighed) / whole,
        low=_weighed(((size, scale.low) for size, scale in weighed), whole),
        high=_weighed(((size, scale.high) for size, scale in weighed), whole),
    )


def _weighed(parts: Iterable[tuple[int, float | None]], whole: int) -> float | None:
    total = 0.0
    for size, end in parts:
        if end is None:
            return None
        total += size * end
    return total / whole


def _is_same_script(task: Task, other: Task) -> bool:
    return other.script == task.script and other.step == task.step and other.id != task.id


def _smaller(result: TaskResult, others: Iterable[TaskResult]) -> TaskResult | None:
    """Find the run of the same script that has read least, where that is much less."""
    size = _size(result)
    usable = [
        one for one in others if one.outcome is Outcome.PASSED and 0 < _size(one) <= size / APART
    ]
    return min(usable, key=_size, default=None)


def _size(result: TaskResult) -> int:
    size = sum(one.bytes for one in result.inputs.values() if one.read is not False)
    return min(size, _MOST)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spent:
    """One cost of a run: what it had cost when the script was called, and the rest."""

    before: float
    growing: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Other:
    """What the same grows from.

    Attributes:
        more: How many times as much the larger run has read.
    """

    growing: float
    more: float


def _of_task(
    task: Task, result: TaskResult, times: Range | None, smaller: TaskResult | None
) -> TaskCosts:
    def cost(spent: Callable[[TaskResult], _Spent | None], least: float) -> Cost | None:
        here = spent(result)
        there = None if smaller is None else spent(smaller)
        if here is None:
            return None
        other = None
        if smaller is not None and there is not None and there.growing >= least:
            other = _Other(growing=there.growing, more=_size(result) / _size(smaller))
        return _cost(here, times, other)

    bytes_read, bytes_written = (
        _Spent(before=0.0, growing=float(min(sum(one.bytes for one in ports.values()), _MOST)))
        for ports in (result.inputs, result.outputs)
    )
    return TaskCosts(
        task=task,
        times=times,
        seconds=cost(_seconds, LEAST_SECONDS) or Cost(here=0.0, full=None),
        cpu_seconds=cost(_cpu_seconds, LEAST_SECONDS),
        memory=cost(_memory, LEAST_MEMORY),
        read=_cost(bytes_read, times, None),
        written=_cost(bytes_written, times, None),
    )


def _seconds(result: TaskResult) -> _Spent | None:
    return _spent(result.seconds, _started(result).seconds)


def _cpu_seconds(result: TaskResult) -> _Spent | None:
    return _spent(result.cpu_seconds, _started(result).cpu_seconds)


def _memory(result: TaskResult) -> _Spent | None:
    return _spent(result.peak_memory_mb, _started(result).memory_mb)


def _started(result: TaskResult) -> StartUp:
    return result.start_up or StartUp(seconds=0.0, cpu_seconds=0.0, memory_mb=0.0)


def _spent(whole: float | None, before: float) -> _Spent | None:
    if whole is None:
        return None
    whole = float(min(whole, _MOST))
    before = min(before, whole)
    return _Spent(before=before, growing=whole - before)


def _cost(spent: _Spent, times: Range | None, other: _Other | None) -> Cost:
    before, growing = spent.before, spent.growing
    here = before + growing
    if times is None:
        return Cost(here=here, full=None)
    if other is None:
        return Cost(here=here, full=times.times(lambda by: before + growing * by))
    if growing <= other.growing:
        return Cost(here=here, full=times.times(lambda _: here), growth=Growth.NONE)
    exponent = min(math.log(growing / other.growing) / math.log(other.more), _STEEPEST)
    if exponent > STEEP:
        full = times.times(lambda by: before + growing * by**exponent)
        return Cost(here=here, full=full, growth=Growth.STEEP, exponent=exponent)
    # A line through both: what is left of it where nothing is read does not grow.
    slope = min((growing - other.growing) * other.more / (other.more - 1), growing)
    full = times.times(lambda by: here + slope * (by - 1))
    return Cost(here=here, full=full, growth=Growth.SEEN)
