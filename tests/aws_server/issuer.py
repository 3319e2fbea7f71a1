"""GitHub's issuer of identity tokens: real ones, signed by RS256 with a key of its own."""

from __future__ import annotations

import time
import uuid
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

ISSUER = "https://token.actions.githubusercontent.com"
"""What tokens say; nobody looks there."""

REQUEST_TOKEN = "request-token-of-this-job"  # noqa: S105  (of no issuer but this)


class Issuer:
    """One job's issuer.

    Attributes:
        claims: What its tokens say, beside times and audience.
        lifetime: Seconds that a token is good for; negative ones are over already.
        audience: Stands in the tokens instead of what was asked for.
        key_id: Stands in the head of the tokens.
        has_given: Every token.
        breaks_off: Whether its answers end before they are whole.
        outages: How many of the next requests fail first.
    """

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {
            "iss": ISSUER,
            "sub": "repo:acme/fraud:pull_request",
            "repository": "acme/fraud",
            "event_name": "pull_request",
        }
        self.lifetime = 300
        self.audience: str | None = None
        self.key_id = "key-1"
        self.has_given: list[str] = []
        self.outages = 0
        self.breaks_off = False
        self._key = _key(1)

    def token(self, audience: str) -> str:
        """Give a token for an audience."""
        now = int(time.time())
        times = {"iat": now - 1, "nbf": now - 600, "exp": now + self.lifetime}
        own = {"aud": self.audience or audience, "jti": str(uuid.uuid4())}
        claims = {**self.claims, **times, **own}
        token = jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": self.key_id})
        self.has_given.append(token)
        return token

    def sign_with_another_key(self) -> None:
        """Sign as somebody would who has not the issuer's key."""
        self._key = _key(2)

    def public_keys(self) -> jwt.PyJWKSet:
        """Give the keys that the issuer's tokens are signed with, as its JWKS has them."""
        public = jwt.algorithms.RSAAlgorithm.to_jwk(_key(1).public_key(), as_dict=True)
        return jwt.PyJWKSet.from_dict({"keys": [{**public, "kid": "key-1", "alg": "RS256"}]})


@cache
def _key(_number: int) -> rsa.RSAPrivateKey:
    # Some hundred milliseconds each, so all tests of a process share them.
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
