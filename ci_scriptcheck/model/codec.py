"""Values of the model as JSON and back, with the standard library alone.

One pair of functions serves plans, results and records, on the fast paths too, where importing
a validation library would cost more than the whole run. A member of a union is written with its
class's name under `kind`; fields that hold their default are left out.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast

from ci_scriptcheck.values import MISSING, Field, fields, is_dataclass

T = TypeVar("T")
Reader = Callable[[Any], Any]


def to_json(value: object) -> Any:  # noqa: ANN401  (JSON)
    """Write a value with dictionaries, lists and scalars."""
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | float() | str():
            return value
        case Mapping():
            return {str(key): to_json(item) for key, item in value.items()}
        case tuple() | list():
            return [to_json(item) for item in value]
        case _:
            return {"kind": type(value).__name__, **_fields_to_json(value)}


def from_json(wanted: type[T], data: Any) -> T:  # noqa: ANN401  (JSON)
    """Read what `to_json` wrote.

    Raises:
        ValueError: the data are not of this type.
    """
    try:
        return cast("T", _reader(cast("Any", wanted))(data))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this is not a {wanted.__name__}: {error!r}") from error


def _fields_to_json(value: Any) -> dict[str, Any]:  # noqa: ANN401  (any dataclass)
    written = {}
    for name, default in _defaults(cast("Any", type(value))):
        item = getattr(value, name)
        if default is MISSING or item != default:
            written[name] = to_json(item)
    return written


@cache
def _defaults(kind: Any) -> tuple[tuple[str, object], ...]:  # noqa: ANN401  (a dataclass)
    return tuple((item.name, _default(item)) for item in fields(kind))


def _default(item: Field[Any]) -> object:
    if item.default_factory is not MISSING:
        return item.default_factory()
    return item.default


@cache
def _reader(wanted: Any) -> Reader:  # noqa: ANN401  (a type expression)
    origin = typing.get_origin(wanted)
    arguments = typing.get_args(wanted)
    if origin is typing.Union or origin is types.UnionType:
        return _union_reader(arguments)
    if origin is tuple:
        return _tuple_reader(arguments)
    if origin is not None and issubclass(origin, Mapping):
        item = _reader(arguments[1])
        return lambda data: {key: item(value) for key, value in data.items()}
    if isinstance(wanted, type) and is_dataclass(wanted):
        return _dataclass_reader(wanted)
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return wanted
    return _frozen


def _frozen(data: Any) -> Any:  # noqa: ANN401  (JSON)
    if isinstance(data, list):
        return tuple(_frozen(item) for item in data)
    if isinstance(data, dict):
        return {key: _frozen(item) for key, item in data.items()}
    return data


def _tuple_reader(arguments: tuple[Any, ...]) -> Reader:
    if arguments[-1] is Ellipsis:
        item = _reader(arguments[0])
        return lambda data: tuple(item(value) for value in data)
    items = [_reader(argument) for argument in arguments]
    return lambda data: tuple(read(value) for read, value in zip(items, data, strict=True))


def _union_reader(arguments: tuple[Any, ...]) -> Reader:
    kinds: dict[str, Any] = {
        cast("Any", kind).__name__: kind for kind in arguments if is_dataclass(kind)
    }
    others = [kind for kind in arguments if kind is not type(None) and not is_dataclass(kind)]

    def read(data: Any) -> Any:  # noqa: ANN401  (JSON)
        if data is None:
            return None
        if isinstance(data, dict) and data.get("kind") in kinds:
            return _reader(kinds[data["kind"]])(data)
        if len(others) == 1:
            return _reader(others[0])(data)
        return _frozen(data)

    return read


def _dataclass_reader(kind: type) -> Reader:
    readers: dict[str, Reader] = {}

    def read(data: Any) -> Any:  # noqa: ANN401  (JSON)
        # Filled at the first use: a class may refer to itself.
        if not readers:
            hints = typing.get_type_hints(kind)
            readers.update({item.name: _reader(hints[item.name]) for item in fields(kind)})
        return kind(**{name: readers[name](data[name]) for name in readers if name in data})

    return read
