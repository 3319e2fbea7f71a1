"""Policies that tests give to roles."""

from __future__ import annotations

import json
from typing import Any

EVERYTHING = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
    }
)


def trusting(*subjects: str, audience: str = "sts.amazonaws.com") -> str:
    """Trust tokens of some subjects for an audience."""
    name = "token.actions.githubusercontent.com"
    provider = f"arn:aws:iam::123456789012:oidc-provider/{name}"
    condition = {"StringEquals": {f"{name}:aud": audience, f"{name}:sub": list(subjects)}}
    return _policy(
        Principal={"Federated": provider},
        Action="sts:AssumeRoleWithWebIdentity",
        Condition=condition,
    )


def allowing(action: str, resource: str = "*", **condition: Any) -> str:
    """Allow an action on a resource."""
    return _policy(
        Action=action, Resource=resource, **({"Condition": condition} if condition else {})
    )


def _policy(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})
