"""The run directory: plan, results and record as files, each there whole or not at all.

Whoever runs a task writes its result here; whoever reports reads the record and nothing else. Files
of another format number are refused with the version that wrote them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from ci_scriptcheck import __version__, atomic
from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.change import in_words
from ci_scriptcheck.model.codec import from_json, to_json
from ci_scriptcheck.model.plan import Plan
from ci_scriptcheck.model.result import TaskResult
from ci_scriptcheck.model.run_record import RunRecord
from ci_scriptcheck.run.site import Site
from ci_scriptcheck.run.store.digest import of_text
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.model.result import Artefact, Finding
    from ci_scriptcheck.model.stopped import Stopped

FORMAT = 1
_RECORD = "record.json"
T = TypeVar("T")
_LONGEST_NAME = 150


def quoted(task: str) -> str:
    """Turn a task's id into the name of a file or folder; different ids give different names."""
    name = quote(task, safe="", errors="surrogatepass")
    if name.startswith("."):
        name = f"%2E{name[1:]}"
    if len(name) > _LONGEST_NAME:
        return f"{name[: _LONGEST_NAME - 17]}-{of_text(task)[:16]}"
    return name


def write_plan(run_directory: Path, plan: Plan) -> None:
    """Write `plan.json`, which every worker reads.

    Raises:
        UsageError: the run directory cannot be written.
    """
    # Workers run what is theirs; what other machines run is for the record alone.
    _write(run_directory / "plan.json", {"plan": to_json(replace(plan, share=None))})
    # A run inside the repository must not look like a change of it.
    (run_directory / ".gitignore").write_text("*\n", encoding="utf-8")


def read_plan(run_directory: Path) -> Plan:
    """Read what `write_plan` wrote.

    Raises:
        UsageError: there is none, or another version wrote it.
    """
    return _read(run_directory / "plan.json", "plan", Plan)


def planned_at(run_directory: Path) -> int:
    """Say when a run was planned, before anything was run: nanoseconds since 1970.

    One that was merged of shares has no plan; its record is later, and known.
    """
    plan = run_directory / "plan.json"
    return (plan if plan.is_file() else run_directory / _RECORD).stat().st_mtime_ns


def is_run_directory(folder: Path) -> bool:
    """Say whether a folder holds a plan that some version of ours wrote: others have a `plan.json`, too."""
    try:
        data = json.loads((folder / "plan.json").read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(data, dict) and {"format", "written_by", "plan"} <= data.keys()


def is_finished(folder: Path) -> bool:
    """Say whether a run has come to its record."""
    return (folder / _RECORD).is_file()


def write_site(run_directory: Path, site: Site) -> None:
    """Write where the run takes place, for its workers.

    Raises:
        UsageError: the run directory cannot be written.
    """
    _write(run_directory / "site.json", {"site": to_json(site)})


def read_site(run_directory: Path) -> Site:
    """Read what `write_site` wrote.

    Raises:
        UsageError: there is none, or another version wrote it.
    """
    return _read(run_directory / "site.json", "site", Site)


def write_result(run_directory: Path, result: TaskResult) -> None:
    """Write how one task ended, so that the whole run can see it.

    Raises:
        UsageError: the run directory cannot be written.
    """
    path = _result_file(run_directory, result.task)
    _write(path, {"result": to_json(result)})


def has_result(run_directory: Path, task: str) -> bool:
    """Say whether a task has ended."""
    return _result_file(run_directory, task).exists()


def read_result(run_directory: Path, task: str) -> TaskResult | None:
    """Give how a task ended, or `None` while it has not."""
    path = _result_file(run_directory, task)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path, error) from error
    return _parsed(path, content, "result", TaskResult)


def drop_result(run_directory: Path, task: str) -> None:
    """Forget how a task ended, because it is to be run again."""
    _result_file(run_directory, task).unlink(missing_ok=True)


def write_record(run_directory: Path, record: RunRecord) -> Path:
    """Write `record.json`, from which everything is reported, and say where it lies.

    Raises:
        UsageError: the run directory cannot be written.
    """
    path = run_directory / _RECORD
    _write(path, to_public(record))
    return path


def read_record(run_directory: Path) -> RunRecord:
    """Read what `write_record` wrote.

    Raises:
        UsageError: there is none, or another version wrote it.
    """
    return _read(run_directory / _RECORD, "run", RunRecord)


