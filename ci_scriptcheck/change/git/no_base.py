"""Errors for whoever asks to compare with what cannot be found: what is here instead, and how to get it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.change.git import command, commits, remote
from ci_scriptcheck.errors import ChangeError, did_you_mean

if TYPE_CHECKING:
    from pathlib import Path

MOST_NAMED = 5
"""Branches that an error names."""


def unknown_name(root: Path, name: str) -> ChangeError:
    """Say that nothing here is called so, and what may have been meant."""
    missing = _missing_history(root)
    nearest = did_you_mean(name, commits.branches(root))
    return ChangeError(
        what=f"`{name}`, to compare with, is not a commit of this repository",
        facts=missing + _named_branches(root),
        advice=nearest or _getting_it(root, is_shallow=bool(missing)),
    )


def no_main_branch(root: Path, main: str | None) -> ChangeError:
    """Say that the main branch is not here: the one that the settings name, or any of the usual names."""
    if main is not None:
        return ChangeError(
            what=f"`base: {main}` in the settings names no branch of this repository",
            facts=_named_branches(root),
            advice=did_you_mean(main, commits.branches(root))
            or f"run {_fetching(root, main)}, or `scriptcheck run --base <commit>`",
        )
    what = "cannot find a main branch to compare with"
    there = _missing_history(root) + _named_branches(root)
    if remote.has_origin(root):
        return ChangeError(
            what=what,
            facts=there,
            advice=f"run {_fetching(root, 'main')}, with the main branch's own name",
        )
    likely = next(iter(commits.branches(root)), "<branch>")
    return ChangeError(
        what=what,
        facts=there,
        advice=f"run `scriptcheck run --base {likely}`,"
        f" or write `base: {likely}` into scriptcheck.yaml for good",
    )


def never_met(root: Path, name: str) -> ChangeError:
    """Say that head and a branch have no commit in common, or none in a shallow checkout."""
    missing = _missing_history(root)
    if not missing:
        return ChangeError(
            what=f"this branch and {name} have no commit in common",
            advice="name a commit to compare with: `scriptcheck run --base <commit>`",
        )
    return ChangeError(
        what=f"cannot find where this branch left {name}",
        facts=missing,
        advice="run `git fetch --unshallow`, or `scriptcheck run --base <commit>`",
    )


def _getting_it(root: Path, *, is_shallow: bool) -> str:
    if is_shallow:
        return "run `git fetch --unshallow`"
    if remote.has_origin(root):
        return "run `git fetch`"
    return "name one of them, or a commit: `git log --oneline` lists commits"


def _named_branches(root: Path) -> tuple[str, ...]:
    names = commits.branches(root)
    if not names:
        return ("no branch is here, neither main nor master",)
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    named = ", ".join(f"`{name}`" for name in names[:MOST_NAMED])
    return (f"the branches here are {named}{more}" if len(names) > 1 else f"only {named} is here",)


def _fetching(root: Path, branch: str) -> str:
    """Give the command that brings a branch, be the clone of one branch only, or shallow."""
    whole = " --unshallow" if remote.is_shallow(root) else ""
    return f"`git fetch{whole} origin {branch}:refs/remotes/origin/{branch}`"


def _missing_history(root: Path) -> tuple[str, ...]:
    if not remote.is_shallow(root):
        return ()
    count = int(command.run(root, "rev-list", "--count", "HEAD"))
    return (f"the checkout holds {count} commit{'' if count == 1 else 's'}",)
