"""Cells of base and head compared: what has no value, and which numbers are the same."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from ci_scriptcheck.data.compare.words import MISSING
from tests.functional.data.comparing import column, differing, table

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("word", [*MISSING, "NONE", "Na", "NAN", " #nA ", " NA", "None ", "nil"])
@pytest.mark.parametrize("value", ["7", "0.5", "true", "2024-01-02"])
def test_a_cell_of_csv_has_no_value_where_pandas_reads_none(
    tmp_path: Path, word: str, value: str
) -> None:
    text = f"id,x\n1,{value}\n2,{word}\n"

    found = differing(tmp_path, "d.csv", f"id,x\n1,{value}\n2,\n", text)

    assert (found is None) == pd.read_csv(StringIO(text))["x"].isna()[1]


def test_in_lines_of_json_a_word_for_no_value_is_a_text(tmp_path: Path) -> None:
    day = '{"day": "2024-01-02"}\n'

    found = table(tmp_path, "d.jsonl", day + '{"day": null}\n', day + '{"day": "NA"}\n')

    assert column(found, "day").type_after == "string"
