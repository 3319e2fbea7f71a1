"""One job of a workflow whose step is a composite action: real shells in a real order, with real files.

What the action asks for and the emulator does not know is an error: a key, an expression, an action.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from tests.emulator import expression
from tests.emulator.log import Log, read

if TYPE_CHECKING:
    from collections.abc import Callable

STEP_KEYS = frozenset({"name", "id", "if", "shell", "env", "run", "uses", "with"})
UPLOAD = "actions/upload-artifact"
DOWNLOAD = "actions/download-artifact"
WITH = {
    UPLOAD: {
        *("name", "path", "if-no-files-found", "retention-days", "compression-level"),
        *("overwrite", "include-hidden-files"),
    },
    DOWNLOAD: {
        *("name", "artifact-ids", "path", "pattern", "merge-multiple", "github-token"),
        *("repository", "run-id"),
    },
}
"""The inputs of the actions that ours uses."""

PASSED_ON = ("HOME", "LANG", "PATH", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
"""What a job has of the machine's environment here; names of package indexes come with it."""

GRACE = (7.5, 2.5)
"""Seconds that a cancelled step has after SIGINT, and after SIGTERM."""


@dataclass
class Machine:
    """A runner, with what it keeps from step to step of one workflow run.

    Attributes:
        temp: What the job knows as RUNNER_TEMP.
        artifacts: What jobs of the run have uploaded, by name.
    """

    folder: Path
    artifacts: dict[str, Path] = field(default_factory=dict)
    steps: int = 0

    @property
    def temp(self) -> Path:
        return self.folder / "_temp"

    def begin(self) -> None:
        """Empty what a job left, as a runner does, but for what the action has installed: that takes long."""
        for left in (self.temp / "scriptcheck").glob("*"):
            if left.is_file():
                left.unlink()
            elif left.name not in {"tool", "uv"}:
                shutil.rmtree(left)


@dataclass
class Step:
    """A step that has ended.

    Attributes:
        outcome: `success`, `failure`, `cancelled` or `skipped`.
    """

    name: str
    outcome: str
    log: Log = field(default_factory=lambda: Log(""))
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    exit_code: int | None = None


@dataclass
class Job:
    """A job that has ended."""

    outcome: str
    outputs: dict[str, str]
    steps: list[Step]

    def step(self, name: str) -> Step:
        return next(step for step in self.steps if step.name == name)

    @property
    def log(self) -> str:
        return "\n".join(step.log.text for step in self.steps)

    def issues(self, kind: str) -> list[str]:
        found = [command for step in self.steps for command in step.log.issues(kind)]
        return [f"{one.properties.get('title', '')}: {one.data}" for one in found]


@dataclass
class Work:
    """What a job is about.

    Attributes:
        workspace: The checkout, where steps run.
        github: The context of that name.
        variables: What the workflow and the runner put into the environment.
    """

    workspace: Path
    github: dict[str, Any]
    variables: dict[str, str]


def run(
    machine: Machine,
    action: Path,
    work: Work,
    inputs: dict[str, str],
    *,
    cancel: str | None = None,
) -> Job:
    """Run an action as the one step of a job.

    Args:
        machine: The runner.
        action: Folder with `action.yml`.
        work: What the job is about.
        inputs: What the workflow says under `with:`.
        cancel: A text in the log upon which the job is cancelled.
    """
    return _Running(machine, action, work, inputs, cancel).job()


