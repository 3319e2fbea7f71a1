"""A repository of ten thousand Python files with seventy scripts, and what planning in it takes.

`write` makes it; `measure` gives seconds for each stage of finding out what a change affects.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.change.closure import imports
from ci_scriptcheck.change.git.repository import change_set, look
from ci_scriptcheck.project.working_tree import WorkingTree

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PACKAGES = 100
MODULES = 99
SCRIPTS = 70
PIPELINES = 10

_GIT = ("git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org")

_FUNCTION = '''
def {name}(frame: pd.DataFrame, *, column: str = "{column}", limit: float = {limit}) -> pd.DataFrame:
    """Keep the rows of `frame` in which `column` stays below the limit.

    Args:
        frame: A table with a numeric column of this name.
        column: Which column is looked at.
        limit: Greatest value that is kept.
    """
    kept = frame[frame[column].fillna(0.0) <= limit].copy()
    kept["{column}_ratio"] = np.where(kept[column] > 0, kept[column] / limit, 0.0)
    if kept.empty:
        logger.warning("no row of %s is below %s", column, limit)
    return kept.sort_values(["{column}_ratio", column], ascending=False).reset_index(drop=True)

'''

_SCRIPT = '''"""Step {number} of the nightly pipelines."""

import logging
from pathlib import Path

import pandas as pd

{imports}

logger = logging.getLogger(__name__)


def main(input_paths, output_paths, environ_vars, job_args):
    """Read the orders, keep what counts, write it."""
    frame = pd.read_csv(Path(input_paths["data"]) / "data.csv")
    frame = {function}(frame, column="amount")
    frame.to_csv(Path(output_paths["out"]) / "data.csv", index=False)
'''

_SETTINGS = """version: 1
defaults: {path: [src]}
datasets:
  orders:
    files: data.csv
    columns:
      order_id: {type: string, unique: true}
      amount: {type: float, min: 0, max: 100}
"""


def write(folder: Path, *, seed: int = 0) -> None:
    """Make the repository, with a branch on which one module has changed."""
    chance = random.Random(seed)  # noqa: S311  (it only has to look like a repository)
    for package in range(PACKAGES):
        below = folder / "src" / f"pkg{package:02d}"
        below.mkdir(parents=True)
        (below / "__init__.py").write_text(f'"""Area {package} of the company\'s library."""\n')
        for module in range(MODULES):
            (below / f"mod{module:02d}.py").write_text(_module(chance, package, module))
    scripts = folder / "scripts"
    scripts.mkdir()
    for number in range(SCRIPTS):
        (scripts / f"step{number:02d}.py").write_text(_script(chance, number))
    (folder / "scriptcheck.yaml").write_text(_settings())
    (folder / ".gitignore").write_text(".scriptcheck/\n")
    _git(folder, "init", "--quiet", "--initial-branch=main")
    _git(folder, "add", "--all")
    _git(folder, "commit", "--quiet", "--message", "everything")
    _git(folder, "checkout", "--quiet", "-b", "topic")
    changed = folder / "src" / "pkg00" / "mod00.py"
    changed.write_text(changed.read_text() + "\nCHANGED = True\n")
    _git(folder, "commit", "--quiet", "--all", "--message", "a change")


def measure(folder: Path, *, repeats: int = 5) -> Mapping[str, float]:
    """Give the seconds of each stage, the best of several, and of the whole command."""
    cache = folder / ".scriptcheck" / "benchmark.json"

    def fresh() -> None:
        cache.unlink(missing_ok=True)

    def follow() -> None:
        tree = WorkingTree(folder, look(folder).files)
        scripts = {path: ("src",) for path in tree.paths() if path.startswith("scripts/")}
        imports.closures(tree, scripts, cache=cache)

    def change() -> None:
        change_set(folder, base=None, environ={}, default_base=None)

    def plan() -> None:
        command = [sys.executable, "-m", "ci_scriptcheck", "plan"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)  # noqa: S603  (ours)

    def forget() -> None:
        for file in sorted((folder / ".scriptcheck").rglob("*"), reverse=True):
            file.rmdir() if file.is_dir() else file.unlink()

    return {
        "files of the working folder": _best(lambda: look(folder), repeats),
        "what changed": _best(change, repeats),
        "files and closures, no cache": _best(follow, repeats, before=fresh),
        "files and closures, cached": _best(follow, repeats),
        "scriptcheck plan, no cache": _best(plan, repeats, before=forget),
        "scriptcheck plan, cached": _best(plan, repeats),
    }


def main() -> None:
    """Make the repository in a temporary folder and print what planning in it takes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "large"
        folder.mkdir()
        write(folder)
        for stage, seconds in measure(folder).items():
            sys.stdout.write(f"{stage:30} {seconds:7.3f} s\n")


def _best(
    act: Callable[[], object], repeats: int, *, before: Callable[[], None] | None = None
) -> float:
    taken = []
    for _ in range(repeats):
        if before is not None:
            before()
        start = time.perf_counter()
        act()
        taken.append(time.perf_counter() - start)
    return min(taken)


def _module(chance: random.Random, package: int, module: int) -> str:
    """Write a module that imports others of its package, and now and then one of another."""
    lower = sorted({chance.randrange(module) for _ in range(min(module, 2))}) if module else []
    lines = [f"from pkg{package:02d} import mod{other:02d}" for other in lower]
    if chance.random() < 0.1 and package:
        lines.append(f"from pkg{chance.randrange(package):02d}.mod{module:02d} import keep_0")
    functions = "".join(
        _FUNCTION.format(
            name=f"keep_{number}",
            column=chance.choice(("amount", "price", "weight", "score")),
            limit=chance.randrange(1, 1000),
        )
        for number in range(chance.randrange(1, 8))
    )
    head = '"""One of many modules."""\n\nimport logging\n\nimport numpy as np\nimport pandas as pd\n\n'
    return head + "\n".join(lines) + "\n\nlogger = logging.getLogger(__name__)\n\n" + functions


def _script(chance: random.Random, number: int) -> str:
    package = number % PACKAGES
    chosen = sorted({chance.randrange(MODULES) for _ in range(2)})
    lines = [f"from pkg{package:02d} import mod{module:02d}" for module in chosen]
    return _SCRIPT.format(
        number=number, imports="\n".join(lines), function=f"mod{chosen[0]:02d}.keep_0"
    )


def _settings() -> str:
    lines = [_SETTINGS, "steps:\n"]
    for number in range(SCRIPTS):
        ports = "inputs: {data: orders}, outputs: {out: orders}"
        lines.append(f"  step{number:02d}: {{script: scripts/step{number:02d}.py, {ports}}}\n")
    lines.append("pipelines:\n")
    for pipeline in range(PIPELINES):
        lines.append(f"  nightly{pipeline}:\n    nodes:\n")
        before = ""
        for number in range(pipeline, SCRIPTS, PIPELINES):
            feed = f"inputs: {{data: {before}.out}}" if before else ""
            lines.append(f"      step{number:02d}: {{{feed}}}\n")
            before = f"step{number:02d}"
    return "".join(lines)


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run([*_GIT, *arguments], cwd=folder, check=True)  # noqa: S603  (git)


if __name__ == "__main__":
    main()
