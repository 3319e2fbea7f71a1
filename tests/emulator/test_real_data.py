"""Real data on their way to a pull request: from the identity token of a job that runs nothing to the comment."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from pyrage import x25519

from tests.aws import s3rver
from tests.aws.policies import EVERYTHING, trusting
from tests.aws_server.server import AwsServer
from tests.emulator.hub import PREPARE, SETTINGS
from tests.github_server.server import TOKEN, GitHubServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.emulator.hub import Hub
    from tests.emulator.runner import Job

KEY = str(x25519.Identity.generate())
PULL_REQUEST = "repo:acme/fraud:pull_request"
ROLE = "arn:aws:iam::123456789012:role/scriptcheck"
REAL = SETTINGS.replace(
    "datasets: {raw: {copy: data}}",
    f"aws: {{role: '{ROLE}', region: eu-west-1}}\n"
    "datasets: {raw: {copy: data, real: s3://company-ml/orders/}}",
)
NAME = "marguerite-of-oslo"
ORDERS = "price,pieces,customer\n" + "".join(
    f"{number}.25,{number % 7},{NAME}-{number}\n" for number in range(1, 400)
)
HARMLESS = PREPARE.replace("rows = list", "rows: list = list")
STRICT = PREPARE.replace(
    "rows = list(csv.DictReader(file))",
    'rows = [row for row in csv.DictReader(file) if float(row.get("customer", 1))]',
)
"""Takes the committed data, which have no such column; Python names the value at which it fails on the real ones."""

BUILD = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "evil"
version = "1"
"""
ALL = "isolation,pipeline,deep-dive"


class Account:
    """AWS, and the S3 where the data are."""

    def __init__(self, aws: AwsServer, variables: dict[str, str]) -> None:
        self.aws = aws
        self.variables = variables


@pytest.fixture(params=["moto", "s3rver"])
def account(request: pytest.FixtureRequest) -> Iterator[Account]:
    """Give an account whose role trusts pull requests, with the data in one or the other make of S3."""
    with ExitStack() as stack:
        aws = stack.enter_context(AwsServer())
        aws.role(trusting(PULL_REQUEST), EVERYTHING)
        more: dict[str, str] = {}
        if request.param == "moto":
            aws.bucket("company-ml", {"orders/orders.csv": ORDERS.encode()})
        else:
            address = stack.enter_context(s3rver.serving())
            aws.gate.sts.known = ("S3RVER", "S3RVER")
            more = {"AWS_ENDPOINT_URL_S3": address}
            client = boto3.client(
                "s3",
                endpoint_url=address,
                region_name="eu-west-1",
                aws_access_key_id="S3RVER",
                aws_secret_access_key="S3RVER",  # noqa: S106  (the only one that it knows)
            )
            client.create_bucket(Bucket="company-ml")
            client.put_object(Bucket="company-ml", Key="orders/orders.csv", Body=ORDERS.encode())
        yield Account(aws, aws.variables_of_a_job | more)


def fetched(hub: Hub, account: Account, **given: Any) -> Job:
    """Run the job that only fetches."""
    given = {"fixtures_key": KEY} | given
    return hub.of_pull_request(command="fetch-fixtures", variables=account.variables, **given)


def artifacts_hold(hub: Hub, text: str) -> list[str]:
    files = [
        file
        for kept in hub.machine.artifacts.values()
        for file in kept.rglob("*")
        if file.is_file()
    ]
    return [file.name for file in files if text.encode() in file.read_bytes()]


def test_what_only_real_data_show_is_told_in_the_comment(
    hub: Hub, account: Account, server: GitHubServer
) -> None:
    hub.remote.commit({"scriptcheck.yaml": REAL})
    hub.pull_request({"scripts/prepare.py": STRICT})
    server.repository.commits[hub.commits["head"]] = ()

    first = fetched(hub, account)
    checked = hub.of_pull_request(mode=ALL, fixtures_key=KEY)
    published = hub.published(server.url, TOKEN)

    assert first.outcome == "success", first.log
    assert first.step("Check").outcome == "skipped"
    assert "real  raw: its only file" in first.step("Get the real data").log.text
    assert checked.outputs["outcome"] == "failed", checked.log
    assert published.outcome == "success", published.log
    (body,) = server.repository.bodies(7)
    assert "daily/prepare[real]" in body
    assert "ValueError" in body
    assert NAME not in body
    assert artifacts_hold(hub, NAME) == []
    for job in (first, checked, published):
        assert NAME not in job.log
        assert KEY not in job.log
    keys = list(account.aws.gate.sts.given.values())
    assert keys
    secret = {keys[0].secret, keys[0].token or "", *account.aws.gate.issuer.has_given}
    for job in (checked, published):
        assert not [one for one in secret if len(one) > len("S3RVER") and one in job.log]


