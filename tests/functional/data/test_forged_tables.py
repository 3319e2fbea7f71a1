"""Tables that are made so that their rows have the hashes of others, in which DuckDB would find no difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pytest

from tests.functional.data.comparing import names, table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_FACTOR, _ALL = 0xD6E8FEB86659FD93, (1 << 64) - 1
_INVERSE = pow(_FACTOR, -1, 1 << 64)


def _hashed(number: int) -> int:
    """Hash a whole number as DuckDB does."""
    number ^= number >> 32
    for _ in range(2):
        number = number * _FACTOR & _ALL
        number ^= number >> 32
    return number


def _with_hash(wanted: int) -> int:
    """Give the whole number that has a hash."""
    wanted ^= wanted >> 32
    for _ in range(2):
        wanted = wanted * _INVERSE & _ALL
        wanted ^= wanted >> 32
    return wanted


def _before(first: int) -> int:
    """Give what DuckDB makes of the hash of a first column before it adds the second one's."""
    first = _hashed(first)
    return (first ^ first >> 32) * _FACTOR & _ALL


def forged(first: int, second: int, other: int) -> int:
    """Give the second number that gives a row which begins with another one the same hash."""
    return _signed(_with_hash(_combined(first, second) ^ _before(other)))


def _combined(first: int, second: int) -> int:
    return _before(first) ^ _hashed(second)


def _signed(number: int) -> int:
    return number - (1 << 64) if number >> 63 else number


A = {"a": [1, 2, 3], "b": [10, 20, 30]}
B = {"a": [5, 2, 3], "b": [forged(1, 10, 5), 20, 30]}


@pytest.fixture(autouse=True)
def check() -> None:
    """Know the function that the tests forge: with another one, they would show nothing."""
    row = (A["a"][0], A["b"][0], B["a"][0], B["b"][0])
    query = "select hash(?::bigint, ?::bigint) = hash(?::bigint, ?::bigint)"
    if duckdb.execute(query, row).fetchone() != (True,):
        pytest.skip("this version of DuckDB hashes otherwise")


def turned(columns: Mapping[str, list[int]]) -> dict[str, list[int]]:
    return {name: values[::-1] for name, values in columns.items()}


def test_rows_with_the_same_hashes_in_the_same_order_are_compared(tmp_path: Path) -> None:
    found = table(tmp_path, "d.parquet", pa.table(A), pa.table(B))

    assert (found.changed, names(found)) == (1, ["a", "b"])


def test_rows_with_the_same_hashes_in_another_order_are_compared(tmp_path: Path) -> None:
    found = table(tmp_path, "d.parquet", pa.table(A), pa.table(turned(B)))

    assert not found.is_reordered
    assert (found.gone, found.new) == (1, 1)


def test_rows_with_the_same_hashes_beside_a_new_column_are_compared(tmp_path: Path) -> None:
    found = table(tmp_path, "d.parquet", pa.table(A), pa.table({**B, "c": [1, 1, 1]}))

    assert found.changed == 1


def test_rows_with_the_same_hashes_are_compared_by_key(tmp_path: Path) -> None:
    keyed = {"id": [1, 2, 3], "c": [0.5, 0.5, 0.5]}

    found = table(tmp_path, "d.parquet", pa.table(A | keyed), pa.table(B | keyed), key=("id",))

    assert (found.changed, names(found)) == (1, ["a", "b"])


@pytest.mark.slow
def test_a_column_of_a_wide_table_whose_hashes_have_the_same_sum_is_compared(
    tmp_path: Path,
) -> None:
    wide = {f"c{number}": [0.5, 0.5] for number in range(450)} | {"id": [1, 2]}
    before = [10, 20]
    whole = sum(_combined(key, value) for key, value in zip((1, 2), before, strict=True))
    after = next(
        [first, _signed(_with_hash(rest ^ _before(2)))]
        for first in range(11, 1_000)
        if 0 <= (rest := whole - _combined(1, first)) <= _ALL
    )

    found = table(
        tmp_path,
        "d.parquet",
        pa.table(wide | {"a": before}),
        pa.table(wide | {"a": after}),
        key=("id",),
    )

    assert (found.changed, names(found)) == (2, ["a"])
