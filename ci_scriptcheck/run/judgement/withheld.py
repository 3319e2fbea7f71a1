"""What a run on real data has shown, without what could be a value of them. Pure.

Every text that a script makes (of an exception, a log, a command line) may hold a cell of its tables.
All that stays on the machine that ran: in the run directory, where reports do not look. Of exceptions, names of
columns and files that are known otherwise are told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.run.privacy.texts import WITHHELD
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ci_scriptcheck.model.difference import Difference
    from ci_scriptcheck.run.judgement.exhibits import OutOfBounds
    from ci_scriptcheck.run.judgement.repeat import Repeat
    from ci_scriptcheck.run.privacy.classes import Code
    from ci_scriptcheck.run.privacy.texts import KnownNames
    from ci_scriptcheck.run.process.request import Ending


def of_ending(ending: Ending, code: Code, known: KnownNames) -> Ending:
    """Leave out the texts of an ending; types, places, counts and known names stay.

    Args:
        ending: How a run ended.
        code: Of the task; a class that is called as nothing in it may have been made of data.
        known: Names that texts of exceptions may hold.
    """
    return replace(
        ending,
        errors=tuple(
            replace(one, type=code.exception(one.type), text=known.text(one.text))
            for one in ending.errors
        ),
        detail=None if ending.detail is None else WITHHELD,
        returned=None,
        pip_calls=_each(ending.pip_calls),
        connections=_each(ending.connections),
        refused=_each(ending.refused),
        spawned=_each(ending.spawned),
        leftovers=_each(ending.leftovers),
        started=tuple(replace(one, command=WITHHELD) for one in ending.started),
        logged=tuple(replace(one, text=WITHHELD) for one in ending.logged),
    )


def of_repeats(repeats: tuple[Repeat, ...], code: Code, known: KnownNames) -> tuple[Repeat, ...]:
    """Say of second runs which files came out differently, and not how."""
    return tuple(
        replace(
            one,
            ending=of_ending(one.ending, code, known),
            differing={port: _without_lines(files) for port, files in one.differing.items()},
        )
        for one in repeats
    )


def of_bounds(broken: tuple[OutOfBounds, ...]) -> tuple[OutOfBounds, ...]:
    """Name the places where bounds do not hold, and not what stands there."""
    return tuple(
        replace(
            one,
            breach=replace(
                one.breach, places=tuple((way, WITHHELD) for way, _ in one.breach.places)
            ),
        )
        for one in broken
    )


def _each(texts: tuple[str, ...]) -> tuple[str, ...]:
    return (WITHHELD,) if texts else ()


def _without_lines(files: Mapping[str, Difference]) -> Mapping[str, Difference]:
    return {name: replace(found, how="differs") for name, found in files.items()}
