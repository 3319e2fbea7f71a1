"""Data from a schema beside numpy that somebody wrote by hand for these very columns.

A million rows of twenty mixed columns under the same constraints, writing included. Each side runs
in processes of its own, one after the other, so that neither finds the other's caches warm.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from ci_scriptcheck.data.synthesize import Maker
from ci_scriptcheck.model.contract import (
    Column,
    ColumnType,
    Dataset,
    Format,
    Schema,
    Synthesized,
    TableFile,
)
from ci_scriptcheck.model.scenario import BUILT_IN, STANDARD

ROWS = 1_000_000
CUSTOMERS = 100_000
FORMATS = ("parquet", "csv")
GOAL = 1.3
BANDS = ("low", "mid", "high")
COUNTRIES = tuple(f"country {number:02d}" for number in range(20))
CODES = (10, 20, 30, 40)
TYPES = ColumnType

COLUMNS = (
    Column(name="order_id", type=TYPES.STRING, unique=True, pattern="o[0-9]{8}"),
    Column(name="customer", type=TYPES.INT, references="customers.customer"),
    Column(name="amount", type=TYPES.FLOAT, min=0, max=10_000, nulls=0.05),
    Column(name="price", type=TYPES.FLOAT, min=1, max=100),
    Column(name="score", type=TYPES.FLOAT, min=0, max=1, nulls=0.1),
    Column(name="quantity", type=TYPES.INT, min=1, max=100),
    Column(name="age", type=TYPES.INT, min=18, max=99, nulls=0.02),
    Column(name="number", type=TYPES.INT, unique=True, min=1, max=50_000_000),
    Column(name="placed_at", type=TYPES.DATETIME, min="2024-01-01", max="2024-12-31"),
    Column(name="shipped_at", type=TYPES.DATETIME, nulls=0.1),
    Column(name="birthday", type=TYPES.DATE, min="1950-01-01", max="2005-12-31"),
    Column(name="band", type=TYPES.CATEGORY, values=BANDS),
    Column(name="country", type=TYPES.CATEGORY, values=COUNTRIES, nulls=0.01),
    Column(name="status", type=TYPES.INT, values=CODES),
    Column(name="member", type=TYPES.BOOL),
    Column(name="code", type=TYPES.STRING, pattern="[A-Z]{3}-[0-9]{4}"),
    Column(name="mail", type=TYPES.STRING, pattern=r"[a-z]{5,9}@(a|bc)\.de"),
    Column(name="note", type=TYPES.STRING, nulls=0.2),
    Column(
        name="fraud",
        type=TYPES.INT,
        values=(0, 1),
        formula="(amount > 5000 or band = 'high')::int",
    ),
    Column(name="total", type=TYPES.FLOAT, formula="price * quantity"),
)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One format: seconds and peak memory of both sides.

    Attributes:
        ratio: Median over pairs of runs, each of which was timed one after the other.
    """

    format: str
    ours: float
    theirs: float
    ratio: float
    cpu_ratio: float
    our_memory: float
    their_memory: float


def measured(rounds: int) -> list[Figure]:
    """Time pairs of runs in each format."""
    figures = []
    for kind in FORMATS:
        pairs = [(_run("ours", kind), _run("theirs", kind)) for _ in range(rounds)]
        figures.append(
            Figure(
                format=kind,
                ours=statistics.median(ours[0] for ours, _ in pairs),
                theirs=statistics.median(theirs[0] for _, theirs in pairs),
                ratio=statistics.median(ours[0] / theirs[0] for ours, theirs in pairs),
                cpu_ratio=statistics.median(ours[1] / theirs[1] for ours, theirs in pairs),
                our_memory=max(ours[2] for ours, _ in pairs),
                their_memory=max(theirs[2] for _, theirs in pairs),
            )
        )
    return figures


def _run(side: str, kind: str) -> tuple[float, float, float]:
    """Give seconds, processor seconds and peak megabytes of one side, imports left out."""
    words = [sys.executable, "-m", "benchmarks.synthesis", side, kind]
    ended = subprocess.run(words, capture_output=True, text=True, check=True)  # noqa: S603  (ourselves)
    found: list[float] = json.loads(ended.stdout)
    return found[0], found[1], found[2]


def make(folder: Path, kind: str) -> None:
    """Make the table from its schema."""
    orders = Dataset(
        name="orders",
        schema=Schema(columns=COLUMNS, rows=ROWS),
        files=(TableFile(name=f"orders.{kind}", format=Format(kind)),),
        origin=Synthesized(),
    )
    number = Column(name="customer", type=TYPES.INT, unique=True, min=1, max=10_000_000)
    customers = Dataset(
        name="customers",
        schema=Schema(columns=(number,), rows=CUSTOMERS),
        files=(),
        origin=Synthesized(),
    )
    maker = Maker(
        datasets={"orders": orders, "customers": customers},
        scenario=BUILT_IN[STANDARD],
        seed=0,
        rows=1000,
        root=folder,
    )
    maker.write("orders", node="load", folder=folder)


