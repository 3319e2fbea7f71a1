"""Lines of JSON of base and head compared as tables, or told why not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.functional.data.comparing import column, differing, names, table

if TYPE_CHECKING:
    from pathlib import Path


def test_json_lines_are_compared_as_tables_with_every_key(tmp_path: Path) -> None:
    lines = ['{"id": 1, "tags": ["a"]}'] * 1 + [f'{{"id": {n}}}' for n in range(2, 200)]
    before = "\n".join([*lines, '{"id": 200, "late": 1, "tags": ["a"]}']) + "\n"
    after = before.replace('"late": 1', '"late": 2').replace('{"id": 7}', '{"id": 7, "tags": []}')

    found = table(tmp_path, "d.jsonl", before, after, key=("id",))

    assert {one.name: one.rows for one in found.columns} == {"late": 1, "tags": 1}
    assert column(found, "tags").type_before == "json"


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ('{"a": 1}\n[1]\n', '{"a": 1}\n[2]\n', "1 line of JSON without an object"),
        ('1\n"x"\n', '2\n"x"\n', "2 lines of JSON without an object"),
        ('{"a": 1, "b": 1}\nnull\n', '{"a": 1}\nnull\n', "1 line of JSON without an object"),
        ('{"a": 1, "a": 2}\n', '{"a": 1, "a": 3}\n', "1 line of JSON with a key twice"),
    ],
)
def test_lines_of_json_that_no_columns_show_are_told(
    tmp_path: Path, before: str, after: str, why: str
) -> None:
    found = differing(tmp_path, "d.jsonl", before, after)

    assert found is not None
    assert (found.table, found.note) == (None, f"cannot be read on base: {why}")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("123456789012345678901", "123456789012345678902"),
        ("-9223372036854775809", "-9223372036854775810"),
        ("18446744073709551614", "18446744073709551615"),
        ("12345678901234567", "12345678901234568"),
        ("1e400", "1e500"),
    ],
)
@pytest.mark.parametrize("beside", ["1", "0.5", "null"])
def test_numbers_in_lines_of_json_that_no_double_holds_are_compared(
    tmp_path: Path, before: str, after: str, beside: str
) -> None:
    lines = [f'{{"id": 1, "x": {beside}}}\n{{"id": 2, "x": {one}}}\n' for one in (before, after)]

    found = table(tmp_path, "d.jsonl", *lines, key=("id",))

    assert column(found, "x").rows == 1


def test_more_keys_than_are_looked_at_are_told(tmp_path: Path) -> None:
    line = {f"k{number}": 1 for number in range(10_001)}

    found = differing(tmp_path, "d.jsonl", json.dumps(line), json.dumps(line | {"k1": 2}))

    assert found is not None
    assert found.note == "cannot be read on base: more than 10,000 keys"


def test_a_key_in_dots_or_quotes_is_a_column_like_any_other(tmp_path: Path) -> None:
    before = '{"a.b": 1, "it\'s": 2, "x/~y": 3}\n'

    found = table(tmp_path, "d.jsonl", before, before.replace("3", "4"))

    assert names(found) == ["x/~y"]
