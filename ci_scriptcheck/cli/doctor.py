"""`scriptcheck doctor`: is everything there that a run needs? Nothing of the project is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.cli import examination, opening
from ci_scriptcheck.cli.examination import Health
from ci_scriptcheck.report.page import Ink, visible

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from ci_scriptcheck.cli.console import Console
    from ci_scriptcheck.cli.examination import Observation
    from ci_scriptcheck.report.page import Page

_STATUS_WIDTH = 9
_ABOUT_WIDTH = 14
_INKS = {Health.GOOD: Ink.GOOD, Health.DOUBTFUL: Ink.WARNING, Health.BAD: Ink.BAD}


def call(given: Namespace, console: Console, environ: Mapping[str, str]) -> int:
    """Print each observation as it is made; 1 where something is broken."""
    folder = opening.project_folder(given)
    broken = 0
    for seen in _aws(folder, environ) if given.aws else examination.examine(folder, environ):
        if isinstance(seen, str):
            console.tell(seen)
            continue
        console.tell("\n".join(lines(seen, console.out_page)) + "\n")
        broken += seen.health is Health.BAD
    return 1 if broken else 0


def _aws(folder: Path, environ: Mapping[str, str]) -> Iterable[Observation | str]:
    # Only who asks for it waits for boto3.
    from ci_scriptcheck.cli import aws_examination

    return aws_examination.examine(folder, environ)


def lines(observation: Observation, page: Page) -> Iterable[str]:
    """Write an observation, and below it what to do."""
    word = observation.health.value
    status = f"{word:>{_STATUS_WIDTH}}"
    room = " " * (_STATUS_WIDTH + 2 + _ABOUT_WIDTH)
    head = f"{status}  {observation.about:<{_ABOUT_WIDTH}}"
    text = page.flow(visible(observation.text), head, room)
    yield text.replace(status, page.paint(status, _INKS[observation.health]), 1)
    for fact in (
        *observation.facts,
        *([f"help: {observation.advice}"] if observation.advice else []),
    ):
        yield page.flow(visible(fact), room)
