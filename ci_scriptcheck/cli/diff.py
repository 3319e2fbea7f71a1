"""`scriptcheck diff`: what differs in the data of two folders, files, runs or commits, or since a commit."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ci_scriptcheck import preparation, workflow
from ci_scriptcheck.change.git import commit_pair
from ci_scriptcheck.change.git.commits import branches, resolve
from ci_scriptcheck.change.git.repository import repository_root
from ci_scriptcheck.cli import opening, row_keys
from ci_scriptcheck.data.compare.terms import CompareTerms
from ci_scriptcheck.data.validate.terms import Evidence
from ci_scriptcheck.errors import ChangeError, UsageError, did_you_mean
from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.codec import to_json
from ci_scriptcheck.model.comparison import PortComparison
from ci_scriptcheck.model.options import Options
from ci_scriptcheck.model.plan import Purpose
from ci_scriptcheck.pytest_plugin import execution
from ci_scriptcheck.report import (
    data_changes,
    data_difference,
    data_difference_table,
    failure,
    uncompared,
    withheld,
)
from ci_scriptcheck.report.page import counted, visible
from ci_scriptcheck.report.sides import Sides, of_commits, of_scripts
from ci_scriptcheck.run import finished, own_reader, port_terms, reading
from ci_scriptcheck.run import record as run_record
from ci_scriptcheck.run.privacy import records, values, written_down
from ci_scriptcheck.run.privacy.classes import Code
from ci_scriptcheck.run.privacy.values import Named
from ci_scriptcheck.run.store.store import Store
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Mapping, Sequence

    from ci_scriptcheck.cli.console import Console
    from ci_scriptcheck.model.run_record import RunRecord


class Found(NamedTuple):
    """What is compared, as a title, how it differs, and what its sides are called."""

    title: str
    comparison: PortComparison
    sides: Sides


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a comparison shows.

    Attributes:
        none: What is said where nothing differs.
        untold: What could not be compared, as a title, and why.
    """

    found: tuple[Found, ...]
    none: str
    untold: tuple[tuple[str, str], ...] = ()


def call(given: Namespace, console: Console, environ: Mapping[str, str]) -> int:
    """Compare, and end with 1 where something differs, as other tools of this name do."""
    if not 1 <= len(given.sides) <= 2:
        raise UsageError(
            what="`diff` compares two folders, files, run directories or commits, or with one commit",
            advice="for example `scriptcheck diff main`, or `scriptcheck diff old/ new/`",
        )
    pair = _commits(given.sides) if len(given.sides) == 2 else None
    if given.key and (pair is not None or len(given.sides) == 1):
        raise UsageError(
            what="`--key` is for folders, files and run directories",
            facts=("what scripts write is compared by the key of its dataset",),
            advice="say `key:` below the dataset in scriptcheck.yaml",
        )
    if pair is not None:
        shown = _of_commits(pair, given, environ)
    elif len(given.sides) == 1:
        options = Options(
            project=opening.project_folder(given),
            base=given.sides[0],
            is_exact=True,
            compare=True,
        )
        shown = _since(options, environ, given.sides[0])
    else:
        shown = _of_two(Path(given.sides[0]), Path(given.sides[1]), given, environ)
    if given.json:
        console.tell(_as_json(shown))
    else:
        _tell(shown, console)
    return 1 if shown.found or shown.untold else 0


def _as_json(shown: Shown) -> str:
    told: list[dict[str, object]] = [
        {"what": title, "comparison": to_json(one)} for title, one, _ in shown.found
    ]
    told += [{"what": title, "untold": why} for title, why in shown.untold]
    return json.dumps(told, indent=2) + "\n"


def _tell(shown: Shown, console: Console) -> None:
    page, below = console.out_page, " " * 6
    told: list[str] = []
    for title, comparison, sides in shown.found:
        line = f"{visible(title)}: {data_difference.in_short(comparison, sides)}"
        told.append(page.flow(line, "data  ", below) + "\n")
        told += [
            page.flow(note, below) + "\n" for note in data_difference.notes(comparison, sides)
        ]
        content = data_difference_table.table_of(comparison, sides)
        told.append("\n" if content is None else f"\n{failure.table(content, page)}\n\n")
    why = withheld.why(told)
    console.tell("".join(told) + (f"{page.flow(why)}\n" if why else ""))
    for title, why in shown.untold:
        line = f"{visible(title)} cannot be compared: {visible(why)}"
        console.tell(page.flow(line, "data  ", below) + "\n")
    if not shown.found and not shown.untold:
        console.tell(f"{shown.none}\n")


