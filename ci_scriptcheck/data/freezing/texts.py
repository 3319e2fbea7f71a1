"""Texts in place of real ones: of the same form where there is one, and none that the real data hold."""

from __future__ import annotations

import re
import string
from itertools import count
from typing import TYPE_CHECKING

import pyarrow as pa

from ci_scriptcheck.data.sample import cell_of, literal
from ci_scriptcheck.model.frozen import FEWEST
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb
    import numpy as np

    from ci_scriptcheck.data.freezing.source import Table

    Rng = np.random.Generator

MOST_NAMED = 5_000
"""Different texts of a column that are told from each other; the sample has far fewer rows."""

_CLASSES = {
    "9": string.digits,
    "A": string.ascii_uppercase,
    "a": string.ascii_lowercase,
    "h": "0123456789abcdef",
    "H": "0123456789ABCDEF",
}
_KINDS = {
    "mail": r"[^@\s]+@[^@\s]+\.[^@\s]+",
    "link": r"(https?|s3|ftp)://\S+",
    "address": r"[0-9]{1,3}(\.[0-9]{1,3}){3}",
    "h": "[0-9a-f-]{8,}",
    "H": "[0-9A-F-]{8,}",
}
"""Texts that look otherwise one by one, and are of one kind."""
_LONGEST = 64
_COVERED = 0.9
_BEGINNING = "^([A-Za-z]{1,4})([^A-Za-z]|$)"
_TRIED = 20_000
"""Codes after which no new one of their length is hoped for."""
_FEW_WORDS = 3
_MOST_WORDS = 200
_FILLING = [
    "lorem",
    "ipsum",
    "dolor",
    "sit",
    "amet",
    "consectetur",
    "adipiscing",
    "elit",
    "sed",
    "do",
    "eiusmod",
    "tempor",
    "incididunt",
    "ut",
    "labore",
    "et",
    "dolore",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What some texts of a column look like.

    Attributes:
        parts: For each place the characters that may stand there.
        rows: That look like this.
    """

    parts: tuple[str, ...]
    rows: int

    @property
    def form(self) -> str:
        """Write it with `9` for a digit, `A` and `a` for letters, `h` and `H` for hexadecimal digits."""
        known = {letters: mark for mark, letters in _CLASSES.items()}
        return "".join(known.get(part, part) for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """How texts for a column are made.

    Attributes:
        kind: `coded` by shapes, `mail`, `link` and `address` in a network, `named` or `filled` with words.
        words: Of filled texts, as some of the real ones have them.
    """

    kind: str
    shapes: tuple[Shape, ...] = ()
    words: tuple[int, ...] = ()


class Said:
    """All texts of the real tables, none of which is made again, however it is written."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, parts: Sequence[tuple[str, str]]
    ) -> None:
        """Collect them.

        Args:
            connection: That has the relations.
            parts: Relation and column of each.
        """
        self._connection = connection
        selects = [
            f"select lower({cell_of(name)}) as one from {relation} where {cell_of(name)} is not null"  # noqa: S608  (quoted)
            for relation, name in parts
        ]
        union = " union all ".join(selects) or "select 'none' as one where false"
        connection.execute(f"create temp table said as select distinct one from ({union})")  # noqa: S608  (quoted)

    def fresh(self, candidates: Sequence[str]) -> list[str]:
        """Give those that no real table holds."""
        asked = pa.table({"one": pa.array(candidates, pa.string())})
        self._connection.register("asked", asked)
        found = self._connection.execute(
            "select one from asked where lower(one) in (select one from said)"
        ).fetchall()
        self._connection.unregister("asked")
        taken = {row[0] for row in found}
        return [one for one in candidates if one not in taken]


def writing_of(connection: duckdb.DuckDBPyConnection, table: Table, name: str) -> Writing:
    """See how the texts of a column are written."""
    column = table.columns[name]
    if column.values and not column.is_unique:
        return Writing(kind="named")
    cell = cell_of(name)
    counts = [
        f"count(*) filter (regexp_full_match({cell}, {literal(one)}))" for one in _KINDS.values()
    ]
    # Hexadecimal digits are those of which all letters occur; other codes only have some of them.
    letters = " and ".join(f"bool_or(contains(lower({cell}), '{one}'))" for one in "abcdef")
    *found, has_all = connection.execute(
        f"select {', '.join(counts)}, {letters} from {table.relation}"  # noqa: S608  (quoted)
    ).fetchall()[0]
    kinds = [kind for kind, count in zip(_KINDS, found, strict=True) if count == column.filled]
    if kinds and kinds[0] not in {"h", "H"}:
        return Writing(kind=kinds[0])
    shapes = _shapes(connection, table, name, kinds[0] if kinds and has_all else "")
    if shapes:
        return Writing(kind="coded", shapes=shapes)
    return _filled(connection, table, name)


