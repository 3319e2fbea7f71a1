"""A command's own reader gets ready while the command does other things."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.data.cutting import requests
from ci_scriptcheck.data.reader import measuring
from ci_scriptcheck.model.fixture import Blocks
from ci_scriptcheck.run import own_reader

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.data.asking import Message


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    (tmp_path / "made").mkdir()
    (tmp_path / "data" / "rows.csv").write_text("a,b\n" + "1,2\n" * 100)
    return tmp_path / "data"


def cutting(data: Path) -> Message:
    """Ask for a copy of the table, which shows that it was done."""
    text = data / "rows.csv"
    size = text.stat().st_size
    return requests.cutting(
        text,
        [(0, size)],
        data.with_name("made") / "cut.csv",
        kind="csv",
        way=Blocks(starts=(0,), length=size),
        name="rows.csv",
    )


def test_what_it_is_asked_first_is_done_though_nobody_waits_for_it(data: Path) -> None:
    made = data.with_name("made")

    with own_reader.reading(None, writable=(made,), first=cutting(data)) as ask:
        later = ask(measuring(data))

    assert (made / "cut.csv").read_text() == (data / "rows.csv").read_text()
    assert later["files"]["rows.csv"]["rows"] == 100


def test_where_nothing_else_is_asked_nobody_waits_until_it_is_ready(data: Path) -> None:
    # Its libraries alone take longer to import than it takes to end it.
    made = data.with_name("made")

    with own_reader.reading(None, writable=(made,), first=cutting(data)):
        pass

    assert not (made / "cut.csv").exists()


def test_getting_ready_for_samples_imports_no_pandas() -> None:
    # That takes longer than to fetch a sample.
    code = """
import sys
from ci_scriptcheck.data import reader
from ci_scriptcheck.data.cutting import requests
assert reader.answer(requests.getting_ready()) == {}
assert "pyarrow.parquet" in sys.modules
assert "pandas" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
