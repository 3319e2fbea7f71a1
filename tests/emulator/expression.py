"""The expressions of workflows, as far as ours use them; what is not known here is an error, never empty.

https://docs.github.com/actions/reference/workflows-and-actions/expressions
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w-]*)"
    r"|(?P<mark>==|!=|&&|\|\||[!().,\[\]]))"
)
PLACEHOLDER = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
STATUS = frozenset({"always", "cancelled", "failure", "success"})


class UnknownExpressionError(Exception):
    """An expression that this emulator cannot be sure of."""


Context = Mapping[str, Any]
Functions = Mapping[str, Callable[..., Any]]


def filled(text: str, context: Context, functions: Functions) -> str:
    """Replace every `${{ … }}` in a text."""
    return PLACEHOLDER.sub(lambda found: as_text(evaluate(found[1], context, functions)), text)


def condition(text: str, context: Context, functions: Functions) -> bool:
    """Say whether a step runs: one that asks for no status runs only while all is well."""
    found = PLACEHOLDER.fullmatch(text.strip())
    inside = found[1] if found else text
    if "${{" in inside:
        raise UnknownExpressionError(text)
    value = is_true(evaluate(inside, context, functions))
    names = {match["name"] for match in TOKEN.finditer(inside) if match["name"]}
    return value if names & STATUS else value and bool(functions["success"]())


def evaluate(text: str, context: Context, functions: Functions) -> Any:
    """Give the value of an expression."""
    reading = _Reading(_tokens(text), context, functions)
    value = reading.either()
    if reading.tokens:
        raise UnknownExpressionError(f"{text!r} goes on with {reading.tokens[0]!r}")
    return value


def is_true(value: Any) -> bool:
    return value not in {None, False, ""} if not isinstance(value, (dict, list)) else True


def as_text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case str() | int() | float():
            return str(value)
        case _:
            raise UnknownExpressionError(f"a text is needed, not {json.dumps(value)}")


def _tokens(text: str) -> list[tuple[str, str]]:
    found, position = [], 0
    while text[position:].strip():
        match = TOKEN.match(text, position)
        if match is None:
            raise UnknownExpressionError(f"{text[position:]!r} in {text!r}")
        kind = str(match.lastgroup)
        found.append((kind, match[kind]))
        position = match.end()
    return found


class _Reading:
    """One expression that is being read."""

    def __init__(
        self, tokens: list[tuple[str, str]], context: Context, functions: Functions
    ) -> None:
        self.tokens = tokens
        self._context = context
        self._functions = functions

    def either(self) -> Any:
        value = self._both()
        while self._taken("||"):
            other = self._both()
            value = value if is_true(value) else other
        return value

    def _both(self) -> Any:
        value = self._compared()
        while self._taken("&&"):
            other = self._compared()
            value = other if is_true(value) else value
        return value

    def _compared(self) -> Any:
        value = self._negated()
        for mark in ("==", "!="):
            if self._taken(mark):
                return _equal(value, self._negated()) is (mark == "==")
        return value

    def _negated(self) -> Any:
        if self._taken("!"):
            return not is_true(self._negated())
        return self._single()

    def _single(self) -> Any:
        if self._taken("("):
            value = self.either()
            self._expect(")")
            return value
        if not self.tokens:
            raise UnknownExpressionError("an expression ends too early")
        kind, text = self.tokens.pop(0)
        if kind == "text":
            return text[1:-1].replace("''", "'")
        if kind == "number":
            return float(text) if "." in text else int(text)
        if kind != "name":
            raise UnknownExpressionError(f"{text!r} where a value is needed")
        if text in {"true", "false", "null"}:
            return {"true": True, "false": False, "null": None}[text]
        return self._called(text) if self._taken("(") else self._looked_up(text)

    def _called(self, name: str) -> Any:
        if name not in self._functions:
            raise UnknownExpressionError(f"function {name!r}")
        arguments = []
        while not self._taken(")"):
            arguments.append(self.either())
            if not self._taken(","):
                self._expect(")")
                break
        return self._functions[name](*arguments)

    def _looked_up(self, name: str) -> Any:
        """Follow `a.b.c`; GitHub gives an empty text for what is not there, which hides mistakes: here it is one."""
        if name not in self._context:
            raise UnknownExpressionError(f"context {name!r}")
        value, path = self._context[name], name
        while self._taken("."):
            kind, key = self.tokens.pop(0)
            path = f"{path}.{key}"
            if kind != "name" or not isinstance(value, Mapping) or key not in value:
                raise UnknownExpressionError(f"{path!r} is not known")
            value = value[key]
        return value

    def _taken(self, mark: str) -> bool:
        if self.tokens and self.tokens[0] == ("mark", mark):
            self.tokens.pop(0)
            return True
        return False

    def _expect(self, mark: str) -> None:
        if not self._taken(mark):
            raise UnknownExpressionError(f"{mark!r} is missing")


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one.casefold() == other.casefold()
    if type(one) is not type(other):
        raise UnknownExpressionError(f"{one!r} is compared with {other!r}, which converts them")
    return bool(one == other)
