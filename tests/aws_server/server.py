"""The gate and its moto as a server, and what tests lay out there."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server

from tests.aws_server.gate import ADMIN, TOKENS, Fault, Gate
from tests.aws_server.issuer import REQUEST_TOKEN
from tests.aws_server.sts import Keys, Role

if TYPE_CHECKING:
    from collections.abc import Mapping

REGION = "eu-west-1"


class _Quiet(MotoRequestHandler):
    def log(self, *_: Any) -> None:
        """Say nothing."""


class AwsServer:
    """One account on loopback, empty at the beginning.

    Attributes:
        gate: What it checks, and how it can be made to fail.
    """

    def __init__(self) -> None:
        moto_api_backend.reset()
        self.gate = Gate()
        self._http = make_server("127.0.0.1", 0, self.gate, threaded=True, request_handler=_Quiet)
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.01}
        )

    def __enter__(self) -> AwsServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    @property
    def url(self) -> str:
        """Address of all services, as AWS_ENDPOINT_URL has it."""
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def variables(self) -> dict[str, str]:
        """Environment of whoever is to find this server in the place of AWS, and no credentials."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }

    @property
    def variables_of_a_job(self) -> dict[str, str]:
        """Environment of a job in Actions that has `id-token: write`."""
        return self.variables | {
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": "acme/fraud",
            "GITHUB_REPOSITORY_ID": "88",
            "GITHUB_REPOSITORY_OWNER_ID": "7",
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.url}{TOKENS}?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": REQUEST_TOKEN,
        }

    def client(self, service: str, region: str = REGION) -> Any:
        """Connect as somebody to whom nothing is refused."""
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.url,
            aws_access_key_id=ADMIN,
            aws_secret_access_key="secret",  # noqa: S106  (nobody looks at it)
            config=Config(retries={"total_max_attempts": 1}),
        )

    def bucket(self, name: str, objects: Mapping[str, bytes], region: str = REGION) -> None:
        """Make a bucket with some objects."""
        where = {} if region == "us-east-1" else {"LocationConstraint": region}
        client = self.client("s3", region)
        client.create_bucket(
            Bucket=name, **({"CreateBucketConfiguration": where} if where else {})
        )
        for key, body in objects.items():
            client.put_object(Bucket=name, Key=key, Body=body)

    def role(self, trust: str, *permissions: str, name: str = "scriptcheck") -> Role:
        """Make a role with the policies of whom it trusts and of what it may do."""
        made = Role(name=name, trust=trust, permissions=list(permissions))
        self.gate.sts.roles[made.arn] = made
        return made

    def keys(self, *permissions: str, access: str = "AKIADEVELOPER") -> Keys:
        """Make the long-lived keys of a user."""
        made = Keys(
            access=access,
            secret="secret-of-a-developer",  # noqa: S106  (of no account but this)
            token=None,
            who="arn:aws:iam::123456789012:user/developer",
            allowed=list(permissions),
            narrowed=None,
            until=float("inf"),
        )
        self.gate.sts.given[access] = made
        return made

    def refuse(
        self, line: str, status: int, code: str = "", message: str = "", **more: Any
    ) -> None:
        """Answer requests of a kind with an error."""
        self.gate.faults.append(
            Fault(line=line, status=status, code=code, message=message, **more)
        )
