"""One run from the first look to the last line, as all checking commands share it."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck import preparation, workflow
from ci_scriptcheck.change.git.repository import repository_root
from ci_scriptcheck.cli import fetching, report
from ci_scriptcheck.cli.progress import Progress
from ci_scriptcheck.errors import ScriptcheckError
from ci_scriptcheck.model import verdict
from ci_scriptcheck.pytest_plugin import execution
from ci_scriptcheck.pytest_plugin.event import TaskFinished
from ci_scriptcheck.report import console as console_report
from ci_scriptcheck.report.page import Detail
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Mapping
    from typing import TextIO

    from ci_scriptcheck.cli.console import Console
    from ci_scriptcheck.model.options import Options
    from ci_scriptcheck.model.run_record import RunRecord
    from ci_scriptcheck.report.page import Page
    from ci_scriptcheck.run.process.hosts import Hosts


def check(options: Options, given: Namespace, console: Console, environ: Mapping[str, str]) -> int:
    """Carry out a run and report it; gives the exit code.

    Raises:
        ScriptcheckError: the run cannot go on.
    """
    with _begun(options, environ) as begun:
        return _checked(options, given, console, environ, begun)


@contextmanager
def _begun(options: Options, environ: Mapping[str, str]) -> Iterator[Hosts | None]:
    """Have a host import its libraries meanwhile, where something has to be run whatever is found."""
    if not preparation.will_run(options, environ):
        yield None
        return
    from ci_scriptcheck.run import early

    with early.hosts(options.project, repository_root(options.project)) as hosts:
        yield hosts


def _checked(
    options: Options,
    given: Namespace,
    console: Console,
    environ: Mapping[str, str],
    begun: Hosts | None,
) -> int:
    told, page = console.out, console.out_page
    if given.json:
        told, page = console.err, console.err_page
    prepared = preparation.prepare(options, environ)
    if page.detail is not Detail.QUIET:
        gap = "\n" if prepared.plan.tasks else ""
        told.write(console_report.opening(prepared.plan, prepared.workers, page) + gap)
        told.flush()
    started = workflow.start(_supplied(prepared, console, told, page, environ))
    signalled: str | None = None
    with Progress(prepared.plan, console, told=told, page=page, environ=environ) as progress:
        for result in started.ready.values():
            progress(TaskFinished(result=result))
        try:
            execution.execute(started, progress, begun=begun)
        except ScriptcheckError as error:
            workflow.salvage(started, error)
            raise
        except KeyboardInterrupt as interruption:
            signalled = getattr(interruption, "signal", "SIGINT")
    record = workflow.conclude(started, interrupted=signalled)
    shown = replace(record, run=report.from_here(started.run_directory))
    ending = console_report.ending(shown, page)
    if ending:
        gap = "\n" if page.detail is not Detail.QUIET else ""
        told.write(gap + ending)
        told.flush()
    if given.output:
        report.overlook(started.run_directory)
    _write(record, started.run_directory, given, console)
    return verdict.exit_code(record)


def _supplied(
    prepared: preparation.Prepared,
    console: Console,
    told: TextIO,
    page: Page,
    environ: Mapping[str, str],
) -> preparation.Prepared:
    """Fetch the real data that the run needs, and say how much of them was taken."""
    prepared = fetching.supplied(prepared, console, environ)
    text = fetching.told(prepared.plan, page)
    if page.detail is not Detail.QUIET and text:
        told.write(f"{text}\n")
        told.flush()
    return prepared


def _write(record: RunRecord, directory: Path, given: Namespace, console: Console) -> None:
    if given.junit:
        from ci_scriptcheck.report import junit

        report.write(Path(given.junit), junit.render(record))
    if given.html:
        from ci_scriptcheck.report import html

        report.write(Path(given.html), html.render(record))
    if given.json:
        console.tell(report.text(directory, "json", console.out_page))
