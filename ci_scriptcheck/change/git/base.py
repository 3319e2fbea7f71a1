"""Which commit to compare with: one that was asked for, what an event says, or where a branch left.

A base that was asked for and is not there is an error. On an event a base that cannot be found
means that everything is checked; at a desk it is an error, because somebody can cure it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.change.git import command, remote
from ci_scriptcheck.change.git.remote import Remote
from ci_scriptcheck.errors import ChangeError, did_you_mean
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ci_scriptcheck.change.git.github_event import GitHubEvent

Ref = tuple[str, str]
"""Full name of a reference, and the branch as people call it."""

RESOLVE = ("cat-file", "--batch-check")
"""Asks for the commits of names."""

_REMOTE_HEAD = "refs/remotes/origin/HEAD"
MOST_NAMED = 5
"""Branches that an error names."""


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


def resolve(root: Path, names: Iterable[str]) -> dict[str, str]:
    """Give the commit ids of names, in one call; what is no commit is left out."""
    asked = [name for name in names if name and not any(char in name for char in "\n\r\0")]
    return resolved(asked, command.run(root, *RESOLVE, given=to_resolve(asked)))


def to_resolve(names: Iterable[str]) -> bytes:
    """Write names as `RESOLVE` takes them."""
    return "".join(f"{name}^{{commit}}\n" for name in names).encode(errors="surrogateescape")


def resolved(asked: Iterable[str], answer: bytes) -> dict[str, str]:
    """Read the answer of `RESOLVE`."""
    found = {}
    lines = answer.decode(errors="replace").splitlines()
    for name, line in zip(asked, lines, strict=False):
        commit, *kind = line.split(" ")
        if kind[:1] == ["commit"]:
            found[name] = commit
    return found


def asked_for(checkout: Checkout, name: str, *, is_exact: bool = False) -> Base:
    """Compare with what somebody named: where it and head parted, or itself if they never met.

    Args:
        checkout: The repository, and head.
        name: Of a commit or branch.
        is_exact: Whether it is compared with itself in any case.

    Raises:
        ChangeError: it is not a commit of this repository.
    """
    found = resolve(checkout.root, [name, f"origin/{name}"])
    if not found and checkout.remote is not None and _fetched(checkout, name):
        found = resolve(checkout.root, [name, f"origin/{name}"])
    if not found:
        raise _unknown_name(checkout, name)
    commit = next(iter(found.values()))
    parted = None if is_exact else merge_base(checkout.root, commit, checkout.head)
    return Base(commit=parted or commit, name=None if commit.startswith(name) else name)


def at_desk(checkout: Checkout) -> Base:
    """Compare with where the branch left the main one.

    Raises:
        ChangeError: no such place can be found.
    """
    found = _main_branch(checkout)
    if found is None:
        raise _no_main_branch(checkout)
    commit, name = found
    parted = _parted(checkout, commit, name)
    if parted is None:
        raise _no_merge_base(checkout, name)
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


def merge_base(root: Path, one: str, other: str) -> str | None:
    """Give the commit where two histories parted; `None` where they do not meet in this checkout."""
    if one == other:
        return one
    (answer,) = command.ask(root, [["merge-base", one, other]])
    return answer.output.decode().strip() or None


def _of_pull_request(checkout: Checkout, event: GitHubEvent) -> Base:
    """Take the first parent of GitHub's merge commit: the payload's own base can lag behind it."""
    if event.commit == checkout.head:
        parents = _parents(checkout.root, checkout.head)
        if len(parents) == 2:
            return _exactly(checkout, parents[0], event.target)
    target = event.target or event.text("pull_request", "base", "ref")
    base = _where_left(checkout, target)
    known = event.text("pull_request", "base", "sha")
    if base.commit is not None or known is None or not _has(checkout, known):
        return base
    parted = merge_base(checkout.root, known, checkout.head)
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
    if resolve(checkout.root, [commit]):
        return True
    asked = checkout.remote is not None and remote.fetch_commit(
        checkout.root, checkout.remote, commit
    )
    return bool(asked and resolve(checkout.root, [commit]))


def _parted(checkout: Checkout, commit: str, branch: str) -> str | None:
    """Find the merge base, with more history where the checkout is shallow and a remote can be asked."""
    parted = merge_base(checkout.root, commit, checkout.head)
    if parted or checkout.remote is None or not remote.is_shallow(checkout.root):
        return parted
    for how in remote.DEEPENINGS:
        if not remote.deepen(
            checkout.root, checkout.remote, how, head=checkout.head, branch=branch
        ):
            return None
        parted = merge_base(checkout.root, commit, checkout.head)
        if parted:
            return parted
    return None


def _main_branch(checkout: Checkout, branch: str | None = None) -> tuple[str, str] | None:
    """Find the commit and the name of the main branch: the one that is named, else the usual ones."""
    named = branch or checkout.main
    refs = list(_refs_of(named)) if named else list(_usual_refs())
    # What was not there at first may have been fetched meanwhile.
    found = {ref: checkout.known[ref] for ref, _ in refs if ref in checkout.known} or resolve(
        checkout.root, [ref for ref, _ in refs]
    )
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


def _parents(root: Path, commit: str) -> tuple[str, ...]:
    """Read the parents from the commit itself: a shallow checkout hides them from all other calls."""
    header = command.run(root, "cat-file", "commit", commit).split(b"\n\n", 1)[0]
    return tuple(line[7:].decode() for line in header.split(b"\n") if line.startswith(b"parent "))


def _fetched(checkout: Checkout, name: str) -> bool:
    if checkout.remote is None:
        return False
    if len(name) == 40 and not name.strip("0123456789abcdef"):
        return remote.fetch_commit(checkout.root, checkout.remote, name)
    return remote.fetch_branch(checkout.root, checkout.remote, name.removeprefix("origin/"))


def _unknown_name(checkout: Checkout, name: str) -> ChangeError:
    missing = _missing_history(checkout.root)
    nearest = did_you_mean(name, branches(checkout.root))
    return ChangeError(
        what=f"`{name}`, to compare with, is not a commit of this repository",
        facts=missing + _named_branches(checkout.root),
        advice=nearest or _getting_it(checkout.root, is_shallow=bool(missing)),
    )


def _getting_it(root: Path, *, is_shallow: bool) -> str:
    if is_shallow:
        return "run `git fetch --unshallow`"
    if remote.has_origin(root):
        return "run `git fetch`"
    return "name one of them, or a commit: `git log --oneline` lists commits"


def _no_main_branch(checkout: Checkout) -> ChangeError:
    if checkout.main is not None:
        return ChangeError(
            what=f"`base: {checkout.main}` in the settings names no branch of this repository",
            facts=_named_branches(checkout.root),
            advice=did_you_mean(checkout.main, branches(checkout.root))
            or f"run {_fetching(checkout.root, checkout.main)}, or `scriptcheck run --base <commit>`",
        )
    what = "cannot find a main branch to compare with"
    there = _missing_history(checkout.root) + _named_branches(checkout.root)
    if remote.has_origin(checkout.root):
        return ChangeError(
            what=what,
            facts=there,
            advice=f"run {_fetching(checkout.root, 'main')}, with the main branch's own name",
        )
    likely = next(iter(branches(checkout.root)), "<branch>")
    return ChangeError(
        what=what,
        facts=there,
        advice=f"run `scriptcheck run --base {likely}`,"
        f" or write `base: {likely}` into scriptcheck.yaml for good",
    )


def branches(root: Path) -> list[str]:
    """Name the branches that a repository has, its own and those of remotes."""
    listed = command.run(
        root, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes"
    )
    return listed.decode(errors="replace").split()


def _named_branches(root: Path) -> tuple[str, ...]:
    names = branches(root)
    if not names:
        return ("no branch is here, neither main nor master",)
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    named = ", ".join(f"`{name}`" for name in names[:MOST_NAMED])
    return (f"the branches here are {named}{more}" if len(names) > 1 else f"only {named} is here",)


def _fetching(root: Path, branch: str) -> str:
    """Give the command that brings a branch, be the clone of one branch only, or shallow."""
    whole = " --unshallow" if remote.is_shallow(root) else ""
    return f"`git fetch{whole} origin {branch}:refs/remotes/origin/{branch}`"


def _no_merge_base(checkout: Checkout, name: str) -> ChangeError:
    missing = _missing_history(checkout.root)
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


def _missing_history(root: Path) -> tuple[str, ...]:
    if not remote.is_shallow(root):
        return ()
    count = int(command.run(root, "rev-list", "--count", "HEAD"))
    return (f"the checkout holds {count} commit{'' if count == 1 else 's'}",)
