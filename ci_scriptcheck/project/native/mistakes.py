"""What pydantic says about a document, in words for the person who wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ci_scriptcheck.errors import UsageError, did_you_mean
from ci_scriptcheck.project.native.documents import keys_at
from ci_scriptcheck.project.native.source_lines import KeyPath
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import ValidationError

    from ci_scriptcheck.project.native.source_lines import Source

_KINDS: Mapping[str, str] = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "enum": "one of",
    "literal_error": "one of",
}
MOST_FACTS = 5
MOST_TOLD = 40
"""Mistakes that are put into words; a damaged file may hold any number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mistake:
    path: KeyPath
    what: str
    advice: str | None = None
    kinds: tuple[str, ...] = ()


def mistake(error: ValidationError, source: Source) -> UsageError:
    """Make the error for the first mistake of a document; the others are listed with it."""
    first, *others = _told(error, source)
    facts = tuple(f"line {source.line(other.path)}: {other.what}" for other in others)
    return source.mistake(first.what, first.path, advice=first.advice, facts=facts[:MOST_FACTS])


def _told(error: ValidationError, source: Source) -> list[_Mistake]:
    """Give the first mistakes of a file, in the order of its lines."""
    found = [(_path(item["loc"], source.data), item) for item in error.errors(include_url=False)]
    # Of a value that may be of several kinds, the kind that was followed deepest was meant.
    above = {path[:length] for path, _ in found for length in range(len(path))}
    deepest = [(path, item) for path, item in found if path not in above]
    deepest.sort(key=lambda pair: source.line(pair[0]))
    merged: dict[KeyPath, _Mistake] = {}
    for path, item in deepest[:MOST_TOLD]:
        one = _one(path, dict(item))
        before = merged.get(one.path)
        merged[one.path] = one if before is None else _either(before, one)
    return list(merged.values())


def _either(one: _Mistake, other: _Mistake) -> _Mistake:
    kinds = tuple(dict.fromkeys((*one.kinds, *other.kinds)))
    if not one.kinds or not other.kinds:
        return one if one.kinds == () else other
    return _Mistake(path=one.path, what=_must_be(one.path, kinds), kinds=kinds)


def _one(path: KeyPath, item: Mapping[str, Any]) -> _Mistake:
    kind, context = str(item["type"]), item.get("ctx", {})
    match kind:
        case "extra_forbidden":
            return _unknown_key(path[:-1], str(path[-1]))
        case "missing":
            return _Mistake(path=path, what=f"{_name(path)} needs `{item['loc'][-1]}`")
        case "value_error":
            return _Mistake(path=path, what=f"{_name(path)} {context['error']}")
        case "enum" | "literal_error":
            return _one_of(path, str(context["expected"]), item["input"])
        case _ if kind in _KINDS:
            return _of_kind(path, kind, item["input"])
        case _:
            said = str(item["msg"]).replace("Input should", "must")
            return _Mistake(path=path, what=f"{_name(path)} {said[:1].lower()}{said[1:]}")


def _unknown_key(path: KeyPath, key: str) -> _Mistake:
    known = keys_at(path)
    within = f" in `{'.'.join(map(str, path))}`" if path else ""
    return _Mistake(
        path=(*path, key),
        what=f"unknown key `{key}`{within}",
        advice=did_you_mean(key, known) or f"the keys here are {_listed(known)}",
    )


def _one_of(path: KeyPath, expected: str, given: object) -> _Mistake:
    names = tuple(
        part.strip("' ") for part in expected.replace(" or ", ",").split(",") if part.strip()
    )
    return _Mistake(
        path=path,
        what=f"{_name(path)} must be {'one of ' if len(names) > 1 else ''}{_listed(names)}",
        advice=did_you_mean(str(given), names),
        kinds=(f"one of {_listed(names)}",),
    )


def _of_kind(path: KeyPath, kind: str, given: object) -> _Mistake:
    is_plain = kind == "string_type" and isinstance(given, bool | int | float)
    return _Mistake(
        path=path,
        what=_must_be(path, (_KINDS[kind],)),
        advice="put it in quotes" if is_plain else None,
        kinds=(_KINDS[kind],),
    )


def _must_be(path: KeyPath, kinds: tuple[str, ...]) -> str:
    return f"{_name(path)} must be {' or '.join(kinds)}"


def _name(path: KeyPath) -> str:
    return f"`{'.'.join(map(str, path))}`" if path else "the file"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _path(location: tuple[str | int, ...], data: Any) -> KeyPath:  # noqa: ANN401  (YAML)
    """Leave out what pydantic puts into a location beside keys: names of kinds of a union."""
    path: list[str | int] = []
    for part in location:
        is_key = isinstance(data, dict) and part in data
        if is_key or (isinstance(data, list) and part in range(len(data))):
            data = data[part]
            path.append(part)
    return tuple(path)