def _filled(connection: duckdb.DuckDBPyConnection, table: Table, name: str) -> Writing:
    words = f"len(string_split(trim({cell_of(name)}), ' '))"
    found = connection.execute(
        f"select quantile_disc({words}, [0.1, 0.3, 0.5, 0.7, 0.9]) from {table.relation} where {cell_of(name)} is not null"  # noqa: S608  (quoted)
    ).fetchall()[0]
    lengths = tuple(min(int(one), _MOST_WORDS) for one in (found[0] if found else ()))
    if not lengths or lengths[2] <= _FEW_WORDS:
        return Writing(kind="named")
    return Writing(kind="filled", words=lengths)


def _shapes(
    connection: duckdb.DuckDBPyConnection, table: Table, name: str, hexadecimal: str
) -> tuple[Shape, ...]:
    """Find the few forms that texts have; none where they have many, or no letter and no digit."""
    cell, shape = cell_of(name), cell_of(name)
    steps = (
        ((r"[0-9a-fA-F]", hexadecimal),)
        if hexadecimal
        else ((r"[\p{Ll}\p{Lo}\p{Lm}]", "a"), (r"[\p{Lu}\p{Lt}]", "A"), (r"\p{N}", "9"))
    )
    for pattern, instead in steps:
        shape = f"regexp_replace({shape}, {literal(pattern)}, {literal(instead)}, 'g')"
    found = connection.execute(
        f"select {shape} as shape, count(*) as n from {table.relation} where {cell} is not null "  # noqa: S608  (quoted)
        f"and length({cell}) <= {_LONGEST} group by 1 order by n desc, shape limit 50"
    ).fetchall()
    filled = table.columns[name].filled
    # One form of all texts says nothing of any of them; one of several must have rows enough.
    shared = [row for row in found if row[1] >= FEWEST or row[1] == filled]
    if sum(row[1] for row in shared) < _COVERED * filled:
        return ()
    if not all(set(row[0]) & set(_CLASSES) for row in shared):
        return ()
    # Words are no code.
    if any(" " in row[0] and set(row[0]) & {"A", "a"} for row in shared):
        return ()
    prefix = _prefix(connection, table, name)
    return tuple(
        Shape(
            parts=tuple(
                prefix[place] if place < len(prefix) else _CLASSES.get(mark, mark)
                for place, mark in enumerate(str(form))
            ),
            rows=int(rows),
        )
        for form, rows in shared
    )


def _prefix(connection: duckdb.DuckDBPyConnection, table: Table, name: str) -> str:
    """Give the few letters with which all texts of a column begin, as in `ORD-0001`."""
    cell = cell_of(name)
    beginning = f"regexp_extract({cell}, {literal(_BEGINNING)}, 1)"
    found = connection.execute(
        f"select count(distinct {cell}), min({beginning}), max({beginning}) from {table.relation} where {cell} is not null"  # noqa: S608  (quoted)
    ).fetchall()[0]
    return str(found[1]) if found[0] >= FEWEST and found[1] == found[2] else ""


def texts_for(
    writing: Writing, name: str, number: int, *, said: Said, rng: Rng, taken: set[str]
) -> list[str]:
    """Make so many different texts, none of which a real table holds.

    Args:
        writing: How they are made.
        name: Of the column.
        number: How many.
        said: What the real tables hold.
        rng: Where chance comes from.
        taken: What was made before for columns of this name; what is made now is put there.
    """
    made: list[str] = []
    candidates = _candidates(writing, name, rng)
    while len(made) < number:
        some = [next(candidates) for _ in range(max(number - len(made), 20))]
        for one in said.fresh(list(dict.fromkeys(some))):
            if one not in taken and len(made) < number:
                taken.add(one)
                made.append(one)
    return made


def _candidates(writing: Writing, name: str, rng: Rng) -> Iterator[str]:
    plain = re.sub(r"\W+", "_", name).strip("_").lower() or "value"
    if writing.kind == "coded":
        yield from _codes(writing.shapes, rng)
    for number in count(1):
        match writing.kind:
            case "mail":
                yield f"{plain}{number}@example.org"
            case "link":
                yield f"https://example.org/{plain}/{number}"
            case "address":
                yield f"10.{'.'.join(str(one) for one in rng.integers(1, 255, 3))}"
            case "filled":
                length = int(rng.choice(writing.words))
                words = (_FILLING[turn % len(_FILLING)] for turn in range(number, number + length))
                yield " ".join((f"{plain}_{number}", *words))
            case _:
                yield f"{plain}_{number}"


def _codes(shapes: Sequence[Shape], rng: Rng) -> Iterator[str]:
    """Give texts of these forms, each as often as in the real data; longer ones where those run out."""
    shares = [shape.rows for shape in shapes]
    whole = sum(shares)
    for turn in count():
        shape = shapes[int(rng.choice(len(shapes), p=[rows / whole for rows in shares]))]
        parts = shape.parts
        if turn >= _TRIED:
            widened = max(place for place, part in enumerate(parts) if len(part) > 1 or not turn)
            parts = (*parts[:widened], *[parts[widened]] * (turn // _TRIED), *parts[widened:])
        yield "".join(part[int(rng.integers(len(part)))] for part in parts)
