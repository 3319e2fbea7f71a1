"""`scriptcheck diff`: what differs in the data of two folders, files, runs or commits, or since a commit."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck import workflow
from ci_scriptcheck.change.git import commit_pair
from ci_scriptcheck.change.git.repository import repository_root
from ci_scriptcheck.cli import opening
from ci_scriptcheck.data.compare.terms import CompareTerms
from ci_scriptcheck.draft import limited
from ci_scriptcheck.errors import ChangeError, UsageError
from ci_scriptcheck.model.codec import to_json
from ci_scriptcheck.model.comparison import PortComparison
from ci_scriptcheck.model.options import Options
from ci_scriptcheck.pytest_plugin import execution
from ci_scriptcheck.report import data_changes, failure
from ci_scriptcheck.report.page import visible
from ci_scriptcheck.run import finished, reading
from ci_scriptcheck.run import record as run_record
from ci_scriptcheck.run.store.store import Store

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterator, Mapping

    from ci_scriptcheck.cli.console import Console

    Ask = Callable[[dict[str, object]], dict[str, object]]

Found = tuple[str, PortComparison]
"""What is compared, as a title, and how it differs."""


def call(given: Namespace, console: Console, environ: Mapping[str, str]) -> int:
    """Compare, and end with 1 where something differs, as other tools of this name do."""
    if not 1 <= len(given.sides) <= 2:
        raise UsageError(
            what="`diff` compares two folders, files, run directories or commits, or with one commit",
            advice="for example `scriptcheck diff main`, or `scriptcheck diff old/ new/`",
        )
    if len(given.sides) == 1:
        base, found = _with_commit(given, environ)
    else:
        pair = _commits(given.sides)
        if pair is None:
            before, after = (_existing(side) for side in given.sides)
            base, found = before.name or str(before), list(_of_two(before, after, given, environ))
        else:
            base, found = given.sides[0], _of_commits(pair, given, environ)
    if given.json:
        told = [{"what": title, "comparison": to_json(one)} for title, one in found]
        console.tell(json.dumps(told, indent=2) + "\n")
        return 1 if found else 0
    page = console.out_page
    for title, comparison in found:
        line = f"{visible(title)}: {data_changes.in_short(comparison, base)}"
        console.tell(page.flow(line, "data  ", " " * 6) + "\n")
        content = data_changes.table_of(comparison, base)
        console.tell("\n" if content is None else f"\n{failure.table(content, page)}\n\n")
    if not found:
        console.tell("no difference\n")
    return 1 if found else 0


def _existing(side: str) -> Path:
    path = Path(side)
    if not path.exists():
        raise UsageError(
            what=f"there is no `{side}`",
            advice="name two folders, two files, two run directories or two commits",
        )
    return path


def _commits(sides: list[str]) -> tuple[str, str] | None:
    """Give the ids of two commits, where no file or folder bears one of the names."""
    root = _root()
    if root is None or any(Path(side).exists() for side in sides):
        return None
    return commit_pair.named(root, (sides[0], sides[1]))


def _of_commits(
    pair: tuple[str, str], given: Namespace, environ: Mapping[str, str]
) -> list[Found]:
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


def _with_commit(given: Namespace, environ: Mapping[str, str]) -> tuple[str, list[Found]]:
    """Run what differs from a commit, and give where differences begin."""
    options = Options(project=opening.project_folder(given), base=given.sides[0], compare=True)
    name, found = _since(options, environ)
    return name or given.sides[0], found


def _since(options: Options, environ: Mapping[str, str]) -> tuple[str | None, list[Found]]:
    started = workflow.start(workflow.prepare(options, environ))
    execution.execute(started, lambda _event: None)
    record = workflow.conclude(started)
    found = [
        (f"{task.id}, output `{comparison.port}`", comparison)
        for task, comparison in data_changes.own(record)
    ]
    return record.plan.changes.base_name, found


def _of_two(
    before: Path, after: Path, given: Namespace, environ: Mapping[str, str]
) -> Iterator[Found]:
    terms = CompareTerms(keys={"*": tuple(given.key)} if given.key else {})
    root = _root()
    with limited.reading(root) as ask, tempfile.TemporaryDirectory(prefix="scriptcheck-") as name:
        if run_record.is_run_directory(before) and run_record.is_run_directory(after):
            kept = None if root is None else Store.of(root, environ)
            pairs = _of_runs(before, after, kept, Path(name))
        else:
            pairs = iter([(f"{before} and {after}", *_folders(before, after, Path(name)))])
        for title, one, other in pairs:
            files = reading.compared(ask, one, other, terms)
            if files:
                yield title, PortComparison(port=title, files=files)


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
) -> Iterator[tuple[str, Path, Path]]:
    """Bring together what both runs wrote, output by output, where it is not the same."""
    sides = [
        (folder, finished.outputs(run_record.read_record(folder))) for folder in (before, after)
    ]
    old, new = sides[0][1], sides[1][1]
    for number, (task, port) in enumerate(sorted(old.keys() & new.keys())):
        key = (task, port)
        if old[key].outputs[port].digest == new[key].outputs[port].digest:
            continue
        places = [aside / f"{number}-before", aside / f"{number}-after"]
        for place, (folder, written) in zip(places, sides, strict=True):
            place.mkdir()
            store = kept or Store(folder)
            finished.bring(folder, store, written[key], port, place)
        yield f"{task}, output `{port}`", places[0], places[1]
