"""What a step costs beside a direct call of its `main`, and how long commands take to begin.

The cost of a step is the difference between two whole runs of a chain, a long and a short one,
for each step more, less what the same functions take one after the other in one warm process.
How long a machine takes to copy a process's memory differs much, so the least that isolation can
cost is measured in turns with it: a process with pandas that forks for each function and waits.
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

from benchmarks import large_repository

SHORT = 5
LONG = 45

_STEP = """
from pathlib import Path

import pandas as pd


def main(input_paths, output_paths, environ_vars, job_args):
    frame = pd.read_csv(Path(input_paths["table{before}"]) / "table.csv")
    frame["value"] = (frame["value"] * 1.01).round(6)
    frame.to_csv(Path(output_paths["table{number}"]) / "table.csv", index=False)
"""
_WITHOUT = """
import importlib.util, os, pathlib, sys, tempfile, time
import pandas

def loaded(number):
    spec = importlib.util.spec_from_file_location(f"step{number}", f"step{number}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main

def forked(main, *arguments):
    child = os.fork()
    if child == 0:
        main(*arguments)
        os._exit(0)
    os.waitpid(child, 0)

def called(main, *arguments):
    main(*arguments)

how = {"forked": forked, "called": called}[sys.argv[2]]
mains = [loaded(number) for number in range(1, int(sys.argv[1]) + 1)]
with tempfile.TemporaryDirectory() as name:
    before = "data"
    began = time.perf_counter()
    for number, main in enumerate(mains, 1):
        after = pathlib.Path(name, str(number))
        after.mkdir()
        how(main, {f"table{number - 1}": before}, {f"table{number}": str(after)}, {}, None)
        before = str(after)
    print(time.perf_counter() - began)
"""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one step of a chain takes, seconds.

    Attributes:
        step: In a run of the tool, every check on.
        direct: As a call of its function.
        forked: As a call in a fork of a process that has pandas, and nothing else.
    """

    step: float
    direct: float
    forked: float

    @property
    def overhead(self) -> float:
        """What the tool adds."""
        return self.step - self.direct

    @property
    def least(self) -> float:
        """What a process of its own adds, without any check."""
        return self.forked - self.direct


@dataclass(frozen=True, kw_only=True)
class Begin:
    """How long a command takes, and how long it may, seconds."""

    what: str
    seconds: float
    goal: float


def cost(rounds: int) -> Cost:
    """Measure what a step costs; each round takes the runs one after the other."""
    with tempfile.TemporaryDirectory() as name:
        short, long = Path(name) / "short", Path(name) / "long"
        _write_chain(short, SHORT)
        _write_chain(long, LONG)
        steps, direct, forked = [], [], []
        for number in range(rounds):
            aside = Path(name) / f"aside{number}"
            more = _run_anew(long, aside / "long") - _run_anew(short, aside / "short")
            steps.append(more / (LONG - SHORT))
            direct.append(_without(long, "called") / LONG)
            forked.append(_without(long, "forked") / LONG)
    return Cost(
        step=statistics.median(steps),
        direct=statistics.median(direct),
        forked=statistics.median(forked),
    )


def begins(rounds: int) -> list[Begin]:
    """Measure commands that have little to do, each as a whole process."""
    with tempfile.TemporaryDirectory() as name:
        small, large = Path(name) / "small", Path(name) / "large"
        _write_chain(small, SHORT)
        _tool(small, "run", "--all")
        (small / "README.md").write_text("Used by no step.\n")
        large_repository.write(large)
        cold = [_planned_cold(large) for _ in range(rounds)]
        return [
            Begin(what="`scriptcheck --help`", seconds=_median(small, rounds, "--help"), goal=0.2),
            Begin(what="nothing affected", seconds=_median(small, rounds, "run"), goal=0.4),
            Begin(what="plan, 10,000 files, no cache", seconds=statistics.median(cold), goal=2.0),
            Begin(
                what="plan, 10,000 files, cache",
                seconds=_median(large, rounds, "plan", "--all"),
                goal=0.4,
            ),
        ]


def _planned_cold(folder: Path) -> float:
    shutil.rmtree(folder / ".scriptcheck", ignore_errors=True)
    return _tool(folder, "plan", "--all")


def _median(folder: Path, rounds: int, *arguments: str) -> float:
    return statistics.median(_tool(folder, *arguments) for _ in range(rounds))


def _run_anew(folder: Path, aside: Path) -> float:
    """Time a run that knows nothing of earlier ones.

    What those left is moved, not removed: for five seconds ext4 makes no file where it has just
    deleted one, and looks on and on for another place.
    """
    if (folder / ".scriptcheck").exists():
        aside.parent.mkdir(exist_ok=True)
        (folder / ".scriptcheck").rename(aside)
    return _tool(folder, "run", "--all", "--mode", "pipeline", "--workers", "1")


def _tool(folder: Path, *arguments: str) -> float:
    began = time.perf_counter()
    command = [sys.executable, "-m", "ci_scriptcheck", *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)  # noqa: S603  (ours)
    return time.perf_counter() - began


def _without(folder: Path, how: str) -> float:
    command = [sys.executable, "-c", _WITHOUT, str(LONG), how]
    ended = subprocess.run(  # noqa: S603  (ours)
        command, cwd=folder, check=True, capture_output=True, text=True
    )
    return float(ended.stdout)


def _write_chain(folder: Path, length: int) -> None:
    (folder / "data").mkdir(parents=True)
    rows = "".join(f"{number},{number * 0.5}\n" for number in range(1000))
    (folder / "data" / "table.csv").write_text(f"id,value\n{rows}")
    for number in range(1, length + 1):
        text = _STEP.format(before=number - 1, number=number)
        (folder / f"step{number}.py").write_text(text)
    scripts = ", ".join(f"step{number}.py" for number in range(1, length + 1))
    (folder / "scriptcheck.yaml").write_text(
        f"version: 1\ndatasets: {{table0: {{copy: data}}}}\npipelines: {{chain: [{scripts}]}}\n"
    )
    for arguments in (
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "--all"),
        ("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "--quiet", "--message=x"),
    ):
        subprocess.run(("git", *arguments), cwd=folder, check=True)  # noqa: S603, S607  (ours)
