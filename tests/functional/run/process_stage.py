"""A small repository of scripts, and calls of them with short limits."""

from __future__ import annotations

import os
import sys
import textwrap
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ci_scriptcheck.change.closure.imports import closures
from ci_scriptcheck.model.project import Limits
from ci_scriptcheck.project.working_tree import WorkingTree
from ci_scriptcheck.run.process.calls import call
from ci_scriptcheck.run.process.hosts import Hosts, host_key
from ci_scriptcheck.run.process.request import Address, Call, Ending, HostSpec, Script, Start

if TYPE_CHECKING:
    from ci_scriptcheck.model.change import Closure

WARM = HostSpec(python=sys.executable)
NEW = HostSpec(python=sys.executable, start=Start.NEW)
SMALL = Limits(processes=20, log_bytes=200_000, output_bytes=50_000_000, output_files=500)


@dataclass
class Stage:
    """Where scripts lie and run."""

    folder: Path
    hosts: Hosts
    spec: HostSpec = WARM
    runs: int = 0
    call: Call | None = None
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def tree(self) -> Path:
        return self.folder / "repository"

    @property
    def address(self) -> Address:
        return self.hosts.addresses[host_key(self.spec)]

    def write(self, name: str, text: str) -> Path:
        file = self.tree / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text), encoding="utf-8")
        return file

    def prepare(self, text: str, name: str = "step.py", **settings: Any) -> Call:
        file = self.write(name, text)
        self.runs += 1
        run = self.folder / f"run{self.runs}"
        data, out = run / "in", run / "out"
        for folder in (data, out):
            folder.mkdir(parents=True)
        (data / "rows.csv").write_text("a\n1\n", encoding="utf-8")
        roots = settings.pop("roots", ())
        target = Script(
            file=str(file),
            roots=tuple(str(self.tree / root) for root in roots),
            in_package=self._closure(name, roots).is_in_package(),
            input_paths={"data": str(data)},
            output_paths={"out": str(out)},
            environ_vars={"MODE": "fast"},
            job_args=settings.pop("job_args", {"job_type": "training"}),
            call=settings.pop("call", {}),
            function=settings.pop("function", "main"),
            modules=settings.pop("modules", None),
        )
        wanted: dict[str, Any] = {
            "timeout": 20.0,
            "memory": 1024**3,
            "limits": SMALL,
            "tree": str(self.tree),
            "env": {"MODE": "fast"},
            "writable": (str(data), str(out)),
            "outputs": (str(out),),
            **settings,
        }
        self.call = Call(
            target=target,
            folder=str(run / "work"),
            private=str(run / "private"),
            log=str(run / "log"),
            **wanted,
        )
        return self.call

    def _closure(self, script: str, roots: tuple[str, ...]) -> Closure:
        files = [path for path in self.tree.rglob("*") if path.is_file()]
        names = tuple(path.relative_to(self.tree).as_posix() for path in files)
        return closures(WorkingTree(self.tree, names), {script: roots}, cache=None)[script]

    def run(self, text: str, name: str = "step.py", **settings: Any) -> Ending:
        return call(self.address, self.prepare(text, name, **settings))

    def log(self) -> str:
        assert self.call is not None
        return Path(self.call.log).read_text(encoding="utf-8")

    def output(self, name: str) -> Path:
        return self.folder / f"run{self.runs}" / "out" / name


def left_in(folder: Path, seconds: float = 2.0) -> list[str]:
    """List the processes that work in a folder, or name it, and do not end in time."""
    deadline = time.monotonic() + seconds
    while (left := _working_in(folder)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left


def _working_in(folder: Path) -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                place = str((entry / "cwd").readlink())
                words = (entry / "cmdline").read_text()
            except OSError:
                continue
            if place.startswith(str(folder)) or str(folder) in words:
                found.append(words)
    return found
