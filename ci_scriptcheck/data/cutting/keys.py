"""Which rows a sample by key keeps: the same keys in every dataset, whatever holds them.

A key falls into one of 1,000 shares by the first 48 bits of the MD5 of its canonical text, modulo
1,000. That is the same on every machine and in every version, as MD5 is. Equal keys can be
written differently (`42` in a CSV file, 42.0 in a column of floats, `0042` as text), so what looks alike is
made one text first; that unequal keys can become one does no harm, as they are then kept together.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

SHARES = 1_000
_LARGEST_EXACT = 2.0**53

_ALIKE = (
    # 2024-01-02T00:00:00.000Z, 2024-01-02 00:00:00 and 2024-01-02 are one moment.
    (r"^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d+)?)(?:Z|\+00:?00)?$", r"\1 \2"),
    (r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d*?)0+$", r"\1"),
    (r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\.$", r"\1"),
    (r"^(\d{4}-\d\d-\d\d) 00:00:00$", r"\1"),
    # 0042, 42.0 and 42.50 are the numbers 42 and 42.5.
    (r"^([-+]?\d+\.\d*?)0*$", r"\1"),
    (r"^([-+]?\d+)\.$", r"\1"),
    (r"^\+?(-?)0+(\d)", r"\1\2"),
)


_FEW = 4_096
"""Keys for which asking DuckDB takes longer than doing it here."""
_WRITTEN_OTHERWISE = r"^[-+]?0\d|^\+\d|\d\.\d*$|^\d{4}-\d\d-\d\d."
"""What any of them could change; most keys are none of it, and looked at once."""


class NoKeyError(Exception):
    """A column cannot be a key; the text says why."""


def is_kept(
    keys: pa.Array | pa.ChunkedArray, keep: int, *, name: str, first: int
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Tell for each row whether it is kept.

    A row without a key joins with nothing; the same share of them is kept, by their place.

    Args:
        keys: The key of each row.
        keep: Of 1,000 shares.
        name: Of the object that the rows are of.
        first: Number of the first row there.

    Raises:
        NoKeyError: these are no keys.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    # Mostly many rows are of one key: each is looked at once.
    distinct, rows = _distinct(keys)
    texts = pc.fill_null(as_texts(distinct), "")
    is_absent = np.asarray(pc.equal(texts, ""))[rows]
    kept: np.ndarray[Any, np.dtype[np.bool_]] = (_shares(texts) < keep)[rows]
    if is_absent.any():
        places = pc.cast(pa.array(np.flatnonzero(is_absent) + first), pa.string())
        named = pc.binary_join_element_wise(pa.scalar(name), places, "\x01")
        kept[is_absent] = _shares(named) < keep
    return kept


def _distinct(
    keys: pa.Array | pa.ChunkedArray,
) -> tuple[pa.Array, np.ndarray[Any, np.dtype[np.int64]]]:
    """Give each key once, and for each row where its key is among them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(keys, pa.ChunkedArray):
        keys = pa.concat_arrays(keys.chunks) if keys.num_chunks else pa.array([], keys.type)
    if pa.types.is_dictionary(keys.type):
        keys = keys.dictionary_decode()
    try:
        found = pc.dictionary_encode(keys, null_encoding="encode")
    except pa.ArrowNotImplementedError:
        return keys, np.arange(len(keys))
    return found.dictionary, np.asarray(found.indices)


def _shares(texts: pa.Array) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Say into which share each key falls."""
    import pyarrow as pa

    if len(texts) < _FEW:
        digests = (hashlib.md5(one.encode(), usedforsecurity=False) for one in texts.to_pylist())
        return np.array(
            [int(one.hexdigest()[:12], 16) % SHARES for one in digests], dtype=np.int64
        )
    asked = f"('0x' || substr(md5(key), 1, 12))::bigint % {SHARES} as share"
    relation = _connection().from_arrow(pa.table({"key": texts})).select(asked)
    return np.asarray(relation.fetchnumpy()["share"])


def as_texts(keys: pa.Array) -> pa.Array:
    """Write keys as the texts by which they are compared."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = keys.type
    if pa.types.is_integer(kind):
        return pc.cast(keys, pa.string())
    if pa.types.is_floating(kind):
        keys = _of_floats(keys)
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        keys = _of_bytes(keys)
    elif pa.types.is_nested(kind):
        raise NoKeyError(f"it holds {kind}, which is no key")
    else:
        keys = _cast(keys)
    if not pc.any(pc.match_substring_regex(keys, _WRITTEN_OTHERWISE)).as_py():
        return keys
    for pattern, instead in _ALIKE:
        keys = pc.replace_substring_regex(keys, pattern=pattern, replacement=instead)
    return keys


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    """Open one for all: rows come by the thousand, and opening takes longer than they do."""
    import duckdb

    return duckdb.connect(":memory:", config={"threads": 1})


def _cast(keys: pa.Array) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        return pc.cast(keys, pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise NoKeyError(f"it holds {keys.type}, which is no key") from error


def _of_floats(keys: pa.Array) -> pa.Array:
    """Write whole numbers without a fraction or an exponent; what is no number is no key."""
    import pyarrow as pa
    import pyarrow.compute as pc

    keys = pc.cast(keys, pa.float64())
    keys = pc.if_else(pc.is_finite(keys), keys, None)
    is_whole = pc.and_(pc.equal(pc.floor(keys), keys), pc.less(pc.abs(keys), _LARGEST_EXACT))
    whole = pc.cast(pc.if_else(is_whole, keys, 0.0), pa.int64())
    return pc.if_else(is_whole, pc.cast(whole, pa.string()), pc.cast(keys, pa.string()))


def _of_bytes(keys: pa.Array) -> pa.Array:
    import pyarrow as pa

    texts = [
        None if key is None else key.decode("utf-8", "backslashreplace")
        for key in keys.to_pylist()
    ]
    return pa.array(texts, pa.string())
