"""Whether a value that was read holds what its annotations say, for what a stranger may have written.

`codec` reads what we wrote ourselves and takes scalars as they come; behind this, every text is a
text and every number a finite one, so that nothing that reports on the value can be surprised.
"""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any, cast

from ci_scriptcheck.values import fields, is_dataclass

_LARGEST = 10**300
"""Of whole numbers; they count rows, bytes and lines."""


def check(value: object, wanted: Any, where: str = "it") -> None:  # noqa: ANN401  (a type expression)
    """See to it that a value is of a type, in all its parts.

    Raises:
        ValueError: a part is not; the message names it.
    """
    if not _is_of(value, wanted, where):
        name = getattr(wanted, "__name__", str(wanted))
        raise ValueError(f"{where} is no {name}, but {type(value).__name__}")


def _is_of(value: object, wanted: Any, where: str) -> bool:  # noqa: ANN401, PLR0911  (a type expression; an end for each kind)
    # A type that holds itself, which only that of JSON does, has its own name inside.
    if wanted is Any or isinstance(wanted, typing.ForwardRef):
        return _is_plain(value)
    origin, arguments = _shape(wanted)
    if origin is typing.Union or origin is types.UnionType:
        return _is_one_of(value, arguments, where)
    if origin is typing.Literal:
        return any(type(value) is type(one) and value == one for one in arguments)
    if origin is tuple:
        return isinstance(value, tuple) and _are_items(value, arguments, where)
    if origin is not None:
        return _is_mapping(value, origin, arguments, where)
    if is_dataclass(wanted):
        return _is_made_of(value, wanted, where)
    return _is_scalar(value, wanted)


@cache
def _shape(wanted: Any) -> tuple[Any, tuple[Any, ...]]:  # noqa: ANN401  (a type expression)
    return typing.get_origin(wanted), typing.get_args(wanted)


def _is_one_of(value: object, kinds: tuple[Any, ...], where: str) -> bool:
    for kind in kinds:
        # Of classes there is only one that the value can be of; its own parts tell what is wrong.
        if is_dataclass(kind) and type(value) is kind:
            return _is_of(value, kind, where)
    return any(_holds(value, kind, where) for kind in kinds if not is_dataclass(kind))


def _holds(value: object, kind: Any, where: str) -> bool:  # noqa: ANN401  (a type expression)
    try:
        return _is_of(value, kind, where)
    except ValueError:
        return False


def _are_items(value: tuple[object, ...], arguments: tuple[Any, ...], where: str) -> bool:
    if arguments[-1] is Ellipsis:
        arguments = (arguments[0],) * len(value)
    if len(arguments) != len(value):
        return False
    for number, (item, kind) in enumerate(zip(value, arguments, strict=True)):
        check(item, kind, f"{where}[{number}]")
    return True


def _is_mapping(value: object, origin: Any, arguments: tuple[Any, ...], where: str) -> bool:  # noqa: ANN401  (a type expression)
    if not (isinstance(origin, type) and issubclass(origin, Mapping)):
        raise TypeError(f"{where} is annotated with {origin}, which no record holds")
    if not isinstance(value, Mapping):
        return False
    for key, item in value.items():
        check(key, arguments[0], f"a key of {where}")
        check(item, arguments[1], f"{where}[{key!r:.80}]")
    return True


def _is_made_of(value: object, kind: Any, where: str) -> bool:  # noqa: ANN401  (a dataclass)
    if type(value) is not kind:
        return False
    for name, hint in _parts(cast("Any", kind)):
        check(getattr(value, name), hint, f"{where}.{name}")
    return True


@cache
def _parts(kind: Any) -> tuple[tuple[str, Any], ...]:  # noqa: ANN401  (a dataclass)
    """List the fields of a class with their types; to evaluate them for each value takes nearly all the time."""
    hints = typing.get_type_hints(kind)
    return tuple((item.name, hints[item.name]) for item in fields(kind))


def _is_scalar(value: object, wanted: Any) -> bool:  # noqa: ANN401  (a type expression)
    if wanted in {None, type(None)}:
        return value is None
    if wanted is float:
        return _is_number(value)
    if wanted is int:
        return isinstance(value, int) and _is_number(value)
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return isinstance(value, wanted)
    return type(value) is wanted


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    # What no float can hold, nothing can be divided by.
    return abs(value) <= _LARGEST if isinstance(value, int) else math.isfinite(value)


def _is_plain(value: object) -> bool:
    """Say whether it is JSON, as `codec` reads it where the annotation leaves the type open."""
    if isinstance(value, tuple):
        return all(_is_plain(item) for item in cast("tuple[object, ...]", value))
    if isinstance(value, Mapping):
        return all(isinstance(key, str) and _is_plain(item) for key, item in value.items())
    return value is None or isinstance(value, str | bool) or _is_number(value)
