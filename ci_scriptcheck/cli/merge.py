"""`scriptcheck report`: a finished run written again, or the shares of one made a run before.

What several machines found is one record then, with the verdict of the whole as exit code.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.change.git.repository import repository_root
from ci_scriptcheck.cli import report
from ci_scriptcheck.errors import ChangeError, UsageError
from ci_scriptcheck.model import verdict
from ci_scriptcheck.run import history, merging, run_directory
from ci_scriptcheck.run import record as run_record
from ci_scriptcheck.run.store.store import Store, is_inside
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Mapping

    from ci_scriptcheck.cli.console import Console
    from ci_scriptcheck.model.result import TaskResult
    from ci_scriptcheck.model.run_record import RunRecord

_RECORD = "record.json"
_DEEPEST = 3
"""Folders below one that was named in which records are looked for."""

_MOST_LOG = 16 * 1024**2
"""Bytes of a log that is taken along; larger ones were not written by us."""


def call(given: Namespace, console: Console, environ: Mapping[str, str]) -> int:
    """Report a run, which is made of shares where they are named."""
    if given.merge:
        return _merge(given, console, environ)
    if given.learn:
        raise UsageError(
            what="`--learn` is about merged shares", advice="name them: `--merge DIR`"
        )
    return report.call(given, console, environ)


def _merge(given: Namespace, console: Console, environ: Mapping[str, str]) -> int:
    """Merge the shares, keep and report what they come to, and give its exit code."""
    wanted = report.format_of(given)
    if given.run:
        raise UsageError(
            what="`--run` and `--merge` contradict each other",
            advice="name all shares behind `--merge`",
        )
    here = Path(given.project or ".")
    files = [file for place in given.merge for file in _records(Path(place))]
    records: dict[str, RunRecord] = {}
    for file in dict.fromkeys(file.resolve() for file in files):
        report.check(file.parent, here)
        records[report.from_here(file.parent)] = run_record.read_record(file.parent)
    folder = _folder(given, here, files)
    found = merging.merged(records, report.from_here(folder))
    record = _with_logs(found, folder)
    run_record.write_plan(folder, record.plan)
    run_record.write_record(folder, record)
    report.overlook(folder)
    if given.learn:
        _learn(record, here, environ)
    for place in found.left_out:
        console.mention(f"left out {place}, for which a later attempt stands\n")
    console.tell(report.text(folder, wanted, console.out_page))
    return verdict.exit_code(record)


def _records(place: Path) -> Iterator[Path]:
    """Find the records at a place: it is one, holds one, or has folders that do.

    Raises:
        UsageError: there is none.
    """
    if place.is_file():
        if place.name != _RECORD:
            raise UsageError(
                what=f"{place} is no record",
                advice=f"name a `{_RECORD}`, or a folder that has one",
            )
        yield place
        return
    found = [
        file
        for depth in range(_DEEPEST + 1)
        for file in sorted(place.glob("/".join((*["*"] * depth, _RECORD))))
        if file.is_file() and not file.is_symlink()
    ]
    if not found:
        raise UsageError(
            what=f"there is no record in {place}",
            advice="name the run directories of all shares, or a folder that holds them",
        )
    yield from found


def _folder(given: Namespace, here: Path, files: list[Path]) -> Path:
    """Make the new run directory, which must not be where a share lies: it is emptied."""
    asked = Path(given.output).absolute() if given.output else None
    if asked is not None:
        kept = next(
            (file for file in files if file.resolve().is_relative_to(asked.resolve())), None
        )
        if kept is not None:
            raise UsageError(
                what=f"{given.output} holds {kept}, which is to be merged",
                facts=("a run directory is emptied at the start of its run",),
                advice="pass `--output <a new or empty folder>`",
            )
    try:
        root = repository_root(here)
    except ChangeError:
        if asked is None:
            raise UsageError(
                what="there is no repository here to keep the merged run in",
                advice="pass `--output <a new folder>`",
            ) from None
        root = here
    return run_directory.make(root, asked, moment=time.time_ns())


def _with_logs(found: merging.Merged, folder: Path) -> RunRecord:
    """Take the logs along that lie beside the records; of others nothing says that they are here."""
    record = found.record
    results = tuple(
        result
        if result.log_file is None or _copied(result, Path(found.found_in[result.task]), folder)
        else replace(result, log_file=None)
        for result in record.results
    )
    return replace(record, results=results)


def _copied(result: TaskResult, share: Path, folder: Path) -> bool:
    name = str(result.log_file)
    source, target = share / name, folder / name
    if not is_inside(name) or target.exists():
        return False
    with contextlib.suppress(OSError):
        # A record may come from a job that ran foreign code: no link of it is followed.
        is_there = source.resolve() == share.resolve() / name and source.is_file()
        if is_there and source.stat().st_size <= _MOST_LOG:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            return True
    return False


def _learn(record: RunRecord, here: Path, environ: Mapping[str, str]) -> None:
    store = Store.of(repository_root(here), environ)
    file = history.file_of(store.folder, record.plan.project, record.plan.folder)
    history.save(file, history.after(history.load(file), record))
    # What other machines have stored may have been put here, and no run has seen to it yet.
    store.trim()
