"""`scriptcheck plan`: what `run` would check, and why; nothing is run."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck import preparation
from ci_scriptcheck.cli import arguments, options, report
from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.codec import to_json
from ci_scriptcheck.modes import cut
from ci_scriptcheck.report import schedule
from ci_scriptcheck.run import handed_over, reuse
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from ci_scriptcheck.cli.console import Console
    from ci_scriptcheck.model.plan import Plan
    from ci_scriptcheck.model.result import TaskResult
    from ci_scriptcheck.modes.cut import Cut
    from ci_scriptcheck.preparation import Prepared


def call(given: Namespace, console: Console, environ: Mapping[str, str]) -> int:
    """Print the plan, or how it is cut into shares."""
    if given.shards is not None:
        return _shared(given, console, environ)
    if given.assignment is not None:
        raise UsageError(
            what="`--assignment` is about several machines",
            advice="say how many: `--shards auto`",
        )
    prepared = preparation.prepare(options.of_plan(given), environ)
    if given.json:
        console.tell(json.dumps(to_json(prepared.plan), indent=2) + "\n")
    else:
        console.tell(schedule.render(prepared.plan, console.out_page, _ready(prepared)))
    return 0


def _shared(given: Namespace, console: Console, environ: Mapping[str, str]) -> int:
    """Cut what `run` would run, base included, and print which shares that makes."""
    asked = arguments.share_count(given.shards, cut.MOST)
    prepared = preparation.prepare(replace(options.of_plan(given), compare=True), environ)
    plan, ready = prepared.plan, _ready(prepared)
    worthwhile = cut.worthwhile(plan.tasks, workers=prepared.workers, known=ready)
    found = cut.cut(plan.tasks, of=asked or worthwhile or 1, known=ready)
    count = machines(found, plan)
    if given.assignment is not None:
        path = Path(given.assignment)
        handed_over.write(
            path, handed_over.made(plan, found.shares, max(count, 1), prepared.learned)
        )
        report.overlook(path)
    told = schedule.shared(plan, _told(found, count), console.out_page)
    if given.json:
        console.mention(told)
        include = [{"shard": f"{number}/{count}"} for number in range(1, count + 1)]
        console.tell(json.dumps({"include": include}) + "\n")
    else:
        console.tell(told)
    return 0


def machines(found: Cut, plan: Plan) -> int:
    """Count the machines that are needed: one also for what was found without running.

    That is told, and fails, where a share is run.
    """
    fails = any(verdict.counts(finding, plan) for finding in plan.findings)
    return len(found.seconds) or int(fails)


def _ready(prepared: Prepared) -> Mapping[str, TaskResult]:
    """Give the results that are there already, as `run` would find them."""
    site = prepared.site
    return reuse.reusable(
        prepared.plan,
        prepared.root,
        site.opened_store(),
        site.libraries,
        today=date.fromisoformat(site.today),
        base_root=None if site.base_root is None else Path(site.base_root),
    )


def _told(found: Cut, count: int) -> schedule.Shares:
    return schedule.Shares(
        count=count,
        total=found.least,
        longest=found.longest,
        mean=found.mean,
        twice=found.twice,
    )
