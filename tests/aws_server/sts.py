"""The Security Token Service: it looks at a token as AWS does, and answers in its words."""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import jwt

from tests.aws_server import policies
from tests.aws_server.issuer import ISSUER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.aws_server.issuer import Issuer

ACCOUNT = "123456789012"
LONGEST_POLICY = 2048
_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"


@dataclass(kw_only=True)
class Role:
    """A role of the account.

    Attributes:
        trust: Who may assume it, as a policy.
        permissions: What it may do, as policies.
        longest: Seconds that a session may last.
    """

    name: str
    trust: str
    permissions: list[str] = field(default_factory=list)
    longest: int = 3600

    @property
    def arn(self) -> str:
        """Its name in settings and policies."""
        return f"arn:aws:iam::{ACCOUNT}:role/{self.name}"


@dataclass(kw_only=True)
class Keys:
    """Credentials that were given out, and what they are good for.

    Attributes:
        allowed: Policies of which one has to allow what is done.
        narrowed: Policy of the session, which has to allow it as well.
    """

    access: str
    secret: str
    token: str | None
    who: str
    allowed: list[str]
    narrowed: str | None
    until: float


class RefusalError(Exception):
    """What AWS answers instead."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class Sts:
    """The service in one account.

    Attributes:
        roles: By their ARN.
        audiences: Those that the account's provider for GitHub was made with; none, if there is no provider.
        given: Keys by their access key.
        seconds: How long sessions last, whatever was asked for.
        known: Access key and secret of all sessions, where they go to a server that knows no others.
    """

    def __init__(self, issuer: Issuer) -> None:
        self.issuer = issuer
        self.roles: dict[str, Role] = {}
        self.audiences: tuple[str, ...] = ("sts.amazonaws.com",)
        self.given: dict[str, Keys] = {}
        self.seconds: float | None = None
        self.known: tuple[str, str] | None = None

    def assume(self, asked: Mapping[str, str]) -> str:
        """Answer AssumeRoleWithWebIdentity."""
        arn, policy = asked["RoleArn"], asked.get("Policy")
        duration = int(asked.get("DurationSeconds", "3600"))
        if not re.fullmatch(r"[\w+=,.@-]{2,64}", asked["RoleSessionName"]):
            raise RefusalError(400, "ValidationError", "invalid roleSessionName")
        if policy is not None and len(policy) > LONGEST_POLICY:
            limit = f"Member must have length less than or equal to {LONGEST_POLICY}"
            raise RefusalError(400, "ValidationError", f"Value at 'policy' failed: {limit}")
        wrong = None if policy is None else policies.wrong_with(policy)
        if wrong:
            raise RefusalError(400, "MalformedPolicyDocument", wrong)
        claims = self._claims(asked["WebIdentityToken"])
        role = self.roles.get(arn)
        context = {f"{ISSUER[8:]}:{name}": str(value) for name, value in claims.items()}
        if role is None or not policies.allows(
            role.trust, "sts:AssumeRoleWithWebIdentity", None, context
        ):
            message = "Not authorized to perform sts:AssumeRoleWithWebIdentity"
            raise RefusalError(403, "AccessDenied", message)
        if not 900 <= duration <= role.longest:
            message = (
                "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
            )
            raise RefusalError(400, "ValidationError", message)
        name = asked["RoleSessionName"]
        anew = (f"ASIA{secrets.token_hex(8).upper()}", f"secret-{secrets.token_hex(16)}")
        access, secret = self.known or anew
        keys = Keys(
            access=access,
            secret=secret,
            token=f"session-{secrets.token_hex(32)}",
            who=f"arn:aws:sts::{ACCOUNT}:assumed-role/{role.name}/{name}",
            allowed=role.permissions,
            narrowed=policy,
            until=time.time() + (duration if self.seconds is None else self.seconds),
        )
        self.given[keys.access] = keys
        return _assumed(keys, claims)

    def identity(self, keys: Keys) -> str:
        """Answer GetCallerIdentity."""
        body = f"<Arn>{keys.who}</Arn><UserId>AROA:x</UserId><Account>{ACCOUNT}</Account>"
        return _answer("GetCallerIdentity", body)

    def _claims(self, token: str) -> dict[str, Any]:
        if not self.audiences:
            message = f"No OpenIDConnect provider found in your account for {ISSUER}"
            raise RefusalError(400, "InvalidIdentityToken", message)
        options: Any = {"require": ["exp", "iat", "sub", "aud"], "verify_aud": False}
        try:
            known = self.issuer.public_keys()[jwt.get_unverified_header(token)["kid"]]
            claims: dict[str, Any] = jwt.decode(
                token, known.key, algorithms=["RS256"], issuer=ISSUER, options=options
            )
        except jwt.ExpiredSignatureError:
            ended = jwt.decode(token, options={"verify_signature": False})["exp"]
            message = (
                f"Token expired: current date/time {int(time.time())} must be before the"
                f" expiration date/time {ended}"
            )
            raise RefusalError(400, "ExpiredTokenException", message) from None
        except (jwt.PyJWTError, KeyError):
            message = "The ID Token provided is not a valid JWT."
            raise RefusalError(400, "InvalidIdentityToken", message) from None
        if claims["aud"] not in self.audiences:
            raise RefusalError(400, "InvalidIdentityToken", "Incorrect token audience")
        return claims


def refusal(error: RefusalError) -> str:
    """Write a refusal as this service does."""
    return (
        f'<ErrorResponse xmlns="{_NAMESPACE}"><Error><Type>Sender</Type><Code>{error.code}</Code>'
        f"<Message>{escape(error.message)}</Message></Error>"
        "<RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>"
    )


def _assumed(keys: Keys, claims: Mapping[str, Any]) -> str:
    until = datetime.fromtimestamp(keys.until, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return _answer(
        "AssumeRoleWithWebIdentity",
        f"<Credentials><AccessKeyId>{keys.access}</AccessKeyId>"
        f"<SecretAccessKey>{keys.secret}</SecretAccessKey><SessionToken>{keys.token}</SessionToken>"
        f"<Expiration>{until}</Expiration></Credentials>"
        f"<SubjectFromWebIdentityToken>{escape(claims['sub'])}</SubjectFromWebIdentityToken>"
        f"<AssumedRoleUser><AssumedRoleId>AROA:x</AssumedRoleId><Arn>{keys.who}</Arn></AssumedRoleUser>"
        f"<Audience>{escape(claims['aud'])}</Audience><Provider>{ISSUER[8:]}</Provider>",
    )


def _answer(action: str, body: str) -> str:
    return (
        f'<{action}Response xmlns="{_NAMESPACE}"><{action}Result>{body}</{action}Result>'
        f"<ResponseMetadata><RequestId>00000000-0000-0000-0000-000000000000</RequestId>"
        f"</ResponseMetadata></{action}Response>"
    )
