"""A repository as the other stages see it: its files, any commit's files, and what changed."""

from __future__ import annotations

import os
import weakref
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ci_scriptcheck.change.git import base as bases
from ci_scriptcheck.change.git import command, commits, difference, overlooked
from ci_scriptcheck.change.git.github_event import event_of
from ci_scriptcheck.change.git.remote import remote_of
from ci_scriptcheck.errors import ChangeError
from ci_scriptcheck.model.change import ChangeSet
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

_OWN = ".scriptcheck/"
_LONGEST_LINK_CHAIN = 10
_LIST = ("ls-files", "-z", "-t", "-s", "-c", "-o", "-d", "--exclude-standard")


def repository_root(start: Path) -> Path:
    """Find the folder of the repository that a folder lies in, without starting a process.

    Raises:
        ChangeError: it lies in none.
    """
    folder = start.resolve()
    for candidate in (folder, *folder.parents):
        mark = candidate / ".git"
        if mark.is_file() or (mark / "HEAD").is_file():
            return candidate
    raise ChangeError(
        what=f"{folder} is not in a git repository",
        facts=("what changed is found by git",),
        advice="run `git init` and commit, or pass `-C <folder of the project>`",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What git says of a repository at the first look.

    Attributes:
        root: The repository's folder.
        files: Of the working folder, sorted: those in git and new ones, ignored ones left out.
        tracked: Of the index, whether it is there or not.
        commits: `HEAD` and the usual names of the main branch, as far as they are there.
        filters: Variables for a call that compares the working folder.
    """

    root: Path
    files: tuple[str, ...]
    tracked: tuple[str, ...]
    commits: Mapping[str, str]
    filters: Mapping[str, str]


def look(root: Path) -> Sight:
    """Ask git at once for all that nearly every command needs.

    Raises:
        ChangeError: git cannot say it.
    """
    names = bases.usual_names()
    listed, resolved, settings = command.run_together(
        root,
        (*_LIST, *overlooked.options(root)),
        commits.RESOLVE,
        command.NAMES_OF_SETTINGS,
        given=commits.to_resolve(names),
    )
    return Sight(
        root=root,
        files=_files(listed),
        tracked=_tracked(listed),
        commits=commits.resolved(names, resolved),
        filters=command.without_filters(settings),
    )


def listed_files(root: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """List what `Sight` calls `files` and `tracked`, where nothing else is asked.

    Raises:
        ChangeError: git cannot list them.
    """
    listed = command.run(root, *_LIST, *overlooked.options(root))
    return _files(listed), _tracked(listed)


def _tracked(listed: bytes) -> tuple[str, ...]:
    entries = os.fsdecode(listed).split("\0")
    return tuple(entry.partition("\t")[2] for entry in entries if not entry.startswith("?"))


def _files(listed: bytes) -> tuple[str, ...]:
    present: set[str] = set()
    absent: set[str] = set()
    for entry in os.fsdecode(listed).split("\0"):
        mark, _, rest = entry.partition(" ")
        facts, _, path = rest.partition("\t") if mark != "?" else ("", "", rest)
        # 160000 is a submodule; a name with a slash at its end is a repository inside this one.
        if path and not path.endswith("/") and not facts.startswith("160000"):
            # R: gone from the folder. S: left out of a sparse checkout.
            (absent if mark in "RS" else present).add(path)
    # What we keep in the repository ourselves is no file of a project.
    return tuple(path for path in sorted(present - absent) if not path.startswith(_OWN))


def change_set(
    root: Path,
    *,
    base: str | None,
    environ: Mapping[str, str],
    default_base: str | None,
    sight: Sight | None = None,
    is_exact: bool = False,
) -> ChangeSet:
    """Find what differs between base and head.

    On a GitHub event head is the commit that is checked out; otherwise it is the working folder,
    with what has not been committed.

    Args:
        root: The repository's folder.
        base: What somebody asked to compare with.
        environ: The environment, in which a job's event stands.
        default_base: The branch that the project's settings name.
        sight: What was seen of the repository; `None` looks again.
        is_exact: Whether to compare with that commit itself, and not with where head left it.

    Raises:
        ChangeError: git cannot say it.
    """
    event = event_of(environ, root)
    seen = sight or look(root)
    head = bases.head_of(seen.commits)
    checkout = bases.Checkout(
        root=root,
        head=head,
        known=seen.commits,
        remote=remote_of(environ),
        main=default_base,
    )
    if base:
        found = bases.asked_for(checkout, base, is_exact=is_exact)
    elif event is not None:
        found = bases.on_event(checkout, event)
    else:
        found = bases.at_desk(checkout)
    found = bases.with_its_files(checkout, found, is_asked_for=bool(base))
    if found.commit is None:
        return ChangeSet(base=None, head=head, base_name=found.name, unknown=found.unknown)
    if event is None:
        files, uncommitted = difference.in_working_folder(
            root, found.commit, head, filters=seen.filters
        )
    else:
        files, uncommitted = difference.between(root, found.commit, head), False
    return ChangeSet(
        base=found.commit, head=head, base_name=found.name, files=files, uncommitted=uncommitted
    )


class CommitTree:
    """The files of one commit; implements `model.tree.Tree`.

    It keeps a git process for reading, which ends with it. Submodules are left out, and a symbolic
    link reads as the file it leads to.

    Attributes:
        root: Root of the repository, absolute; a project is called like its folder.
    """

    def __init__(self, root: Path, commit: str) -> None:
        """List the files of a commit.

        Raises:
            ChangeError: there is no such commit.
        """
        listed = command.run(root, "ls-tree", "-r", "-z", "--full-tree", commit)
        self.root = root
        self._ids: dict[str, str] = {}
        self._links: set[str] = set()
        for entry in os.fsdecode(listed).split("\0"):
            facts, _, path = entry.partition("\t")
            if path and not facts.startswith("160000"):
                self._ids[path] = facts.split(" ")[2]
                if facts.startswith("120000"):
                    self._links.add(path)
        self._paths = tuple(sorted(self._ids))
        self._objects: command.Objects | None = None

    def paths(self) -> tuple[str, ...]:
        """List every file, sorted."""
        return self._paths

    def has(self, path: str) -> bool:
        """Say whether this is a file of the commit."""
        return path in self._ids

    def read(self, path: str) -> bytes:
        """Give the content of a file.

        Raises:
            FileNotFoundError: the commit has no such file.
        """
        found = self.read_many([path])
        if path not in found:
            raise FileNotFoundError(path)
        return found[path]

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Give the contents of several files at once; those that do not exist are left out."""
        ids = self.blob_ids(paths)
        contents = self._read_objects(sorted(set(ids.values())))
        return {path: contents[name] for path, name in ids.items() if name in contents}

    def blob_ids(self, paths: Iterable[str]) -> dict[str, str]:
        """Give git's id of the content of each file; what does not exist is left out."""
        followed = {path: self._followed(path) for path in paths}
        return {path: self._ids[end] for path, end in followed.items() if end is not None}

    def close(self) -> None:
        """End the process that reads; a later read starts another."""
        if self._objects is not None:
            self._objects.close()
            self._objects = None

    def _read_objects(self, ids: list[str]) -> dict[str, bytes]:
        if not ids:
            return {}
        if self._objects is None:
            self._objects = command.Objects(self.root)
            weakref.finalize(self, self._objects.close)
        return self._objects.read(ids)

    def _followed(self, path: str) -> str | None:
        for _ in range(_LONGEST_LINK_CHAIN):
            if path not in self._links:
                return path if path in self._ids else None
            name = self._ids[path]
            target = os.fsdecode(self._read_objects([name])[name])
            path = _normal(PurePosixPath(path).parent / target)
        return None


def _normal(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and parts:
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
