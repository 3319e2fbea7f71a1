"""A repository whose last output tells whether anything stale was used, and runs of it to be killed.

Each step adds its salt to the sum of what it reads, so that the last number is known beforehand.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from ci_scriptcheck.run import record

if TYPE_CHECKING:
    from ci_scriptcheck.model.run_record import RunRecord

GRAPH: dict[str, tuple[str, ...]] = {
    "load": (),
    "left": ("load",),
    "middle": ("load",),
    "right": ("load",),
    "upper": ("left", "middle"),
    "lower": ("middle", "right"),
    "join": ("upper", "lower"),
}
LAST = "join"
FILLER = 12_000_000
"""Bytes each step writes beside its number, so that keeping them takes time."""

SCRIPT = """
import pathlib
import time

SALT = {salt}
SLEEP = {sleep}


def main(input_paths, output_paths, environ_vars, job_args):
    time.sleep(SLEEP)
    total = SALT
    for path in input_paths.values():
        total += int(pathlib.Path(path, "number.txt").read_text())
    out = pathlib.Path(output_paths["out"])
    (out / "number.txt").write_text(str(total))
    (out / "filler.bin").write_bytes(total.to_bytes(8, "big") * ({filler} // 8))
"""


class Victim:
    """The repository, and the salts that its scripts have now."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.salts = dict.fromkeys(GRAPH, 1)
        (folder / "scripts").mkdir(parents=True)
        (folder / "scriptcheck.yaml").write_text(_settings())
        for name in GRAPH:
            self.salt(name, 1)
        author = ["-c", "user.name=a", "-c", "user.email=a@b"]
        for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "all"]):
            subprocess.run(["git", *author, *words], cwd=folder, check=True)

    @property
    def store(self) -> Path:
        return self.folder / ".scriptcheck" / "store"

    def salt(self, step: str, salt: int, *, sleep: float = 0.0) -> None:
        """Change a script, so that everything behind it has to be run again."""
        self.salts[step] = salt
        text = SCRIPT.format(salt=salt, sleep=sleep, filler=FILLER)
        (self.folder / "scripts" / f"{step}.py").write_text(text)

    def expected(self) -> int:
        numbers: dict[str, int] = {}
        for name, needs in GRAPH.items():
            numbers[name] = self.salts[name] + sum(numbers[need] for need in needs)
        return numbers[LAST]

    def start(self, *, workers: int) -> Run:
        """Begin a run; it forgets how long tasks take, so that it believes workers are of use."""
        for learned in self.store.glob("history/*.json"):
            learned.unlink()
        mark = f"/nowhere/{os.getpid()}-{time.monotonic_ns()}"
        # Hosts and scripts get little of our environment, but they get the path.
        environ = {**os.environ, "PATH": f"{os.environ['PATH']}:{mark}"}
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "ci_scriptcheck", "run", "--all", "--mode=pipeline"),
                f"--workers={workers}",
                f"--output={self.folder / 'run'}",
            ],
            cwd=self.folder,
            env=environ,
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return Run(victim=self, process=process, mark=mark)

    def record(self) -> RunRecord:
        return record.read_record(self.folder / "run")

    def assert_right(self) -> None:
        """Say that all tasks passed, now or before, and that the last number is the right one."""
        results = {result.task: result for result in self.record().results}
        outcomes = {task: result.outcome.value for task, result in results.items()}
        assert set(outcomes.values()) <= {"passed", "reused"}, outcomes
        files = results[f"flow/{LAST}"].outputs["out"].files
        digests = {file.path: file.digest for file in files}
        number = str(self.expected()).encode()
        assert digests["number.txt"] == hashlib.sha256(number).hexdigest(), digests


@dataclass(frozen=True)
class Run:
    """One run of the tool.

    Attributes:
        mark: A part of the path variable that all its processes have, and no other.
    """

    victim: Victim
    process: subprocess.Popen[str]
    mark: str

    def processes(self) -> list[psutil.Process]:
        """List what is alive of it, the tool included."""
        found = []
        for process in psutil.process_iter():
            try:
                environ = Path(f"/proc/{process.pid}/environ").read_bytes()
                if self.mark.encode() in environ and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except (OSError, psutil.NoSuchProcess):
                continue
        return found

    def workers(self) -> list[int]:
        return self._children(r"exec\(eval\(sys\.stdin\.readline")

    def hosts(self) -> list[int]:
        return self._children(r"_scriptcheck")

    def writers(self) -> list[int]:
        """List the processes that are writing to the store just now."""
        aside = self.victim.store / "v1" / "aside"
        return [int(path.name.rpartition(".")[2]) for path in aside.glob("*.*")]

    def has_begun(self) -> bool:
        return any((self.victim.folder / "run" / "tasks").glob("*"))

    def finish(self) -> str:
        """Wait for its end, and give what it printed."""
        output, _ = self.process.communicate(timeout=60)
        return output

    def _children(self, pattern: str) -> list[int]:
        try:
            children = psutil.Process(self.process.pid).children()
            return [one.pid for one in children if re.search(pattern, " ".join(one.cmdline()))]
        except psutil.NoSuchProcess:
            return []


def _settings() -> str:
    lines = ["project: victim", "steps:"]
    for name, needs in GRAPH.items():
        inputs = ", ".join(f"{need}: {{}}" for need in needs)
        lines.append(
            f"  {name}: {{script: scripts/{name}.py, inputs: {{{inputs}}}, outputs: {{out: {{}}}}}}"
        )
    lines += ["pipelines:", "  flow:", "    nodes:"]
    for name, needs in GRAPH.items():
        links = ", ".join(f"{need}: {need}.out" for need in needs)
        lines.append(f"      {name}: {{inputs: {{{links}}}}}")
    return "\n".join(lines) + "\n"
