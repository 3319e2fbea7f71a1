"""Our frozen dataclasses behave as the standard ones."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Mapping

import pytest

from ci_scriptcheck.values import dataclass, field, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """A value."""

    name: str
    size: int = 1
    tags: Mapping[str, int] = field(default_factory=dict)
    note: str | None = field(default=None, compare=False, repr=False)

    @property
    def twice(self) -> int:
        return 2 * self.size


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """The same."""

    name: str
    size: int = 1
    tags: Mapping[str, int] = dataclasses.field(default_factory=dict)
    note: str | None = dataclasses.field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """A value whose parts have places."""

    first: int
    second: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """A value without parts."""


def test_a_value_is_equal_to_one_with_equal_parts_and_to_no_other() -> None:
    assert Ours(name="a", note="x") == Ours(name="a", size=1, note="y")
    assert Ours(name="a") != Ours(name="b")
    other: object = Standard(name="a")
    assert Ours(name="a") != other
    assert Nothing() == Nothing()


def test_equal_values_have_equal_hashes_and_one_with_a_mapping_has_none() -> None:
    assert hash(Pair(1, 2)) == hash(Pair(1, second=2)) == hash((1, 2))
    with pytest.raises(TypeError, match="unhashable type: 'dict'"):
        hash(Ours(name="a"))


def test_a_value_is_written_as_the_standard_library_writes_it() -> None:
    assert repr(Ours(name="a", note="x")).replace("Ours", "") == repr(
        Standard(name="a", note="x")
    ).replace("Standard", "")


def test_a_value_stands_still() -> None:
    value = Ours(name="a")

    with pytest.raises(dataclasses.FrozenInstanceError):
        value.size = 2  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del value.size
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.other = 2  # type: ignore[attr-defined]
    assert not hasattr(value, "__dict__")


def test_each_value_has_a_default_of_its_own() -> None:
    assert Ours(name="a").tags == {}
    assert Ours(name="a").tags is not Ours(name="a").tags


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "missing 1 required keyword-only argument: 'name'"),
        ({"name": "a", "nme": 1}, "unexpected keyword argument 'nme'"),
    ],
)
def test_wrong_arguments_are_told_as_by_the_standard_library(
    given: dict[str, object], told: str
) -> None:
    for kind in (Ours, Standard):
        with pytest.raises(TypeError, match=told):
            kind(**given)  # type: ignore[arg-type]


def test_parts_with_places_are_ordered_and_matched() -> None:
    assert sorted([Pair(2), Pair(1, 2), Pair(1, 1)]) == [Pair(1, 1), Pair(1, 2), Pair(2)]
    match Pair(1, 2):
        case Pair(first, second):
            assert (first, second) == (1, 2)


def test_a_default_that_could_change_is_refused() -> None:
    with pytest.raises(ValueError, match="default_factory"):

        @dataclass(frozen=True, slots=True)
        class Shared:
            items: list[int] = []  # noqa: RUF012  (what is refused)


def test_a_value_survives_copies_and_processes() -> None:
    value = Ours(name="a", tags={"b": 2}, note="x")

    for again in (copy.deepcopy(value), copy.copy(value), pickle.loads(pickle.dumps(value))):  # noqa: S301  (ours)
        assert again == value
        assert again.note == "x"


def test_changed_parts_make_another_value() -> None:
    value = Ours(name="a", note="x")

    assert replace(value, size=3) == Ours(name="a", size=3)
    assert replace(value, size=3).note == "x"
    assert replace(value, size=3).twice == 6
    assert value.size == 1


def test_the_functions_of_the_standard_library_take_our_values() -> None:
    value = Ours(name="a", tags={"b": 2})

    assert dataclasses.is_dataclass(value)
    assert dataclasses.replace(value, size=2) == Ours(name="a", size=2, tags={"b": 2})
    assert dataclasses.asdict(value) == dataclasses.asdict(Standard(name="a", tags={"b": 2}))
    assert [item.name for item in dataclasses.fields(Ours)] == ["name", "size", "tags", "note"]
