"""Two executions of a pipeline side by side: what was asked for, how it went, and what became of the data.

All that is said here follows from two executions as values, and from what was found at places of theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ci_scriptcheck.model import execution_failure
from ci_scriptcheck.model.comparison import Fate
from ci_scriptcheck.model.drift import Drift, has_moved
from ci_scriptcheck.model.execution import (
    Execution,
    ExecutionName,
    ExecutionPort,
    ExecutionStep,
    Listing,
    Status,
)
from ci_scriptcheck.model.execution_settings import SettingChange, changes
from ci_scriptcheck.model.s3_place import S3Place
from ci_scriptcheck.values import dataclass, field

SLOWER = 1.5
"""How many times as long a step has to take for that to be told, or how many times as short."""
LEAST_SECONDS = 60.0
"""By which its time has to move: starting a container takes longer or shorter by chance."""

Key = tuple[S3Place, S3Place]
"""The places of a port in both executions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What lies at one place, all of it, whether or not all of it was looked at."""

    objects: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found at the places of a port.

    Attributes:
        before: `None` where it could not be looked at.
        why_not: Why nothing could be compared, as a sentence without a full stop.
    """

    before: Contents | None = None
    after: Contents | None = None
    drift: Drift = field(default_factory=Drift)
    why_not: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PortPair:
    """A port that both executions have, at two places.

    Attributes:
        side: `input` or `output`.
        is_optional: Whether there may be nothing.
    """

    step: str
    side: str
    before: ExecutionPort
    after: ExecutionPort

    @property
    def key(self) -> Key | None:
        """The places to be compared; `None` where there is nothing to compare."""
        if self.before.place is None or self.after.place is None:
            return None
        if {self.before.listing, self.after.listing} != {Listing.PREFIX}:
            return None
        return self.before.place, self.after.place


