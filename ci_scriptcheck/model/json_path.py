"""Ways into a JSON document as people write them: `auc`, `folds[*].auc`, `classes[0]`, `["a.b"].c`."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Any

from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

_PART = re.compile(
    r"""\[(?P<position>\*|-?\d+)\]          # an item of a list, or each
      | \["(?P<quoted>(?:[^"\\]|\\.)*)"\]   # a key that holds dots or brackets
      | (?P<dot>\.)?(?P<key>[^.\[\]"]+)     # a key
    """,
    re.VERBOSE,
)


class Every(Enum):
    """Stands for each item of a list, or each value of a mapping."""

    ITEM = "*"


Part = str | int | Every


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A value at the end of a way, and the way to it, without `*`."""

    at: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A way that ends before its end.

    Attributes:
        at: The way to what is not there.
        beside: Names of what is there instead.
    """

    at: str
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """A list or mapping without items, where a `*` stands for each of them.

    Attributes:
        at: The way to it; empty for the document itself.
    """

    at: str


def parsed(text: str) -> tuple[Part, ...]:
    """Take a way apart.

    Raises:
        ValueError: it is none; the text says where it stops being one.
    """
    parts: list[Part] = []
    position = 0
    while position < len(text):
        match = _PART.match(text, position)
        if match is None or bool(match["dot"]) is not (bool(parts) and match["key"] is not None):
            raise ValueError(f"cannot be read from `{text[position:]}` on")
        parts.append(_part(match))
        position = match.end()
    if not parts:
        raise ValueError("is empty")
    return tuple(parts)


def walked(document: object, parts: tuple[Part, ...]) -> Iterator[Found | Missing | Empty]:
    """Follow a way through a document, along every branch of a `*`."""
    waiting: list[tuple[str, Any, tuple[Part, ...]]] = [("", document, parts)]
    while waiting:
        at, value, left = waiting.pop()
        if not left:
            yield Found(at=at, value=value)
            continue
        part, *others = left
        match _steps(value, part):
            case tuple() as beside:
                yield Missing(
                    at=joined(at, "*" if isinstance(part, Every) else part), beside=beside
                )
            case dict() as found if not found:
                yield Empty(at=at)
            case dict() as found:
                waiting.extend(
                    (joined(at, key), item, tuple(others)) for key, item in reversed(found.items())
                )


def joined(at: str, part: str | int) -> str:
    """Write the way to what lies one part further."""
    if isinstance(part, int):
        return f"{at}[{part}]"
    if re.fullmatch(r'[^.\[\]"]+', part):
        return f"{at}.{part}" if at else part
    escaped = part.replace("\\", "\\\\").replace('"', '\\"')
    return f'{at}["{escaped}"]'


def last_part(way: str) -> Part:
    """Give the key or the position that a way ends in; what cannot be read as a way stands for itself."""
    try:
        return parsed(way)[-1]
    except ValueError:
        return way


def _part(match: re.Match[str]) -> Part:
    if match["key"] is not None:
        return Every.ITEM if match["key"] == "*" else match["key"]
    if match["position"] is not None:
        return Every.ITEM if match["position"] == "*" else int(match["position"])
    return re.sub(r"\\(.)", r"\1", match["quoted"])


def _steps(value: object, part: Part) -> dict[str | int, Any] | tuple[str, ...]:
    """Give where one part leads, or the names of what is there instead."""
    items: dict[str | int, Any] = {}
    if isinstance(value, dict):
        items = dict(value)
    elif isinstance(value, list):
        items = dict(enumerate(value))
    if isinstance(part, Every):
        return items if isinstance(value, dict | list) else ()
    wanted = part + len(items) if isinstance(part, int) and part < 0 else part
    if wanted in items:
        return {wanted: items[wanted]}
    return tuple(str(key) for key in items) if isinstance(value, dict) else ()
