"""The inputs of the action, as `action.yml` hands them over: environment variables, all of them texts."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import UsageError, did_you_mean
from ci_scriptcheck.model.secret_names import speaks_of_secret
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMANDS = ("run", "plan", "merge", "publish", "fetch-fixtures")

_NOT_OURS = ("ACTIONS_", "AWS_", "PYTHON")

_LONGEST = 100
"""Characters of a folder that go into a name: folders and artifacts have 255 for it and the rest."""

_MEANT_OTHERWISE = re.compile(r"all|(.*-)?(\d+-of-\d+|[0-9a-f]{8})")
"""Folders whose names by themselves would be those of the whole repository, of a share, or of one with a digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What the workflow asks for.

    Attributes:
        steps: To be checked instead of what git says.
        project: Folder of the project, as the workflow names it.
        python: Interpreter of the scripts or its version; `None` where that is left to the settings.
        requirements: Files that name the libraries of the scripts.
        comment: `auto` or `never`.
        projects: Folders of all projects that jobs of this run check, as far as the workflow names them.
        home: Where the action keeps what it makes for this job.
        workspace: Where the repository was checked out.
    """

    command: str
    modes: tuple[str, ...]
    base: str | None
    steps: tuple[str, ...]
    shard: str | None
    workers: str | None
    project: Path
    python: str | None
    requirements: tuple[str, ...]
    comment: str
    projects: tuple[str, ...]
    home: Path
    workspace: Path

    @property
    def name(self) -> str:
        """Tell the results of this job apart from others of the same run, in characters that artifacts may have."""
        return "-".join(
            part for part in ("scriptcheck", self.place, _share_as_name(self.shard)) if part
        )

    @property
    def place(self) -> str:
        """Tell the project apart from others of the repository, in such characters; empty for that at its top.

        A folder that cannot be written so, as `teams/fraud`, has a digest as well: there may be `teams-fraud`, too.
        """
        folder = self.project.as_posix()
        if folder == ".":
            return ""
        written = re.sub(r"[^A-Za-z0-9_.-]+", "-", folder)[:_LONGEST].strip("-.")
        if written == folder and not _MEANT_OTHERWISE.fullmatch(written):
            return written
        digest = hashlib.sha256(folder.encode(errors="surrogateescape")).hexdigest()[:8]
        return f"{written}-{digest}".lstrip("-")

    @property
    def shares(self) -> Path:
        """File that says which share runs what; the job that plans writes it."""
        return self.home / "shares" / f"shares-of-{self.place or 'all'}" / "shares.json"

    @property
    def fixtures(self) -> Path:
        """Folder in which real data pass from the job that fetches them to those that run, sealed."""
        return self.home / "fixtures" / f"fixtures-of-{self.place or 'all'}"

    @property
    def records(self) -> Path:
        """Folder of what other jobs of this run have left, each below the name of its artifact."""
        return self.home / "records"

    @property
    def ran(self) -> Path:
        """File that is there when the action may have run code of the repository in this job; `set_up.py` looks for it."""
        return self.home / "ran"

    def is_share(self, artifact: str) -> bool:
        """Say whether an artifact is of a share of this project."""
        return re.fullmatch(rf"{re.escape(self.name)}-\d+-of-\d+", artifact) is not None

    @property
    def reports(self) -> Path:
        """Folder of what is kept of a run when the job is over."""
        return self.home / "artifacts" / self.name

    def words(self, *more: str) -> list[str]:
        """Write the inputs as words of a command line of `run` or `plan`."""
        words = [f"--project={self.project}", *(f"--mode={mode}" for mode in self.modes)]
        if self.base:
            words.append(f"--base={self.base}")
        return [*words, *more, *self.steps]


def read(environ: Mapping[str, str]) -> Inputs:
    """Read the inputs.

    Raises:
        UsageError: one of them cannot be understood, or this is no step of a job.
    """
    home = environ.get("RUNNER_TEMP")
    if not home:
        raise UsageError(
            what="RUNNER_TEMP is not set: this is what `action.yml` calls in a job",
            advice="elsewhere, use `scriptcheck run`",
        )
    workspace = Path(environ.get("GITHUB_WORKSPACE") or ".")
    steps = _words(environ, "STEPS")
    option = next((step for step in steps if step.startswith("-")), None)
    if option is not None:
        raise UsageError(
            what=f"`{option}` in the input `steps` is no name of a step",
            advice="the action's other inputs are there for options",
        )
    command = _one_of(environ, "COMMAND", COMMANDS)
    named = _text(environ, "PROJECT") or "."
    return Inputs(
        command=command,
        modes=tuple(mode for word in _words(environ, "MODE") for mode in word.split(",") if mode),
        base=_text(environ, "BASE"),
        steps=steps,
        shard=_text(environ, "SHARD"),
        workers=_text(environ, "WORKERS"),
        # What is published needs no checkout.
        project=Path() if command == "publish" else _folder(workspace, named),
        python=_text(environ, "PYTHON"),
        requirements=tuple(_lines(environ, "REQUIREMENTS")),
        comment=_one_of(environ, "COMMENT", ("auto", "never")),
        projects=tuple(_lines(environ, "PROJECTS")),
        home=Path(home) / "scriptcheck",
        workspace=workspace,
    )


def for_a_record(environ: Mapping[str, str]) -> Inputs | None:
    """Read what the record of a job is called and lies by, where `read` refuses; `None` where nobody would look for one."""
    home, named = environ.get("RUNNER_TEMP"), _text(environ, "PROJECT") or "."
    if not home or not named.isprintable():
        return None
    return Inputs(
        command=_text(environ, "COMMAND") or COMMANDS[0],
        modes=(),
        base=None,
        steps=(),
        shard=_text(environ, "SHARD"),
        workers=None,
        project=Path(named),
        python=None,
        requirements=(),
        comment="auto",
        projects=(),
        home=Path(home) / "scriptcheck",
        workspace=Path(environ.get("GITHUB_WORKSPACE") or "."),
    )


def without_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """Give the variables but for those whose names speak of secrets, and those that change Python."""
    return {
        name: value
        for name, value in environ.items()
        if not name.startswith(_NOT_OURS) and not speaks_of_secret(name)
    }


def _share_as_name(shard: str | None) -> str:
    return (shard or "").replace("/", "-of-")


def _folder(workspace: Path, named: str) -> Path:
    folder = Path(named)
    if not (workspace / folder).is_dir():
        raise UsageError(
            what=f"there is no folder `{named}`, which the input `project` names",
            advice="name it as it is called in the repository, and check the code out beforehand",
        )
    return folder


def _one_of(environ: Mapping[str, str], name: str, known: tuple[str, ...]) -> str:
    given = _text(environ, name) or known[0]
    if given not in known:
        raise UsageError(
            what=f"the input `{name.lower()}` cannot be `{given}`",
            facts=(f"it can be {', '.join(known)}",),
            advice=did_you_mean(given, known),
        )
    return given


def _text(environ: Mapping[str, str], name: str) -> str | None:
    return environ.get(f"INPUT_{name}", "").strip() or None


def _words(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(environ.get(f"INPUT_{name}", "").split())


def _lines(environ: Mapping[str, str], name: str) -> list[str]:
    lines = environ.get(f"INPUT_{name}", "").splitlines()
    return [line.strip() for line in lines if line.strip()]