def of_bytes(content: bytes) -> RunRecord:
    """Read what `write_record` wrote, wherever it comes from.

    Raises:
        UsageError: it is none, or another version wrote it.
    """
    return _parsed(Path(_RECORD), content, "run", RunRecord)


def to_public(record: RunRecord) -> dict[str, Any]:
    """Write a record as other programs may rely on it, the whole of it under `run`."""
    plan = record.plan
    return {
        "format": FORMAT,
        "project": plan.project,
        "modes": [mode.value for mode in plan.modes],
        "version": plan.version,
        "base": plan.changes.base,
        "head": plan.changes.head,
        "exit_code": verdict.exit_code(record),
        "share": None if plan.share is None else f"{plan.share.number}/{plan.share.of}",
        "missing_shares": list(record.missing),
        "stopped": None if record.stopped is None else _public_stop(record.stopped),
        "summary": {outcome.value: count for outcome, count in verdict.summary(record).items()},
        "findings": [_public_finding(finding) for finding in plan.findings],
        "tasks": [
            _public_task(task, result)
            for task, result in _with_tasks(plan.by_id(), record.results)
        ],
        "run": to_json(record),
    }


def _with_tasks(
    tasks: Mapping[str, Task], results: tuple[TaskResult, ...]
) -> list[tuple[Task, TaskResult]]:
    return [(tasks[result.task], result) for result in results]


def _public_task(task: Task, result: TaskResult) -> dict[str, Any]:
    return {
        "id": task.id,
        "mode": task.mode.value,
        "step": task.step,
        "pipeline": task.pipeline,
        "scenario": task.scenario,
        "outcome": result.outcome.value,
        "reason": in_words(task.reason),
        "why_not": result.why_not,
        "seconds": result.seconds,
        "peak_memory_mb": result.peak_memory_mb,
        "flaky": [outcome.value for outcome in result.flaky],
        "findings": [_public_finding(finding) for finding in result.findings],
        "outputs": {port: _public_artefact(made) for port, made in result.outputs.items()},
    }


def _public_finding(finding: Finding) -> dict[str, Any]:
    place = finding.place
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "message": finding.message,
        "place": None if place is None else {"file": place.file, "line": place.line},
        "advice": finding.advice,
        "also_on_base": finding.also_on_base,
        "known": finding.known,
        "lapsed": finding.lapsed,
    }


def _public_stop(stopped: Stopped) -> dict[str, Any]:
    place = stopped.where
    return {
        "what": stopped.what,
        "place": None if place is None else {"file": place.file, "line": place.line},
        "facts": list(stopped.facts),
        "advice": stopped.advice,
    }


def _public_artefact(made: Artefact) -> dict[str, Any]:
    return {"files": [file.path for file in made.files], "bytes": made.bytes, "rows": made.rows}


def _result_file(run_directory: Path, task: str) -> Path:
    return run_directory / "results" / f"{quoted(task)}.json"


def _write(path: Path, content: dict[str, Any]) -> None:
    head = {"format": FORMAT, "written_by": __version__}
    text = json.dumps(head | content, ensure_ascii=True, separators=(",", ":"))
    try:
        atomic.write_text(path, text)
    except OSError as error:
        raise UsageError(
            what=f"the run directory cannot be written: {error.strerror}",
            facts=(str(path),),
            advice="free some space, or name another folder with `--output`",
        ) from error


def _read(path: Path, part: str, kind: type[T]) -> T:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise UsageError(
            what=f"there is no `{path.name}` in this run directory", facts=(str(path.parent),)
        ) from None
    except OSError as error:
        raise _unreadable(path, error) from error
    return _parsed(path, content, part, kind)


def _parsed(path: Path, content: bytes, part: str, kind: type[T]) -> T:
    try:
        data = json.loads(content)
    except ValueError as error:
        raise _unreadable(path, error) from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise UsageError(what=_foreign(path, data), advice="run again with this version")
    try:
        return from_json(kind, data[part])
    except (KeyError, ValueError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> UsageError:
    return UsageError(what=f"`{path.name}` cannot be read: {error}")


def _foreign(path: Path, data: object) -> str:
    writer = data.get("written_by") if isinstance(data, dict) else None
    if writer is None:
        return f"`{path.name}` was not written by scriptcheck"
    return f"`{path.name}` was written by scriptcheck {writer}, which this version ({__version__}) cannot read"
