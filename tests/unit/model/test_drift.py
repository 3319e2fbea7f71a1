"""What differs at several places, taken together."""

from __future__ import annotations

import dataclasses

from ci_scriptcheck.model.drift import Drift, NumberDrift, TableDrift


def a_drift(name: str) -> Drift:
    return Drift(
        tables=(TableDrift(name=name),),
        numbers=(NumberDrift(file=name, way="auc", before=0.9, after=0.8),),
        untold=1,
        unread=(name,),
        programs=(name,),
    )


def test_nothing_of_two_places_is_left_out_and_those_of_the_first_come_first() -> None:
    one, other = a_drift("one"), a_drift("other")

    both = one.and_(other)

    for field in dataclasses.fields(Drift):
        left, right = (getattr(side, field.name) for side in (one, other))
        assert getattr(both, field.name) == left + right


def test_where_nothing_differs_nothing_is_added() -> None:
    assert a_drift("one").and_(Drift()) == Drift().and_(a_drift("one")) == a_drift("one")
