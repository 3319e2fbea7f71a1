"""What it costs to run base beside head: one script of twelve is changed, with and without comparison.

    orders ── s1 ── s2 ─┬─ s3 ── s4* ── s5 ── s6 ─┬─ s7 ── s8 ── s9 ── s10 ── s11 ── s12
                        └─────────────────────────┘

s4 is edited, so that it and the eight behind it are affected. Each of these runs starts from a copy of
the same store, which knows all of main, or from none.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

STEPS = 12
CHANGED = 4
ROWS = 20_000

_STEP = """
import os, time
from pathlib import Path

import pandas as pd


def main(input_paths, output_paths, environ_vars, job_args):
    frames = [pd.read_csv(Path(path) / "table.csv") for _, path in sorted(input_paths.items())]
    frame = frames[0]
    for other in frames[1:]:
        frame = frame.merge(other[["id"]], on="id")
    frame["value"] = (frame["value"] * {factor}).round(6)
    frame["group"] = frame.groupby("shop")["value"].transform("mean").round(6)
    frame.sort_values("id").to_csv(Path(output_paths["table{number}"]) / "table.csv", index=False)
"""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One situation, medians in seconds.

    Attributes:
        alone: Of head without comparison.
        beside: With base beside it.
        ratio: Median of the ratios of runs that were timed one after the other.
        goal: At most this ratio.
    """

    what: str
    alone: float
    beside: float
    ratio: float
    goal: float


def measured(rounds: int) -> list[Figure]:
    """Measure with a store that knows base, and without one."""
    with tempfile.TemporaryDirectory() as name:
        folder, known = Path(name) / "project", Path(name) / "known"
        _write(folder)
        _run(folder, "--all")
        (folder / ".scriptcheck").rename(known)
        _edit(folder)
        return [
            _figure("the store knows base", folder, known, rounds, goal=1.5),
            _figure("the store is empty", folder, None, rounds, goal=2.2),
        ]


def _figure(what: str, folder: Path, known: Path | None, rounds: int, *, goal: float) -> Figure:
    alone, beside = [], []
    for number in range(rounds):
        _lay_out(folder, known, number * 2)
        alone.append(_run(folder, "--no-compare"))
        _lay_out(folder, known, number * 2 + 1)
        beside.append(_run(folder))
    ratios = [one / other for one, other in zip(beside, alone, strict=True)]
    return Figure(
        what=what,
        alone=statistics.median(alone),
        beside=statistics.median(beside),
        ratio=statistics.median(ratios),
        goal=goal,
    )


def _lay_out(folder: Path, known: Path | None, number: int) -> None:
    """Give a run the store it starts from; what the last one left is moved, not deleted."""
    own = folder / ".scriptcheck"
    if own.exists():
        own.rename(folder.parent / f"aside-{known is None}-{number}")
    if known is not None:
        shutil.copytree(known, own, symlinks=True)


def _run(folder: Path, *options: str) -> float:
    began = time.perf_counter()
    command = [sys.executable, "-m", "ci_scriptcheck", "run", "--mode", "pipeline", *options]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)  # noqa: S603  (ours)
    return time.perf_counter() - began


def _write(folder: Path) -> None:
    (folder / "data").mkdir(parents=True)
    rows = "".join(f"{number},s{number % 7},{number * 0.5}\n" for number in range(ROWS))
    (folder / "data" / "table.csv").write_text(f"id,shop,value\n{rows}")
    for number in range(1, STEPS + 1):
        _write_step(folder, number, 1.01)
    steps = "".join(f"  s{number}: {_step(number)}\n" for number in range(1, STEPS + 1))
    names = ", ".join(f"s{number}" for number in range(1, STEPS + 1))
    (folder / "scriptcheck.yaml").write_text(
        "version: 1\ndatasets: {table0: {copy: data}}\n"
        f"steps:\n{steps}pipelines: {{twelve: [{names}]}}\n"
    )
    for arguments in (
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "--all"),
        ("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "--quiet", "--message=x"),
        ("checkout", "--quiet", "-b", "change"),
    ):
        subprocess.run(("git", *arguments), cwd=folder, check=True)  # noqa: S603, S607  (ours)


def _step(number: int) -> str:
    first = "{table0: {dataset: table0, external: true}}"
    reads = {1: first, 7: "{table2: {}, table6: {}}"}.get(number, f"{{table{number - 1}: {{}}}}")
    return f"{{script: s{number}.py, inputs: {reads}, outputs: {{table{number}: {{}}}}}}"


def _write_step(folder: Path, number: int, factor: float) -> None:
    (folder / f"s{number}.py").write_text(_STEP.format(number=number, factor=factor))


def _edit(folder: Path) -> None:
    _write_step(folder, CHANGED, 1.02)
