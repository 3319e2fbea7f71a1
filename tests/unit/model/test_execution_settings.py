"""What two executions told a step otherwise, and what is only another name for the same."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ci_scriptcheck.model.execution import Instances
from ci_scriptcheck.model.execution_settings import HIDDEN, changes
from tests.unit.model.executed import BUCKET, a_port, a_step, an_execution


def told(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, Any, Any]]:
    """Compare a step that was told one thing with the same step that was told another."""
    one, other = a_step(execution="one", **before), a_step(execution="two", **after)
    found = changes((an_execution("one", one), one), (an_execution("two", other), other))
    return [(change.what, change.name, change.before, change.after) for change in found]


def test_variables_arguments_and_hyperparameters_are_told_by_their_names() -> None:
    found = told(
        {
            "environment": {"MIN_ROWS": "100", "SAME": "1"},
            "arguments": ("python3", "/code/x.py", "--split", "0.8", "--shift", "-1", "--fast"),
            "hyperparameters": {"max_depth": "6"},
        },
        {
            "environment": {"MIN_ROWS": "500", "SAME": "1", "NEW": ""},
            "arguments": ("python3", "/code/x.py", "--split=0.7", "--shift", "-2"),
            "hyperparameters": {"max_depth": "9"},
        },
    )

    assert found == [
        ("argument", "--fast", "", None),
        ("argument", "--shift", "-1", "-2"),
        ("argument", "--split", "0.8", "0.7"),
        ("variable", "MIN_ROWS", "100", "500"),
        ("variable", "NEW", None, ""),
        ("hyperparameter", "max_depth", "6", "9"),
    ]


def test_the_order_of_named_arguments_is_no_difference() -> None:
    words = [("--a", "1", "--b", "2"), ("--b=2", "--a=1")]

    assert told({"arguments": words[0]}, {"arguments": words[1]}) == []


def test_machines_and_image_are_told() -> None:
    found = told(
        {"instances": Instances(type="ml.m5.xlarge"), "image": "sklearn:1.2"},
        {"instances": Instances(type="ml.m5.xlarge", count=2), "image": "sklearn:1.4"},
    )

    assert found == [
        ("machines", "", *(str(Instances(type="ml.m5.xlarge", count=count)) for count in (1, 2))),
        ("image", "", "sklearn:1.2", "sklearn:1.4"),
    ]


NAMES = st.text("ABC_", min_size=1, max_size=4)
VALUES = st.text("ab0.:/-=", max_size=8)
SETTINGS = st.fixed_dictionaries(
    {
        "environment": st.dictionaries(NAMES, VALUES, max_size=4),
        "hyperparameters": st.dictionaries(NAMES, VALUES, max_size=4),
        "arguments": st.lists(NAMES | VALUES | NAMES.map("--{}".format), max_size=6).map(tuple),
    }
)


@given(SETTINGS, SETTINGS)
def test_seen_from_the_other_side_the_same_differs(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert told(one, other) == [
        (what, name, before, after) for what, name, after, before in told(other, one)
    ]


@given(SETTINGS)
def test_equal_settings_do_not_differ(settings: dict[str, Any]) -> None:
    assert told(settings, settings) == []


@given(st.lists(st.sampled_from(["{id}", "{job}", "{place}", "{begin}", "x", "/", "2026"])))
def test_names_of_the_execution_are_no_difference_wherever_they_stand(parts: list[str]) -> None:
    sides = []
    for name, begin in (("one", "2026-11-12T02:00:00Z"), ("two", "2026-11-19T02:00:00.5Z")):
        words = {
            "id": name,
            "job": f"{name}-preprocess-Ab3dE",
            "place": f"{BUCKET}/{name}/preprocess/features",
            "begin": begin,
        }
        value = "|".join(parts).format(**words)
        sides.append({"environment": {"A": value}, "arguments": ("--b", value)})

    assert told(*sides) == []


def test_what_names_the_execution_itself_is_no_difference() -> None:
    settings = [
        {
            "environment": {
                "TARGET": f"{BUCKET}/{name}/preprocess/features/part",
                "RUN": f"run-{name}",
                "JOB": f"{name}-preprocess-Ab3dE",
                "BEGAN": moment,
            }
        }
        for name, moment in (
            ("one", "2026-11-12T02:00:00.123Z"),
            ("two", "2026-11-19T02:00:00.7+00:00"),
        )
    ]

    assert told(*settings) == []


def test_another_moment_than_that_of_the_begin_is_told() -> None:
    found = told(
        {"environment": {"CUT": "2026-11-01T00:00:00"}},
        {"environment": {"CUT": "2026-11-08T00:00:00"}},
    )

    assert [name for _, name, *_ in found] == ["CUT"]


def test_values_of_what_speaks_of_secrets_are_hidden_and_so_are_passwords_in_addresses() -> None:
    found = told(
        {
            "environment": {"DB_PASSWORD": "hunter2", "DB": "postgres://me:hunter2@db/a"},
            "arguments": ("--api-key", "hunter2"),
        },
        {
            "environment": {"DB_PASSWORD": "hunter3", "DB": "postgres://me:hunter2@db/b"},
            "arguments": ("--api-key", "hunter3"),
        },
    )

    assert found == [
        ("argument", "--api-key", HIDDEN, HIDDEN),
        ("variable", "DB", "postgres://(hidden)@db/a", "postgres://(hidden)@db/b"),
        ("variable", "DB_PASSWORD", HIDDEN, HIDDEN),
    ]


def test_other_data_from_outside_are_told_by_their_place_and_those_of_a_step_are_not() -> None:
    one, other = (
        {
            "inputs": (
                a_port("raw", f"{BUCKET}/raw/{day}/"),
                a_port("rows", f"{BUCKET}/{name}/preprocess/features/rows"),
                a_port("code", f"{BUCKET}/code/{day}/x.py"),
            )
        }
        for day, name in (("2026-11-12", "one"), ("2026-11-19", "two"))
    )

    assert told(one, other) == [
        ("place", "raw", f"{BUCKET}/raw/2026-11-12/", f"{BUCKET}/raw/2026-11-19/")
    ]
