"""The records of a plan's shares made one: as if one machine had run it all, but for times and machines.

Every record knows the whole plan, so that shares of different plans are refused, and what a share
that has left no record was to run is told. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.model import not_run
from ci_scriptcheck.model.plan import Plan, Share, Side
from ci_scriptcheck.model.result import BROKEN, Outcome
from ci_scriptcheck.model.run_record import RunRecord, ShareRun
from ci_scriptcheck.run import flaky, reasons
from ci_scriptcheck.run.history import Ending
from ci_scriptcheck.values import dataclass, fields, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ci_scriptcheck.model.fixture import Fixture
    from ci_scriptcheck.model.result import TaskResult
    from ci_scriptcheck.model.stopped import Stopped

    _Chosen = tuple[str | None, TaskResult]

_SHOWN = 3

_MOST_EQUAL = 100
"""Runs of the same that one is held against, to see whether it is flaky."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The record of one share.

    Attributes:
        place: Where it was found, as people would name it.
    """

    place: str
    record: RunRecord
    share: Share
    whole: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What the records of shares come to.

    Attributes:
        record: As if one machine had run all.
        found_in: Task → the place of the record that its result was taken from.
        left_out: Places of records for which a later attempt stands.
    """

    record: RunRecord
    found_in: Mapping[str, str]
    left_out: tuple[str, ...]


def merged(records: Mapping[str, RunRecord], run: str) -> Merged:
    """Make one record of those of several shares.

    Args:
        records: Where each was found → the record.
        run: Name of the run directory that the new one is for.

    Raises:
        UsageError: there is none, they are not shares of one plan, or leave a task to nobody.
    """
    if not records:
        raise UsageError(
            what="there is no record to merge",
            advice="name the run directories of all shares, or a folder that holds them",
        )
    halted = {place: one for place, one in records.items() if _is_bare(one)}
    going = [_part(place, one) for place, one in records.items() if place not in halted]
    if not going:
        return _nothing_but(halted)
    parts = _of_one_cut(going)
    latest = {part.share.number: part for part in parts}
    chosen = [latest[number] for number in sorted(latest)]
    first = chosen[0]
    wanted = {*range(1, first.share.of + 1), *first.share.owners.values()}
    missing = tuple(sorted(wanted - latest.keys()))
    results = _results(chosen, parts)
    record = RunRecord(
        # Each has fetched what its own tasks are given.
        plan=replace(first.whole, fixtures=_fixtures(chosen)),
        run=run,
        results=tuple(result for _, result in results.values()),
        seconds=max(part.record.seconds for part in chosen),
        machine=first.record.machine,
        interrupted=next(
            (part.record.interrupted for part in chosen if part.record.interrupted), None
        ),
        shares=tuple(_machine(part) for part in chosen),
        missing=missing,
        stopped=_why_stopped(chosen, halted.values()),
    )
    used = {part.place for part in chosen}
    return Merged(
        record=record,
        found_in={name: place for name, (place, _) in results.items() if place is not None},
        left_out=tuple(place for place in records if place not in used),
    )


def _fixtures(parts: Sequence[Part]) -> dict[str, Fixture]:
    return dict(sorted(item for part in parts for item in part.whole.fixtures.items()))


def _is_bare(record: RunRecord) -> bool:
    """Say whether a share was over before it knew the plan, so that its record has no part of it."""
    share = record.plan.share
    return (
        record.stopped is not None
        and share is not None
        and not share.owners
        and not record.plan.tasks
    )


def _nothing_but(halted: Mapping[str, RunRecord]) -> Merged:
    """Let one of the shares that could check nothing stand for all: what stopped one mostly stopped the others."""
    place, record = max(halted.items(), key=lambda item: _attempt(item[1]))
    whole = replace(record, plan=replace(record.plan, share=None))
    return Merged(record=whole, found_in={}, left_out=tuple(one for one in halted if one != place))


def _attempt(record: RunRecord) -> int:
    return record.stopped.attempt if record.stopped else 0


def _why_stopped(chosen: Sequence[Part], halted: Iterable[RunRecord]) -> Stopped | None:
    """Say why a share could not check what it was to, unless a later attempt of it could."""
    latest = {part.share.number: part.share for part in chosen}
    of = chosen[0].share.of
    newest = max(part.share.attempt for part in chosen)
    for record in halted:
        share, stopped = record.plan.share, record.stopped
        if share is None or stopped is None:
            continue
        done = latest.get(share.number)
        is_over = done is not None and done.attempt >= stopped.attempt
        is_of_another_cut = share.of != of and stopped.attempt < newest
        if not is_over and not is_of_another_cut:
            return stopped
    return next((part.record.stopped for part in chosen if part.record.stopped), None)


def _part(place: str, record: RunRecord) -> Part:
    share = record.plan.share
    if share is None:
        raise UsageError(
            what=f"{place} is the record of a whole run, not of a share",
            advice="merge the records of `scriptcheck run --shard`",
        )
    tasks = {task.id: task for task in (*record.plan.tasks, *share.others)}
    own = [task.id for task in record.plan.tasks]
    if tasks.keys() != share.owners.keys() or own != [one.task for one in record.results]:
        raise UsageError(what=f"{place} does not hold a result for each of its tasks")
    whole = replace(
        record.plan,
        tasks=tuple(tasks[name] for name in share.owners),
        others_test=False,
        share=None,
    )
    return Part(place=place, record=record, share=share, whole=whole)


