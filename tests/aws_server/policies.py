"""Policies as IAM reads them, as far as ours go: what is allowed by a statement, and by no other way."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

ELEMENTS = {"Sid", "Effect", "Action", "Resource", "Condition", "Principal"}
OPERATORS = {"StringEquals", "StringLike"}


def wrong_with(text: str) -> str | None:
    """Say what IAM would not take about a policy."""
    try:
        document = json.loads(text)
    except ValueError:
        return "This policy contains invalid Json"
    for statement in document.get("Statement", ()):
        if statement.keys() - ELEMENTS or statement.get("Effect") != "Allow":
            return f"the tests know no such statement: {statement}"
        if statement.get("Condition", {}).keys() - OPERATORS:
            return f"the tests know no such condition: {statement}"
        if not re.fullmatch(r"[A-Za-z0-9]*", statement.get("Sid", "")):
            return "Statement IDs (SID) may hold letters and digits only"
    names = [one["Sid"] for one in document.get("Statement", ()) if "Sid" in one]
    if document.get("Version") != "2012-10-17" or len(names) != len(set(names)):
        return "Syntax errors in policy."
    return None


def allows(
    text: str, action: str, resource: str | None, context: Mapping[str, str | None]
) -> bool:
    """Say whether a policy allows an action; `None` as resource is that of a trust policy."""
    return any(
        _matches_any(statement["Action"], action, folded=True)
        and (resource is None or _matches_any(statement["Resource"], resource))
        and _holds(statement.get("Condition", {}), context)
        for statement in json.loads(text)["Statement"]
    )


def _holds(condition: Mapping[str, Any], context: Mapping[str, str | None]) -> bool:
    for operator, wanted in condition.items():
        for key, values in wanted.items():
            actual = context.get(key)
            if actual is None:
                return False
            if operator == "StringEquals" and actual not in _several(values):
                return False
            if operator == "StringLike" and not _matches_any(values, actual):
                return False
    return True


def _matches_any(patterns: object, text: str, *, folded: bool = False) -> bool:
    return any(_pattern(one, folded=folded).fullmatch(text) for one in _several(patterns))


def _several(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


@cache
def _pattern(written: str, *, folded: bool) -> re.Pattern[str]:
    # `${*}`, `${?}` and `${$}` are the characters themselves.
    parts = re.findall(r"\$\{[*?$]\}|.", written, re.DOTALL)
    meant = {"*": ".*", "?": "."}
    text = "".join(
        re.escape(part[2]) if len(part) == 4 else meant.get(part, re.escape(part))
        for part in parts
    )
    return re.compile(text, re.DOTALL | (re.IGNORECASE if folded else 0))
