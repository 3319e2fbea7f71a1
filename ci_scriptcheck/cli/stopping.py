"""The record of a job that could not check: why, for which project, of which commit.

Without one, the job that publishes would know of nothing, and what an earlier run said would stay on the
pull request. So whatever is wrong here must not keep the record from being written.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING

from ci_scriptcheck import __version__
from ci_scriptcheck.cli import action_inputs, job_links, main, report
from ci_scriptcheck.errors import ScriptcheckError
from ci_scriptcheck.github import actions
from ci_scriptcheck.model.annotation import COULD_NOT_CHECK
from ci_scriptcheck.model.annotation import of_error as annotation_of
from ci_scriptcheck.model.change import ChangeSet
from ci_scriptcheck.model.plan import Counts, Plan, Share
from ci_scriptcheck.model.run_record import Machine, RunRecord
from ci_scriptcheck.model.stopped import INTERNAL, of_error
from ci_scriptcheck.run import record as run_record
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ci_scriptcheck.cli.action_inputs import Inputs
    from ci_scriptcheck.cli.console import Console
    from ci_scriptcheck.model.stopped import Stopped

_SHARD = re.compile(r"(\d{1,3})/(\d{1,3})")


_TITLES = {
    "publish": "scriptcheck could not post anything",
    "fetch": "scriptcheck could not get real data",
}
"""What the annotation of a step is called, where it is not that nothing could be checked."""


class _FaultError(ScriptcheckError):
    """A fault of our own."""

    exit_code = INTERNAL


def tell(step: str, fault: Exception, console: Console, environ: Mapping[str, str]) -> None:
    """Say that a step could not do what it was to; where it was to check, leave a record that says why."""
    from ci_scriptcheck.report import markdown

    error = as_error(fault)
    title = _TITLES.get(step, COULD_NOT_CHECK)
    actions.write_output(environ, "outcome", "error")
    console.tell(actions.command(annotation_of(error, title=title)))
    inputs = action_inputs.for_a_record(environ)
    # Of shares that cannot be merged, each has left its own.
    if step != "check" or inputs is None or inputs.command not in {"run", "plan"}:
        return
    with suppress(ScriptcheckError, OSError):
        record = leave(inputs, error, environ)
        outputs = {
            "junit": str(inputs.reports / "junit.xml"),
            "artifact": inputs.name,
            "artifact-path": str(inputs.reports),
        }
        for name, value in outputs.items():
            actions.write_output(environ, name, value)
        actions.write_summary(environ, markdown.job_summary(record, job_links.links_of(environ)))


def as_error(fault: Exception) -> ScriptcheckError:
    """Say what went wrong in words that can stand in a report: of a fault of ours, the log has the lines."""
    if isinstance(fault, ScriptcheckError):
        return fault
    theirs = main.theirs(fault)
    if theirs is not None:
        return theirs
    last = traceback.extract_tb(fault.__traceback__)[-1:]
    return _FaultError(
        what=f"scriptcheck {__version__} itself failed with {type(fault).__name__}",
        facts=(
            *(f"in {one.filename.rpartition('/')[2]}, line {one.lineno}" for one in last),
            "this is not your scripts' fault",
        ),
        advice="report it with the lines in the log of this job",
    )


def leave(inputs: Inputs, error: ScriptcheckError, environ: Mapping[str, str]) -> RunRecord:
    """Write the record and the reports where what is kept of this job lies, and give the record."""
    from ci_scriptcheck.report import html, junit

    found = _record(inputs, of_error(error, attempt=_attempt(environ)), environ)
    shutil.rmtree(inputs.reports, ignore_errors=True)
    inputs.reports.mkdir(parents=True)
    run_record.write_record(inputs.reports, found)
    report.write(inputs.reports / "junit.xml", junit.render(found))
    report.write(inputs.reports / "report.html", html.render(found))
    return found


def _record(inputs: Inputs, stopped: Stopped, environ: Mapping[str, str]) -> RunRecord:
    """Take what a run has come to before it could not go on; else a record of nothing but the reason."""
    root = _root(inputs)
    if root is not None:
        with suppress(ScriptcheckError, OSError):
            salvaged = run_record.read_record(root / ".scriptcheck" / "runs" / inputs.name)
            if (
                salvaged.stopped is not None
                and replace(salvaged.stopped, attempt=stopped.attempt) == stopped
            ):
                return replace(salvaged, stopped=stopped)
    system = os.uname()
    return RunRecord(
        plan=_plan(inputs, root, environ),
        run="",
        results=(),
        seconds=0.0,
        machine=Machine(
            system=f"{system.sysname} {system.release} {system.machine}",
            python=".".join(str(part) for part in sys.version_info[:3]),
            processors=os.cpu_count() or 1,
            workers=1,
        ),
        stopped=stopped,
    )


def _plan(inputs: Inputs, root: Path | None, environ: Mapping[str, str]) -> Plan:
    folder = _folder(inputs, root)
    return Plan(
        version=__version__,
        project=_name(inputs, root, folder),
        folder=folder,
        modes=(),
        changes=ChangeSet(
            base=None,
            head=_head(root) or environ.get("GITHUB_SHA"),
            base_name=environ.get("GITHUB_BASE_REF") or None,
        ),
        counts=Counts(),
        share=_share(inputs, environ),
    )


def _share(inputs: Inputs, environ: Mapping[str, str]) -> Share | None:
    found = _SHARD.fullmatch(inputs.shard or "")
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        return None
    return Share(number=int(found[1]), of=int(found[2]), attempt=_attempt(environ))


def _attempt(environ: Mapping[str, str]) -> int:
    attempt = environ.get("GITHUB_RUN_ATTEMPT", "")
    return int(attempt) if attempt.isascii() and attempt.isdecimal() else 1


def _root(inputs: Inputs) -> Path | None:
    from ci_scriptcheck.change.git.repository import repository_root

    for start in (inputs.workspace / inputs.project, inputs.workspace):
        with suppress(ScriptcheckError, OSError):
            return repository_root(start)
    return None


def _folder(inputs: Inputs, root: Path | None) -> str:
    top = (root or inputs.workspace).resolve()
    place = (inputs.workspace / inputs.project).resolve()
    folder = (place.relative_to(top) if place.is_relative_to(top) else inputs.project).as_posix()
    return "" if folder == "." else folder


def _name(inputs: Inputs, root: Path | None, folder: str) -> str:
    """Find what the project is called, so that the comment is the one that it has already."""
    from ci_scriptcheck.change.git.repository import CommitTree
    from ci_scriptcheck.project import naming
    from ci_scriptcheck.project.paths import FILE_NAME

    path = f"{folder}/{FILE_NAME}" if folder else FILE_NAME
    # A change may have taken the settings away; what it is merged into has them.
    for commit in ("HEAD", "HEAD^1"):
        with suppress(ScriptcheckError, OSError):
            if root is not None:
                name = naming.written_name(CommitTree(root, commit).read(path))
                return name or naming.default_name(root, folder)
    return naming.default_name(root or inputs.workspace, folder)


def _head(root: Path | None) -> str | None:
    from ci_scriptcheck.change.git import commits

    with suppress(ScriptcheckError, OSError):
        return None if root is None else commits.resolve(root, ("HEAD",)).get("HEAD")
    return None
