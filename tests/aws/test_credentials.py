"""From a token that GitHub signs to an object that is read, and what is refused on the way."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from ci_scriptcheck.errors import FixtureError
from ci_scriptcheck.fixtures import clients, credentials, identity_token, policies, refusals
from ci_scriptcheck.fixtures.credentials import Job
from ci_scriptcheck.fixtures.policies import Access
from ci_scriptcheck.model.aws import AwsSettings
from ci_scriptcheck.model.s3_place import s3_place
from tests.aws.policies import EVERYTHING, trusting

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.aws_server.server import AwsServer

PULL_REQUEST = "repo:acme/fraud:pull_request"
ROLE = "arn:aws:iam::123456789012:role/scriptcheck"
SETTINGS = AwsSettings(role=ROLE, region="eu-west-1")
FRAUD = Access(places=(s3_place("s3://company-ml/fraud/"),))


@pytest.fixture
def account(aws: AwsServer) -> AwsServer:
    """An account with data, and with a role that trusts pull requests and may do everything."""
    aws.bucket("company-ml", {"fraud/a.csv": b"a,b\n1,2\n", "hr/salaries.csv": b"name,salary\n"})
    aws.role(trusting(PULL_REQUEST), EVERYTHING)
    return aws


def job(account: AwsServer, **more: Any) -> Job:
    return Job(environ=account.variables_of_a_job, patience=0, **more)


def s3(account: AwsServer, settings: AwsSettings = SETTINGS, access: Access = FRAUD) -> Any:
    return clients.s3(credentials.opened(settings, access, job(account)), settings)


def refused(
    call: Callable[[], object], about: str = "s3://company-ml/fraud/a.csv"
) -> FixtureError:
    """Give the error that people see."""
    with pytest.raises(Exception) as caught:  # noqa: PT011  (each test says which)
        call()
    return refusals.told(caught.value, about)


def test_a_token_of_github_leads_to_an_object(account: AwsServer) -> None:
    client = s3(account)

    listed = client.list_objects_v2(Bucket="company-ml", Prefix="fraud/")["Contents"]
    body = client.get_object(Bucket="company-ml", Key="fraud/a.csv")["Body"].read()

    assert [item["Key"] for item in listed] == ["fraud/a.csv"]
    assert body == b"a,b\n1,2\n"


def test_the_policies_that_are_printed_are_enough(aws: AwsServer) -> None:
    aws.bucket("company-ml", {})
    key = "arn:aws:kms:eu-west-1:123456789012:key/1f0c9ab"
    aws.client("s3").put_object(
        Bucket="company-ml",
        Key="fraud/a.csv",
        Body=b"a",
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId=key,
    )
    aws.role(
        policies.trust_policy(ROLE, [PULL_REQUEST]), policies.permission_policy(FRAUD, ROLE, [key])
    )
    client = s3(aws)

    assert client.list_objects_v2(Bucket="company-ml", Prefix="fraud/")["KeyCount"] == 1
    assert client.get_object(Bucket="company-ml", Key="fraud/a.csv")["Body"].read() == b"a"


def test_a_session_is_good_for_what_is_wanted_however_much_the_role_may(
    account: AwsServer,
) -> None:
    client = s3(account)

    error = refused(lambda: client.get_object(Bucket="company-ml", Key="hr/salaries.csv"))

    assert "may not `s3:GetObject`" in error.what
    assert "no session policy allows" in error.facts[1]
    assert (
        "may not `s3:ListBucket`"
        in refused(lambda: client.list_objects_v2(Bucket="company-ml")).what
    )
    with pytest.raises(Exception, match="s3:PutObject"):
        client.put_object(Bucket="company-ml", Key="fraud/b.csv", Body=b"b")


def test_keys_are_asked_for_when_they_are_needed_and_then_kept(account: AwsServer) -> None:
    client = s3(account)
    assert account.gate.issuer.has_given == []

    for _ in range(3):
        client.list_objects_v2(Bucket="company-ml", Prefix="fraud/")

    assert len(account.gate.issuer.has_given) == 1


def test_threads_that_begin_together_use_one_token(account: AwsServer) -> None:
    client = s3(account)

    def listed(_number: int) -> int:
        return int(client.list_objects_v2(Bucket="company-ml", Prefix="fraud/")["KeyCount"])

    with ThreadPoolExecutor(16) as threads:
        assert set(threads.map(listed, range(16))) == {1}

    assert len(account.gate.issuer.has_given) == 1


def test_keys_that_are_over_when_they_come_show_a_wrong_clock(account: AwsServer) -> None:
    account.gate.sts.seconds = -60

    error = refused(lambda: s3(account).list_objects_v2(Bucket="company-ml"))

    assert error.what.startswith(f"{ROLE}: the clock of this machine is wrong")


def test_without_a_region_who_needs_one_says_so(account: AwsServer) -> None:
    settings = AwsSettings(role=ROLE)
    session = credentials.opened(settings, FRAUD, job(account))

    with pytest.raises(FixtureError, match="nobody says which region is meant"):
        clients.sagemaker(session)

    assert (
        clients.s3(session, settings).list_objects_v2(Bucket="company-ml", Prefix="fraud/")[
            "KeyCount"
        ]
        == 1
    )


def test_keys_that_are_over_soon_are_renewed_with_another_token(account: AwsServer) -> None:
    account.gate.sts.seconds = 120
    client = s3(account)

    for _ in range(2):
        client.list_objects_v2(Bucket="company-ml", Prefix="fraud/")

    used = {access for access in account.gate.who if access in account.gate.sts.given}
    assert len(used) == 2
    assert len(set(account.gate.issuer.has_given)) > 1


def test_that_they_cannot_be_renewed_is_told_as_what_it_is(account: AwsServer) -> None:
    account.gate.sts.seconds = 120
    client = s3(account)
    client.list_objects_v2(Bucket="company-ml", Prefix="fraud/")
    account.gate.sts.roles.clear()

    error = refused(lambda: client.get_object(Bucket="company-ml", Key="fraud/a.csv"))

    assert error.what == f"{ROLE} does not trust this job, or is not there"


def test_a_token_of_another_subject_is_refused_and_the_subject_is_told(account: AwsServer) -> None:
    account.gate.issuer.claims["sub"] = "repo:acme/Fraud:pull_request"

    error = refused(lambda: s3(account).list_objects_v2(Bucket="company-ml"))

    assert error.what == f"{ROLE} does not trust this job, or is not there"
    assert "`repo:acme/Fraud:pull_request`" in error.facts[0]
    assert "add the subject" in (error.advice or "")


def test_a_token_for_another_audience_is_refused_with_the_command_that_helps(
    account: AwsServer,
) -> None:
    account.gate.sts.audiences = ("sigstore",)

    error = refused(lambda: s3(account).list_objects_v2(Bucket="company-ml"))

    assert error.what == f"{ROLE}: the account takes no tokens that are for `sts.amazonaws.com`"
    assert "add-client-id-to-open-id-connect-provider" in (error.advice or "")


def test_a_token_whose_time_is_over_is_refused(account: AwsServer) -> None:
    account.gate.issuer.lifetime = -60

    error = refused(lambda: s3(account).list_objects_v2(Bucket="company-ml"))

    assert "was no longer valid when AWS looked at it" in error.what
    assert "clock" in (error.advice or "")


def test_a_token_that_somebody_else_signed_is_refused(account: AwsServer) -> None:
    account.gate.issuer.sign_with_another_key()

    error = refused(lambda: s3(account).list_objects_v2(Bucket="company-ml"))

    assert error.what == f"{ROLE}: AWS does not take the identity token of this job"


def test_an_account_that_does_not_know_github_is_told_how_to(account: AwsServer) -> None:
    account.gate.sts.audiences = ()

    error = refused(lambda: s3(account).list_objects_v2(Bucket="company-ml"))

    assert "has no identity provider for GitHub" in error.what
    assert "create-open-id-connect-provider --url https://token.actions" in (error.advice or "")


def test_a_job_without_a_token_is_told_before_anything_is_asked(account: AwsServer) -> None:
    environ = account.variables | {"GITHUB_ACTIONS": "true"}

    before = list(account.gate.asked)

    with pytest.raises(FixtureError, match="this run has no identity token"):
        credentials.opened(SETTINGS, FRAUD, Job(environ=environ))

    assert account.gate.asked == before


def test_github_is_asked_again_where_it_is_out_for_a_moment(account: AwsServer) -> None:
    account.gate.issuer.outages = 3

    assert s3(account).list_objects_v2(Bucket="company-ml", Prefix="fraud/")["KeyCount"] == 1


def test_that_github_gives_no_token_is_told_without_its_address(account: AwsServer) -> None:
    account.gate.issuer.outages = 99

    error = refused(lambda: s3(account).list_objects_v2(Bucket="company-ml"))

    assert error.what == "GitHub gives this job no identity token"
    assert error.facts == ("127.0.0.1: it answers 503",)


def test_an_answer_that_breaks_off_is_no_token(account: AwsServer) -> None:
    account.gate.issuer.breaks_off = True

    with pytest.raises(FixtureError) as caught:
        identity_token.request_token(account.variables_of_a_job, "sts.amazonaws.com", patience=0)

    assert caught.value.what == "GitHub gives this job no identity token"
    assert account.gate.issuer.has_given[0] not in str(vars(caught.value))


def test_an_address_at_which_nobody_listens_is_told_by_its_host(account: AwsServer) -> None:
    environ = account.variables_of_a_job | {
        "ACTIONS_ID_TOKEN_REQUEST_URL": "http://127.0.0.1:9/token?api-version=2.0"
    }

    with pytest.raises(FixtureError) as caught:
        identity_token.request_token(environ, "sts.amazonaws.com", patience=0)

    assert caught.value.facts == ("127.0.0.1: it cannot be reached (ConnectionError)",)


def test_who_may_not_ask_github_is_told_the_status(account: AwsServer) -> None:
    environ = account.variables_of_a_job | {"ACTIONS_ID_TOKEN_REQUEST_TOKEN": "another"}

    with pytest.raises(FixtureError) as caught:
        identity_token.request_token(environ, "sts.amazonaws.com", patience=0)

    assert caught.value.facts == ("127.0.0.1: it answers 401",)


def test_the_password_of_a_netrc_is_not_sent_in_the_place_of_the_token(
    account: AwsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password hunter2\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))

    token = identity_token.request_token(account.variables_of_a_job, "sts.amazonaws.com")

    assert token.subject == PULL_REQUEST


def test_every_secret_is_masked_before_it_is_used_and_none_is_in_the_environment_or_a_file(
    account: AwsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    monkeypatch.setenv("HOME", str(tmp_path))
    before, masked = dict(os.environ), list[str]()
    opened = credentials.opened(SETTINGS, FRAUD, job(account, mask=masked.append))
    clients.s3(opened, SETTINGS).list_objects_v2(Bucket="company-ml", Prefix="fraud/")
    keys = opened.get_credentials().get_frozen_credentials()

    assert masked == [*account.gate.issuer.has_given, keys.secret_key, keys.token]
    assert dict(os.environ) == before
    assert list(tmp_path.iterdir()) == []


def test_a_token_does_not_show_itself() -> None:
    token = identity_token.IdentityToken(value="ey.secret", subject="s", audience="a", issuer="i")

    assert "secret" not in f"{token!r} {token}"


def test_where_there_is_no_job_the_keys_of_the_machine_are_used(
    account: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = account.keys(EVERYTHING)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", keys.access)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", keys.secret)

    session = credentials.opened(SETTINGS, FRAUD, Job(environ=account.variables))

    client = clients.s3(session, SETTINGS)
    assert client.list_objects_v2(Bucket="company-ml", Prefix="fraud/")["KeyCount"] == 1
    assert account.gate.issuer.has_given == []


def test_keys_of_the_machine_do_not_take_the_place_of_the_role_in_a_job(
    account: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = account.keys(EVERYTHING)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", keys.access)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", keys.secret)

    s3(account).list_objects_v2(Bucket="company-ml", Prefix="fraud/")

    assert keys.access not in account.gate.who


def test_a_machine_without_keys_is_told_where_they_are_looked_for(account: AwsServer) -> None:
    with pytest.raises(FixtureError) as caught:
        credentials.opened(SETTINGS, FRAUD, Job(environ=account.variables))

    assert caught.value.what == "no AWS credentials were found"


def test_a_session_in_the_account_s_trail_leads_to_the_job() -> None:
    environ = {"GITHUB_RUN_ID": "42", "GITHUB_REPOSITORY": "acme/fraud"}

    assert credentials.session_name(environ) == "scriptcheck-42-acme-fraud"
    assert credentials.session_name({}) == "scriptcheck"
    assert len(credentials.session_name({"GITHUB_REPOSITORY": "a" * 100})) == 64


def test_what_a_session_is_narrowed_to_and_called(
    account: AwsServer,
) -> None:
    s3(account).list_objects_v2(Bucket="company-ml", Prefix="fraud/")

    (keys,) = account.gate.sts.given.values()
    narrowed = json.loads(keys.narrowed or "")
    assert [one["Sid"] for one in narrowed["Statement"]] == ["List1", "Read", "Decrypt"]
    assert keys.who.endswith("/scriptcheck-acme-fraud")
