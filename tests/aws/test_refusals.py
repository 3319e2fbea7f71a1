"""What S3 refuses for real, met by our own clients, and told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ci_scriptcheck.fixtures import clients, credentials, refusals
from ci_scriptcheck.fixtures.credentials import Job
from ci_scriptcheck.fixtures.policies import Access
from ci_scriptcheck.model.aws import AwsSettings
from tests.aws.policies import EVERYTHING, allowing

if TYPE_CHECKING:
    from ci_scriptcheck.errors import FixtureError
    from tests.aws_server.server import AwsServer

PLACE = "s3://company-ml/fraud/a.csv"


@pytest.fixture
def account(aws: AwsServer) -> AwsServer:
    aws.bucket("company-ml", {"fraud/a.csv": b"a,b\n1,2\n"})
    return aws


def client(
    account: AwsServer,
    monkeypatch: pytest.MonkeyPatch,
    *permissions: str,
    settings: AwsSettings | None = None,
) -> Any:
    """Make our client for a user who may do this."""
    keys = account.keys(*permissions)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", keys.access)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", keys.secret)
    settings = settings or AwsSettings(region="eu-west-1")
    return clients.s3(
        credentials.opened(settings, Access(), Job(environ=account.variables)), settings
    )


def told(s3: Any, key: str = "fraud/a.csv", bucket: str = "company-ml") -> FixtureError:
    """Read an object, and give what people see instead."""
    try:
        s3.get_object(Bucket=bucket, Key=key)
    except Exception as error:  # noqa: BLE001  (each test says which)
        return refusals.told(error, PLACE)
    pytest.fail("nothing was refused")


def test_without_get_object(account: AwsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    error = told(client(account, monkeypatch, allowing("s3:ListBucket")))

    assert error.what == f"{PLACE}: the user `developer` may not `s3:GetObject`"


def test_without_the_key_of_kms(account: AwsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    key = "arn:aws:kms:eu-west-1:123456789012:key/1"
    account.client("s3").put_object(
        Bucket="company-ml",
        Key="fraud/a.csv",
        Body=b"a",
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId=key,
    )

    error = told(client(account, monkeypatch, allowing("s3:*")))

    assert error.what == f"{PLACE}: the user `developer` may not `kms:Decrypt`"
    assert error.facts[0] == f"on {key}"


def test_where_who_asks_has_to_pay(account: AwsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    account.gate.requester_pays.add("company-ml")

    error = told(client(account, monkeypatch, EVERYTHING))

    assert "AWS does not say why" in error.what
    assert any("`requester_pays: true`" in fact for fact in error.facts)


def test_who_says_that_we_pay_gets_it(account: AwsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    account.gate.requester_pays.add("company-ml")
    settings = AwsSettings(region="eu-west-1", requester_pays=True)

    s3 = client(account, monkeypatch, EVERYTHING, settings=settings)

    assert s3.get_object(Bucket="company-ml", Key="fraud/a.csv")["Body"].read() == b"a,b\n1,2\n"
    assert s3.list_objects_v2(Bucket="company-ml", Prefix="fraud/")["KeyCount"] == 1


@pytest.mark.parametrize("storage", ["GLACIER", "DEEP_ARCHIVE"])
def test_an_archived_object(
    account: AwsServer, monkeypatch: pytest.MonkeyPatch, storage: str
) -> None:
    account.client("s3").put_object(
        Bucket="company-ml", Key="old.csv", Body=b"a", StorageClass=storage
    )

    error = told(client(account, monkeypatch, EVERYTHING), "old.csv")

    assert "is archived" in error.what
    assert "restore" in (error.advice or "")


def test_a_bucket_in_another_region_is_found_all_the_same(
    account: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.bucket("company-us", {"a.csv": b"a"}, region="us-west-2")

    s3 = client(account, monkeypatch, EVERYTHING)

    assert s3.get_object(Bucket="company-us", Key="a.csv")["Body"].read() == b"a"


def test_a_region_that_stays_wrong_is_named(
    account: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {"x-amz-bucket-region": "eu-central-1"}
    account.refuse("/company-ml", 301, "PermanentRedirect", "must be addressed", headers=headers)

    error = told(client(account, monkeypatch, EVERYTHING))

    assert error.what == f"{PLACE} lies in the region eu-central-1, and another one was asked"
    assert error.advice == "set `region: eu-central-1` under `aws`"


def test_a_bucket_or_an_object_that_is_not_there(
    account: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3 = client(account, monkeypatch, EVERYTHING)

    assert "there is no such bucket" in told(s3, bucket="company-nl").what
    assert told(s3, "fraud/b.csv").what == f"{PLACE} is not there"


def test_what_head_is_answered_says_as_much(
    account: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3 = client(
        account, monkeypatch, allowing("s3:GetObject", "*/fraud/*"), allowing("s3:ListBucket")
    )

    with pytest.raises(Exception) as absent:  # noqa: PT011  (told below)
        s3.head_object(Bucket="company-ml", Key="fraud/b.csv")
    with pytest.raises(Exception) as denied:  # noqa: PT011  (told below)
        s3.head_object(Bucket="company-ml", Key="hr/salaries.csv")

    assert refusals.told(absent.value, PLACE).what == f"{PLACE} is not there"
    assert "access is denied" in refusals.told(denied.value, PLACE).what


def test_credentials_whose_time_is_over(
    account: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3 = client(account, monkeypatch, EVERYTHING)
    account.gate.sts.given["AKIADEVELOPER"].until = 0

    assert "their time is over" in told(s3).what


def test_credentials_that_nobody_knows(
    account: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3 = client(account, monkeypatch, EVERYTHING)
    account.gate.sts.given.clear()

    assert "AWS does not take these credentials" in told(s3).what


def test_a_clock_that_is_wrong(account: AwsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    s3 = client(account, monkeypatch, EVERYTHING)
    account.gate.ahead = 3600

    assert "the clock of this machine is wrong" in told(s3).what


def test_nobody_at_the_address(account: AwsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    # Nothing listens on this port of loopback.
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setattr(clients, "ATTEMPTS", 1)

    error = told(client(account, monkeypatch, EVERYTHING))

    assert error.what == f"{PLACE}: 127.0.0.1:9 cannot be reached from here"


def test_a_proxy_that_answers_with_a_page(
    account: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = b"<html>Sign in, please</body>"
    account.refuse("/company-ml", 403, body=page, headers={"x-amz-request-id": ""})

    error = told(client(account, monkeypatch, EVERYTHING))

    assert error.what == f"{PLACE}: who answers is not AWS"
    assert error.facts == ("it answers 403, and not as AWS does",)


def test_executions_that_may_not_be_looked_up(
    account: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = account.keys(allowing("s3:*"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", keys.access)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", keys.secret)
    settings = AwsSettings(region="eu-west-1")
    session = credentials.opened(settings, Access(), Job(environ=account.variables))

    with pytest.raises(Exception) as caught:  # noqa: PT011  (told below)
        clients.sagemaker(session).list_pipeline_executions(PipelineName="fraud")

    error = refusals.told(caught.value, "pipeline fraud")
    assert error.what == (
        "pipeline fraud: the user `developer` may not `sagemaker:ListPipelineExecutions`"
    )
