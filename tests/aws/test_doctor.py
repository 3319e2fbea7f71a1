"""`scriptcheck doctor --aws` in jobs and on machines: what is well, what is not, and the policies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.aws.policies import EVERYTHING, trusting
from tests.functional.cli.command import commit, git, scriptcheck

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.aws_server.server import AwsServer

PULL_REQUEST = "repo:acme/fraud:pull_request"
SETTINGS = """\
version: 1
aws: {role: "arn:aws:iam::123456789012:role/scriptcheck", region: eu-west-1}
datasets:
  orders: {real: s3://company-ml/fraud/orders/}
  rates: {real: s3://company-ml/fraud/rates.csv}
"""
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1f0c9ab"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "fraud"
    root.mkdir()
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "remote", "add", "origin", "https://me:hunter2@github.com/acme/fraud.git")
    (root / "scriptcheck.yaml").write_text(SETTINGS)
    commit(root)
    return root


@pytest.fixture
def account(aws: AwsServer) -> AwsServer:
    aws.bucket("company-ml", {"fraud/rates.csv": b"a", "hr/salaries.csv": b"b"})
    aws.client("s3").put_object(
        Bucket="company-ml",
        Key="fraud/orders/part-1.csv",
        Body=b"a",
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId=KEY,
    )
    return aws


def doctor(project: Path, variables: Mapping[str, str], what: str = "--aws") -> tuple[int, str]:
    ended = scriptcheck("doctor", what, folder=project, variables=dict(variables))
    assert ended.stderr == ""
    return ended.returncode, ended.stdout


def printed_policies(text: str) -> tuple[str, str]:
    """Cut out both policies, as a person would."""
    found = []
    decoder = json.JSONDecoder()
    at = text.find("\n{")
    while at != -1:
        policy, end = decoder.raw_decode(text, at + 1)
        found.append(json.dumps(policy))
        at = text.find("\n{", end)
    trust, permissions = found
    return trust, permissions


def test_a_job_in_which_all_is_well(
    account: AwsServer, project: Path, golden: Callable[[str], object]
) -> None:
    account.role(trusting(PULL_REQUEST), EVERYTHING)

    status, text = doctor(project, account.variables_of_a_job)

    assert text == golden("aws/doctor.txt")
    assert status == 0


def test_the_policies_that_it_prints_make_well_what_was_not(
    account: AwsServer, project: Path
) -> None:
    variables = account.variables_of_a_job
    role = account.role(trusting("repo:acme/other:pull_request"))

    status, text = doctor(project, variables)
    assert status == 1
    assert "does not trust this job" in text
    assert f"`{PULL_REQUEST}`" in text

    role.trust, permissions = printed_policies(text)
    status, text = doctor(project, variables)
    assert status == 1
    assert "the role `scriptcheck` may not `s3:ListBucket`" in text

    role.permissions.append(permissions)
    status, text = doctor(project, variables)
    assert status == 0
    assert f"encrypted by {KEY}, which opens" in text
    assert account.gate.sts.given
    # What is known better now still is enough.
    role.trust, better = printed_policies(text)
    role.permissions[:] = [better]
    assert KEY in better
    assert doctor(project, variables)[0] == 0


def test_iam_takes_the_policies_by_the_commands_of_the_documentation(
    account: AwsServer, project: Path
) -> None:
    trust, permissions = printed_policies(doctor(project, account.variables_of_a_job)[1])
    iam = account.client("iam")

    iam.create_open_id_connect_provider(
        Url="https://token.actions.githubusercontent.com", ClientIDList=["sts.amazonaws.com"]
    )
    iam.create_role(RoleName="scriptcheck", AssumeRolePolicyDocument=trust)
    iam.put_role_policy(
        RoleName="scriptcheck", PolicyName="read-real-data", PolicyDocument=permissions
    )

    policy = iam.get_role_policy(RoleName="scriptcheck", PolicyName="read-real-data")
    assert len(policy["PolicyDocument"]["Statement"]) == 4


def test_a_repository_whose_subjects_are_numbered_is_let_in_by_the_same_policy(
    account: AwsServer, project: Path
) -> None:
    account.gate.issuer.claims["sub"] = "repo:acme@7/fraud@88:pull_request"
    trust, permissions = printed_policies(doctor(project, account.variables_of_a_job)[1])
    account.role(trust, permissions)

    assert doctor(project, account.variables_of_a_job)[0] == 0


def test_a_key_that_the_role_may_not_use(account: AwsServer, project: Path) -> None:
    _, permissions = printed_policies(doctor(project, account.variables_of_a_job)[1])
    without = json.loads(permissions)
    without["Statement"] = [one for one in without["Statement"] if one["Sid"] != "Decrypt"]
    account.role(trusting(PULL_REQUEST), json.dumps(without))

    status, text = doctor(project, account.variables_of_a_job)

    assert status == 1
    assert "s3://company-ml/fraud/orders/: the role `scriptcheck` may not `kms:Decrypt`" in text
    assert "s3://company-ml/fraud/rates.csv can be listed and read: 1 object" in text


def test_a_job_without_a_token_says_so_and_prints_the_policies(
    account: AwsServer, project: Path
) -> None:
    status, text = doctor(project, account.variables | {"GITHUB_ACTIONS": "true"})

    assert status == 1
    assert "this run has no identity token" in text
    assert len(printed_policies(text)) == 2


@pytest.fixture
def own(account: AwsServer) -> dict[str, str]:
    """Give the variables of a person's machine."""
    keys = account.keys(EVERYTHING)
    given = {"AWS_ACCESS_KEY_ID": keys.access, "AWS_SECRET_ACCESS_KEY": keys.secret}
    return account.variables | given


def test_a_machine_with_keys_of_its_own(
    project: Path, own: dict[str, str], golden: Callable[[str], object]
) -> None:
    status, text = doctor(project, own)

    assert text == golden("aws/doctor_on_a_machine.txt")
    assert status == 0


def test_policies_are_printed_on_a_machine_where_they_are_asked_for(
    project: Path, own: dict[str, str]
) -> None:
    status, text = doctor(project, own, "--policies")

    assert status == 0
    assert "of arn:aws:iam::123456789012:user/developer" in text
    assert "repo:acme@OWNER_ID/fraud@REPOSITORY_ID:pull_request" in text
    assert len(printed_policies(text)) == 2
    assert text.endswith("\nReal data can be read.\n")


def test_what_cannot_be_read_is_told_last(project: Path, own: dict[str, str]) -> None:
    settings = project / "scriptcheck.yaml"
    settings.write_text(
        settings.read_text().replace("company-ml/fraud/orders", "company-lm/orders")
    )

    status, text = doctor(project, own, "--policies")

    assert status == 1
    assert text.endswith("\nFAILED: s3://company-lm/orders/: there is no such bucket\n")


@pytest.mark.parametrize("prefixes", ["", "  prefixes: [s3://company-ml/fraud/]\n"])
def test_a_place_of_a_dataset_where_nothing_lies_cannot_be_read(
    project: Path, own: dict[str, str], prefixes: str
) -> None:
    (project / "scriptcheck.yaml").write_text(
        f"version: 1\naws:\n  region: eu-west-1\n{prefixes}"
        "datasets:\n  orders: {real: s3://company-ml/fraud/odrers/}\n"
    )

    status, text = doctor(project, own)

    assert status == 1
    assert "help: correct `real` of `orders`" in text
    assert text.endswith(
        "\nFAILED: nothing lies at s3://company-ml/fraud/odrers/, which can be listed\n"
    )


def test_a_prefix_under_which_nothing_lies_is_a_warning(
    project: Path, own: dict[str, str]
) -> None:
    (project / "scriptcheck.yaml").write_text(
        "version: 1\naws:\n  region: eu-west-1\n"
        "  prefixes: [s3://company-ml/fraud/, s3://company-ml/later/]\n"
    )

    status, text = doctor(project, own)

    assert status == 0
    assert text.endswith("\nReal data can be read, with 1 warning above.\n")


def test_a_machine_without_any(account: AwsServer, project: Path) -> None:
    status, text = doctor(project, account.variables)

    assert status == 1
    assert "no AWS credentials were found" in text


def test_a_project_without_real_data_is_told_how_to_name_them(
    project: Path, own: dict[str, str]
) -> None:
    (project / "scriptcheck.yaml").write_text("version: 1\n")

    status, text = doctor(project, own)

    assert status == 1
    assert "let a dataset say where its real data are" in text
    assert text.endswith("\nFAILED: no place in S3 may be read\n")


def test_no_secret_is_printed(account: AwsServer, project: Path) -> None:
    account.role(trusting(PULL_REQUEST), EVERYTHING)
    keys = account.keys(EVERYTHING)
    own = {"AWS_ACCESS_KEY_ID": keys.access, "AWS_SECRET_ACCESS_KEY": keys.secret}

    texts = [
        doctor(project, account.variables_of_a_job)[1],
        doctor(project, account.variables | own, "--policies")[1],
    ]

    given = account.gate.sts.given.values()
    secrets = [
        *account.gate.issuer.has_given,
        *(one.secret for one in given),
        *(one.token for one in given if one.token),
        *(one.access for one in given),
        account.variables_of_a_job["ACTIONS_ID_TOKEN_REQUEST_TOKEN"],
        "hunter2",
    ]
    assert len(secrets) > 7
    assert [secret for secret in secrets if any(secret in text for text in texts)] == []


def test_none_of_it_is_left_in_the_repository(account: AwsServer, project: Path) -> None:
    account.role(trusting(PULL_REQUEST), EVERYTHING)
    before = sorted(path for path in project.rglob("*") if ".git" not in path.parts)

    doctor(project, account.variables_of_a_job)

    after = sorted(path for path in project.rglob("*") if ".git" not in path.parts)
    assert after == before
