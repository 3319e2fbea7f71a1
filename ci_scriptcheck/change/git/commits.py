"""What git knows of commits: which ones names mean, what came before them, and where two parted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.change.git import command

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

RESOLVE = ("cat-file", "--batch-check")
"""Asks for the commits of names."""


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


def merge_base(root: Path, one: str, other: str) -> str | None:
    """Give the commit where two histories parted; `None` where they do not meet in this checkout."""
    if one == other:
        return one
    (answer,) = command.ask(root, [["merge-base", one, other]])
    return answer.output.decode().strip() or None


def parents_of(root: Path, commit: str) -> tuple[str, ...]:
    """Read the parents from the commit itself: a shallow checkout hides them from all other calls."""
    header = command.run(root, "cat-file", "commit", commit).split(b"\n\n", 1)[0]
    return tuple(line[7:].decode() for line in header.split(b"\n") if line.startswith(b"parent "))


def branches(root: Path) -> list[str]:
    """Name the branches that a repository has, its own and those of remotes."""
    listed = command.run(
        root, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes"
    )
    return listed.decode(errors="replace").split()
