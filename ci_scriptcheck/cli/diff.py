"""`scriptcheck diff`: what differs in the data of two folders, files, runs or commits, or since a commit."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ci_scriptcheck import workflow
from ci_scriptcheck.change.git import commit_pair
from ci_scriptcheck.change.git.repository import repository_root
from ci_scriptcheck.cli import opening
from ci_scriptcheck.data.compare.terms import CompareTerms
from ci_scriptcheck.data.validate.terms import Evidence
from ci_scriptcheck.errors import ChangeError, UsageError
from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.change import Asked, Feeds
from ci_scriptcheck.model.codec import to_json
from ci_scriptcheck.model.comparison import PortComparison
from ci_scriptcheck.model.options import Options
from ci_scriptcheck.model.plan import Purpose
from ci_scriptcheck.model.result import Level
from ci_scriptcheck.pytest_plugin import execution
from ci_scriptcheck.report import data_changes, failure
from ci_scriptcheck.report.page import visible
from ci_scriptcheck.run import finished, own_reader, reading, reasons
from ci_scriptcheck.run import record as run_record
from ci_scriptcheck.run.store.store import Store
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Mapping

    from ci_scriptcheck.cli.console import Console
    from ci_scriptcheck.model.plan import RunRecord
    from ci_scriptcheck.model.result import TaskResult

Found = tuple[str, PortComparison]
"""What is compared, as a title, and how it differs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a comparison shows.

    Attributes:
        untold: What could not be compared, as a title, and why.
    """

    found: tuple[Found, ...]
    untold: tuple[tuple[str, str], ...] = ()


def call(given: Namespace, console: Console, environ: Mapping[str, str]) -> int:
    """Compare, and end with 1 where something differs, as other tools of this name do."""
    if not 1 <= len(given.sides) <= 2:
        raise UsageError(
            what="`diff` compares two folders, files, run directories or commits, or with one commit",
            advice="for example `scriptcheck diff main`, or `scriptcheck diff old/ new/`",
        )
    if len(given.sides) == 1:
        base, shown = _with_commit(given, environ)
    else:
        pair = _commits(given.sides)
        if pair is None:
            before, after = (_existing(side) for side in given.sides)
            base, shown = before.name or str(before), _of_two(before, after, given, environ)
        else:
            base, shown = given.sides[0], _of_commits(pair, given, environ)
    found, untold = shown.found, shown.untold
    if given.json:
        told: list[dict[str, object]] = [
            {"what": title, "comparison": to_json(one)} for title, one in found
        ]
        told += [{"what": title, "untold": why} for title, why in untold]
        console.tell(json.dumps(told, indent=2) + "\n")
        return 1 if told else 0
    page = console.out_page
    for title, comparison in found:
        line = f"{visible(title)}: {data_changes.in_short(comparison, base)}"
        console.tell(page.flow(line, "data  ", " " * 6) + "\n")
        content = data_changes.table_of(comparison, base)
        console.tell("\n" if content is None else f"\n{failure.table(content, page)}\n\n")
    for title, why in untold:
        line = f"{visible(title)} cannot be compared: {visible(why)}"
        console.tell(page.flow(line, "data  ", " " * 6) + "\n")
    if not found and not untold:
        console.tell("no difference\n")
    return 1 if found or untold else 0


def _existing(side: str) -> Path:
    path = Path(side)
    if not path.exists():
        raise UsageError(
            what=f"there is no `{side}`",
            advice="name two folders, two files, two run directories or two commits",
        )
    return path


def _commits(sides: list[str]) -> tuple[str, str] | None:
    """Give the ids of two commits; `None` where the names are those of files or folders.

    Raises:
        UsageError: they are both.
    """
    root = _root()
    pair = None if root is None else commit_pair.named(root, (sides[0], sides[1]))
    if pair is not None and any(Path(side).exists() for side in sides):
        raise UsageError(
            what=f"`{sides[0]}` and `{sides[1]}` are commits, and there are files of these names",
            advice=f"say which: `{pair[0][:7]} {pair[1][:7]}`, or `./{sides[0]} ./{sides[1]}`",
        )
    return pair


def _of_commits(pair: tuple[str, str], given: Namespace, environ: Mapping[str, str]) -> Shown:
    """Run what differs between two commits, neither of which has to be checked out."""
    folder = opening.project_folder(given).resolve()
    root = repository_root(folder)
    kept = {**environ, "SCRIPTCHECK_STORE": str(Store.of(root, environ).folder)}
    with commit_pair.laid_out(root, *pair) as place:
        project = place / folder.relative_to(root)
        if not project.is_dir():
            raise UsageError(
                what=f"{given.sides[1]} has no folder `{folder.relative_to(root)}`",
                advice="name another project with `-C`",
            )
        return _since(Options(project=project, base=pair[0], compare=True), kept)[1]


def _with_commit(given: Namespace, environ: Mapping[str, str]) -> tuple[str, Shown]:
    """Run what differs from a commit, and give where differences begin."""
    options = Options(project=opening.project_folder(given), base=given.sides[0], compare=True)
    name, found = _since(options, environ)
    return name or given.sides[0], found


def _since(options: Options, environ: Mapping[str, str]) -> tuple[str | None, Shown]:
    started = workflow.start(workflow.prepare(options, environ))
    execution.execute(started, lambda _event: None)
    record = workflow.conclude(started)
    found = tuple(
        (f"{task.id}, output `{comparison.port}`", comparison)
        for task, comparison in data_changes.own(record)
    )
    return record.plan.changes.base_name, Shown(found=found, untold=tuple(_incomparable(record)))


def _incomparable(record: RunRecord) -> Iterator[tuple[str, str]]:
    """Give the tasks of which one side did not write what could be compared, and why."""
    results = {result.task: result for result in record.results}
    for task, result in verdict.with_tasks(record):
        if task.purpose is not Purpose.CHECK or task.variant is not None:
            continue
        if not reasons.is_usable(result):
            yield task.id, _why(result)
        elif task.beside is None:
            if not isinstance(task.reason, Asked | Feeds):
                yield task.id, "the other side has no such task"
        elif not reasons.is_usable(results[task.beside]):
            yield task.id, f"on the other side, {_why(results[task.beside])}"


def _why(result: TaskResult) -> str:
    error = next((one for one in result.findings if one.severity is Level.ERROR), None)
    if error is not None:
        return f"it {result.outcome.value.replace('_', ' ')}, {error.rule} {error.message}"
    return result.why_not or f"it {result.outcome.value.replace('_', ' ')}"


def _of_two(before: Path, after: Path, given: Namespace, environ: Mapping[str, str]) -> Shown:
    root = _root()
    found: list[Found] = []
    with (
        own_reader.reading(root) as ask,
        tempfile.TemporaryDirectory(prefix="scriptcheck-") as name,
    ):
        if run_record.is_run_directory(before) and run_record.is_run_directory(after):
            kept = None if root is None else Store.of(root, environ)
            pairs, untold = _of_runs(before, after, kept, Path(name))
        else:
            names = f"{before} and {after}"
            pairs, untold = [_Pair(names, *_folders(before, after, Path(name)))], ()
        for pair in pairs:
            evidence = Evidence.AGGREGATES if pair.is_private else Evidence.VALUES
            keys = {"*": tuple(given.key)} if given.key else {}
            terms = CompareTerms(keys=keys, evidence=evidence)
            files = reading.compared(ask, pair.before, pair.after, terms)
            if files:
                found.append((pair.title, PortComparison(port=pair.title, files=files)))
    return Shown(found=tuple(found), untold=untold)


class _Pair(NamedTuple):
    """Two folders to compare."""

    title: str
    before: Path
    after: Path
    is_private: bool = False


def _root() -> Path | None:
    try:
        return repository_root(Path())
    except ChangeError:
        return None


def _folders(before: Path, after: Path, aside: Path) -> tuple[Path, Path]:
    """Give two folders to compare; of two files, each as the only one of a folder, under one name."""
    if before.is_dir() != after.is_dir():
        raise UsageError(what="a folder and a file cannot be compared")
    if before.is_dir():
        return before.resolve(), after.resolve()
    for side, file in (("before", before), ("after", after)):
        (aside / side).mkdir()
        shutil.copyfile(file, aside / side / after.name)
    return aside / "before", aside / "after"


def _of_runs(
    before: Path, after: Path, kept: Store | None, aside: Path
) -> tuple[list[_Pair], tuple[tuple[str, str], ...]]:
    """Bring together what both runs wrote, output by output, where it is not the same.

    Gives, too, what only one of them has.
    """
    records = [run_record.read_record(folder) for folder in (before, after)]
    old, new = (finished.outputs(record) for record in records)
    private = {task.id for record in records for task in record.plan.tasks if task.is_private}
    pairs = []
    for number, (task, port) in enumerate(sorted(old.keys() & new.keys())):
        key = (task, port)
        if old[key].outputs[port].digest == new[key].outputs[port].digest:
            continue
        places = [aside / f"{number}-before", aside / f"{number}-after"]
        for place, folder, written in zip(places, (before, after), (old, new), strict=True):
            place.mkdir()
            finished.bring(folder, kept or Store(folder), written[key], port, place)
        pairs.append(_Pair(f"{task}, output `{port}`", places[0], places[1], task in private))
    untold = tuple(
        (f"{task}, output `{port}`", f"only {folder} has it")
        for here, there, folder in ((old, new, before), (new, old, after))
        for task, port in sorted(here.keys() - there.keys())
    )
    return pairs, untold