class _Running:
    """A job that runs."""

    def __init__(
        self,
        machine: Machine,
        action: Path,
        work: Work,
        inputs: dict[str, str],
        cancel: str | None,
    ) -> None:
        self._machine, self._work, self._cancel = machine, work, cancel
        self._action = yaml.safe_load((action / "action.yml").read_text())
        unknown = inputs.keys() - self._action["inputs"].keys()
        assert not unknown, f"the action has no inputs {unknown}"
        given = {
            name: inputs.get(name, about.get("default", ""))
            for name, about in self._action["inputs"].items()
        }
        self._steps: list[Step] = []
        self._by_id: dict[str, dict[str, Any]] = {}
        self._status = "success"
        self._context = {
            "inputs": given,
            "github": work.github | {"action_path": str(action)},
            "runner": {"temp": str(machine.temp), "os": "Linux"},
            "steps": self._by_id,
        }
        self._functions: dict[str, Callable[..., object]] = {
            "contains": _contains,
            "always": lambda: True,
            "cancelled": lambda: self._status == "cancelled",
            "failure": lambda: self._status == "failure",
            "success": lambda: self._status == "success",
        }

    def job(self) -> Job:
        runs = self._action["runs"]
        assert runs["using"] == "composite"
        assert runs.keys() <= {"using", "steps"}
        ids = [step["id"] for step in runs["steps"] if "id" in step]
        self._by_id.update({one: {"outputs": _Outputs(), "outcome": ""} for one in ids})
        assert len(ids) == len(set(ids))
        for step in runs["steps"]:
            self._step(step)
        outputs = {
            name: self._filled(about["value"]) for name, about in self._action["outputs"].items()
        }
        return Job(outcome=self._status, outputs=outputs, steps=self._steps)

    def _step(self, step: dict[str, Any]) -> None:
        unknown = step.keys() - STEP_KEYS
        assert not unknown, f"keys {unknown} of a step"
        name = step["name"]
        if not expression.condition(step.get("if", "success()"), self._context, self._functions):
            self._steps.append(Step(name, "skipped"))
            if "id" in step:
                self._by_id[step["id"]]["outcome"] = "skipped"
            return
        ended = self._used(step) if "uses" in step else self._ran(step)
        self._steps.append(ended)
        if "id" in step:
            self._by_id[step["id"]]["outputs"].update(ended.outputs)
            self._by_id[step["id"]]["outcome"] = ended.outcome
        if ended.outcome != "success" and self._status == "success":
            self._status = ended.outcome

    def _ran(self, step: dict[str, Any]) -> Step:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"], "an expression in the text of a script is code"
        self._machine.steps += 1
        folder = self._machine.folder / "_runner" / str(self._machine.steps)
        folder.mkdir(parents=True)
        self._machine.temp.mkdir(exist_ok=True)
        script = folder / "step.sh"
        script.write_text(step["run"])
        files = {name: folder / name.lower() for name in ("OUTPUT", "ENV", "PATH", "STEP_SUMMARY")}
        for file in files.values():
            file.touch()
        variables = (
            self._work.variables
            | {"RUNNER_TEMP": str(self._machine.temp)}
            | {f"GITHUB_{name}": str(file) for name, file in files.items()}
            | {name: self._filled(str(text)) for name, text in step.get("env", {}).items()}
        )
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)]
        code, text, cancelled = self._called(command, variables)
        assert not files["ENV"].read_text(), "our action gives later steps no variables"
        assert not files["PATH"].read_text(), "our action gives later steps no programs"
        outcome = "cancelled" if cancelled else "success" if code == 0 else "failure"
        return Step(
            name=step["name"],
            outcome=outcome,
            log=read(text),
            outputs=outputs(files["OUTPUT"].read_text()),
            summary=_summary(files["STEP_SUMMARY"].read_bytes()),
            exit_code=code,
        )

    def _called(self, command: list[str], variables: dict[str, str]) -> tuple[int, str, bool]:
        lines: list[str] = []
        cancelled = False
        with subprocess.Popen(
            command,
            cwd=self._work.workspace,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="backslashreplace",
            bufsize=1,
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                lines.append(line)
                if self._cancel is not None and self._cancel in line:
                    cancelled = True
                    process.send_signal(signal.SIGINT)
                    lines += _ended(process)
                    break
        return process.returncode, "".join(lines), cancelled

    def _used(self, step: dict[str, Any]) -> Step:
        action, _, commit = step["uses"].partition("@")
        assert action in WITH, f"{action} is not known here"
        assert len(commit) == 40, f"{action} is not pinned"
        given = {name: self._filled(_scalar(text)) for name, text in step.get("with", {}).items()}
        assert given.keys() <= WITH[action], (
            f"{action} has no inputs {given.keys() - WITH[action]}"
        )
        if action == UPLOAD:
            self._upload(given)
        else:
            self._download(given)
        return Step(step["name"], "success")

    def _upload(self, given: dict[str, str]) -> None:
        name, source = given["name"], Path(given["path"])
        assert not set(name) & set('":<>|*?\r\n\\/'), name
        assert source.is_dir(), "there is nothing to upload"
        assert name not in self._machine.artifacts or given.get("overwrite") == "true"
        kept = self._machine.folder / "_artifacts" / name
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(source, kept, ignore=shutil.ignore_patterns(".*"))
        self._machine.artifacts[name] = kept

    def _download(self, given: dict[str, str]) -> None:
        pattern = given["pattern"]
        assert pattern.endswith("*")
        for name, kept in self._machine.artifacts.items():
            if name.startswith(pattern[:-1]):
                shutil.copytree(kept, Path(given["path"]) / name, dirs_exist_ok=True)

    def _filled(self, text: str) -> str:
        return expression.filled(text, self._context, self._functions)


class _Outputs(dict[str, str]):
    """Outputs of a step: what it did not set is empty, as on GitHub; which are set, tests look at."""

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str)

    def __missing__(self, key: str) -> str:
        return ""


