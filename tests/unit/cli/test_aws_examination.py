"""What `scriptcheck doctor --aws` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.cli import aws_examination, doctor
from ci_scriptcheck.cli.aws_examination import Found
from ci_scriptcheck.errors import FixtureError
from ci_scriptcheck.fixtures.policies import Access
from ci_scriptcheck.fixtures.subjects import Repository
from ci_scriptcheck.fixtures.trial import Tried
from ci_scriptcheck.model.s3_place import s3_place
from ci_scriptcheck.report.page import PLAIN

if TYPE_CHECKING:
    from collections.abc import Callable

PLACE = s3_place("s3://company-ml/fraud/")
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1f0c9ab"
ACCESS = Access(places=(PLACE,), executions=True)
TRIED = (
    Tried(place=PLACE, objects=12),
    Tried(place=PLACE, objects=1000, more=True, key=KEY),
    Tried(place=PLACE, objects=12, archived=3),
    Tried(place=PLACE),
    Tried(
        place=PLACE,
        wrong=FixtureError(
            what=f"{PLACE}: the role `scriptcheck` may not `s3:ListBucket`",
            facts=("on arn:aws:s3:::company-ml",),
            advice="allow `s3:ListBucket` on the bucket, for this prefix, to the role",
        ),
    ),
)


def test_what_came_of_trying_a_place(golden: Callable[[str], object]) -> None:
    lines = [line for one in TRIED for line in doctor.lines(aws_examination.of_place(one), PLAIN)]

    assert "\n".join(lines) + "\n" == golden("aws/tried.txt")


def test_a_dataset_of_which_nothing_lies_where_it_says_cannot_be_read() -> None:
    seen = aws_examination.of_place(Tried(place=PLACE), ["orders", "rates"])

    assert [*doctor.verdict([seen], PLAIN)] == [
        "FAILED: nothing lies at s3://company-ml/fraud/, which can be listed"
    ]
    assert seen.advice == "correct `real` of `orders` and `rates`"


def test_the_policies_as_a_job_knows_them(golden: Callable[[str], object]) -> None:
    found = Found(
        role="arn:aws:iam::123456789012:role/scriptcheck",
        access=ACCESS,
        repository=Repository(owner="acme", name="fraud", owner_id="7", repository_id="88"),
        branch="main",
        keys=(KEY,),
    )

    assert aws_examination.policies_text(found) == golden("aws/policies_in_a_job.txt")


def test_the_policies_as_a_machine_knows_them_before_there_is_a_role(
    golden: Callable[[str], object],
) -> None:
    found = Found(
        role=aws_examination.NO_ROLE,
        access=ACCESS,
        repository=Repository(owner="acme", name="fraud"),
        branch="main",
    )

    assert aws_examination.policies_text(found) == golden("aws/policies_before_the_role.txt")


def test_without_keys_of_kms_nothing_is_to_be_decrypted() -> None:
    found = Found(
        role="arn:aws:iam::123456789012:role/scriptcheck",
        access=ACCESS,
        repository=Repository(owner="acme", name="fraud"),
        branch="main",
        keys=(),
    )

    assert "Decrypt" not in aws_examination.policies_text(found)
