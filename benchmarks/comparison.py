"""Two tables of 1,000,000 rows and 20 columns compared by key, beside SQL written by hand.

Every column but the key differs in one row of a hundred, and a thousand rows came and went. Both run
in a new process each, one after the other; reading the files is part of the time. Both have to give
the same figures: rows, missing values, population stability index, mean and quantiles by column.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import validation
from benchmarks.validation import Figure

ROWS = validation.ROWS
GOAL, MOST_MB = 1.5, 700
NUMBERS = [*(f"n{at}" for at in range(5)), *(f"x{at}" for at in range(6))]
MOMENTS = ["t0", "t1"]
WORDS = [*(f"c{at}" for at in range(4)), "b0", "b1"]
COLUMNS = [*NUMBERS, *WORDS, *MOMENTS]
LEVELS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)

_BEGIN = """
import json, sys, time
from pathlib import Path
import duckdb, pyarrow.parquet
from benchmarks import comparison
folder = Path(sys.argv[1])
began, before = time.perf_counter(), time.process_time()
"""
_END = """
seconds, cpu = time.perf_counter() - began, time.process_time() - before
peak = comparison.validation.peak_mb()
print(json.dumps({"seconds": seconds, "cpu": cpu, "peak_mb": peak, "verdicts": verdicts}))
"""
_OURS = """
from ci_scriptcheck.data.compare.comparison import compare
from ci_scriptcheck.data.compare.terms import CompareTerms
terms = CompareTerms(keys={"data.parquet": ("id",)}, scratch=str(folder))
verdicts = comparison.told(compare(folder / "base", folder / "head", terms))
"""
_BY_HAND = "verdicts = comparison.by_hand(folder)\n"


def measured(rounds: int) -> list[Figure]:
    """Time both, one after the other."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder)
        pairs = []
        for number in range(rounds + 1):
            order = (_OURS, _BY_HAND) if number % 2 else (_BY_HAND, _OURS)
            timed = {code: _run(code, folder) for code in order}
            if number:
                pairs.append((timed[_OURS], timed[_BY_HAND]))
    return [
        Figure(
            what="all columns differ in 1 % of rows",
            ours=statistics.median(one["seconds"] for one, _ in pairs),
            by_hand=statistics.median(other["seconds"] for _, other in pairs),
            ratio=statistics.median(one["seconds"] / other["seconds"] for one, other in pairs),
            cpu_ratio=statistics.median(one["cpu"] / other["cpu"] for one, other in pairs),
            peak_mb=max(one["peak_mb"] for one, _ in pairs),
            is_equal=all(one["verdicts"] == other["verdicts"] for one, other in pairs),
        )
    ]


