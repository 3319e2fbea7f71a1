"""`scriptcheck doctor`: is everything there that a run needs? Nothing of the project is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.cli import examination, opening
from ci_scriptcheck.cli.examination import Health
from ci_scriptcheck.fixtures import identity_token
from ci_scriptcheck.report.page import Ink, counted, visible

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from ci_scriptcheck.cli.console import Console
    from ci_scriptcheck.cli.examination import Observation
    from ci_scriptcheck.report.page import Page

_STATUS_WIDTH = 9
_ABOUT_WIDTH = 14
_HINT = (
    "\n`scriptcheck doctor --policies` also prints the policies of a role for jobs in Actions.\n"
)
_INKS = {Health.GOOD: Ink.GOOD, Health.DOUBTFUL: Ink.WARNING, Health.BAD: Ink.BAD}


def call(given: Namespace, console: Console, environ: Mapping[str, str]) -> int:
    """Print each observation as it is made; 1 where something is broken."""
    folder = opening.project_folder(given)
    is_of_aws = given.aws or given.policies
    found: list[Observation] = []
    for seen in _aws(folder, environ) if is_of_aws else examination.examine(folder, environ):
        if isinstance(seen, str):
            # In a job they are made of what nobody else knows: its token.
            is_wanted = given.policies or identity_token.is_in_actions(environ)
            console.tell(seen if is_wanted else _HINT)
            continue
        console.tell("\n".join(lines(seen, console.out_page)) + "\n")
        found.append(seen)
    if is_of_aws:
        console.tell("\n" + "".join(f"{one}\n" for one in verdict(found, console.out_page)))
    return 1 if any(one.health is Health.BAD for one in found) else 0


def verdict(found: Iterable[Observation], page: Page) -> Iterable[str]:
    """Write last whether real data can be read: what stands above may have left the screen."""
    seen = tuple(found)
    broken = [one for one in seen if one.health is Health.BAD]
    for one in broken:
        head = f"{Health.BAD.value}: "
        text = page.flow(visible(one.text), head)
        yield text.replace(head, page.paint(head, Ink.BAD), 1)
    if not broken:
        number = sum(one.health is Health.DOUBTFUL for one in seen)
        but = f", with {counted(number, 'warning')} above" if number else ""
        yield f"Real data can be read{but}."


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
