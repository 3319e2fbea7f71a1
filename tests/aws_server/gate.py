"""Before a moto that takes anybody: who may do what, what KMS opens, which region, whose clock, and faults.

Beside it, what moto does not have is answered here: GitHub's address for identity tokens, and an STS
that looks at them.
"""

from __future__ import annotations

import io
import json
import re
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl
from xml.sax.saxutils import escape

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import s3_backends

from tests.aws_server import policies, requests, sts
from tests.aws_server.issuer import REQUEST_TOKEN, Issuer
from tests.aws_server.sts import ACCOUNT, Keys, RefusalError, Sts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tests.aws_server.requests import Asked

TOKENS = "/-/idtoken"
"""Where the issuer gives tokens; no bucket can be called so."""

ADMIN = "AKIAADMIN"
"""Access key of those who lay out what tests need: nothing is refused to them."""

MOST_SKEW = 900


@dataclass(kw_only=True)
class Fault:
    """What some of the next requests are answered.

    Attributes:
        line: Regular expression, to be found in `METHOD /path?query`.
        code: With it and the message an S3 error is made, unless there is a body.
    """

    line: str
    status: int
    code: str = ""
    message: str = ""
    more: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    times: int = 1_000_000


class Gate:
    """The WSGI application.

    Attributes:
        asked: Every request as `METHOD /path?query`.
        who: The access key of each.
        requester_pays: Buckets whose owner does not pay for requests.
        ahead: Seconds by which the server's clock is before that of the machine.
        says_who: Whether refusals name who may not do what, as within an account, or only that access is denied.
    """

    def __init__(self) -> None:
        self.issuer = Issuer()
        self.sts = Sts(self.issuer)
        self.asked: list[str] = []
        self.who: list[str | None] = []
        self.faults: list[Fault] = []
        self.requester_pays: set[str] = set()
        self.ahead = 0.0
        self.says_who = True
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._lock = threading.Lock()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer one request."""
        if environ["PATH_INFO"] == TOKENS:
            return self._give_token(environ, start_response)
        asked = requests.read(environ)
        with self._lock:
            self.asked.append(asked.line)
            self.who.append(asked.access)
        fault = self._fault(asked)
        if fault is not None:
            body = fault.body if fault.body is not None else _xml(asked, fault)
            return _said(start_response, fault.status, body, fault.headers)
        form = _form(environ)
        try:
            if form.get("Action") == "AssumeRoleWithWebIdentity":
                return _said(start_response, 200, self.sts.assume(form).encode())
            keys = self._keys(asked)
            if keys is not None and form.get("Action") == "GetCallerIdentity":
                return _said(start_response, 200, self.sts.identity(keys).encode())
            if keys is not None:
                self._check(asked, keys)
        except RefusalError as error:
            return self._refused(asked, bool(form), error, start_response)
        answer: Iterable[bytes] = self._moto(environ, start_response)
        return answer

    def _give_token(
        self, environ: Mapping[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        query = dict(parse_qsl(environ.get("QUERY_STRING", "")))
        if self.issuer.outages:
            self.issuer.outages -= 1
            return _said(start_response, 503, b"Service Unavailable")
        if environ.get("HTTP_AUTHORIZATION", "").lower() != f"bearer {REQUEST_TOKEN}":
            return _said(start_response, 401, b"Unauthorized")
        if query.get("api-version") != "2.0":
            return _said(start_response, 400, b"Bad Request")
        token = self.issuer.token(query.get("audience", "https://github.com/acme"))
        if self.issuer.breaks_off:
            return _said(start_response, 200, token.encode(), {"Content-Length": "9999"})
        return _said(
            start_response, 200, json.dumps({"count": len(token), "value": token}).encode()
        )

    def _fault(self, asked: Asked) -> Fault | None:
        with self._lock:
            for fault in self.faults:
                if fault.times and re.search(fault.line, asked.line):
                    fault.times -= 1
                    return fault
        return None

    def _keys(self, asked: Asked) -> Keys | None:
        """Give what a request was signed with; `None` for those who may do everything."""
        if asked.access == ADMIN:
            return None
        if asked.access is None:
            raise RefusalError(403, "AccessDenied", "Access Denied")
        keys = self.sts.given.get(asked.access)
        if keys is None:
            message = "The AWS Access Key Id you provided does not exist in our records."
            raise RefusalError(403, _code(asked, "InvalidAccessKeyId"), message)
        if keys.token != asked.token:
            raise RefusalError(
                400, "InvalidToken", "The provided token is malformed or otherwise invalid."
            )
        now = time.time() + self.ahead
        if keys.until < now:
            raise RefusalError(
                400, _code(asked, "ExpiredToken"), "The provided token has expired."
            )
        signed = datetime.strptime(asked.date or "", "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if abs(signed.timestamp() - now) > MOST_SKEW:
            message = "The difference between the request time and the current time is too large."
            raise RefusalError(403, _code(asked, "RequestTimeTooSkewed"), message)
        return keys

    def _check(self, asked: Asked, keys: Keys) -> None:
        self._require(asked, keys, asked.action, asked.resource, asked.context)
        if asked.bucket is None:
            return
        bucket = s3_backends[ACCOUNT]["aws"].buckets.get(asked.bucket)
        if bucket is None:
            message = "The specified bucket does not exist"
            raise RefusalError(404, "NoSuchBucket", message)
        if bucket.region_name != asked.region:
            message = "The bucket you are attempting to access must be addressed using the specified endpoint."
            raise _WrongRegionError(bucket.region_name, message)
        if asked.bucket in self.requester_pays and not asked.pays:
            raise RefusalError(403, "AccessDenied", "Access Denied")
        if asked.key is not None:
            self._check_object(asked, keys, bucket)

    def _check_object(self, asked: Asked, keys: Keys, bucket: Any) -> None:
        try:
            found = bucket.keys.get(asked.key)
        except KeyError:
            found = None
        if found is None:
            # Who may not list is not told that there is nothing, either.
            self._require(
                asked,
                keys,
                "s3:ListBucket",
                f"arn:aws:s3:::{asked.bucket}",
                {"s3:prefix": asked.key},
            )
            return
        if getattr(found, "encryption", None) == "aws:kms":
            through = {"kms:ViaService": f"s3.{bucket.region_name}.amazonaws.com"}
            self._require(asked, keys, "kms:Decrypt", found.kms_key_id or "*", through)

    def _require(
        self,
        asked: Asked,
        keys: Keys,
        action: str,
        resource: str,
        context: Mapping[str, str | None],
    ) -> None:
        by_role = any(policies.allows(one, action, resource, context) for one in keys.allowed)
        by_session = keys.narrowed is None or policies.allows(
            keys.narrowed, action, resource, context
        )
        if by_role and by_session:
            return
        kind = "session" if by_role else "identity-based"
        message = (
            f"User: {keys.who} is not authorized to perform: {action} on resource:"
            f' "{resource}" because no {kind} policy allows the {action} action'
        )
        code = "AccessDenied" if asked.service == "s3" else "AccessDeniedException"
        raise RefusalError(403, code, message if self.says_who else "Access Denied")

    def _refused(
        self,
        asked: Asked,
        is_form: bool,
        error: RefusalError,
        start_response: Callable[..., Any],
    ) -> Iterable[bytes]:
        if is_form:
            return _said(start_response, error.status, sts.refusal(error).encode())
        if asked.service == "sagemaker":
            body = json.dumps({"__type": error.code, "message": error.message}).encode()
            return _said(start_response, error.status, body, {"x-amzn-errortype": error.code})
        region = error.region if isinstance(error, _WrongRegionError) else None
        fault = Fault(
            line="",
            status=error.status,
            code=error.code,
            message=error.message,
            more="" if region is None else f"<Region>{region}</Region>",
            headers={} if region is None else {"x-amz-bucket-region": region},
        )
        return _said(start_response, fault.status, _xml(asked, fault), fault.headers)


class _WrongRegionError(RefusalError):
    def __init__(self, region: str, message: str) -> None:
        super().__init__(301, "PermanentRedirect", message)
        self.region = region


def _code(asked: Asked, of_s3: str) -> str:
    """Say in the words of other services what S3 has words of its own for."""
    others = {
        "ExpiredToken": "ExpiredTokenException",
        "InvalidAccessKeyId": "UnrecognizedClientException",
        "RequestTimeTooSkewed": "InvalidSignatureException",
    }
    if asked.service == "sts":
        return {"InvalidAccessKeyId": "InvalidClientTokenId"}.get(of_s3, of_s3)
    return of_s3 if asked.service == "s3" else others[of_s3]


def _form(environ: dict[str, Any]) -> dict[str, str]:
    if not environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        return {}
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return {name: values[0] for name, values in parse_qs(body.decode()).items()}


def _xml(asked: Asked, fault: Fault) -> bytes:
    # To HEAD there is no answer but its status.
    if asked.line.startswith("HEAD") or not fault.code:
        return b""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{fault.code}</Code>'
        f"<Message>{escape(fault.message)}</Message>{fault.more}"
        "<RequestId>0000000000000000</RequestId><HostId>x</HostId></Error>"
    ).encode()


def _said(
    start_response: Callable[..., Any],
    status: int,
    body: bytes,
    headers: Mapping[str, str] | None = None,
) -> Iterable[bytes]:
    known = {"Content-Length": str(len(body)), "x-amz-request-id": "4442587FB7D0A2F9"}
    said = {**known, **(headers or {})}
    start_response(f"{status} x", [(name, text) for name, text in said.items() if text])
    return [body]
