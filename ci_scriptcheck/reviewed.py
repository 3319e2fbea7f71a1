"""Whether somebody has looked at what lies here, so that it may get real data, and say which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.change.git.github_event import event_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

EVENTS = frozenset({"push", "schedule", "workflow_dispatch"})
"""Events whose code somebody has looked at, where they are about the default branch."""


_OF_JOBS = (
    *("CI", "GITHUB_ACTIONS", "BUILD_BUILDID", "BUILD_ID", "BUILD_NUMBER", "CODEBUILD_BUILD_ID"),
    *("JENKINS_URL", "TEAMCITY_VERSION", "TF_BUILD"),
)
"""Variables by which services say that this is a job of theirs."""

_INTO = frozenset({"pull_request", "pull_request_target"})


def is_base_reviewed(environ: Mapping[str, str], root: Path, *, is_named: bool) -> bool:
    """Say whether somebody has looked at what a change is compared with, so that its settings hold.

    Of a pull request into any other branch than the default one, the base may be its author's, too; so may
    what was pushed before.

    Args:
        environ: The variables of this process.
        root: The repository.
        is_named: Whether who called us named the base, and not the settings in front of us.
    """
    event = event_of(environ, root)
    if event is None:
        return is_named
    target = event.target if event.name in _INTO else None
    if event.name == "merge_group":
        target = (event.text("merge_group", "base_ref") or "").removeprefix("refs/heads/")
    return target is not None and target == event.default_branch


def is_reviewed(environ: Mapping[str, str], root: Path) -> bool:
    """Say whether what lies here is what somebody has looked at, or that somebody's own.

    So it is on machines of people, whose credentials are theirs, too; and of jobs, in those that are about
    the default branch. Any other job may hold code that takes what it can read, and settings that
    name what it would like to.
    """
    if not any(environ.get(name) for name in _OF_JOBS):
        return True
    event = event_of(environ, root)
    return (
        event is not None
        and event.name in EVENTS
        and event.branch is not None
        and event.branch == event.default_branch
    )
