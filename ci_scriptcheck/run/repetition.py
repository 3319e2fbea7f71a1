"""Scripts whose result may hang on chance are run again, on the same inputs, and compared.

Where code takes a new seed, draws from generators that nobody has seeded, or goes by the order of a
set, a second run shows whether that reaches the outputs. One thing is varied at a time, and what
differs without any variation is left out, so that the cause is known and times are not blamed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ci_scriptcheck.data import pairs
from ci_scriptcheck.errors import Place
from ci_scriptcheck.model.difference import Difference, Kind
from ci_scriptcheck.model.scenario import STANDARD
from ci_scriptcheck.project.script import chance
from ci_scriptcheck.project.script.chance import Chance
from ci_scriptcheck.run import attempt, reading
from ci_scriptcheck.run.judgement.repeat import Repeat, Variation
from ci_scriptcheck.run.process.request import Ended
from ci_scriptcheck.run.workspace import Workspace, remove_tree
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.run.attempt import Attempt
    from ci_scriptcheck.run.context import Context
    from ci_scriptcheck.run.supply import Supply

LONGEST = 20.0
"""Seconds of a run beyond which it is not made again without being asked for (`--twice`)."""

_LARGEST = 1_000_000
_TELLING = frozenset({Ended.RETURNED, Ended.RAISED, Ended.EXITED})
"""Other endings, such as a time limit on a busy machine, say nothing about chance."""


def repeated(
    context: Context, task: Task, supplies: Mapping[str, Supply], made: Attempt
) -> tuple[Repeat, ...]:
    """Run a script again as often as it takes to say what its outputs hang on.

    Raises:
        OSError: the folders cannot be laid out.
    """
    if made.ending.how is not Ended.RETURNED:
        return ()
    wanted = _wanted(context, task, made)
    again = _Again(context, task, supplies, made)
    found = [
        again.beyond_control(variation, places)
        for variation, places in wanted.items()
        if variation is not Variation.NONE
    ]
    if context.plan.twice:
        found.append(replace(again.control, places=wanted.get(Variation.NONE, ())))
    elif Variation.NONE in wanted:
        found.append(_without_times(replace(again.control, places=wanted[Variation.NONE])))
    return tuple(one for one in found if not one.is_equal)


class _Again:
    """Second runs of one attempt; the plain one is made when it is needed, and once."""

    def __init__(
        self, context: Context, task: Task, supplies: Mapping[str, Supply], made: Attempt
    ) -> None:
        self._context = context
        self._task = task
        self._supplies = supplies
        self._made = made
        self._control: Repeat | None = None

    @property
    def control(self) -> Repeat:
        if self._control is None:
            self._control = self._run(Variation.NONE)
        return self._control

    def beyond_control(self, variation: Variation, places: tuple[Place, ...]) -> Repeat:
        """Vary, and leave out what is otherwise without variation as well."""
        repeat = self._run(variation)
        if repeat.is_equal:
            return repeat
        if self.control.ending.how is not Ended.RETURNED:
            return self.control
        differing = {
            port: {
                name: how
                for name, how in files.items()
                if name not in self.control.differing.get(port, {})
            }
            for port, files in repeat.differing.items()
        }
        return replace(
            repeat, differing=differing, places=places, generators=self._made.ending.moved
        )

    def _run(self, variation: Variation) -> Repeat:
        space = Workspace(self._context.workspace(f"{self._task.id}@again").folder)
        run = attempt.run(self._context, self._task, self._supplies, space, variation=variation)
        differing = {}
        if run.ending.how is Ended.RETURNED:
            differing = {
                port: dict(_differences(self._context, self._made, run, port))
                for port in self._made.written
            }
        remove_tree(space.folder)
        if run.ending.how not in _TELLING:
            return Repeat(variation=variation, ending=self._made.ending)
        return Repeat(variation=variation, ending=run.ending, differing=differing)


def _wanted(context: Context, task: Task, made: Attempt) -> Mapping[Variation, tuple[Place, ...]]:
    """Say which variations can show anything, each with the places that give cause to think so."""
    if task.scenario != STANDARD or (made.ending.seconds > LONGEST and not context.plan.twice):
        return {}
    found = tuple(_signs(context, task, made))
    wanted: dict[Variation, tuple[Place, ...]] = {}
    if made.ending.moved:
        wanted[Variation.NUMBERS] = ()
    hashes = tuple(place for kind, place in found if kind is Chance.HASH_ORDER)
    if hashes and "PYTHONHASHSEED" not in task.settings.env:
        wanted[Variation.HASHES] = hashes
    seeds = tuple(place for kind, place in found if kind is Chance.NEW_SEED)
    if seeds:
        wanted[Variation.NONE] = seeds
    return wanted


def _signs(context: Context, task: Task, made: Attempt) -> Iterator[tuple[Chance, Place]]:
    """Look through the files of the closure that this run has loaded, the script first.

    Loops over sets are everywhere, and nearly all are harmless: they count in files that this
    change touches, or where a second run was asked for.
    """
    closure = context.keys.closure(task.script) - {task.script}
    loaded = {str(context.root / name): name for name in sorted(closure) if name.endswith(".py")}
    read = [loaded[path] for path in made.ending.read if path in loaded]
    touched = context.plan.changes.touched()
    for name in [task.script, *read]:
        if name is not None:
            is_new = context.plan.twice or name in touched
            look = chance.signs if is_new else chance.seed_signs
            for sign in _signs_in(context.root / name, look):
                yield sign.chance, Place(file=name, line=sign.line)


@lru_cache(maxsize=2_000)
def _signs_in(
    path: Path, look: Callable[[str], tuple[chance.Sign, ...]]
) -> tuple[chance.Sign, ...]:
    try:
        if path.stat().st_size > _LARGEST:
            return ()
        return look(path.read_text("utf-8"))
    except (OSError, ValueError):
        return ()


def _differences(
    context: Context, one: Attempt, other: Attempt, port: str
) -> Iterator[tuple[str, Difference]]:
    digests = [
        {file.path: file.digest for file in run.written[port].files} for run in (one, other)
    ]
    for here, there in pairs.differing(*digests):
        files = one.folders[port] / here, other.folders[port] / there
        found = reading.difference(context.ask, *files)
        if found is None and here != there:
            found = Difference(how=f"is called `{there}` the second time", kind=Kind.TIMES)
        if found is not None:
            yield here, found


def _without_times(repeat: Repeat) -> Repeat:
    differing = {
        port: {name: how for name, how in files.items() if how.kind is not Kind.TIMES}
        for port, files in repeat.differing.items()
    }
    return replace(repeat, differing=differing)
