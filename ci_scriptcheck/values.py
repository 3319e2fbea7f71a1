"""Frozen dataclasses that are quick to define, for what every command imports.

They behave as those of the standard library do with `frozen=True, slots=True`, which for each
class compiles six functions and needs `inspect`: two fifths of the time of a run in which nothing
changed. Here the classes share their functions, and `__init__` is compiled for the first value.
Type checkers take them for the standard ones, and so does whatever looks for
`__dataclass_fields__`. What has to change, or to be computed at its making, is a standard one.
"""

from __future__ import annotations

from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class _Missing:
    """What stands where a field has no default."""


_MISSING = _Missing()


class _Field(NamedTuple):
    name: str = ""
    default: object = _MISSING
    default_factory: Any = _MISSING
    repr: bool = True
    compare: bool = True


class _StandardFields:
    """What `dataclasses` looks for, made by it for the first who asks."""

    def __get__(self, _value: object, kind: type) -> object:
        return _standard_fields(kind)


def _dataclass(
    *, frozen: bool, slots: bool, kw_only: bool = False, order: bool = False
) -> Callable[[type[T]], type[T]]:
    if not (frozen and slots):
        raise TypeError("these are frozen and have slots; use the standard dataclasses")

    def made(kind: type[T]) -> type[T]:
        found = tuple(_field_of(kind, name) for name in vars(kind).get("__annotations__", ()))
        names = tuple(item.name for item in found)
        kept = {
            name: part
            for name, part in vars(kind).items()
            if name not in names and name not in {"__dict__", "__weakref__"}
        }
        shared = {**_methods(found), **(_comparisons(found) if order else {})}
        own = {
            "__slots__": names,
            "__match_args__": () if kw_only else names,
            "__dataclass_fields__": _StandardFields(),
            "__scriptcheck_fields__": found,
        }
        new: Any = type(kind.__name__, kind.__bases__, {**shared, **kept, **own})
        new.__qualname__ = kind.__qualname__
        new.__init__ = _first_init(new, kw_only=kw_only)
        return new  # type: ignore[no-any-return]  # made by `type`

    return made


def _field(
    *,
    default: object = _MISSING,
    default_factory: object = _MISSING,
    repr: bool = True,  # noqa: A002  (named as the standard one)
    compare: bool = True,
) -> Any:  # noqa: ANN401  (stands where a default does)
    return _Field(default=default, default_factory=default_factory, repr=repr, compare=compare)


def _fields(kind: Any) -> tuple[_Field, ...]:  # noqa: ANN401  (a class or its value)
    found: tuple[_Field, ...] = kind.__scriptcheck_fields__
    return found


def _is_dataclass(kind: object) -> bool:
    return hasattr(kind, "__scriptcheck_fields__")


def _replace(value: Any, /, **changes: object) -> Any:  # noqa: ANN401  (any of our values)
    same = {
        item.name: getattr(value, item.name) for item in _fields(value) if item.name not in changes
    }
    return type(value)(**same, **changes)


def _field_of(kind: type, name: str) -> _Field:
    default = vars(kind).get(name, _MISSING)
    if isinstance(default, _Field):
        return default._replace(name=name)
    if type(default).__hash__ is None:
        raise ValueError(f"{kind.__name__}.{name}: its default could change; use default_factory")
    return _Field(name=name, default=default)


def _methods(found: tuple[_Field, ...]) -> dict[str, Any]:
    names = [item.name for item in found]
    shown = [item.name for item in found if item.repr]
    compared = _getter(found)

    def __eq__(self: object, other: object) -> bool:  # noqa: N807  (a method)
        if other.__class__ is not self.__class__:
            return NotImplemented
        return bool(compared(self) == compared(other))

    def __hash__(self: object) -> int:  # noqa: N807  (a method)
        return hash(compared(self))

    def __repr__(self: object) -> str:  # noqa: N807  (a method)
        parts = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
        return f"{type(self).__qualname__}({parts})"

    def __getstate__(self: object) -> list[object]:  # noqa: N807  (a method)
        return [getattr(self, name) for name in names]

    def __setstate__(self: object, state: list[object]) -> None:  # noqa: N807  (a method)
        for name, part in zip(names, state, strict=True):
            object.__setattr__(self, name, part)

    methods = (__eq__, __hash__, __repr__, __getstate__, __setstate__, _setattr, _delattr)
    return {f"__{method.__name__.strip('_')}__": method for method in methods}


def _comparisons(found: tuple[_Field, ...]) -> dict[str, Any]:
    compared = _getter(found)

    def __lt__(self: object, other: object) -> bool:  # noqa: N807  (a method)
        if other.__class__ is not self.__class__:
            return NotImplemented
        return bool(compared(self) < compared(other))

    return {"__lt__": __lt__}


def _getter(found: tuple[_Field, ...]) -> Callable[[object], Any]:
    names = [item.name for item in found if item.compare]
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)


def _setattr(_self: object, name: str, _part: object) -> NoReturn:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(_self: object, name: str) -> NoReturn:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _first_init(kind: Any, *, kw_only: bool) -> Callable[..., None]:  # noqa: ANN401  (a new class)
    def __init__(self: object, *parts: object, **named: object) -> None:  # noqa: N807  (a method)
        kind.__init__ = init = _compiled_init(kind, kw_only=kw_only)
        init(self, *parts, **named)

    return __init__


def _compiled_init(kind: type, *, kw_only: bool) -> Callable[..., None]:
    """Write `__init__` as a person would, with the slots' own setters past the guard."""
    known: dict[str, object] = {"_MISSING": _MISSING}
    head, body = ["self", "*"] if kw_only else ["self"], []
    for item in _fields(kind):
        known[f"_set_{item.name}"] = vars(kind)[item.name].__set__
        part = item.name
        if item.default_factory is not _MISSING:
            known[f"_make_{item.name}"] = item.default_factory
            part = f"_make_{item.name}() if {item.name} is _MISSING else {item.name}"
            head.append(f"{item.name}=_MISSING")
        elif item.default is not _MISSING:
            known[f"_default_{item.name}"] = item.default
            head.append(f"{item.name}=_default_{item.name}")
        else:
            head.append(item.name)
        body.append(f"  _set_{item.name}(self, {part})")
    head = head if _fields(kind) else ["self"]
    text = f"def __init__({', '.join(head)}):\n" + "\n".join(body or ["  pass"])
    made: dict[str, Any] = {}
    exec(text, known, made)  # noqa: S102  (as the standard library does; only our names are in it)
    init: Callable[..., None] = made["__init__"]
    init.__qualname__ = f"{kind.__qualname__}.__init__"
    return init


@cache
def _standard_fields(kind: type) -> object:
    import dataclasses

    parts: dict[str, object] = {}
    for item in _fields(kind):
        how: dict[str, Any] = {"repr": item.repr, "compare": item.compare}
        if item.default_factory is not _MISSING:
            how["default_factory"] = item.default_factory
        elif item.default is not _MISSING:
            how["default"] = item.default
        parts[item.name] = dataclasses.field(**how)
    shape = type(kind.__name__, (), {"__annotations__": kind.__annotations__, **parts})
    standard: Any = dataclasses.dataclass(kw_only=True, init=False, repr=False, eq=False)(shape)
    return standard.__dataclass_fields__


if TYPE_CHECKING:
    from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass, replace
else:
    MISSING, Field = _MISSING, _Field
    dataclass, field, fields, is_dataclass = _dataclass, _field, _fields, _is_dataclass
    replace = _replace

__all__ = ["MISSING", "Field", "dataclass", "field", "fields", "is_dataclass", "replace"]
