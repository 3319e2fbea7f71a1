"""What was written again since production read it: nothing that a step makes of it is compared."""

from __future__ import annotations

import pytest

from ci_scriptcheck.model.fixture import Fixture, S3Object, Sampling, Taken, Whole
from ci_scriptcheck.model.plan import Input, Output, Task
from ci_scriptcheck.model.production import FixturePart, FromProduction, Original
from ci_scriptcheck.model.s3_place import s3_place
from ci_scriptcheck.modes import written_again
from ci_scriptcheck.values import replace
from tests.conftest import a_plan, a_task

PLACE = "s3://company-ml/latest/"
ENDED = "2026-11-19T02:06:00+00:00"


def a_fixture(modified: str | None) -> Fixture:
    return Fixture(
        dataset=PLACE,
        place=s3_place(PLACE),
        sampling=Sampling(seed=0),
        objects=1,
        bytes=1,
        taken=(
            Taken(
                name="a.csv",
                object=S3Object(key="latest/a.csv", size=1, etag="e", modified=modified),
                way=Whole(),
                read=1,
                size=1,
                digest="d",
            ),
        ),
        read=1,
        digest="d",
    )


def noted(modified: str | None, ended: str | None = ENDED) -> Task:
    parts = (FixturePart(fixture=PLACE),)
    task = a_task(
        "load",
        inputs=(Input(port="rows", parameter="rows", source=FromProduction(parts=parts)),),
        outputs=(Output(port="out", parameter="out", production=parts),),
        original=Original(execution="arn", step="Load", ended=ended),
    )
    plan = replace(a_plan(task), fixtures={PLACE: a_fixture(modified)})
    return written_again.noted(plan).tasks[0]


@pytest.mark.parametrize("modified", ["2026-11-19T02:06:01+00:00", "2026-11-19T02:06:00.5+00:00"])
def test_an_input_that_is_younger_than_the_end_of_its_job_is_told(modified: str) -> None:
    task = noted(modified)

    assert task.blocked is None
    assert task.outputs[0].production == ()
    assert task.original is not None
    assert task.original.written_again == ("rows",)
    assert task.original.uncompared == {
        "out": "its input `rows` was written again after production had read it"
    }


@pytest.mark.parametrize(
    ("modified", "ended"),
    [(None, ENDED), (ENDED, ENDED), ("2026-11-18T23:00:00+00:00", ENDED), (ENDED, None)],
)
def test_what_is_older_or_of_unknown_age_is_compared(
    modified: str | None, ended: str | None
) -> None:
    task = noted(modified, ended)

    assert task.outputs[0].production != ()
    assert task.original is not None
    assert task.original.uncompared == {}


@pytest.mark.parametrize(("modified", "is_spare"), [("2026-11-20", False), ("2026-11-18", True)])
def test_what_was_written_again_is_not_what_an_input_of_another_name_held(
    modified: str, is_spare: bool
) -> None:
    part = FixturePart(fixture=PLACE)
    original = Original(execution="arn", step="Load", ended=ENDED, spare={"input-1": part})
    plan = replace(
        a_plan(a_task("load", original=original)), fixtures={PLACE: a_fixture(modified)}
    )

    found = written_again.noted(plan).tasks[0].original

    assert found is not None
    assert bool(found.spare) is is_spare