def make_by_hand(folder: Path, kind: str) -> None:
    """Make the same columns as one would who knows numpy and Arrow well."""
    rng = np.random.default_rng(0)
    amount = np.round(rng.uniform(0, 10_000, ROWS), 2)
    price = np.round(rng.uniform(1, 100, ROWS), 2)
    quantity = rng.integers(1, 101, ROWS)
    band = rng.integers(3, size=ROWS)
    customers = rng.choice(10_000_000, CUSTOMERS, replace=False) + 1
    table = pa.table(
        {
            "order_id": _order_ids(rng),
            "customer": customers[rng.integers(CUSTOMERS, size=ROWS)],
            "amount": _with_nulls(amount, 0.025, rng),
            "price": price,
            "score": _with_nulls(np.round(rng.uniform(0, 1, ROWS), 6), 0.05, rng),
            "quantity": quantity,
            "age": _with_nulls(rng.integers(18, 100, ROWS), 0.01, rng),
            "number": rng.choice(50_000_000, ROWS, replace=False) + 1,
            "placed_at": _seconds("2024-01-01", "2024-12-31", rng),
            "shipped_at": _with_nulls(_seconds("2024-01-01", "2025-01-01", rng), 0.05, rng),
            "birthday": _days("1950-01-01", "2005-12-31", rng),
            "band": np.array(BANDS, object)[band],
            "country": _with_nulls(
                np.array(COUNTRIES, object)[rng.integers(20, size=ROWS)], 0.005, rng
            ),
            "status": np.array(CODES)[rng.integers(4, size=ROWS)],
            "member": rng.integers(2, size=ROWS).astype(bool),
            "code": _codes(rng),
            "mail": _mails(rng),
            "note": _with_nulls(_notes(rng), 0.1, rng),
            "fraud": ((amount > 5000) | (band == 2)).astype(np.int64),
            "total": price * quantity,
        }
    )
    if kind == "parquet":
        pq.write_table(table, folder / "orders.parquet")
    else:
        pa_csv.write_csv(table, folder / "orders.csv", pa_csv.WriteOptions(quoting_style="needed"))


def _with_nulls(values: np.ndarray | pa.Array, share: float, rng: np.random.Generator) -> pa.Array:
    missing = np.zeros(ROWS, bool)
    missing[rng.choice(ROWS, round(share * ROWS), replace=False)] = True
    if isinstance(values, np.ndarray):
        return pa.array(values, mask=missing)
    return pc.if_else(pa.array(missing), pa.scalar(None, values.type), values)


def _order_ids(rng: np.random.Generator) -> pa.Array:
    numbers = rng.choice(100_000_000, ROWS, replace=False)
    digits = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), 8, "0")
    return pc.binary_join_element_wise("o", digits, "")


def _seconds(first: str, last: str, rng: np.random.Generator) -> np.ndarray:
    low, high = (np.datetime64(day, "s").astype(np.int64) for day in (first, last))
    return (rng.integers(low, high, ROWS) * 1_000_000).astype("datetime64[us]")


def _days(first: str, last: str, rng: np.random.Generator) -> np.ndarray:
    low, high = (np.datetime64(day, "D").astype(np.int64) for day in (first, last))
    return rng.integers(low, high + 1, ROWS).astype("datetime64[D]")


def _letters(first: int, count: int, width: int, rng: np.random.Generator) -> np.ndarray:
    letters: np.ndarray = rng.integers(first, first + count, (ROWS, width), dtype=np.uint8)
    return letters


def _as_texts(letters: np.ndarray) -> pa.Array:
    """Take rows of bytes for texts; a byte 0 ends one."""
    texts = np.ascontiguousarray(letters).view(f"S{letters.shape[1]}").ravel()
    return pa.array(texts, pa.binary()).cast(pa.string())


def _codes(rng: np.random.Generator) -> pa.Array:
    dash = np.full((ROWS, 1), ord("-"), np.uint8)
    return _as_texts(np.hstack([_letters(65, 26, 3, rng), dash, _letters(48, 10, 4, rng)]))


def _mails(rng: np.random.Generator) -> pa.Array:
    names = _letters(97, 26, 9, rng)
    names[np.arange(9) >= rng.integers(5, 10, ROWS)[:, None]] = 0
    ends = np.array(["@a.de", "@bc.de"], object)[rng.integers(2, size=ROWS)]
    return pc.binary_join_element_wise(_as_texts(names), pa.array(ends), "")


def _notes(rng: np.random.Generator) -> pa.Array:
    numbers = pa.array(rng.integers(1, 1001, ROWS)).cast(pa.string())
    return pc.binary_join_element_wise("note", numbers, "_")


def _one(side: str, kind: str) -> None:
    # Arrow and DuckDB load it at their first use, and neither side is to pay for that.
    import pandas as pd  # noqa: F401
    import pyarrow.pandas_compat  # noqa: F401

    with tempfile.TemporaryDirectory() as folder:
        began, busy = time.perf_counter(), time.process_time()
        {"ours": make, "theirs": make_by_hand}[side](Path(folder), kind)
        taken = [time.perf_counter() - began, time.process_time() - busy]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([*taken, peak]))  # noqa: T201  (a command)


if __name__ == "__main__":
    _one(*sys.argv[1:])
