"""A table of 1,000,000 rows and 20 columns held against its schema, beside SQL written by hand.

Both run in a new process each, one after the other; reading the file is part of the time. Both have
to say the same of good rows and of rows in which four columns are spoilt.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ci_scriptcheck.model.contract import Dataset

ROWS = 1_000_000
GOAL, MOST_MB = 1.3, 400

_BEGIN = """
import json, sys, time
from pathlib import Path
import duckdb, pyarrow.parquet
from benchmarks import validation
file = Path(sys.argv[1])
began, before = time.perf_counter(), time.process_time()
"""
_END = """
seconds, cpu = time.perf_counter() - began, time.process_time() - before
peak = validation.peak_mb()
print(json.dumps({"seconds": seconds, "cpu": cpu, "peak_mb": peak, "verdicts": verdicts}))
"""
_OURS = """
from ci_scriptcheck.data.validate.terms import Terms
from ci_scriptcheck.data.validate.validation import validate
found = validate(file.parent, validation.dataset(file.name), Terms())
verdicts = sorted([one.rule, one.column, one.rows] for one in found)
"""
_BY_HAND = "verdicts = validation.by_hand(file)\n"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Ours beside SQL by hand.

    Attributes:
        ours: Median, seconds.
        by_hand: Median, seconds.
        ratio: Median of the ratios of runs that were timed together.
        cpu_ratio: The same of processor time, which a busy machine does not change.
        peak_mb: Greatest memory of our process.
        is_equal: Whether both always said the same.
    """

    what: str
    ours: float
    by_hand: float
    ratio: float
    cpu_ratio: float
    peak_mb: float
    is_equal: bool


def measured(rounds: int) -> list[Figure]:
    """Time both on good rows and on spoilt ones."""
    with tempfile.TemporaryDirectory() as name:
        good, spoilt = Path(name) / "good", Path(name) / "spoilt"
        for folder, share in ((good, 0.0), (spoilt, 0.001)):
            folder.mkdir()
            write(folder / "data.parquet", spoilt=share)
        return [
            _beside(folder / "data.parquet", rounds, what)
            for folder, what in ((good, "good rows"), (spoilt, "rows with four spoilt columns"))
        ]


def _beside(file: Path, rounds: int, what: str) -> Figure:
    pairs = []
    for number in range(rounds + 1):
        order = (_OURS, _BY_HAND) if number % 2 else (_BY_HAND, _OURS)
        timed = {code: _run(code, file) for code in order}
        if number:
            pairs.append((timed[_OURS], timed[_BY_HAND]))
    return Figure(
        what=what,
        ours=statistics.median(one["seconds"] for one, _ in pairs),
        by_hand=statistics.median(other["seconds"] for _, other in pairs),
        ratio=statistics.median(one["seconds"] / other["seconds"] for one, other in pairs),
        cpu_ratio=statistics.median(one["cpu"] / other["cpu"] for one, other in pairs),
        peak_mb=max(one["peak_mb"] for one, _ in pairs),
        is_equal=all(one["verdicts"] == other["verdicts"] for one, other in pairs),
    )


def _run(code: str, file: Path) -> dict[str, Any]:
    command = [sys.executable, "-c", _BEGIN + code + _END, str(file)]
    ended = subprocess.run(  # noqa: S603  (ours)
        command, check=True, capture_output=True, text=True
    )
    # DuckDB may draw a bar of progress before.
    told: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return told


def peak_mb() -> float:
    """Say how much memory this process had at most.

    What `getrusage` says of a new process begins with the memory of the one that started it.
    """
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def dataset(name: str) -> Dataset:
    """Describe the table."""
    from ci_scriptcheck.model.contract import (
        Column,
        ColumnType,
        Dataset,
        Format,
        Schema,
        Synthesized,
        TableFile,
    )

    columns = [
        Column(name="id", type=ColumnType.STRING, unique=True, pattern="o[0-9]{8}"),
        *(Column(name=f"n{at}", type=ColumnType.INT, min=0, max=1000) for at in range(5)),
        *(
            Column(name=f"x{at}", type=ColumnType.FLOAT, min=0, max=1, nulls=0.05)
            for at in range(6)
        ),
        *(
            Column(name=f"c{at}", type=ColumnType.CATEGORY, values=("low", "mid", "high"))
            for at in range(4)
        ),
        *(
            Column(name=f"t{at}", type=ColumnType.DATETIME, min="2024-01-01", max="2024-12-31")
            for at in range(2)
        ),
        *(Column(name=f"b{at}", type=ColumnType.BOOL) for at in range(2)),
    ]
    return Dataset(
        name="data",
        schema=Schema(columns=tuple(columns)),
        files=(TableFile(name=name, format=Format.PARQUET),),
        origin=Synthesized(),
    )


