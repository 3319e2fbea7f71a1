"""A large project shared among machines: how even the shares are, and whether they come to the same.

600 nodes in 45 pipelines, each with a script of its own that takes from 0.05 to 1 s and reads what one
or two nodes before it wrote; every 40th fails. It is run whole, then cut by what that run took, and
each share is run with a store of its own, one after the other, as on machines that do not know each other.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NODES = 600
PIPELINES = 45
SHARES = 8

_SCRIPT = """
import time
from pathlib import Path


def main(input_paths, output_paths, environ_vars, job_args):
    text = "".join(sorted((Path(path) / "out.txt").read_text() for path in input_paths.values()))
    time.sleep({seconds})
    {fate}
    (Path(output_paths["out"]) / "out.txt").write_text(text[-1000:] + "{name}\\n")
"""


_ALL = ("--all", "--mode", "pipeline")
_WORKERS = ("--workers", "4")


@dataclass(frozen=True, kw_only=True)
class Figure:
    """What sharing came to.

    Attributes:
        expected: Longest share by mean, by the durations that it was cut by.
        taken: The same by what the tasks took when the shares were run.
        twice: Seconds of what ran on two machines, of those expected in all.
        differences: Tasks whose merged result is not that of the whole run, times left out.
    """

    tasks: int
    shares: int
    expected: float
    taken: float
    twice: float
    differences: int


def measured() -> Figure:
    """Run the project whole and shared, and compare the records."""
    with tempfile.TemporaryDirectory(prefix="scriptcheck-sharing-") as folder:
        place = Path(folder)
        root = _project(place / "project")
        _scriptcheck(
            root, place / "store", "run", *_ALL, *_WORKERS, "--output", str(place / "whole")
        )
        file = str(place / "assignment.json")
        cut = ("--shards", str(SHARES), "--assignment", file, "--json")
        # What was reused would weigh nothing; a machine that has nothing yet has to run it.
        told = _scriptcheck(root, _history_of(place), "plan", *_ALL, *cut)
        matrix = json.loads(told)["include"]
        for number, entry in enumerate(matrix, 1):
            own = ("--output", str(place / "shares" / str(number)), "--assignment", file)
            store = place / f"store{number}"
            _scriptcheck(root, store, "run", *_ALL, *_WORKERS, "--shard", entry["shard"], *own)
        merge = ("--merge", str(place / "shares"), "--output", str(place / "merged"))
        _scriptcheck(root, place / "store", "report", *merge)
        return _figure(place, len(matrix))


def _figure(place: Path, count: int) -> Figure:
    whole, merged = _record(place / "whole"), _record(place / "merged")
    seconds = {task["id"]: task["seconds"] or 0.0 for task in whole["tasks"]}
    runs = [_record(place / "shares" / str(number)) for number in range(1, count + 1)]
    expected = [sum(seconds[task["id"]] for task in run["tasks"]) for run in runs]
    taken = [sum(task["seconds"] or 0.0 for task in run["tasks"]) for run in runs]
    pairs = zip(whole["run"]["results"], merged["run"]["results"], strict=True)
    return Figure(
        tasks=len(seconds),
        shares=count,
        expected=max(expected) * count / sum(expected),
        taken=max(taken) * count / sum(taken),
        twice=sum(expected) / sum(seconds.values()) - 1,
        differences=sum(_steady(one) != _steady(other) for one, other in pairs),
    )


def _steady(result: dict[str, Any]) -> dict[str, Any]:
    machine = {"seconds", "cpu_seconds", "peak_memory_mb", "start_up", "started", "worker"}
    return {name: part for name, part in result.items() if name not in machine | {"log_file"}}


def _record(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "record.json").read_bytes())
    return found


def _history_of(place: Path) -> Path:
    """Make a store that knows how long tasks took, and none of their results."""
    bare = place / "history-only"
    bare.mkdir()
    (place / "store" / "history").rename(bare / "history")
    return bare


def _project(root: Path) -> Path:
    drawn = random.Random(NODES)  # noqa: S311  (the same project each time)
    sizes = [2] * PIPELINES
    while sum(sizes) < NODES:
        at = int(drawn.random() ** 2 * PIPELINES)
        sizes[at] += sizes[at] < 40
    root.mkdir()
    steps, pipelines = ["steps:"], ["pipelines:"]
    for number, size in enumerate(sizes):
        pipelines += [f"  p{number}:", "    nodes:"]
        names = [f"p{number}n{node}" for node in range(size)]
        for node, name in enumerate(names):
            choices = drawn.choice([1, 1, 2]) if node else 0
            needs = sorted({drawn.choice(names[:node]) for _ in range(choices)})
            ports = ", ".join(f"{need}: {{}}" for need in needs)
            links = ", ".join(f"{need}: {need}.out" for need in needs)
            steps.append(
                f"  {name}: {{script: {name}.py, inputs: {{{ports}}}, outputs: {{out: {{}}}}}}"
            )
            pipelines.append(f"      {name}: {{inputs: {{{links}}}}}")
            seconds = round(min(1.0, 0.05 * drawn.paretovariate(0.9)), 3)
            fate = 'raise ValueError("drawn")' if drawn.random() < 1 / 40 else "pass"
            text = _SCRIPT.format(seconds=seconds, fate=fate, name=name)
            (root / f"{name}.py").write_text(text)
    (root / "scriptcheck.yaml").write_text("\n".join(["version: 1", *steps, *pipelines]) + "\n")
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    for words in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "--message=Begin")):
        command = ["git", *who, *words]
        subprocess.run(command, cwd=root, check=True)  # noqa: S603  (git, with words of ours)
    return root


def _scriptcheck(root: Path, store: Path, *words: str) -> str:
    environ = os.environ | {"SCRIPTCHECK_STORE": str(store)}
    ended = subprocess.run(  # noqa: S603  (this program, with words of ours)
        [sys.executable, "-m", "ci_scriptcheck", *words],
        cwd=root,
        env=environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode not in {0, 1}:
        raise RuntimeError(ended.stderr)
    return ended.stdout
