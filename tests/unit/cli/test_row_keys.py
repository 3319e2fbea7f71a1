"""How `--key` is read: for all tables, or for those of one file."""

from __future__ import annotations

import pytest

from ci_scriptcheck.cli.row_keys import check_files, row_keys
from ci_scriptcheck.data.compare.files import key_of
from ci_scriptcheck.errors import UsageError


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("orders.csv", ("order_id", "line")),
        ("2026/orders.csv", ("order_id", "line")),
        ("customers.csv", ("id",)),
        ("part-1.parquet", ("part",)),
    ],
)
def test_what_is_said_of_a_file_holds_before_what_is_said_of_all(
    name: str, key: tuple[str, ...]
) -> None:
    keys = row_keys(["id", "orders.csv=order_id", "orders.csv=line", "part-*=part"])

    assert key_of(name, keys) == key


@pytest.mark.parametrize(("written", "lacks"), [("orders.csv=", "column"), ("=id", "file")])
def test_half_a_key_is_a_mistake(written: str, lacks: str) -> None:
    with pytest.raises(UsageError, match=f"names no {lacks}"):
        row_keys([written])


def test_a_file_that_may_lie_in_an_archive_is_not_missed() -> None:
    keys = row_keys(["orders.csv=id"])

    check_files(keys, ["model.tar.gz"])
    check_files(keys, ["2026/orders.csv"])
    with pytest.raises(UsageError, match="no such file is compared"):
        check_files(keys, ["customers.csv"])