@dataclass(frozen=True, slots=True, kw_only=True)
class PortChange:
    """How the data of a port differ.

    Attributes:
        found: What lies there; empty where only one execution has the port.
    """

    name: str
    side: str
    fate: Fate = Fate.CHANGED
    found: Found = field(default_factory=Found)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepChange:
    """How a step differs.

    Attributes:
        statuses: In both executions; `None` where it is not there.
        failures: Why it failed, without what a script has said.
        taken_from: ARNs of the executions that really ran it, where those are others.
        seconds: How long its job took, where that is worth telling.
        metrics: That SageMaker read from its log, where they moved: before and after.
        untold: What could not be compared, and why.
    """

    name: str
    fate: Fate = Fate.CHANGED
    statuses: tuple[Status | None, Status | None] = (None, None)
    failures: tuple[str | None, str | None] = (None, None)
    taken_from: tuple[str | None, str | None] = (None, None)
    seconds: tuple[float, float] | None = None
    settings: tuple[SettingChange, ...] = ()
    metrics: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    ports: tuple[PortChange, ...] = ()
    untold: tuple[str, ...] = ()

    @property
    def has_other_status(self) -> bool:
        """Say whether it ended otherwise."""
        return self.fate is Fate.CHANGED and self.statuses[0] is not self.statuses[1]

    @property
    def is_other(self) -> bool:
        """Say whether anything is known to differ."""
        told = (self.seconds, self.settings, self.metrics, self.ports)
        return self.fate is not Fate.CHANGED or self.has_other_status or any(told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of two executions, in short."""

    name: ExecutionName
    status: Status
    began: str
    seconds: float
    steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionComparison:
    """What differs between two executions.

    Attributes:
        steps: Those that differ, or of which something could not be compared, in the order in which they began.
        compared: How many steps both have.
        unread: Steps of either that were not read, and why.
    """

    before: Side
    after: Side
    steps: tuple[StepChange, ...] = ()
    compared: int = 0
    unread: tuple[str, ...] = ()

    @property
    def others(self) -> tuple[StepChange, ...]:
        """The steps that differ."""
        return tuple(step for step in self.steps if step.is_other)


def pairs(before: Execution, after: Execution) -> tuple[PortPair, ...]:
    """List the ports that both have and that are to be compared, each two places once.

    What a step wrote is told of that step, and not again of those that read it. What the same job wrote, taken by
    both, is the same.
    """
    found: dict[Key, PortPair] = {}
    both = list(_both(before, after))
    for side in ("output", "input"):
        for one, other in both:
            if one.job == other.job:
                continue
            for pair in _ports(one, other, side):
                key = pair.key
                if key is not None and key[0] != key[1] and key not in found:
                    found[key] = pair
    return tuple(found.values())


def compared(
    before: Execution, after: Execution, found: Mapping[Key, Found]
) -> ExecutionComparison:
    """Say what differs.

    Args:
        before: The one execution.
        after: The other.
        found: What lies at the places of `pairs`.
    """
    owners = {pair.key: (pair.step, pair.side, pair.after.name) for pair in pairs(before, after)}
    told: list[StepChange] = []
    for step in after.steps:
        one = before.step(step.name)
        if one is None:
            told.append(_alone(step, Fate.NEW, before))
        elif one.job != step.job:
            told.append(_step(one, step, (before, after), (found, owners)))
    told += [
        _alone(step, Fate.GONE, after) for step in before.steps if after.step(step.name) is None
    ]
    return ExecutionComparison(
        before=_side(before),
        after=_side(after),
        steps=tuple(step for step in told if step.is_other or step.untold),
        compared=sum(1 for _ in _both(before, after)),
        unread=tuple(_unread(before, after)),
    )


def _step(
    one: ExecutionStep,
    other: ExecutionStep,
    executions: tuple[Execution, Execution],
    known: tuple[Mapping[Key, Found], Mapping[Key | None, tuple[str, str, str]]],
) -> StepChange:
    ports, untold = [], []
    for side in ("input", "output"):
        for pair in _ports(one, other, side):
            change, why = _port(pair, *known)
            ports += [] if change is None else [change]
            untold += [] if why is None else [f"{side} `{pair.after.name}`: {why}"]
        ports += _one_sided(one, other, side)
    return StepChange(
        name=other.name,
        statuses=(one.status, other.status),
        failures=(_why(one), _why(other)),
        taken_from=(one.taken_from, other.taken_from),
        seconds=_seconds(one, other),
        settings=changes((executions[0], one), (executions[1], other)),
        metrics=_metrics(one, other),
        ports=tuple(ports),
        untold=tuple(untold),
    )


def _port(
    pair: PortPair,
    found: Mapping[Key, Found],
    owners: Mapping[Key | None, tuple[str, str, str]],
) -> tuple[PortChange | None, str | None]:
    """Say how a port differs, or why that cannot be said; neither where it is the same, or told elsewhere."""
    why = pair.before.why_not or pair.after.why_not
    if why is not None:
        return None, f"is {why}" if not why.startswith("`") else why
    if {pair.before.listing, pair.after.listing} != {Listing.PREFIX}:
        return None, "is named by a manifest, which is not followed here"
    key = pair.key
    if pair.before.place == pair.after.place and pair.side == "output":
        return None, "lies at the same place in both, so what the first wrote may be overwritten"
    if (
        key is None
        or key not in found
        or owners.get(key) != (pair.step, pair.side, pair.after.name)
    ):
        return None, None
    what = found[key]
    if is_other(what):
        return PortChange(name=pair.after.name, side=pair.side, found=what), what.why_not
    # What was not looked into is not taken for equal.
    return None, what.why_not or "; ".join(what.drift.unread) or None


def is_other(found: Found) -> bool:
    """Say whether what was found at two places is worth telling."""
    drift = found.drift
    if drift.tables or drift.numbers or drift.untold or drift.programs:
        return True
    if found.before is None or found.after is None:
        return False
    return has_moved(found.before.bytes, found.after.bytes) or has_moved(
        found.before.objects, found.after.objects
    )


def _one_sided(one: ExecutionStep, other: ExecutionStep, side: str) -> Iterator[PortChange]:
    names = [{port.name for port in _of(step, side)} for step in (one, other)]
    for name in sorted(names[0] - names[1]):
        yield PortChange(name=name, side=side, fate=Fate.GONE)
    for name in sorted(names[1] - names[0]):
        yield PortChange(name=name, side=side, fate=Fate.NEW)


def _seconds(one: ExecutionStep, other: ExecutionStep) -> tuple[float, float] | None:
    if one.seconds is None or other.seconds is None:
        return None
    low, high = sorted((one.seconds, other.seconds))
    is_far = high - low >= LEAST_SECONDS and high >= SLOWER * low
    return (one.seconds, other.seconds) if is_far else None


def _metrics(
    one: ExecutionStep, other: ExecutionStep
) -> Mapping[str, tuple[float | None, float | None]]:
    return {
        name: (one.metrics.get(name), other.metrics.get(name))
        for name in dict.fromkeys([*one.metrics, *other.metrics])
        if one.metrics.get(name) != other.metrics.get(name)
    }


def _alone(step: ExecutionStep, fate: Fate, there: Execution) -> StepChange:
    """Tell of a step that only one execution has; of one that is there and was not read, that is no difference."""
    is_gone = fate is Fate.GONE
    unread = next((one for one in there.unread if one.name == step.name), None)
    if unread is not None:
        return StepChange(
            name=step.name, statuses=(step.status, step.status), untold=(f"it {unread.why}",)
        )
    return StepChange(
        name=step.name,
        fate=fate,
        statuses=(step.status, None) if is_gone else (None, step.status),
        failures=(_why(step), None) if is_gone else (None, _why(step)),
    )


def _why(step: ExecutionStep) -> str | None:
    return None if step.failure is None else execution_failure.told(step.failure)


def _unread(before: Execution, after: Execution) -> Iterable[str]:
    """Name steps that were not read, those of both once."""
    return dict.fromkeys(
        f"`{step.name}` {step.why}" for side in (after, before) for step in side.unread
    )


def _both(before: Execution, after: Execution) -> Iterator[tuple[ExecutionStep, ExecutionStep]]:
    for step in after.steps:
        one = before.step(step.name)
        if one is not None:
            yield one, step


def _ports(one: ExecutionStep, other: ExecutionStep, side: str) -> Iterator[PortPair]:
    there = {port.name: port for port in _of(one, side)}
    for port in _of(other, side):
        if port.name in there:
            yield PortPair(step=other.name, side=side, before=there[port.name], after=port)


def _of(step: ExecutionStep, side: str) -> tuple[ExecutionPort, ...]:
    return step.inputs if side == "input" else step.outputs


def _side(execution: Execution) -> Side:
    return Side(
        name=execution.name,
        status=execution.status,
        began=execution.began,
        seconds=execution.seconds,
        steps=len(execution.steps),
    )
