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

Codes = NDArray[np.uint32]
Rows = NDArray[np.intp]

MOST_REPEATS = 8
"""How often a part that may be repeated without end is repeated at most, beyond its minimum."""

_CHUNK = 65_536
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
    present = codes != 0
    flat = codes[present]
    width = 1 + (codes >= 0x80).astype(np.int8) + (codes >= 0x800) + (codes >= 0x10000)
    lengths = np.where(present, width, 0).sum(axis=1, dtype=np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    data = flat.astype("<u4").tobytes().decode("utf-32-le").encode()
    return pa.StringArray.from_buffers(len(codes), pa.py_buffer(offsets), pa.py_buffer(data))


def _sequence(tree: Any, rows: Rows, drawing: _Drawing) -> Codes:  # noqa: ANN401  (the parser's)
    parts = [_part(operation, value, rows, drawing) for operation, value in tree]
    drawn = [part for part in parts if part is not None]
    return np.hstack(drawn) if drawn else np.zeros((len(rows), 0), np.uint32)


def _part(operation: Any, value: Any, rows: Rows, drawing: _Drawing) -> Codes | None:  # noqa: ANN401, PLR0911
    match str(operation):
        case "LITERAL":
            return np.full((len(rows), 1), value, np.uint32)
        case "NOT_LITERAL":
            return _pick(_PRINTABLE[value != _PRINTABLE], rows, drawing)
        case "ANY":
            return _pick(_PRINTABLE, rows, drawing)
        case "IN":
            return _pick(_members(value), rows, drawing)
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


def _pick(members: NDArray[np.uint32], rows: Rows, drawing: _Drawing) -> Codes:
    if not len(members):
        raise PatternError("a set of characters of the pattern is empty")
    return members[drawing.rng.integers(len(members), size=(len(rows), 1))]


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
    codes = np.zeros((len(rows), max(part.shape[1] for part in drawn)), np.uint32)
    for number, part in enumerate(drawn):
        codes[chosen == number, : part.shape[1]] = part
    return codes


def _group(number: int | None, tree: Any, rows: Rows, drawing: _Drawing) -> Codes:  # noqa: ANN401  (the parser's)
    codes = _sequence(tree, rows, drawing)
    if number is not None:
        known = drawing.groups.get(number, np.zeros((drawing.rows, 0), np.uint32))
        wider = max(known.shape[1], codes.shape[1])
        kept = np.pad(known, ((0, 0), (0, wider - known.shape[1])))
        kept[rows] = np.pad(codes, ((0, 0), (0, wider - codes.shape[1])))
        drawing.groups[number] = kept
    return codes


def _repeat(value: Any, rows: Rows, drawing: _Drawing, *, possessive: bool) -> Codes:  # noqa: ANN401  (the parser's)
    least, most, tree = value
    drawing.certain &= not possessive
    most = min(most, least + MOST_REPEATS) if most is _words.MAXREPEAT else most
    counts = drawing.rng.integers(least, most + 1, size=len(rows))
    parts = []
    for turn in range(int(counts.max(initial=0))):
        going = counts > turn
        part = _sequence(tree, rows[going], drawing)
        codes = np.zeros((len(rows), part.shape[1]), np.uint32)
        codes[going] = part
        parts.append(codes)
    return np.hstack(parts) if parts else np.zeros((len(rows), 0), np.uint32)
