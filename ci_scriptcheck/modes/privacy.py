"""Which tasks read real data, at first or second hand: their reports tell nothing that is one row's.

What is made of data that were fetched is kept nowhere beyond the run: other people and machines share
what is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ci_scriptcheck.model.contract import CopiedFrom
from ci_scriptcheck.model.production import FromProduction
from ci_scriptcheck.model.project import Network
from ci_scriptcheck.model.s3_place import s3_place
from ci_scriptcheck.model.source import Copied, Fetched, Synthetic, Upstream
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ci_scriptcheck.model.contract import Dataset
    from ci_scriptcheck.model.plan import Input, Task
    from ci_scriptcheck.model.s3_place import S3Place
    from ci_scriptcheck.model.source import Source


def marked(tasks: tuple[Task, ...], *sides: Mapping[str, Dataset]) -> tuple[Task, ...]:
    """Mark the tasks that are given real data, or what was made of them, or are compared with such.

    Data that lie in the repository, or that a function of the project gives, are taken for real where
    their dataset says where the real ones are (`real:`) and not that they are `public`.

    Args:
        tasks: Each after those it needs.
        sides: The datasets of head, and of base, by name; either may say that they are real.
    """
    facts = _facts(sides)
    private: set[str] = set()
    fetched: set[str] = set()

    def is_private(item: Input) -> bool:
        if isinstance(item.source, Upstream):
            return item.source.task in private
        return _is_real(item, facts)

    def is_fetched(source: Source) -> bool:
        return isinstance(source, Fetched | FromProduction) or (
            isinstance(source, Upstream) and source.task in fetched
        )

    for task in tasks:
        others = {task.beside, task.across}
        if any(is_private(item) for item in task.inputs) or not private.isdisjoint(others):
            private.add(task.id)
        if any(is_fetched(item.source) for item in task.inputs):
            fetched.add(task.id)
    marks = (replace(task, is_private=task.id in private) for task in tasks)
    return tuple(_kept_in(task) if task.id in fetched else task for task in marks)


class _Facts(NamedTuple):
    """What the datasets say: those of head and of base, by name; which are real; and where those lie."""

    sides: tuple[Mapping[str, Dataset], ...]
    real: frozenset[str]
    places: frozenset[str]
    withheld: frozenset[str]


def _facts(sides: tuple[Mapping[str, Dataset], ...]) -> _Facts:
    known = [item for datasets in sides for item in datasets.items()]
    real = [(name, one) for name, one in known if one.is_private]
    places = (one.origin.path for _, one in real if isinstance(one.origin, CopiedFrom))
    return _Facts(
        sides=sides,
        real=frozenset(name for name, _ in real),
        places=frozenset(places),
        withheld=_withheld(sides),
    )


def _is_real(item: Input, facts: _Facts) -> bool:
    match item.source:
        case Copied(path=path):
            return any(_overlap(path, place) for place in facts.places)
        case Synthetic(dataset=name):
            return name in facts.real
        case Fetched(dataset=name):
            return name in facts.withheld
        case FromProduction():
            return not all(_is_public(side.get(item.expects or "")) for side in facts.sides)
        case _:
            return False


def _kept_in(task: Task) -> Task:
    """Have what was fetched go nowhere, whatever the settings let a script reach."""
    return replace(task, is_fetched=True, settings=replace(task.settings, network=Network.NONE))


def _is_public(dataset: Dataset | None) -> bool:
    """Say whether a side says of what production gave that it may be shown; a new name for it makes nothing public."""
    return dataset is not None and dataset.public


def _withheld(sides: tuple[Mapping[str, Dataset], ...]) -> frozenset[str]:
    """Give the datasets whose real data may be shown to nobody: all of which not every side says that they are public.

    By where the data are, and not by name: a new name for the same data makes nothing public.
    """
    places = [_real_places(datasets) for datasets in sides]
    private = [place for at in places for place, is_public in at if not is_public]
    return frozenset(
        name
        for datasets in sides
        for name, one in datasets.items()
        if one.real and not _is_shown(s3_place(one.real), places, private)
    )


def _is_shown(
    place: S3Place, sides: list[list[tuple[S3Place, bool]]], private: list[S3Place]
) -> bool:
    if any(one.holds(place) or place.holds(one) for one in private):
        return False
    return all(any(one.holds(place) for one, is_public in at if is_public) for at in sides)


def _real_places(datasets: Mapping[str, Dataset]) -> list[tuple[S3Place, bool]]:
    """Give where real data are, and whether they are public."""
    return [(s3_place(one.real), one.public) for one in datasets.values() if one.real]


def _overlap(one: str, other: str) -> bool:
    """Say whether a file or folder is, holds, or lies in another one."""
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")