def test_a_harmless_change_passes_on_real_data(hub: Hub, account: Account) -> None:
    hub.remote.commit({"scriptcheck.yaml": REAL})
    hub.pull_request({"scripts/prepare.py": HARMLESS})

    fetched(hub, account)
    job = hub.of_pull_request(mode=ALL, fixtures_key=KEY)

    assert job.outputs["outcome"] == "passed", job.log
    record = json.loads((hub.machine.artifacts["scriptcheck"] / "record.json").read_text())
    outcomes = {one["id"]: one["outcome"] for one in record["tasks"]}
    assert outcomes["daily/prepare[real]"] == "passed", outcomes
    assert outcomes["daily/train[real]"] == "passed", outcomes


def test_a_token_that_the_role_does_not_trust_is_told_where_scripts_run(
    hub: Hub, account: Account
) -> None:
    account.aws.gate.issuer.claims["sub"] = "repo:acme/other:pull_request"
    hub.remote.commit({"scriptcheck.yaml": REAL})
    hub.pull_request({"scripts/prepare.py": HARMLESS})

    first = fetched(hub, account)
    job = hub.of_pull_request(mode=ALL, fixtures_key=KEY)

    assert first.outcome == "failure"
    assert any("could not get real data" in one for one in first.issues("error"))
    assert job.outputs["outcome"] == "failed"
    told = " ".join(job.log.split())
    assert "SC505" in told
    assert "does not trust" in told
    assert "2 not run" in told


def test_without_the_key_nothing_is_handed_on(hub: Hub, account: Account) -> None:
    hub.remote.commit({"scriptcheck.yaml": REAL})
    hub.pull_request({"scripts/prepare.py": HARMLESS})

    first = fetched(hub, account, fixtures_key="")
    job = hub.of_pull_request(mode=ALL)

    assert first.outcome == "failure"
    assert account.aws.gate.sts.given == {}
    assert "fetch-fixtures --new-key" in " ".join(job.log.split())
    assert job.outputs["outcome"] == "failed"


def test_code_that_ran_before_in_the_job_keeps_real_data_away(hub: Hub, account: Account) -> None:
    hub.remote.commit({"scriptcheck.yaml": REAL})
    hub.pull_request({"scripts/prepare.py": HARMLESS})
    hub.of_pull_request(mode="isolation")
    hub.in_one_job = True

    first = fetched(hub, account)

    assert first.step("Get the real data").exit_code == 2
    assert account.aws.gate.sts.given == {}
    assert any("has run code of the repository" in one for one in first.issues("error"))


def test_code_that_may_ask_for_tokens_is_warned_of(hub: Hub, account: Account) -> None:
    hub.pull_request({"scripts/prepare.py": HARMLESS})

    job = hub.of_pull_request(variables=account.variables)

    assert job.outcome == "success", job.log
    assert any("may ask for identity tokens" in one for one in job.issues("warning"))


def test_a_pull_request_of_a_fork_is_checked_without_real_data(hub: Hub) -> None:
    hub.remote.commit({"scriptcheck.yaml": REAL})
    hub.from_fork({"scripts/prepare.py": HARMLESS})
    github, payload = hub.about(7, "topic")
    repositories = {
        "head": {
            "sha": hub.commits["head"],
            "ref": "topic",
            "repo": {"full_name": "mallory/fraud"},
        },
        "base": payload["pull_request"]["base"] | {"repo": {"full_name": "acme/fraud"}},
    }
    payload["pull_request"] |= repositories

    def of_fork(**given: Any) -> Job:
        return hub.job(hub.checkout("refs/pull/7/merge"), github, payload, **given)

    first = of_fork(command="fetch-fixtures")
    job = of_fork(mode=ALL)

    assert first.outcome == "success", first.log
    assert any("comes from a fork" in one for one in first.issues("notice"))
    assert job.outputs["outcome"] == "passed", job.log
    assert "comes from a fork" in " ".join(job.log.split())


def test_a_change_of_libraries_gets_none_as_what_is_installed_is_held_by_nothing(
    hub: Hub, account: Account
) -> None:
    hub.remote.commit({"scriptcheck.yaml": REAL, "requirements.txt": "# none yet\n"})
    hub.pull_request({"scripts/prepare.py": HARMLESS, "requirements.txt": "# another\n"})

    fetched(hub, account)
    job = hub.of_pull_request(mode=ALL, fixtures_key=KEY, python_requirements="requirements.txt")

    assert job.outputs["outcome"] == "passed", job.log
    assert "this change is one of libraries" in " ".join(job.log.split())
    assert NAME not in job.log


def test_where_real_data_lie_nothing_is_built(hub: Hub, account: Account, tmp_path: Path) -> None:
    built = tmp_path / "built"
    evil = {"evil/pyproject.toml": BUILD, "evil/evil.py": "", "requirements.txt": "./evil\n"}
    hub.remote.commit({"scriptcheck.yaml": REAL} | evil)
    build = f"import pathlib; pathlib.Path({str(built)!r}).touch()"
    hub.pull_request({"scripts/prepare.py": HARMLESS, "evil/backend.py": build})

    fetched(hub, account)
    job = hub.of_pull_request(mode=ALL, fixtures_key=KEY, python_requirements="requirements.txt")

    assert job.outputs["outcome"] == "error", job.log
    assert not built.exists()
