"""The account that other tests ask: it refuses what AWS refuses, or they would prove nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.aws.policies import EVERYTHING, allowing, trusting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.aws_server.server import AwsServer

PULL_REQUEST = "repo:acme/fraud:pull_request"


def assumed(aws: AwsServer, token: str | None = None, **more: Any) -> Mapping[str, str]:
    """Assume the role of the account with an identity token."""
    config = Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1})
    sts = boto3.client("sts", region_name="eu-west-1", config=config)
    token = token or aws.gate.issuer.token("sts.amazonaws.com")
    role = "arn:aws:iam::123456789012:role/scriptcheck"
    found: Mapping[str, str] = sts.assume_role_with_web_identity(
        RoleArn=role, RoleSessionName="tests", WebIdentityToken=token, **more
    )["Credentials"]
    return found


def s3_with(keys: Mapping[str, str], region: str = "eu-west-1") -> Any:
    return boto3.client(
        "s3",
        region_name=region,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
        config=Config(retries={"total_max_attempts": 1}),
    )


def refused(call: Callable[[], object]) -> tuple[str, str]:
    """Give code and message of the refusal."""
    with pytest.raises(ClientError) as caught:
        call()
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_token_opens_a_role_that_trusts_it(aws: AwsServer) -> None:
    aws.bucket("company-ml", {"fraud/a.csv": b"a,b\n"})
    aws.role(trusting(PULL_REQUEST), EVERYTHING)

    s3 = s3_with(assumed(aws))

    listed = s3.list_objects_v2(Bucket="company-ml", Prefix="fraud/")["Contents"]
    assert [one["Key"] for one in listed] == ["fraud/a.csv"]
    assert s3.get_object(Bucket="company-ml", Key="fraud/a.csv")["Body"].read() == b"a,b\n"


def test_a_token_of_another_subject_audience_or_key_or_time_opens_nothing(aws: AwsServer) -> None:
    aws.role(trusting(PULL_REQUEST), EVERYTHING)
    issuer = aws.gate.issuer

    issuer.claims["sub"] = "repo:acme/Fraud:pull_request"
    assert refused(lambda: assumed(aws))[0] == "AccessDenied"
    issuer.claims["sub"] = PULL_REQUEST
    other = issuer.token("https://github.com/acme")
    assert refused(lambda: assumed(aws, other))[1] == "Incorrect token audience"
    issuer.lifetime = -1
    assert refused(lambda: assumed(aws))[0] == "ExpiredTokenException"
    issuer.lifetime = 300
    assumed(aws)
    issuer.sign_with_another_key()
    assert refused(lambda: assumed(aws))[0] == "InvalidIdentityToken"


def test_a_session_may_do_what_both_the_role_and_its_own_policy_allow(aws: AwsServer) -> None:
    aws.bucket("company-ml", {"fraud/a.csv": b"a", "fraud/b.csv": b"b"})
    aws.role(trusting(PULL_REQUEST), allowing("s3:GetObject"))
    narrowed = allowing("s3:*", "arn:aws:s3:::company-ml/fraud/a.csv")

    s3 = s3_with(assumed(aws, Policy=narrowed))

    s3.get_object(Bucket="company-ml", Key="fraud/a.csv")
    code, message = refused(lambda: s3.get_object(Bucket="company-ml", Key="fraud/b.csv"))
    assert code == "AccessDenied"
    assert "no session policy allows the s3:GetObject action" in message
    _, message = refused(lambda: s3.list_objects_v2(Bucket="company-ml"))
    assert "no identity-based policy allows the s3:ListBucket action" in message


def test_an_object_under_a_key_of_kms_is_opened_only_by_whom_kms_lets(aws: AwsServer) -> None:
    aws.bucket("company-ml", {})
    key = "arn:aws:kms:eu-west-1:123456789012:key/1234"
    aws.client("s3").put_object(
        Bucket="company-ml",
        Key="a",
        Body=b"a",
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId=key,
    )
    role = aws.role(trusting(PULL_REQUEST), allowing("s3:GetObject"))
    s3 = s3_with(assumed(aws))

    _, message = refused(lambda: s3.get_object(Bucket="company-ml", Key="a"))
    through = {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}
    role.permissions.append(allowing("kms:Decrypt", key, StringEquals=through))

    assert f'not authorized to perform: kms:Decrypt on resource: "{key}"' in message
    assert s3.get_object(Bucket="company-ml", Key="a")["Body"].read() == b"a"


def test_keys_are_good_for_their_time_with_their_token_and_by_the_clock(aws: AwsServer) -> None:
    aws.bucket("company-ml", {"a": b"a"})
    aws.role(trusting(PULL_REQUEST), EVERYTHING)
    keys = assumed(aws)

    s3_with(keys).head_bucket(Bucket="company-ml")
    without_token = s3_with({**keys, "SessionToken": "another"})
    assert refused(lambda: without_token.list_objects_v2(Bucket="company-ml"))[0] == "InvalidToken"
    aws.gate.ahead = 1000
    listing = s3_with(keys).list_objects_v2
    assert refused(lambda: listing(Bucket="company-ml"))[0] == "RequestTimeTooSkewed"
    aws.gate.ahead = 5000
    assert refused(lambda: listing(Bucket="company-ml"))[0] == "ExpiredToken"
