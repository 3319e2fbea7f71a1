"""What a request asks for, in the terms of policies: which action on which resource."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")
_OF_OBJECTS = {
    "GET": "GetObject",
    "HEAD": "GetObject",
    "PUT": "PutObject",
    "DELETE": "DeleteObject",
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request.

    Attributes:
        access: Access key that signed it; `None` where nobody did.
        service: As in the signature's scope: `s3`, `sts`, `sagemaker`.
        context: Condition keys with their values.
    """

    line: str
    access: str | None
    token: str | None
    service: str
    region: str
    date: str | None
    action: str
    resource: str
    bucket: str | None = None
    key: str | None = None
    version: str | None = None
    pays: bool = False
    context: Mapping[str, str | None] = field(default_factory=dict)


def read(environ: Mapping[str, Any]) -> Asked:
    """Read a WSGI request; S3 is asked with the bucket in the path, as on loopback everybody does."""
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"].encode("latin-1").decode()
    query = environ.get("QUERY_STRING", "")
    signed = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    access, region, service = signed.groups() if signed else (None, "us-east-1", "s3")
    common: dict[str, Any] = {
        "line": f"{method} {path}{'?' if query else ''}{query}",
        "access": access,
        "token": environ.get("HTTP_X_AMZ_SECURITY_TOKEN"),
        "service": service,
        "region": region,
        "date": environ.get("HTTP_X_AMZ_DATE"),
    }
    if service != "s3":
        name = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
        return Asked(**common, action=f"{service}:{name}", resource="*")
    fields = dict(parse_qsl(query, keep_blank_values=True))
    bucket, _, key = path.lstrip("/").partition("/")
    pays = environ.get("HTTP_X_AMZ_REQUEST_PAYER") == "requester"
    arn = f"arn:aws:s3:::{bucket}"
    if key:
        version = fields.get("versionId")
        action = _OF_OBJECTS.get(method, method)
        if version is not None and action == "GetObject":
            action = "GetObjectVersion"
        about = {"bucket": bucket, "key": key, "version": version, "pays": pays}
        return Asked(**common, action=f"s3:{action}", resource=f"{arn}/{key}", **about)
    prefix = None if method == "HEAD" else fields.get("prefix", "")
    listing = _listing(method, fields)
    about = {"bucket": bucket, "pays": pays, "context": {"s3:prefix": prefix}}
    return Asked(**common, action=f"s3:{listing}", resource=arn, **about)


def _listing(method: str, fields: Mapping[str, str]) -> str:
    if method == "HEAD":
        return "ListBucket"
    if method != "GET":
        return "PutObject"
    if "versions" in fields:
        return "ListBucketVersions"
    for name in ("location", "versioning", "requestPayment", "policy", "encryption"):
        if name in fields:
            return f"GetBucket{name.title()}"
    return "ListBucket"
