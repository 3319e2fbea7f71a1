"""Texts that match a regular expression, for a whole column at a time.

The expression is taken apart by Python's own parser, and every part is drawn for all rows at once
as a matrix of code points in which 0 means that there is no character. Parts that cannot be drawn
directly (lookarounds, word boundaries) are left out, and what then does not match is drawn again.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Codes = NDArray[Any]
Rows = NDArray[np.intp]

MOST_REPEATS = 8
"""How often a part that may be repeated without end is repeated at most, beyond its minimum."""

_CHUNK = 65_536
_EMPTY_SET = "a set of characters of the pattern is empty"
_ATTEMPTS = 64

# The parser has no public name; it gives the same tree from Python 3.11 on.
_parser: Any = import_module("re._parser")
_words: Any = import_module("re._constants")

_PRINTABLE = np.arange(0x20, 0x7F, dtype=np.uint32)
_CATEGORIES = {
    _words.CATEGORY_DIGIT: r"\d",
    _words.CATEGORY_NOT_DIGIT: r"\D",
    _words.CATEGORY_SPACE: r"\s",
    _words.CATEGORY_NOT_SPACE: r"\S",
    _words.CATEGORY_WORD: r"\w",
    _words.CATEGORY_NOT_WORD: r"\W",
}


class PatternError(Exception):
    """No text can be drawn for this expression; the message says why."""


@dataclass(slots=True)
class _Drawing:
    """What is shared while the texts of one chunk are drawn."""

    rng: np.random.Generator
    rows: int
    groups: dict[int, Codes] = field(default_factory=dict)
    certain: bool = True


def texts(pattern: str, rows: int, rng: np.random.Generator) -> pa.Array:
    """Draw texts that match the whole pattern, as an Arrow array of strings.

    Raises:
        PatternError: the pattern is none, or nothing that matches it was found.
    """
    try:
        tree = _without_anchors(_parser.parse(pattern))
        expression = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternError(f"`{pattern}` is not a regular expression: {error}") from error
    chunks = [
        _chunk(tree, expression, min(_CHUNK, rows - start), rng)
        for start in range(0, max(rows, 1), _CHUNK)
    ]
    return pa.chunked_array(chunks, pa.string()).combine_chunks()


def places(pattern: str) -> list[NDArray[np.uint32]] | None:
    """Give the characters each place of a text may hold, where all texts are as long and free.

    Raises:
        PatternError: the pattern is none.
    """
    try:
        tree = _without_anchors(_parser.parse(pattern))
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternError(f"`{pattern}` is not a regular expression: {error}") from error
    found = _places(tree)
    if found is not None and not all(len(place) for place in found):
        raise PatternError(_EMPTY_SET)
    return found


def _places(tree: Any) -> list[NDArray[np.uint32]] | None:  # noqa: ANN401  (the parser's own tree)
    found: list[NDArray[np.uint32]] = []
    for operation, value in tree:
        part = _single(operation, value)
        if part is not None:
            found.append(part)
            continue
        within: list[NDArray[np.uint32]] | None = None
        times = 1
        if str(operation) == "SUBPATTERN" and not (value[1] or value[2]):
            within = _places(value[3])
        elif str(operation) in {"MAX_REPEAT", "MIN_REPEAT"} and value[0] == value[1]:
            within, times = _places(value[2]), value[0]
        if within is None:
            return None
        found += within * times
    return found


def spelled(places: list[NDArray[np.uint32]], numbers: NDArray[np.int64]) -> pa.Array:
    """Write the texts that have these numbers among all that the places allow."""
    kind = np.result_type(*(_smallest(place) for place in places)) if places else np.uint8
    codes = np.empty((len(numbers), len(places)), kind)
    for place in range(len(places) - 1, -1, -1):
        numbers, own = np.divmod(numbers, len(places[place]))
        codes[:, place] = _smallest(places[place])[own]
    return _as_strings(codes)


def _single(operation: Any, value: Any) -> NDArray[np.uint32] | None:  # noqa: ANN401  (the parser's)
    """Give the characters that a part of one character may be; `None` for any other part."""
    match str(operation):
        case "LITERAL":
            return np.array([value], np.uint32)
        case "NOT_LITERAL":
            others: NDArray[np.uint32] = _PRINTABLE[value != _PRINTABLE]
            return others
        case "ANY":
            return _PRINTABLE
        case "IN":
            return _members(value)
        case _:
            return None


def _smallest(members: NDArray[np.uint32]) -> NDArray[Any]:
    """Hold characters in bytes where they are ASCII; most are, and are faster so."""
    return members.astype(np.uint8) if members.max(initial=0) < 0x80 else members


def _without_anchors(tree: Any) -> list[Any]:  # noqa: ANN401  (the parser's own tree)
    """Leave out the anchors around a whole pattern, which say nothing about a whole text."""
    parts = list(tree)
    while parts and str(parts[0][1]) in {"AT_BEGINNING", "AT_BEGINNING_STRING"}:
        parts = parts[1:]
    while parts and str(parts[-1][1]) in {"AT_END", "AT_END_STRING"}:
        parts = parts[:-1]
    return parts


def _chunk(
    tree: Any,  # noqa: ANN401  (the parser's own tree)
    expression: re.Pattern[str],
    rows: int,
    rng: np.random.Generator,
) -> pa.Array:
    drawing = _Drawing(rng=rng, rows=rows)
    drawn = _as_strings(_sequence(tree, np.arange(rows), drawing))
    if drawing.certain:
        return drawn
    found = [text if expression.fullmatch(text) else None for text in drawn.to_pylist()]
    for _ in range(_ATTEMPTS):
        if None not in found:
            return pa.array(found, pa.string())
        again = _Drawing(rng=rng, rows=rows)
        more = _as_strings(_sequence(tree, np.arange(rows), again)).to_pylist()
        spare = iter([text for text in more if expression.fullmatch(text)])
        found = [next(spare, None) if text is None else text for text in found]
    raise PatternError(f"found too few texts that match `{expression.pattern}`")


def _as_strings(codes: Codes) -> pa.Array:
    """Write a matrix of code points as strings, without a loop over the rows."""
    if codes.dtype == np.uint8 and codes.all():
        offsets = np.arange(len(codes) + 1, dtype=np.int32) * codes.shape[1]
        data = codes.tobytes()
        return pa.StringArray.from_buffers(
            len(codes), pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(data)
        )
    present = codes != 0
    if codes.dtype == np.uint8:
        lengths = present.sum(axis=1, dtype=np.int64)
        data = codes[present].tobytes()
    else:
        width = 1 + (codes >= 0x80).astype(np.int8) + (codes >= 0x800) + (codes >= 0x10000)
        lengths = np.where(present, width, 0).sum(axis=1, dtype=np.int64)
        data = codes[present].astype("<u4").tobytes().decode("utf-32-le").encode()
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return pa.StringArray.from_buffers(len(codes), pa.py_buffer(offsets), pa.py_buffer(data))


def _sequence(tree: Any, rows: Rows, drawing: _Drawing) -> Codes:  # noqa: ANN401  (the parser's)
    parts = [_part(operation, value, rows, drawing) for operation, value in tree]
    drawn = [part for part in parts if part is not None]
    return np.hstack(drawn) if drawn else np.zeros((len(rows), 0), np.uint8)


def _part(operation: Any, value: Any, rows: Rows, drawing: _Drawing) -> Codes | None:  # noqa: ANN401
    members = _single(operation, value)
    if members is not None:
        return _pick(members, rows, drawing)
    match str(operation):
        case "BRANCH":
            return _branch(value[1], rows, drawing)
        case "SUBPATTERN":
            return _group(value[0], value[3], rows, drawing)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return _repeat(value, rows, drawing, possessive=str(operation)[0] == "P")
        case "GROUPREF":
            return drawing.groups[value][rows]
        case _:
            return _uncertain(str(operation), value, rows, drawing)


def _uncertain(operation: str, value: Any, rows: Rows, drawing: _Drawing) -> Codes | None:  # noqa: ANN401  (the parser's)
    drawing.certain = False
    if operation == "ATOMIC_GROUP":
        return _sequence(value, rows, drawing)
    if operation in {"AT", "ASSERT", "ASSERT_NOT"}:
        return None
    raise PatternError(f"`{operation.lower()}` in a pattern cannot be drawn")


def _pick(members: NDArray[np.uint32], rows: Rows, drawing: _Drawing, width: int = 1) -> Codes:
    if not len(members):
        raise PatternError(_EMPTY_SET)
    held = _smallest(members)
    if len(held) == 1:
        return np.full((len(rows), width), held[0])
    small = np.uint8 if len(held) <= 0x100 else np.uint32
    codes: Codes = held[drawing.rng.integers(len(held), size=(len(rows), width), dtype=small)]
    return codes


def _members(items: Any) -> NDArray[np.uint32]:  # noqa: ANN401  (the parser's)
    negated = False
    members: list[NDArray[np.uint32]] = []
    for operation, value in items:
        match str(operation):
            case "NEGATE":
                negated = True
            case "LITERAL":
                members.append(np.array([value], np.uint32))
            case "RANGE":
                members.append(
                    np.arange(value[0], min(value[1], sys.maxunicode) + 1, dtype=np.uint32)
                )
            case _:
                members.append(_category(value))
    joined: NDArray[np.uint32] = np.unique(np.concatenate(members))
    if negated:
        return _PRINTABLE[~np.isin(_PRINTABLE, joined)]
    # A surrogate is no character of its own, and 0 stands for none at all.
    is_character = (joined != 0) & ~((joined >= 0xD800) & (joined <= 0xDFFF))
    characters: NDArray[np.uint32] = joined[is_character]
    return characters


def _category(name: Any) -> NDArray[np.uint32]:  # noqa: ANN401  (the parser's)
    expression = re.compile(_CATEGORIES[name])
    return np.array([code for code in _PRINTABLE if expression.match(chr(code))], np.uint32)


def _branch(branches: Any, rows: Rows, drawing: _Drawing) -> Codes:  # noqa: ANN401  (the parser's)
    chosen = drawing.rng.integers(len(branches), size=len(rows))
    drawn = [
        _sequence(branch, rows[chosen == number], drawing)
        for number, branch in enumerate(branches)
    ]
    kind = np.result_type(*drawn)
    codes = np.zeros((len(rows), max(part.shape[1] for part in drawn)), kind)
    for number, part in enumerate(drawn):
        codes[chosen == number, : part.shape[1]] = part
    return codes


def _group(number: int | None, tree: Any, rows: Rows, drawing: _Drawing) -> Codes:  # noqa: ANN401  (the parser's)
    codes = _sequence(tree, rows, drawing)
    if number is not None:
        known = drawing.groups.get(number, np.zeros((drawing.rows, 0), np.uint8))
        wider = max(known.shape[1], codes.shape[1])
        kept = np.pad(known, ((0, 0), (0, wider - known.shape[1])))
        kept = kept.astype(np.result_type(known, codes))
        kept[rows] = np.pad(codes, ((0, 0), (0, wider - codes.shape[1])))
        drawing.groups[number] = kept
    return codes


def _repeat(value: Any, rows: Rows, drawing: _Drawing, *, possessive: bool) -> Codes:  # noqa: ANN401  (the parser's)
    least, most, tree = value
    drawing.certain &= not possessive
    most = min(most, least + MOST_REPEATS) if most is _words.MAXREPEAT else most
    counts = drawing.rng.integers(least, most + 1, size=len(rows))
    alone = _single(*tree[0]) if len(tree) == 1 else None
    if alone is not None:
        codes = _pick(alone, rows, drawing, int(counts.max(initial=0)))
        if least != most:
            codes[np.arange(codes.shape[1]) >= counts[:, None]] = 0
        return codes
    parts = []
    for turn in range(int(counts.max(initial=0))):
        going = counts > turn
        part = _sequence(tree, rows[going], drawing)
        codes = np.zeros((len(rows), part.shape[1]), part.dtype)
        codes[going] = part
        parts.append(codes)
    return np.hstack(parts) if parts else np.zeros((len(rows), 0), np.uint8)
