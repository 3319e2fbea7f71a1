"""Which commit to compare with: one that was asked for, what an event says, or where a branch left.

A base that was asked for and is not there is an error. On an event a base that cannot be found
means that everything is checked; at a desk it is an error, because somebody can cure it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.change.git import command, commits, no_base, remote
from ci_scriptcheck.change.git.remote import Remote
from ci_scriptcheck.errors import ChangeError
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from ci_scriptcheck.change.git.github_event import GitHubEvent

Ref = tuple[str, str]
"""Full name of a reference, and the branch as people call it."""

_REMOTE_HEAD = "refs/remotes/origin/HEAD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What head is compared with.

    Attributes:
        commit: Its id; `None` where there is none.
        name: The branch it lies on, as people call it.
        unknown: Why there is none.
    """

    commit: str | None = None
    name: str | None = None
    unknown: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """The repository as it was found.

    Attributes:
        head: Id of the commit that is checked out.
        remote: Whom to ask for history that is missing; `None` asks nobody.
        main: The branch that the project's settings name.
        known: Names that were resolved already, with their commits.
    """

    root: Path
    head: str
    known: Mapping[str, str]
    remote: Remote | None = None
    main: str | None = None


def head_of(known: Mapping[str, str]) -> str:
    """Give the id of the commit that is checked out.

    Raises:
        ChangeError: there is no commit yet.
    """
    if "HEAD" not in known:
        raise ChangeError(
            what="this repository has no commit yet, so there is nothing to compare with",
            advice="commit first, or check every step: `scriptcheck run --all`",
        )
    return known["HEAD"]


def usual_names() -> tuple[str, ...]:
    """List what nearly every comparison asks for: head, and where the main branch may be."""
    return ("HEAD", *(ref for ref, _ in _usual_refs()))


def asked_for(checkout: Checkout, name: str, *, is_exact: bool = False) -> Base:
    """Compare with what somebody named: where it and head parted, or itself if they never met.

    Args:
        checkout: The repository, and head.
        name: Of a commit or branch.
        is_exact: Whether it is compared with itself in any case.

    Raises:
        ChangeError: it is not a commit of this repository.
    """
    found = commits.resolve(checkout.root, [name, f"origin/{name}"])
    if not found and checkout.remote is not None and _fetched(checkout, name):
        found = commits.resolve(checkout.root, [name, f"origin/{name}"])
    if not found:
        raise no_base.unknown_name(checkout.root, name)
    commit = next(iter(found.values()))
    parted = None if is_exact else commits.merge_base(checkout.root, commit, checkout.head)
    return Base(commit=parted or commit, name=None if commit.startswith(name) else name)


def at_desk(checkout: Checkout) -> Base:
    """Compare with where the branch left the main one.

    Raises:
        ChangeError: no such place can be found.
    """
    found = _main_branch(checkout)
    if found is None:
        raise no_base.no_main_branch(checkout.root, checkout.main)
    commit, name = found
    parted = _parted(checkout, commit, name)
    if parted is None:
        raise no_base.never_met(checkout.root, name)
    return Base(commit=parted, name=name)


def on_event(checkout: Checkout, event: GitHubEvent) -> Base:  # noqa: PLR0911  (one arm for each event)
    """Compare with what the event says; a base that cannot be found is told in `unknown`."""
    match event.name:
        case "schedule":
            return Base(unknown="a scheduled run checks everything")
        case "pull_request":
            return _of_pull_request(checkout, event)
        case "pull_request_target":
            return _where_left(checkout, event.target or event.default_branch)
        case "merge_group":
            ref = event.text("merge_group", "base_ref") or ""
            name = ref.removeprefix("refs/heads/") or None
            return _exactly(checkout, event.text("merge_group", "base_sha"), name)
        case "push":
            return _of_push(checkout, event)
        case "workflow_dispatch" if asked := event.text("inputs", "base"):
            return asked_for(checkout, asked)
        case "workflow_dispatch" if (
            event.branch is not None and event.branch == event.default_branch
        ):
            return Base(unknown=f"a run started by hand on {event.branch} checks everything")
        case _:
            return _where_left(checkout, checkout.main or event.default_branch)


def with_its_files(checkout: Checkout, base: Base, *, is_asked_for: bool) -> Base:
    """Give a base whose files can be read: a partial clone gets them from the remote, all at once.

    Raises:
        ChangeError: somebody asked for it, and they cannot be had.
    """
    if base.commit is None or checkout.remote is None:
        return base
    if remote.complete(checkout.root, checkout.remote, base.commit, checkout.head):
        return base
    why = f"this is a partial clone, and the remote does not give the files of {base.commit[:7]}"
    if is_asked_for:
        raise ChangeError(
            what=why,
            advice="check out without `filter:`, or give this step"
            " `env: {GITHUB_TOKEN: ${{ github.token }}}`",
        )
    return Base(name=base.name, unknown=f"{why}; check out without `filter:`")


