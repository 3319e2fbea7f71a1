"""`scriptcheck plan`: what `run` would check, and why; nothing is run."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

from ci_scriptcheck import workflow
from ci_scriptcheck.cli import options
from ci_scriptcheck.model.codec import to_json
from ci_scriptcheck.report import schedule
from ci_scriptcheck.run import reuse

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from ci_scriptcheck.cli.console import Console


def call(given: Namespace, console: Console, environ: Mapping[str, str]) -> int:
    """Print the plan."""
    prepared = workflow.prepare(options.of_plan(given), environ)
    if given.json:
        console.tell(json.dumps(to_json(prepared.plan), indent=2) + "\n")
    else:
        # The results that are there already, as `run` would find them.
        site = prepared.site
        ready = reuse.reusable(
            prepared.plan,
            prepared.root,
            site.opened_store(),
            site.libraries,
            today=date.fromisoformat(site.today),
        )
        console.tell(schedule.render(prepared.plan, console.out_page, ready))
    return 0
