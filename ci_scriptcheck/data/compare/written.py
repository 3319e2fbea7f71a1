"""How two tables are written, beside the cells that they hold: what some readers go by, in notes."""

from __future__ import annotations

from codecs import BOM_UTF8
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.data.compare.matching import ZONE
from ci_scriptcheck.data.compare.words import BATCH, batches
from ci_scriptcheck.data.validate.cells import JSON, TEXT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import duckdb
    import pyarrow as pa

    from ci_scriptcheck.data.compare.matching import Match
    from ci_scriptcheck.data.compare.opening import Column, Side

_MOST_NAMED = 5
_OF_LIBRARIES = frozenset(
    {b"pandas", b"ARROW:schema", b"PARQUET:field_id", b"org.apache.spark.version"}
)
"""Metadata that say by which version of a library a file was written, or what its types say as well."""


def note(
    connection: duckdb.DuckDBPyConnection, sides: tuple[Side, Side], matches: Sequence[Match]
) -> str | None:
    """Say how else two tables differ than in their cells; `None` where in nothing.

    Args:
        connection: In which both are opened.
        sides: Base and head.
        matches: The columns that both have.
    """
    before, after = sides
    found = [*_of_layout(before, after)]
    if before.part.kind == after.part.kind == "parquet":
        found += _of_schemas(before, after, matches)
    found += _of_zones(connection, sides, matches)
    return "; ".join(found) or None


def _of_layout(before: Side, after: Side) -> Iterator[str]:
    names = [list(side.columns) for side in (before, after)]
    if names[0] != names[1] and set(names[0]) == set(names[1]):
        yield "its columns stand in another order"
    begins = [_begins_with_mark(side) for side in (before, after)]
    if begins[0] != begins[1]:
        yield f"begins with a byte order mark on {'base' if begins[0] else 'head'} only"
    marks = [side.part.delimiter for side in (before, after)]
    if marks[0] != marks[1] and before.part.kind == after.part.kind and len(names[0]) > 1:
        yield f"its cells are parted by {marks[0]!r} on base and by {marks[1]!r} on head"


def _begins_with_mark(side: Side) -> bool:
    """Say whether a text file tells its encoding first, which some readers take for a part of a name."""
    if side.part.kind == "parquet" or side.part.is_packed:
        return False
    with Path(side.part.paths[0]).open("rb") as file:
        return file.read(len(BOM_UTF8)) == BOM_UTF8


def _of_schemas(before: Side, after: Side, matches: Sequence[Match]) -> Iterator[str]:
    """Compare what two files of Parquet declare, as far as types in the words of schemas do not tell it."""
    import pyarrow.parquet as pq

    here, there = (pq.read_schema(side.part.paths[0]) for side in (before, after))
    told = {match.name for match in matches if match.has_new_type or match.has_new_zone}
    types = [_types(schema) for schema in (here, there)]
    other = [
        f"`{name}` is {kind} on base and {types[1][name]} on head"
        for name, kind in types[0].items()
        if name not in told and types[1].get(name, kind) != kind
    ]
    yield from _listed(other, "; ")
    known = [_metadata(schema) for schema in (here, there)]
    keys = sorted(known[0].keys() | known[1].keys())
    differing = [key for key in keys if known[0].get(key) != known[1].get(key)]
    if differing:
        yield f"its metadata are not the same: {', '.join(_listed(differing, ', '))}"


def _listed(what: Sequence[str], between: str) -> Iterator[str]:
    if what:
        more = len(what) - _MOST_NAMED
        yield between.join([*what[:_MOST_NAMED], *([f"and {more:,} more"] if more > 0 else [])])


def _types(schema: pa.Schema) -> Mapping[str, str]:
    """Give the types of columns that a reader computes with: whoever adds to 8 bits comes to their end."""
    import pyarrow.types as kinds

    asked = (kinds.is_integer, kinds.is_floating, kinds.is_decimal, kinds.is_timestamp)
    return {one.name: str(one.type) for one in schema if any(test(one.type) for test in asked)}


def _metadata(schema: pa.Schema) -> Mapping[str, bytes]:
    """Give what scripts wrote beside the data, of the whole table and of columns."""
    places = [("", schema), *((f" of `{one.name}`", one) for one in schema)]
    return {
        f"`{key.decode(errors='replace')}`{where}": value
        for where, place in places
        for key, value in (place.metadata or {}).items()
        if key not in _OF_LIBRARIES
    }


def _of_zones(
    connection: duckdb.DuckDBPyConnection, sides: tuple[Side, Side], matches: Sequence[Match]
) -> Iterator[str]:
    """Tell moments in text that have a time zone on one side only; as instants they may be equal."""
    texts = {TEXT, JSON}
    asked = [
        match
        for match in matches
        if match.meant == "datetime" and {match.before.family, match.after.family} <= texts
    ]
    for batch in batches(asked, BATCH):
        here = _have_zones(connection, sides[0], [match.before for match in batch])
        there = _have_zones(connection, sides[1], [match.after for match in batch])
        for match, on_base, on_head in zip(batch, here, there, strict=True):
            if on_base != on_head:
                yield f"`{match.name}` has a time zone on {'base' if on_base else 'head'} only"


def _have_zones(
    connection: duckdb.DuckDBPyConnection, side: Side, columns: Sequence[Column]
) -> list[bool]:
    cells = [one.source if one.family == TEXT else f"({one.source} ->> '$')" for one in columns]
    tests = ", ".join(f"bool_or(regexp_matches({cell}, '{ZONE}'))" for cell in cells)
    found = connection.execute(f"select {tests} from {side.relation}").fetchone() or ()  # noqa: S608  (written here)
    return [bool(one) for one in found]