def variables_of(github: dict[str, Any], workspace: Path) -> dict[str, str]:
    """Give the environment that a runner makes for the steps of a job."""
    passed_on = {
        name: text
        for name, text in os.environ.items()
        if name in PASSED_ON or name.startswith(("PIP_", "UV_")) or name.lower().endswith("_proxy")
    }
    # The environment of these tests is none of the machine's.
    ours = f"{Path(os.environ.get('VIRTUAL_ENV', '/nowhere'))}/bin"
    path = [one for one in passed_on["PATH"].split(":") if one != ours and "venv" not in one]
    about = {
        f"GITHUB_{name.upper()}": str(text)
        for name, text in github.items()
        if name not in {"token", "event"} and text is not None
    }
    return (
        passed_on
        | about
        | {"PATH": ":".join(path), "CI": "true", "GITHUB_ACTIONS": "true"}
        | {"GITHUB_WORKSPACE": str(workspace), "RUNNER_OS": "Linux"}
    )


def _ended(process: subprocess.Popen[str]) -> list[str]:
    """Wait as long as a cancelled step is given, and then end it."""
    for seconds, then in zip(GRACE, (signal.SIGTERM, signal.SIGKILL), strict=True):
        try:
            rest, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(then)
        else:
            return [rest]
    rest, _ = process.communicate()
    return [rest]


def outputs(text: str) -> dict[str, str]:
    """Read a file of outputs as the runner does; a line that it does not take is an error."""
    found: dict[str, str] = {}
    lines = text.split("\n")
    while lines:
        line = lines.pop(0)
        if not line:
            continue
        name, mark, delimiter = line.partition("<<")
        if "=" in line and ("<<" not in line or line.index("=") < line.index("<<")):
            name, _, found[name] = line.partition("=")
            found[line.partition("=")[0]] = line.partition("=")[2]
            continue
        assert mark, f"{line!r} is no output"
        assert delimiter in lines, f"{name} has no end"
        end = lines.index(delimiter)
        found[name] = "\n".join(lines[:end])
        del lines[: end + 1]
    return found


def _summary(content: bytes) -> str:
    assert len(content) <= 1024 * 1024, "GitHub shows no summary that is this large"
    return content.decode()


def _contains(where: object, what: str) -> bool:
    """Look for a text as the runner does: large and small letters are the same."""
    assert isinstance(where, str)
    return what.casefold() in where.casefold()


def _scalar(value: object) -> str:
    """Write a value of the document as the runner hands it over."""
    return str(value).lower() if isinstance(value, bool) else str(value)
