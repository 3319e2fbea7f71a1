"""What the texts of a job link to, as the runner and the event tell it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.change.git.github_event import event_of
from ci_scriptcheck.report.links import Links

if TYPE_CHECKING:
    from collections.abc import Mapping


def links_of(environ: Mapping[str, str]) -> Links:
    """Give what the runner and the event tell of the place where the summary is shown."""
    event = event_of(environ, Path.cwd())
    pull_request = event.payload.get("pull_request") if event else None
    number = pull_request.get("number") if isinstance(pull_request, dict) else None
    server, repository = environ.get("GITHUB_SERVER_URL"), environ.get("GITHUB_REPOSITORY")
    run = environ.get("GITHUB_RUN_ID", "")
    head = event.text("pull_request", "head", "sha") if event else None
    return Links(
        server=server,
        repository=repository,
        head=head or environ.get("GITHUB_SHA"),
        number=number if isinstance(number, int) else None,
        run_url=f"{server}/{repository}/actions/runs/{run}" if server and run else None,
    )