def _of_pull_request(checkout: Checkout, event: GitHubEvent) -> Base:
    """Take the first parent of GitHub's merge commit: the payload's own base can lag behind it."""
    if event.commit == checkout.head:
        parents = commits.parents_of(checkout.root, checkout.head)
        if len(parents) == 2:
            return _exactly(checkout, parents[0], event.target)
    target = event.target or event.text("pull_request", "base", "ref")
    base = _where_left(checkout, target)
    known = event.text("pull_request", "base", "sha")
    if base.commit is not None or known is None or not _has(checkout, known):
        return base
    parted = commits.merge_base(checkout.root, known, checkout.head)
    return Base(commit=parted or known, name=target)


def _of_push(checkout: Checkout, event: GitHubEvent) -> Base:
    before = event.text("before")
    main = checkout.main or event.default_branch
    if before is not None and before.strip("0"):
        base = _exactly(checkout, before, event.branch)
        if base.commit is not None or event.branch == main:
            return base
    elif event.branch is not None and event.branch == event.default_branch:
        return Base(unknown=f"nothing lies before the first push of {event.branch}")
    return _where_left(checkout, main)


def _exactly(checkout: Checkout, commit: str | None, name: str | None) -> Base:
    if commit is None:
        return Base(unknown="the event does not say what to compare with")
    if _has(checkout, commit):
        return Base(commit=commit, name=name)
    return Base(unknown=f"commit {commit[:7]}, to compare with, is not in this checkout")


def _where_left(checkout: Checkout, branch: str | None) -> Base:
    found = _main_branch(checkout, branch)
    if found is None and branch is not None and checkout.remote is not None:
        remote.fetch_branch(checkout.root, checkout.remote, branch)
        found = _main_branch(checkout, branch)
    if found is None:
        return Base(unknown=f"{branch or 'the default branch'} is not in this checkout")
    commit, name = found
    parted = _parted(checkout, commit, name)
    if parted is None:
        return Base(unknown=f"cannot find where this branch left {name}")
    return Base(commit=parted, name=name)


def _has(checkout: Checkout, commit: str) -> bool:
    if commits.resolve(checkout.root, [commit]):
        return True
    asked = checkout.remote is not None and remote.fetch_commit(
        checkout.root, checkout.remote, commit
    )
    return bool(asked and commits.resolve(checkout.root, [commit]))


def _parted(checkout: Checkout, commit: str, branch: str) -> str | None:
    """Find the merge base, with more history where the checkout is shallow and a remote can be asked."""
    parted = commits.merge_base(checkout.root, commit, checkout.head)
    if parted or checkout.remote is None or not remote.is_shallow(checkout.root):
        return parted
    for how in remote.DEEPENINGS:
        if not remote.deepen(
            checkout.root, checkout.remote, how, head=checkout.head, branch=branch
        ):
            return None
        parted = commits.merge_base(checkout.root, commit, checkout.head)
        if parted:
            return parted
    return None


def _main_branch(checkout: Checkout, branch: str | None = None) -> tuple[str, str] | None:
    """Find the commit and the name of the main branch: the one that is named, else the usual ones."""
    named = branch or checkout.main
    refs = list(_refs_of(named)) if named else list(_usual_refs())
    # What was not there at first may have been fetched meanwhile.
    found = {
        ref: checkout.known[ref] for ref, _ in refs if ref in checkout.known
    } or commits.resolve(checkout.root, [ref for ref, _ in refs])
    for ref, name in refs:
        if ref in found:
            called = name if ref != _REMOTE_HEAD else _name_of_remote_head(checkout.root)
            return found[ref], called
    return None


def _refs_of(branch: str) -> tuple[Ref, ...]:
    # The remote's first: a local copy of the main branch is often an old one.
    return ((f"refs/remotes/origin/{branch}", branch), (f"refs/heads/{branch}", branch))


def _usual_refs() -> tuple[Ref, ...]:
    main, master = _refs_of("main"), _refs_of("master")
    return ((_REMOTE_HEAD, "origin"), main[0], master[0], main[1], master[1])


def _name_of_remote_head(root: Path) -> str:
    (answer,) = command.ask(root, [["symbolic-ref", "--short", _REMOTE_HEAD]])
    return answer.output.decode(errors="replace").strip().removeprefix("origin/") or "origin"


def _fetched(checkout: Checkout, name: str) -> bool:
    if checkout.remote is None:
        return False
    if len(name) == 40 and not name.strip("0123456789abcdef"):
        return remote.fetch_commit(checkout.root, checkout.remote, name)
    return remote.fetch_branch(checkout.root, checkout.remote, name.removeprefix("origin/"))