def by_hand(file: Path) -> list[list[object]]:
    """Ask the same with SQL as one would write it for this table."""
    import duckdb

    asked = {
        ("SC308", "id"): "count(id) - count(distinct id)",
        ("SC310", "id"): "count(*) filter (where not regexp_full_match(id, 'o[0-9]{8}'))",
        ("SC305", "id"): "count(*) - count(id)",
    }
    for at in range(5):
        asked["SC305", f"n{at}"] = f"count(*) - count(n{at})"
        asked["SC306", f"n{at}"] = f"count(*) filter (where n{at} < 0 or n{at} > 1000)"
    for at in range(6):
        asked["SC305", f"x{at}"] = (
            f"case when count(*) filter (where x{at} is null or isnan(x{at})) > 0.05 * count(*)"
            f" then count(*) filter (where x{at} is null or isnan(x{at})) else 0 end"
        )
        asked["SC306", f"x{at}"] = (
            f"count(*) filter (where not isnan(x{at}) and (x{at} < -1e-9 or x{at} > 1 + 1e-9))"
        )
    for at in range(4):
        asked["SC305", f"c{at}"] = f"count(*) - count(c{at})"
        asked["SC307", f"c{at}"] = f"count(*) filter (where c{at} not in ('low', 'mid', 'high'))"
    for at in range(2):
        asked["SC305", f"t{at}"] = f"count(*) - count(t{at})"
        asked["SC306", f"t{at}"] = (
            f"count(*) filter (where t{at} < timestamp '2024-01-01'"
            f" or t{at} > timestamp '2024-12-31 23:59:59.999999')"
        )
        asked["SC305", f"b{at}"] = f"count(*) - count(b{at})"
    with duckdb.connect(":memory:", config={"threads": 2}) as connection:
        query = f"select {', '.join(asked.values())} from read_parquet(?)"  # noqa: S608  (ours)
        counts = connection.execute(query, [str(file)]).fetchone() or ()
    found = zip(asked, counts, strict=True)
    return sorted([rule, column, count] for (rule, column), count in found if count)


def write(file: Path, *, spoilt: float, rows: int = ROWS) -> None:
    """Write the table, with this share of rows spoilt in four columns."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    rng = np.random.default_rng(0)
    bad = rng.random(rows) < spoilt
    numbers = np.arange(rows)
    numbers[bad] = 0
    texts = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), 8, "0")
    columns = {"id": pc.binary_join_element_wise("o", texts, "")}
    columns |= {f"n{at}": pa.array(rng.integers(0, 1001, rows)) for at in range(5)}
    for at in range(6):
        values = rng.random(rows) + (bad * 2 if at == 0 else 0)
        columns[f"x{at}"] = pa.array(values, mask=rng.random(rows) < 0.02)
    for at in range(4):
        codes = rng.integers(0, 3, rows) + (bad * 3 if at == 0 else 0)
        names = pa.array(["low", "mid", "high", "odd", "odd", "odd"])
        columns[f"c{at}"] = names.take(pa.array(codes))
    for at in range(2):
        seconds = rng.integers(1_704_067_200, 1_735_603_200, rows) + (
            bad * 86_400 * 400 if at == 0 else 0
        )
        columns[f"t{at}"] = pa.array(seconds * 1_000_000).cast(pa.timestamp("us"))
    columns |= {f"b{at}": pa.array(rng.random(rows) < 0.5) for at in range(2)}
    pq.write_table(pa.table(columns), file)
