"""Types of columns in the words of schemas, told from the cells of files that declare none."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from ci_scriptcheck.data.validate.cells import JSON, TEXT, family_of, literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import duckdb

T = TypeVar("T")

BATCH = 200
"""Columns that one query looks at; there may be thousands."""

MISSING = (
    *("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN"),
    *("<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"),
)
"""What `pandas.read_csv` takes for no value, by its documentation; in any other spelling it is text."""

_OF_FAMILIES = {
    "int": "int",
    "float": "float",
    "single": "float",
    "bool": "bool",
    "string": "string",
    "date": "date",
    "datetime": "datetime",
    "moment": "datetime",
}
_LONGEST = 40
_FIRST_CELLS = 4_000

_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?( ?(Z|[-+][0-9]{2}:?[0-9]{2}))?"
_PATTERNS = {
    # What has more digits than a double can tell apart stays text, as do leading zeros.
    "int": r"-?(0|[1-9][0-9]{0,17})",
    "float": r"(?i)[-+]?((0|[1-9][0-9]{0,14})(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?|[-+]?inf(inity)?",
    "bool": r"(?i)true|false",
    "date": _DAY,
    "datetime": f"{_DAY}([ T]{_CLOCK})?",
}
"""From the narrowest to the widest; text is what fits none."""

_FITTING = {kind: re.compile(pattern, re.ASCII).fullmatch for kind, pattern in _PATTERNS.items()}
_CASTS = {"date": "date", "datetime": "timestamptz"}
_NUMBERS = frozenset({"BIGINT", "UBIGINT", "DOUBLE"})


def batches(items: Iterable[T], most: int) -> Iterator[tuple[T, ...]]:
    """Cut into pieces of so many items; the last may be shorter."""
    left = iter(items)
    while piece := tuple(islice(left, most)):
        yield piece


def has_value(text: str, missing: Sequence[str] = MISSING) -> str:
    """Write the test whether a text is none of those that stand for no value."""
    listed = ", ".join(literal(word) for word in missing)
    return f"{text} not in ({listed})" if listed else f"{text} is not null"


def of_native(sql: str) -> str | None:
    """Give the word for a type of DuckDB; its own name where schemas have none for it."""
    if sql == '"NULL"':
        return None
    return _OF_FAMILIES.get(family_of(sql), sql.lower()[:_LONGEST])


def told(
    connection: duckdb.DuckDBPyConnection, relation: str, sources: Iterable[tuple[str, str]]
) -> dict[str, str | None]:
    """Tell the types of columns that have none of their own.

    Args:
        connection: That knows the relation.
        relation: What stands behind `from`.
        sources: Name and family of each column; typed ones are left out of the answer.
    """
    given = list(sources)
    found: dict[str, str | None] = {}
    for batch in batches((name for name, family in given if family == TEXT), BATCH):
        found |= _of_cells(connection, relation, {name: name for name in batch}, _PATTERNS)
    for batch in batches((name for name, family in given if family == JSON), BATCH):
        found |= _of_json(connection, relation, batch)
    return found


def _of_cells(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    texts: Mapping[str, str],
    kinds: Iterable[str],
    missing: Sequence[str] = MISSING,
) -> dict[str, str | None]:
    """Find the narrowest type that every cell has: what the first rows allow, then held by all."""
    first = _first_cells(connection, relation, list(texts.values()), missing)
    possible = {
        text: [kind for kind in kinds if all(map(_FITTING[kind], cells))]
        for text, cells in first.items()
    }
    has_cells = {text: bool(cells) for text, cells in first.items()}
    is_open = dict.fromkeys(possible, True)
    while any(is_open.values()):
        asked = {
            text: (*possible[text][:1], *([] if has_cells[text] else [""]))
            for text in possible
            if is_open[text]
        }
        counts = _unlike(connection, relation, asked, missing)
        for text in asked:
            has_cells[text] = has_cells[text] or counts[text, ""] > 0
            is_open[text] = bool(possible[text]) and counts[text, possible[text][0]] > 0
            if is_open[text]:
                del possible[text][0]
    return {
        name: next(iter(possible[text]), "string") if has_cells[text] else None
        for name, text in texts.items()
    }


def _first_cells(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    texts: Sequence[str],
    missing: Sequence[str],
) -> dict[str, list[str]]:
    """Give the different cells of the first rows, without those that are taken for no value.

    Each pattern costs DuckDB three milliseconds, however few the rows, so few are tried there.
    """
    rows = max(_FIRST_CELLS // max(len(texts), 1), 1)
    query = f"select {', '.join(texts)} from {relation} limit {rows}"  # noqa: S608  (written here)
    columns = zip(*connection.execute(query).fetchall(), strict=True)
    cells: dict[str, Sequence[str | None]] = dict.fromkeys(texts, ())
    cells.update(zip(texts, columns, strict=False))
    return {
        text: [cell for cell in dict.fromkeys(column) if cell is not None and cell not in missing]
        for text, column in cells.items()
    }


def _unlike(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    asked: Mapping[str, Sequence[str]],
    missing: Sequence[str],
) -> dict[tuple[str, str], int]:
    """Count the cells that are not of each type that is asked about; under "" those with any."""
    pairs = [(text, kind) for text, kinds in asked.items() for kind in kinds]
    if not pairs:
        return {}
    counted = []
    for text, kind in pairs:
        test = has_value(text, missing)
        if kind:
            fits = f"regexp_full_match({text}, {literal(_PATTERNS[kind])})"
            cast = f" and try_cast({text} as {_CASTS[kind]}) is not null" if kind in _CASTS else ""
            # Nearly all cells fit, and what does not is looked at more closely.
            test = f"not ({fits}{cast}) and {test}"
        counted.append(f"count(*) filter ({test})")
    query = f"select {', '.join(counted)} from {relation}"  # noqa: S608  (written here)
    return dict(zip(pairs, connection.execute(query).fetchone() or (), strict=True))


def _of_json(
    connection: duckdb.DuckDBPyConnection, relation: str, batch: Sequence[str]
) -> dict[str, str | None]:
    kinds = ", ".join(f"list_sort(list(distinct json_type({name})))" for name in batch)
    answer = connection.execute(f"select {kinds} from {relation}").fetchone() or ()  # noqa: S608  (ours)
    found: dict[str, str | None] = {}
    for name, types in zip(batch, answer, strict=True):
        found[name] = _of_types(set(types or ()) - {None, "NULL"})
    found |= _with_more_digits(
        connection, relation, [name for name, word in found.items() if word == "float"]
    )
    texts = {name: f"({name} ->> '$')" for name, word in found.items() if word == "string"}
    if not texts:
        return found
    # JSON has a word of its own for no value, so that `NA` is a text there.
    return found | _of_cells(connection, relation, texts, ("date", "datetime"), missing=())


def _with_more_digits(
    connection: duckdb.DuckDBPyConnection, relation: str, names: Sequence[str]
) -> dict[str, str | None]:
    """Find columns of numbers of which a double cannot tell each from all others: they are compared as written."""
    if not names:
        return {}
    tests = []
    for name in names:
        text = f"({name} ->> '$')"
        is_held = f"coalesce(isfinite(try_cast({text} as double)), false)"
        is_number = f"regexp_matches({text}, '^-?[0-9]')"
        is_long = f"regexp_full_match({text}, '-?[0-9]{{16,}}')"
        tests.append(f"count(*) filter ({is_long} or ({is_number} and not {is_held}))")
    counts = connection.execute(f"select {', '.join(tests)} from {relation}").fetchone() or ()  # noqa: S608  (ours)
    return {name: "json" for name, count in zip(names, counts, strict=True) if count}


def _of_types(types: set[str]) -> str | None:
    if not types:
        return None
    if types <= _NUMBERS:
        return "float" if "DOUBLE" in types else "int"
    if types == {"BOOLEAN"}:
        return "bool"
    return "string" if types == {"VARCHAR"} else "json"
