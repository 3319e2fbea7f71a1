"""Which tasks read real data that nobody may see: by where the data are, whatever they are called."""

from __future__ import annotations

import pytest

from ci_scriptcheck.model.contract import Dataset, Schema, Synthesized
from ci_scriptcheck.model.plan import Input, Task
from ci_scriptcheck.model.production import FixturePart, FromProduction
from ci_scriptcheck.model.project import Network, Settings
from ci_scriptcheck.model.source import Fetched, Upstream
from ci_scriptcheck.modes import privacy
from ci_scriptcheck.values import replace
from tests.conftest import a_task

RAW = "s3://company-ml/raw/"


def a_dataset(name: str, real: str = RAW, *, public: bool = False) -> Dataset:
    return Dataset(
        name=name, schema=Schema(), files=(), origin=Synthesized(), real=real, public=public
    )


def marked(head: Dataset, *base: Dataset) -> tuple[Task, ...]:
    open_to_all = Settings(network=Network.ANY)
    first = a_task("load", pipeline="daily", settings=open_to_all)
    given = Input(port="in", parameter="in", source=Fetched(dataset=head.name))
    handed_on = Input(port="in", parameter="in", source=Upstream(task=first.id, port="out"))
    second = a_task("train", pipeline="daily", settings=open_to_all)
    tasks = (replace(first, inputs=(given,)), replace(second, inputs=(handed_on,)))
    return privacy.marked(tasks, {head.name: head}, {one.name: one for one in base})


def test_what_is_fetched_is_private_with_all_that_is_made_of_it() -> None:
    assert [task.is_private for task in marked(a_dataset("orders"))] == [True, True]
    assert [task.is_fetched for task in marked(a_dataset("orders"))] == [True, True]


def test_what_both_sides_call_public_is_shown_and_is_kept_in_all_the_same() -> None:
    public = a_dataset("orders", public=True)

    found = marked(public, public)

    assert [task.is_private for task in found] == [False, False]
    assert [task.is_fetched for task in found] == [True, True]


@pytest.mark.parametrize(
    ("head", "base"),
    [
        (a_dataset("orders", public=True), a_dataset("orders")),
        (a_dataset("mine", public=True), a_dataset("orders")),
        (a_dataset("mine", f"{RAW}day=1/", public=True), a_dataset("orders")),
        (a_dataset("mine", "s3://company-ml/", public=True), a_dataset("orders")),
        # A place that base's datasets do not speak of at all.
        (a_dataset("mine", "s3://company-ml/hr/", public=True), a_dataset("orders")),
        (a_dataset("mine", "s3://company-ml/hr/", public=True), a_dataset("x", public=True)),
    ],
)
def test_another_name_or_another_part_of_private_data_makes_nothing_public(
    head: Dataset, base: Dataset
) -> None:
    assert [task.is_private for task in marked(head, base)] == [True, True]


def test_no_script_that_is_given_fetched_data_reaches_a_network() -> None:
    found = marked(a_dataset("orders", public=True))

    assert {task.settings.network for task in found} == {Network.NONE}


@pytest.mark.parametrize(
    ("sides", "is_private"),
    [
        ((True,), False),
        ((False,), True),
        ((None,), True),
        ((True, True), False),
        ((True, False), True),
        ((True, None), True),
    ],
)
def test_what_production_gave_is_private_unless_all_sides_call_its_dataset_public(
    sides: tuple[bool | None, ...], is_private: bool
) -> None:
    source = FromProduction(parts=(FixturePart(fixture=f"{RAW}run-1/"),))
    item = Input(port="in", parameter="in", source=source, expects="orders")
    task = replace(a_task("load", settings=Settings(network=Network.ANY)), inputs=(item,))
    datasets = [
        {} if public is None else {"orders": a_dataset("orders", public=public)}
        for public in sides
    ]

    (found,) = privacy.marked((task,), *datasets)

    assert found.is_private is is_private
    assert found.is_fetched
    assert found.settings.network is Network.NONE