def _of_one_cut(parts: Sequence[Part]) -> list[Part]:
    """Leave out records of an earlier cut of the same job, and put the earliest first.

    Raises:
        UsageError: the others are not of one cut.
    """
    parts = sorted(parts, key=lambda part: (part.share.attempt, part.share.began, part.place))
    newest = parts[-1]
    fitting = []
    for part in parts:
        why = _difference(part, newest)
        if why is None:
            fitting.append(part)
        elif part.share.attempt == newest.share.attempt:
            raise UsageError(
                what="these are not shares of one plan",
                facts=(f"{part.place} and {newest.place} differ: {why}",),
                advice="hand one file to all: `plan --shards … --assignment FILE`,"
                " `run --shard … --assignment FILE`",
            )
    return fitting


def _difference(one: Part, other: Part) -> str | None:
    """Say in what two shares are not of one plan, cut once; `None` where they are."""
    return next(_differences(one, other), None)


def _differences(one: Part, other: Part) -> Iterator[str]:
    if one.share.of != other.share.of:
        yield f"one of {one.share.of} shares, and one of {other.share.of}"
    a, b = one.whole, other.whole
    for name, before, after in (
        ("project", a.project, b.project),
        ("folder", a.folder, b.folder),
        ("version", a.version, b.version),
        ("base", a.changes.base, b.changes.base),
        ("head", a.changes.head, b.changes.head),
    ):
        if before != after:
            yield f"the {name} is `{before or 'none'}`, and `{after or 'none'}`"
    mine, theirs = a.by_id(), b.by_id()
    only = sorted(mine.keys() ^ theirs.keys())
    if only:
        more = " and more" * (len(only) > _SHOWN)
        yield f"only one of them plans {', '.join(only[:_SHOWN])}{more}"
    for name in sorted(mine.keys() & theirs.keys()):
        # How long it takes is what each machine knows, and nothing that it plans otherwise.
        apart = _fields_apart(replace(mine[name], weight=1.0), replace(theirs[name], weight=1.0))
        if apart:
            yield f"`{name}` has another {', '.join(apart)}"
    yield from _fetched_otherwise(a, b)
    shared = (replace(plan, tasks=(), fixtures={}) for plan in (a, b))
    apart = _fields_apart(*shared)
    if apart:
        yield f"another {', '.join(apart)}"
    if one.share.owners != other.share.owners:
        yield "they were cut otherwise"


def _fetched_otherwise(one: Plan, other: Plan) -> Iterator[str]:
    for name in sorted(one.fixtures.keys() & other.fixtures.keys()):
        if one.fixtures[name] != other.fixtures[name]:
            yield f"of the real data of `{name}`, one has fetched others"


def _fields_apart(one: object, other: object) -> list[str]:
    if one == other:
        return []
    return [
        item.name
        for item in fields(one)  # type: ignore[arg-type]  # one of ours
        if getattr(one, item.name) != getattr(other, item.name)
    ]


def _results(chosen: Sequence[Part], parts: Sequence[Part]) -> dict[str, _Chosen]:
    """Choose the result of each task, which several shares may have run, and say whose it is.

    A failure comes before a pass: what could not be read on one machine left others unchecked there.
    """
    share = chosen[0].share
    by_task: dict[str, list[tuple[Part, TaskResult]]] = {}
    for part in chosen:
        for result in part.record.results:
            by_task.setdefault(result.task, []).append((part, result))
    by_key: dict[str, list[TaskResult]] = {}
    for part in parts:
        for result in part.record.results:
            # What has no key has not run, and equals nothing.
            if result.key is not None:
                by_key.setdefault(result.key, []).append(result)
    tasks = chosen[0].whole.by_id()
    found: dict[str, _Chosen] = {}
    for name, owner in share.owners.items():
        if name not in by_task:
            if any(part.share.number == owner for part in chosen):
                raise UsageError(
                    what=f"no share ran `{name}`, which {owner}/{share.of} answers for",
                    advice="run all shares again, from one `plan --shards`",
                )
            why = not_run.share_missing(owner, share.of)
            found[name] = None, reasons.left_out(name, why)
            continue
        part, result = min(by_task[name], key=lambda item: _rank(item[0], item[1], owner))
        equal = by_key.get(result.key or "", []) if tasks[name].side is Side.HEAD else []
        worker = None if result.worker is None else f"{part.share.number}/{result.worker}"
        found[name] = (
            part.place,
            replace(result, worker=worker, flaky=_flaky(result, equal[:_MOST_EQUAL])),
        )
    return found


def _rank(part: Part, result: TaskResult, owner: int) -> tuple[int, bool, int]:
    order = (Outcome.PASSED, Outcome.REUSED, Outcome.NOT_RUN)
    worth = 0 if result.outcome in BROKEN else 1 + order.index(result.outcome)
    return worth, part.share.number != owner, part.share.number


def _flaky(result: TaskResult, equal: Sequence[TaskResult]) -> tuple[Outcome, ...]:
    """Say how equal runs ended: those that the shares knew of, and those of other shares and attempts."""
    known = max((other.flaky for other in (result, *equal)), key=len)
    endings = [
        ending
        for other in equal
        if other is not result
        and (ending := Ending.of(other, is_good=other.is_usable)) is not None
    ]
    return known or flaky.outcomes(result, endings)


def _machine(part: Part) -> ShareRun:
    record = part.record
    return ShareRun(
        number=part.share.number,
        run=record.run,
        tasks=len(record.plan.tasks),
        seconds=record.seconds,
        machine=record.machine,
        attempt=part.share.attempt,
        interrupted=record.interrupted,
    )
