"""A small repository with a plan, and in place of hosts and reader the plainest that do their work."""

from __future__ import annotations

import csv
import runpy
import sys
import traceback
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ci_scriptcheck.data import file_difference
from ci_scriptcheck.model.change import ChangeSet, Closure, ScriptChanged
from ci_scriptcheck.model.codec import to_json
from ci_scriptcheck.model.plan import Counts, Input, Mode, Output, Plan, Task
from ci_scriptcheck.model.project import Limits, Settings
from ci_scriptcheck.model.source import Source, Upstream
from ci_scriptcheck.run.context import Context
from ci_scriptcheck.run.process.request import (
    Call,
    Ended,
    Ending,
    Frame,
    Generator,
    HostSpec,
    Raised,
    Script,
)
from ci_scriptcheck.run.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping

TODAY = date(2026, 1, 1)

COPY = """
import pathlib
def main(input_paths, output_paths, environ_vars, job_args):
    text = "".join(
        file.read_text() for path in sorted(input_paths.values())
        for file in sorted(pathlib.Path(path).glob("*.csv"))
    )
    pathlib.Path(output_paths["out"], "data.csv").write_text(text or "a\\n1\\n")
"""


@dataclass
class Bench:
    """A repository in a folder, its plan, and a count of what was run.

    Attributes:
        opened: Files of the repository that the next runs are said to have opened.
    """

    root: Path
    tasks: list[Task] = field(default_factory=list)
    given: dict[str, Any] = field(default_factory=dict)
    opened: tuple[str, ...] = ()
    looked_for: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    ran: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    limits: list[Limits] = field(default_factory=list)
    lost: int = 0
    last_words: str | None = None
    runs: int = 0
    today: date = TODAY

    def step(self, name: str, *sources: str | Source, code: str = COPY, **given: Any) -> Task:
        """Add a task with a script of its own; a source that is text is the task that feeds it."""
        script = given.pop("script", f"scripts/{name}.py")
        path = self.root / script
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(code)
        inputs = tuple(
            Input(port=f"in{number}", parameter=f"in{number}", source=_source(source))
            for number, source in enumerate(sources)
        )
        parts: dict[str, Any] = {
            "id": f"flow/{name}",
            "mode": Mode.PIPELINE,
            "step": name,
            "node": name,
            "pipeline": "flow",
            "reason": ScriptChanged(file=script),
            "script": script,
            "inputs": inputs,
            "outputs": (Output(port="out", parameter="out"),),
            "settings": Settings(),
        }
        task = Task(**parts | given)
        self.tasks = [one for one in self.tasks if one.id != task.id] + [task]
        return task

    def plan(self) -> Plan:
        """Give the plan of all tasks added."""
        scripts = {task.script for task in self.tasks if task.script}
        parts: dict[str, Any] = {
            "version": "1.0.0",
            "project": "bench",
            "modes": (Mode.PIPELINE,),
            "changes": ChangeSet(base=None, head=None),
            "counts": Counts(),
            "tasks": tuple(self.tasks),
            "closures": {
                script: Closure(script=script, files=(script,), libraries=("pandas",))
                for script in scripts
            },
        }
        return Plan(**parts | self.given)

    def store(self) -> Store:
        """Give the repository's store, as a new process would open it."""
        return Store.of(self.root, {})

    def run(self) -> Context:
        """Begin a new run."""
        self.runs += 1
        return self.again()

    def again(self) -> Context:
        """Give the context of another worker of the same run."""
        return Context(
            root=self.root,
            run_directory=self.root / ".scriptcheck" / "runs" / str(self.runs),
            plan=self.plan(),
            store=self.store(),
            call=self.call,
            ask=self.ask,
            libraries=libraries,
            clock=lambda: 1.0,
            today=self.today,
        )

    def call(self, _: HostSpec, call: Call) -> Ending:
        """Run a script here, in this process."""
        Path(call.folder).mkdir(parents=True, exist_ok=True)
        self.limits.append(call.limits)
        ending = self._ended(call)
        return replace(
            ending,
            read=tuple(str(self.root / path) for path in self.opened),
            looked_for=tuple(str(self.root / path) for path in self.looked_for),
            listed=tuple(str(self.root / path) for path in self.listed),
        )

    def _ended(self, call: Call) -> Ending:
        if isinstance(call.target, Generator):
            self.ran.append(f"generate {Path(call.target.file).stem}")
            return _generated(call.target)
        self.ran.append(Path(call.target.file).stem)
        if self.lost:
            self.lost -= 1
            return Ending(how=Ended.LOST, detail=self.last_words)
        return _called(call.target, Path(call.log))

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Read CSV files, and make them with one column and as many rows as wanted."""
        self.asked.append(request["do"])
        if request["do"] == "tell apart":
            one, other = Path(request["one"]), Path(request["other"])
            return {"difference": to_json(file_difference.difference(one, other))}
        folder = Path(request["folder"])
        match request["do"]:
            case "measure":
                files = [folder] if folder.is_file() else folder.rglob("*")
                base = folder.parent if folder.is_file() else folder
                return {
                    "files": {
                        str(path.relative_to(base)): _measured(path)
                        for path in files
                        if path.is_file()
                    }
                }
            case "synthesize":
                lines = [str(number + request["seed"]) for number in range(request["rows"])]
                (folder / "made.csv").write_text("\n".join(["a", *lines, ""]))
            case "lay out":
                (folder / "made.csv").write_text(Path(request["content"]).read_text())
            case unknown:
                return {"error": f"no such request: {unknown}"}
        return {}


def libraries(_: str | None) -> Mapping[str, tuple[str, str]]:
    return {"pandas": ("pandas", "2.2.3"), "numpy": ("numpy", "2.0.0")}


def _source(source: str | Source) -> Source:
    return Upstream(task=f"flow/{source}", port="out") if isinstance(source, str) else source


def _called(script: Script, log: Path) -> Ending:
    try:
        main = runpy.run_path(script.file)[script.function]
        main(script.input_paths, script.output_paths, script.environ_vars, script.job_args)
    except Exception as error:  # noqa: BLE001  (a script may raise anything)
        log.write_text(traceback.format_exc())
        _, _, where = sys.exc_info()
        frames = tuple(
            Frame(file=frame.filename, line=frame.lineno or 0, function=frame.name, inside=True)
            for frame in traceback.extract_tb(where)
            if frame.filename == script.file
        )
        raised = Raised(type=type(error).__name__, text=str(error), frames=frames)
        return Ending(how=Ended.RAISED, errors=(raised,), seconds=0.1)
    log.write_text("done\n")
    return Ending(how=Ended.RETURNED, seconds=0.1, peak_memory=1024**2)


def _generated(generator: Generator) -> Ending:
    try:
        made = runpy.run_path(generator.file)[generator.function](
            generator.rows, generator.seed, generator.scenario
        )
    except Exception as error:  # noqa: BLE001  (a script may raise anything)
        return Ending(how=Ended.RAISED, errors=(Raised(type="ValueError", text=str(error)),))
    Path(generator.folder, "content.txt").write_text(made)
    return Ending(how=Ended.RETURNED, returned="content.txt")


def _measured(path: Path) -> dict[str, Any]:
    if path.suffix != ".csv":
        return {"format": None, "rows": None, "columns": []}
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    return {"format": "csv", "rows": max(0, len(rows) - 1), "columns": rows[0] if rows else []}