def _commits(sides: list[str]) -> tuple[str, str] | None:
    """Give the ids of two commits; `None` where the names are those of files or folders.

    Raises:
        UsageError: they are both, or neither.
    """
    root = _root()
    found = {} if root is None else resolve(root, sides)
    there = [side for side in sides if Path(side).exists()]
    if set(sides) <= found.keys():
        if not there:
            return found[sides[0]], found[sides[1]]
        raise UsageError(
            what=f"`{sides[0]}` and `{sides[1]}` are commits, and there are files of these names",
            advice=f"say which: `{found[sides[0]][:7]} {found[sides[1]][:7]}`, or `./{sides[0]} ./{sides[1]}`",
        )
    if len(there) == len(sides):
        return None
    unknown = [side for side in sides if side not in found and side not in there]
    if unknown:
        raise UsageError(
            what=f"`{unknown[0]}` is no file or folder, and no commit of this repository",
            advice=did_you_mean(unknown[0], [] if root is None else branches(root))
            or "name two folders, two files, two run directories or two commits",
        )
    raise UsageError(
        what=f"`{there[0]}` is a file or folder, and the other a commit",
        advice=f"`scriptcheck diff {next(iter(found))}` runs the present scripts beside those of the commit",
    )


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
        return _since(Options(project=project, base=pair[0], compare=True), kept, *given.sides)


def _since(
    options: Options, environ: Mapping[str, str], base: str, head: str | None = None
) -> Shown:
    """Run what differs from a commit, and tell where differences begin and what they come to.

    Args:
        options: Of the run.
        environ: The environment.
        base: What the commit is called.
        head: What it is compared with is called; nothing for what is here.
    """
    started = workflow.start(preparation.prepare(options, environ))
    execution.execute(started, lambda _event: None)
    record = workflow.conclude(started)
    found = tuple(
        Found(
            f"{one.task.id}, output `{one.comparison.port}`{f' ({one.way})' if one.way else ''}",
            one.comparison,
            _sides(one, visible(base), None if head is None else visible(head)),
        )
        for one in data_changes.changes(record)
    )
    compared = sum(
        len(result.outputs)
        for task, result in verdict.with_tasks(record)
        if task.purpose is Purpose.CHECK and task.beside is not None and not task.is_test
    )
    none = _none_in(compared) if compared else "nothing to compare: no step is affected"
    return Shown(found=found, none=none, untold=tuple(uncompared.tasks(record, visible(base))))


def _sides(change: data_changes.Change, base: str, head: str | None) -> Sides:
    called = of_scripts if change.is_beside_script else of_commits
    return called(base, head)


def _none_in(outputs: int) -> str:
    return f"no difference in {counted(outputs, 'output')}"


def _of_two(before: Path, after: Path, given: Namespace, environ: Mapping[str, str]) -> Shown:
    root = _root()
    sides = Sides(before=f"in {visible(str(before))}", after=f"in {visible(str(after))}")
    found: list[tuple[_Pair, PortComparison]] = []
    with (
        own_reader.reading(root) as ask,
        tempfile.TemporaryDirectory(prefix="scriptcheck-") as name,
    ):
        if run_record.is_run_directory(before) and run_record.is_run_directory(after):
            kept = None if root is None else Store.of(root, environ)
            runs = _of_runs(before, after, kept, Path(name))
        else:
            names = f"{before} and {after}"
            pair = _Pair(names, *_places(before, after, Path(name)))
            runs = _Runs(pairs=[pair], none=f"no difference between {visible(names)}")
        keys = row_keys.row_keys(given.key or ())
        if not runs.records:
            row_keys.check_files(keys, (one for pair in runs.pairs for one in _files(pair)))
        for pair in runs.pairs:
            # What is said here holds before what a schema says, and is looked at first.
            said = keys if "*" in keys else {**keys, **pair.terms.keys, **keys}
            terms = replace(pair.terms, keys=said) if keys else pair.terms
            compared = reading.compared_pair if pair.before.is_file() else reading.compared
            files = compared(ask, pair.before, pair.after, terms)
            if files:
                found.append((pair, PortComparison(port=pair.title, files=files)))
    told = _told_of_private(found, runs.records, root)
    shown = tuple(Found(one.port, one, sides) for one in told)
    return Shown(found=shown, none=runs.none, untold=runs.untold)


