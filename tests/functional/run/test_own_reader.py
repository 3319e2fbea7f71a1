"""A command's own reader gets ready while the command does other things."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from ci_scriptcheck.data.cutting import requests
from ci_scriptcheck.data.reader import measuring
from ci_scriptcheck.model.fixture import Blocks
from ci_scriptcheck.run import own_reader

if TYPE_CHECKING:
    from pathlib import Path


def test_what_it_is_asked_first_is_done_though_nobody_waits_for_it(tmp_path: Path) -> None:
    folder, made = tmp_path / "data", tmp_path / "made"
    for one in (folder, made):
        one.mkdir()
    text = folder / "rows.csv"
    text.write_text("a,b\n" + "1,2\n" * 100)
    whole = Blocks(starts=(0,), length=text.stat().st_size)
    first = requests.cutting(
        text,
        [(0, text.stat().st_size)],
        made / "cut.csv",
        kind="csv",
        way=whole,
        name="rows.csv",
    )

    with own_reader.reading(None, writable=(made,), first=first) as ask:
        later = ask(measuring(folder))

    assert (made / "cut.csv").read_text() == text.read_text()
    assert later["files"]["rows.csv"]["rows"] == 100


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
