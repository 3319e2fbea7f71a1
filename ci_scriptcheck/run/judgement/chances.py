"""What second runs of a script showed, in findings: what came out otherwise, and by which chance."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from ci_scriptcheck.model.difference import Difference, Kind
from ci_scriptcheck.model.result import Level
from ci_scriptcheck.run.judgement.case import shown
from ci_scriptcheck.run.judgement.repeat import Repeat, Variation
from ci_scriptcheck.run.process.request import Ended

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ci_scriptcheck.model.result import Finding
    from ci_scriptcheck.run.judgement.case import Case

_SHOWN_FILES = 5
_SHOWN_PLACES = 3


def look(case: Case) -> Iterator[Finding]:
    """Report what came out differently; of each output what tells most, and only that."""
    told: set[str] = set()
    for repeat in sorted(case.repeats, key=lambda one: one.variation is Variation.NONE):
        if repeat.ending.how is not Ended.RETURNED:
            yield _ending(case, repeat)
        for port, files in sorted(repeat.differing.items()):
            if files and port not in told:
                told.add(port)
                yield _output(case, repeat, port, files)


def _ending(case: Case, repeat: Repeat) -> Finding:
    how = repeat.ending.how.value.replace("_", " ")
    why = f": {repeat.ending.errors[0].type}" if repeat.ending.errors else ""
    return case.finding(
        "SC217",
        f"returned, and {_when(repeat)} {how}{why}",
        subject="ending",
        place=repeat.places[0] if repeat.places else None,
        evidence=tuple(_causes(repeat)),
        level=_level(repeat),
    )


def _output(case: Case, repeat: Repeat, port: str, files: Mapping[str, Difference]) -> Finding:
    # A library may write the same in another order of bytes, and mean the same.
    is_data = any(one.kind is Kind.DATA for one in files.values())
    is_certain = repeat.variation is not Variation.HASHES or is_data
    return case.finding(
        "SC217",
        f"{shown(tuple(sorted(files)))} of output `{port}` came out differently {_when(repeat)}",
        subject=port,
        port=port,
        place=repeat.places[0] if repeat.places else None,
        evidence=(
            *(f"`{name}` {one.how}" for name, one in sorted(files.items())[:_SHOWN_FILES]),
            *_causes(repeat),
        ),
        advice=_advice(repeat),
        level=_level(repeat) if is_certain else Level.WARNING,
    )


def _level(repeat: Repeat) -> Level | None:
    """Only warn where the cause is not known: it may be a time that belongs there."""
    is_explained = repeat.variation is not Variation.NONE or repeat.places
    return None if is_explained else Level.WARNING


def _when(repeat: Repeat) -> str:
    match repeat.variation:
        case Variation.NONE:
            return "the second time"
        case Variation.NUMBERS:
            return "with other random numbers"
        case Variation.HASHES:
            return "with sets in another order"
        case _:
            assert_never(repeat.variation)


def _causes(repeat: Repeat) -> Iterator[str]:
    if repeat.variation is Variation.NUMBERS:
        yield f"it draws from {shown(repeat.generators)} and gives no seed"
    told = (
        "takes a new seed" if repeat.variation is Variation.NONE else "goes by the order of a set"
    )
    for place in repeat.places[:_SHOWN_PLACES]:
        yield f"`{place.file}:{place.line}` {told}"


def _advice(repeat: Repeat) -> str | None:
    match repeat.variation:
        case Variation.NONE:
            return "Give the generator a seed that the settings name." if repeat.places else None
        case Variation.NUMBERS:
            return "Give a seed wherever numbers are drawn, such as `random_state=0`."
        case Variation.HASHES:
            return "Sort the set before its order counts: `sorted(names)`."
        case _:
            assert_never(repeat.variation)