def _told_of_private(
    found: Sequence[tuple[_Pair, PortComparison]], runs: Sequence[RunRecord], root: Path | None
) -> list[PortComparison]:
    """Leave out of what differs names and values of private data that nobody has written down, as runs do."""
    hidden = [(pair, one) for pair, one in found if pair.of_private is not None]
    if not hidden:
        return [one for _, one in found]
    # Outside of the repository, its code is not there to be read.
    code = (
        Code(words=written_down.stated(runs[-1].plan))
        if root is None
        else written_down.of_record(runs[-1], root)
    )
    valued = [
        values.of_port(
            one, Named(categories=pair.of_private or frozenset(), words=lambda: code.words)
        )
        for pair, one in hidden
    ]
    told = dict(
        zip((pair.title for pair, _ in hidden), records.compared(valued, runs, code), strict=True)
    )
    return [told.get(pair.title, one) for pair, one in found]


class _Pair(NamedTuple):
    """Two folders to compare, or two files that are called otherwise.

    Attributes:
        of_private: Of what was made of private data, the columns that are categories, whose values may be named.
    """

    title: str
    before: Path
    after: Path
    terms: CompareTerms = CompareTerms()
    of_private: frozenset[str] | None = None


def _files(pair: _Pair) -> Iterator[str]:
    for side in (pair.before, pair.after):
        files = [side] if side.is_file() else side.rglob("*")
        folder = side.parent if side.is_file() else side
        yield from (one.relative_to(folder).as_posix() for one in files if one.is_file())


class _Runs(NamedTuple):
    """What is to be compared of two sides, what is said where nothing differs, and what one side lacks."""

    pairs: list[_Pair]
    none: str
    untold: tuple[tuple[str, str], ...] = ()
    records: tuple[RunRecord, ...] = ()


def _root() -> Path | None:
    try:
        return repository_root(Path())
    except ChangeError:
        return None


def _places(before: Path, after: Path, aside: Path) -> tuple[Path, Path]:
    """Give two folders to compare, or two files, each under its own name, which tells what it is.

    Raises:
        UsageError: they are not two of a kind, or cannot be read.
    """
    if before.is_dir() != after.is_dir():
        raise UsageError(what="a folder and a file cannot be compared")
    if before.is_dir():
        return before.resolve(), after.resolve()
    folders = aside / "before", aside / "after"
    for folder, file in zip(folders, (before, after), strict=True):
        folder.mkdir()
        _copy(file, folder / file.name)
    if before.name == after.name:
        return folders
    return folders[0] / before.name, folders[1] / after.name


def _copy(file: Path, target: Path) -> None:
    """Copy a file, or what comes through a pipe, as of `<(…)` in a shell."""
    if not (file.is_file() or file.is_fifo()):
        raise UsageError(what=f"`{file}` is no file, folder or pipe")
    try:
        with file.open("rb") as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy)
    except OSError as error:
        raise UsageError(what=f"`{file}` cannot be read: {error.strerror}") from None


def _of_runs(before: Path, after: Path, kept: Store | None, aside: Path) -> _Runs:
    """Bring together what both runs wrote, output by output, where it is not the same.

    Rows are paired by the keys of the later run's schemas, and told of real data is what both may tell.
    """
    read = tuple(run_record.read_record(folder) for folder in (before, after))
    old, new = (finished.outputs(record) for record in read)
    private = {task for record in read for task in records.private_tasks(record)}
    plan = read[1].plan
    tasks = plan.by_id()
    both = sorted(old.keys() & new.keys())
    pairs = []
    for number, key in enumerate(both):
        task, port = key
        if old[key].outputs[port].digest == new[key].outputs[port].digest:
            continue
        places = [aside / f"{number}-before", aside / f"{number}-after"]
        for place, folder, written in zip(places, (before, after), (old, new), strict=True):
            place.mkdir()
            finished.bring(folder, kept or Store(folder), written[key], port, place)
        terms = port_terms.of(plan, tasks[task], port)
        categories = None
        if task in private:
            terms = replace(terms, evidence=Evidence.AGGREGATES)
            categories = port_terms.categories(plan, tasks[task], port)
        pairs.append(_Pair(f"{task}, output `{port}`", places[0], places[1], terms, categories))
    untold = tuple(
        (f"{task}, output `{port}`", f"only {folder} has it")
        for here, there, folder in ((old, new, before), (new, old, after))
        for task, port in sorted(here.keys() - there.keys())
    )
    return _Runs(pairs=pairs, none=_none_in(len(both)), untold=untold, records=read)