def _run(code: str, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-c", _BEGIN + code + _END, str(folder)]
    ended = subprocess.run(  # noqa: S603  (ours)
        command, check=True, capture_output=True, text=True
    )
    told: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return told


def write(folder: Path, *, rows: int = ROWS) -> None:
    """Write both tables."""
    import duckdb

    for side in ("base", "head"):
        (folder / side).mkdir()
    base, head = (folder / side / "data.parquet" for side in ("base", "head"))
    validation.write(base, spoilt=0.0, rows=rows)
    other = {
        **{name: f"({name} + 1)" for name in NUMBERS},
        **{f"c{at}": f"case c{at} when 'low' then 'mid' else 'low' end" for at in range(4)},
        **{name: f"{name} + interval 1 day" for name in MOMENTS},
        **{name: f"not {name}" for name in WORDS[4:]},
    }
    changed = ", ".join(
        f"case when hash(id, {number}) % 100 = 0 then {other[name]} else {name} end as {name}"
        for number, name in enumerate(COLUMNS)
    )
    key = "case when hash(id) % 1000 = 0 then 'new' || id else id end as id"
    with duckdb.connect(":memory:") as connection:
        connection.execute(
            f"copy (select * replace ({key}, {changed}) from '{base}') to '{head}'"  # noqa: S608  (ours)
        )


def told(found: Any) -> list[list[object]]:  # noqa: ANN401  (imported where it is measured)
    """Give the figures that both have to say."""
    table = found[0].table
    columns = sorted(table.columns, key=lambda column: str(column.name))
    return [
        [table.changed, table.gone, table.new],
        *(
            [one.name, one.rows, one.nulls_before, one.nulls_after, f"{one.psi:.6f}"]
            for one in columns
        ),
    ]


def by_hand(folder: Path) -> list[list[object]]:
    """Ask the same with SQL as one would write it for these tables."""
    import duckdb

    base, head = (f"read_parquet('{folder}/{side}/data.parquet')" for side in ("base", "head"))
    with duckdb.connect(":memory:", config={"threads": 2}) as connection:
        for side in (base, head):
            connection.execute(f"select 1 from {side} group by id having count(*) > 1 limit 1")  # noqa: S608  (ours)
        differs = {name: f"b.{name} is distinct from a.{name}" for name in COLUMNS}
        both = "b.id is not null and a.id is not null"
        counts = [f"count(*) filter ({both} and {test})" for test in differs.values()]
        joined = connection.execute(
            f"select count(*) filter ({both} and ({' or '.join(differs.values())})),"  # noqa: S608  (ours)
            f" count(*) filter (a.id is null), count(*) filter (b.id is null), {', '.join(counts)}"
            f" from {base} b full join {head} a on b.id = a.id"
        ).fetchone()
        profiles = [
            _profile(connection, base, LEVELS),
            _profile(connection, head, (0.05, 0.5, 0.95)),
        ]
        classes = [_classes(connection, side, profiles[0]) for side in (base, head)]
    changed, gone, new, *rows = joined or ()
    return [
        [changed, gone, new],
        *sorted(
            [
                name,
                count,
                *(ROWS - profile[name][0] for profile in profiles),
                f"{_stability(*(side[name] for side in classes)):.6f}",
            ]
            for name, count in zip(COLUMNS, rows, strict=True)
        ),
    ]


def _profile(
    connection: Any,  # noqa: ANN401  (DuckDB)
    side: str,
    wanted: tuple[float, ...],
) -> dict[str, list[Any]]:
    parts = []
    for name in COLUMNS:
        parts += [f"count({name})", f"approx_count_distinct({name})"]
        number = f"epoch_us({name})" if name in MOMENTS else name
        levels = f"quantile_disc({number}, {list(wanted)})" if name not in WORDS else "null"
        parts += [levels, f"avg({name})" if name in NUMBERS else "null"]
    answer = connection.execute(f"select {', '.join(parts)} from {side}").fetchone()  # noqa: S608  (ours)
    return {name: list(answer[4 * at : 4 * at + 4]) for at, name in enumerate(COLUMNS)}


def _classes(
    connection: Any,  # noqa: ANN401  (DuckDB)
    side: str,
    profile: dict[str, list[Any]],
) -> dict[str, dict[Any, int]]:
    parts = []
    for name in COLUMNS:
        if name in WORDS:
            parts.append(f"histogram({name})")
            continue
        number = f"epoch_us({name})" if name in MOMENTS else name
        edges = sorted({float(edge) for edge in profile[name][2][1:-1]})
        parts.append(f"histogram({number}::double, {edges}::double[])")
    answer = connection.execute(f"select {', '.join(parts)} from {side}").fetchone()  # noqa: S608  (ours)
    return dict(zip(COLUMNS, answer, strict=True))


def _stability(before: dict[Any, int], after: dict[Any, int]) -> float:
    import math

    total = 0.0
    for name in before.keys() | after.keys():
        b = max(before.get(name, 0) / sum(before.values()), 1e-4)
        a = max(after.get(name, 0) / sum(after.values()), 1e-4)
        total += (a - b) * math.log(a / b)
    return total
