"""`scriptcheck report`: a finished run written again, from its record and nothing else."""

from __future__ import annotations

import contextlib
import posixpath
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.change.git import overlooked
from ci_scriptcheck.change.git.repository import listed_files, repository_root
from ci_scriptcheck.cli import link_out
from ci_scriptcheck.errors import ChangeError, UsageError, did_you_mean
from ci_scriptcheck.run import own_folders, run_directory
from ci_scriptcheck.run import record as run_record
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from ci_scriptcheck.cli.console import Console
    from ci_scriptcheck.report.page import Page

FORMATS = ("console", "junit", "markdown", "html", "json")


def call(given: Namespace, console: Console, _environ: Mapping[str, str]) -> int:
    """Write the report to standard output or to a file."""
    wanted = format_of(given)
    here = Path(given.project or ".")
    directory = Path(given.run) if given.run else newest(here)
    check(directory, here)
    if given.output is None:
        console.tell(text(directory, wanted, console.out_page))
        return 0
    # A file is no terminal: no colour, and no line cut.
    page = replace(console.out_page, width=None, colour=given.color == "always")
    write(Path(given.output), text(directory, wanted, page))
    return 0


def format_of(given: Namespace) -> str:
    """Say which report is wanted.

    Raises:
        UsageError: there is no such report.
    """
    wanted = given.format or "console"
    if wanted not in FORMATS:
        raise UsageError(
            what=f"there is no report `{wanted}`",
            facts=(f"it can be {', '.join(FORMATS)}",),
            advice=did_you_mean(wanted, FORMATS),
        )
    return str(wanted)


def check(directory: Path, here: Path) -> None:
    """See to it that the run was not brought by a repository, be it ours or the one that it lies in."""
    for folder in (here, directory):
        # Without a repository, or one that git can open, git has brought nothing.
        with contextlib.suppress(ChangeError):
            root = repository_root(folder)
            own_folders.check_run(root, listed_files(root)[1], directory)


def newest(folder: Path) -> Path:
    """Find the run that ended last in the repository around a folder, or in the folder itself.

    Raises:
        UsageError: nothing was run there yet.
    """
    try:
        return run_directory.newest(repository_root(folder))
    except ChangeError:
        # What another job has left may lie in no repository.
        return run_directory.newest(folder)


def text(directory: Path, wanted: str, page: Page) -> str:
    """Write the report of the run in this directory.

    Raises:
        UsageError: it holds no record that this version can read.
    """
    record = run_record.read_record(directory)
    if wanted == "json":
        written = (directory / "record.json").read_text(encoding="utf-8").rstrip("\n")
        # GitHub's runner would obey these three wherever they stand; in JSON they mean the same so.
        return written.replace("##[", "#\\u0023[") + "\n"
    if wanted == "junit":
        from ci_scriptcheck.report import junit

        return junit.render(record)
    if wanted == "markdown":
        from ci_scriptcheck.report import links, markdown

        # Where it is posted, and so where its links lead, is known to who publishes it.
        return markdown.comment(record, links.Links())
    if wanted == "html":
        from ci_scriptcheck.report import html

        return html.render(record)
    from ci_scriptcheck.report import console as console_report

    return console_report.render(replace(record, run=from_here(directory)), page)


def from_here(place: Path) -> str:
    """Write a path so that it can be pasted where the command was called.

    It is relative to there where it lies below, or in the same repository, and else absolute.
    """
    here, there = Path.cwd().resolve(), place.resolve()
    if there.is_relative_to(here):
        return there.relative_to(here).as_posix()
    with contextlib.suppress(ChangeError):
        if there.is_relative_to(repository_root(here)):
            return posixpath.relpath(there, here)
    return str(there)


def write(path: Path, content: str) -> None:
    """Write a report to a file; its folder is made if need be.

    Raises:
        UsageError: the place cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        link_out.refuse(path)
        path.write_text(content, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise UsageError(
            what=f"{path} cannot be written: {error.strerror}", advice="name another file"
        ) from error
    overlook(path)


def overlook(path: Path) -> None:
    """Have no later run take for a change what we have written here, be it a file or a folder."""
    # Without a repository, or where it cannot be written, no run can take it for anything.
    with contextlib.suppress(ChangeError, OSError):
        root = repository_root(path.parent)
        run_directory.hide(root)
        overlooked.note(root, path)
