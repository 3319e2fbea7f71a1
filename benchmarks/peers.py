"""Speed beside other tools: the same six steps, cold, unchanged, and with one script changed.

Each tool lives in an environment of its own, with the same pandas. Ours and a peer's run are timed
one after the other, and the first of the two alternates, so that a busy machine slows down both.
"""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from benchmarks import six_steps

ENVIRONMENTS = Path(".cache") / "peers"
_SAME = ("numpy", "pandas")


class Situation(StrEnum):
    """What a tool finds when it is started."""

    COLD = "cold"
    UNCHANGED = "nothing changed"
    CHANGED = "one script changed"


@dataclass(frozen=True, kw_only=True)
class Tool:
    """One tool with its project.

    Attributes:
        forget: Makes it forget all it has done.
        script: The file that is edited.
    """

    name: str
    folder: Path
    command: tuple[str, ...]
    forget: Callable[[], None]
    script: Path
    environ: Mapping[str, str] = field(default_factory=dict)

    def run(self) -> float:
        """Run it, and give the seconds it took.

        Raises:
            CalledProcessError: it failed.
        """
        # Compiled code is kept, as on a user's machine; the first round, not counted, writes it.
        inherited = {
            name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
        }
        began = time.perf_counter()
        subprocess.run(  # noqa: S603  (commands of this file)
            self.command,
            cwd=self.folder,
            env={**inherited, **self.environ},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return time.perf_counter() - began


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Ours and a peer's time in one situation.

    Attributes:
        ours: Median, seconds.
        theirs: Median, seconds.
        ratio: Median of the ratios of runs that were timed together.
        goal: What the ratio should not exceed, where there is a goal.
    """

    peer: str
    situation: Situation
    ours: float
    theirs: float
    ratio: float
    goal: float | None


GOALS = {
    ("Kedro", Situation.COLD): 1.1,
    ("DVC", Situation.COLD): 0.3,
    ("pytest-testmon", Situation.UNCHANGED): 0.75,
    ("DVC", Situation.UNCHANGED): 0.2,
    ("DVC", Situation.CHANGED): 0.35,
}


def measured(rounds: int) -> list[Pair]:
    """Time ours beside each peer, so many rounds after one that warms up."""
    with tempfile.TemporaryDirectory() as folder:
        ours = scriptcheck(Path(folder) / "scriptcheck")
        peers = [
            dvc(Path(folder) / "dvc"),
            kedro(Path(folder) / "kedro"),
            testmon(Path(folder) / "testmon"),
        ]
        return [pair for peer in peers for pair in _beside(ours, peer, rounds)]


def scriptcheck(folder: Path) -> Tool:
    """Make our own project; it is run with every check."""
    six_steps.as_scriptcheck(folder)
    program = Path(sys.executable).with_name("scriptcheck")
    return Tool(
        name="scriptcheck",
        folder=folder,
        command=(str(program), "run", "--all", "--mode", "pipeline"),
        forget=lambda: shutil.rmtree(folder / ".scriptcheck", ignore_errors=True),
        script=folder / "scripts" / f"{six_steps.CHANGED}.py",
    )


def dvc(folder: Path) -> Tool:
    """Make a project of DVC."""
    programs = _environment("dvc", "dvc")
    six_steps.as_dvc(folder, dvc=programs / "dvc", python=programs / "python")

    def forget() -> None:
        for path in (folder / "dvc.lock", folder / ".dvc" / "cache", folder / ".dvc" / "tmp"):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        _remove_outputs(folder)

    return Tool(
        name="DVC",
        folder=folder,
        command=(str(programs / "dvc"), "repro"),
        forget=forget,
        script=folder / "scripts" / f"{six_steps.CHANGED}.py",
        environ={"DVC_NO_ANALYTICS": "1", "PATH": f"{programs}:{os.environ['PATH']}"},
    )


def kedro(folder: Path) -> Tool:
    """Make a project of Kedro, which runs everything every time."""
    programs = _environment("kedro", "kedro", "kedro-datasets[pandas-csvdataset]")
    six_steps.as_kedro(folder, version=_version(programs / "python", "kedro"))

    def forget() -> None:
        for path in (folder / "data").glob("*.csv"):
            if path.name != "orders.csv":
                path.unlink()

    return Tool(
        name="Kedro",
        folder=folder,
        command=(str(programs / "kedro"), "run"),
        forget=forget,
        script=folder / "src" / "six" / f"{six_steps.CHANGED}.py",
        environ={"DO_NOT_TRACK": "1", "KEDRO_DISABLE_TELEMETRY": "1"},
    )


def testmon(folder: Path) -> Tool:
    """Make tests that run the scripts, under pytest-testmon."""
    programs = _environment("testmon", "pytest", "pytest-testmon")
    six_steps.as_pytest(folder)
    wrapper = folder / "run_tests.py"
    # It ends with 5, no tests collected, when nothing changed.
    wrapper.write_text(
        "import sys\nimport pytest\n"
        'sys.exit(0 if pytest.main(["-q", "--testmon"]) in (0, 5) else 1)\n'
    )

    def forget() -> None:
        for path in folder.glob(".testmondata*"):
            path.unlink()
        _remove_outputs(folder)

    return Tool(
        name="pytest-testmon",
        folder=folder,
        command=(str(programs / "python"), str(wrapper)),
        forget=forget,
        script=folder / "scripts" / f"{six_steps.CHANGED}.py",
    )


def _beside(ours: Tool, peer: Tool, rounds: int) -> list[Pair]:
    times: dict[Situation, list[tuple[float, float]]] = {one: [] for one in Situation}
    for number in range(rounds + 1):
        for situation in Situation:
            timed = {}
            for tool in (ours, peer) if number % 2 else (peer, ours):
                _arrange(tool, situation, number)
                timed[tool.name] = tool.run()
            if number:
                times[situation].append((timed[ours.name], timed[peer.name]))
    return [
        Pair(
            peer=peer.name,
            situation=situation,
            ours=statistics.median(own for own, _ in found),
            theirs=statistics.median(other for _, other in found),
            ratio=statistics.median(own / other for own, other in found),
            goal=GOALS.get((peer.name, situation)),
        )
        for situation, found in times.items()
    ]


def _arrange(tool: Tool, situation: Situation, number: int) -> None:
    match situation:
        case Situation.COLD:
            tool.forget()
        case Situation.CHANGED:
            six_steps.edit(tool.script, number + 1)
        case Situation.UNCHANGED:
            pass


def _environment(name: str, *packages: str) -> Path:
    """Give the programs' folder of an environment that has these packages and our pandas."""
    place = ENVIRONMENTS.absolute() / name
    python = place / "bin" / "python"
    if not (place / "complete").exists():
        same = [f"{package}=={importlib.metadata.version(package)}" for package in _SAME]
        install = [str(python), "-m", "pip", "install", "--quiet", *packages, *same]
        for command in ([sys.executable, "-m", "venv", "--clear", str(place)], install):
            subprocess.run(command, check=True)  # noqa: S603  (ours)
        (place / "complete").touch()
    return place / "bin"


def _version(python: Path, package: str) -> str:
    code = f"import importlib.metadata as m; print(m.version({package!r}), end='')"
    return subprocess.run(  # noqa: S603  (ours)
        [str(python), "-c", code], check=True, capture_output=True, text=True
    ).stdout


def _remove_outputs(folder: Path) -> None:
    for path in (folder / "data").iterdir():
        if path.name != "orders" and path.is_dir():
            shutil.rmtree(path)
