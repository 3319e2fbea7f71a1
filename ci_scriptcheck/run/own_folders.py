"""The folders that we keep in a repository: refused where git brings what lies in them.

What lies there is trusted: results that are reused, caches, runs that are removed when they are old.
A pull request that commits such files, or a link in their place, would say what is trusted.
"""

from __future__ import annotations

import posixpath
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.run.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

OWN = ".scriptcheck"
"""Where everything lies that nobody gave another place, relative to the repository."""


def check(
    root: Path, tracked: Iterable[str], *, environ: Mapping[str, str], output: Path | None
) -> None:
    """See to it that git has nothing at the places of store, caches and runs, nor above them.

    Args:
        root: The repository.
        tracked: All that git has in its index, relative to it.
        environ: The environment, which can name the store.
        output: The run directory, where one was named.

    Raises:
        UsageError: it has.
    """
    tracked = tuple(tracked)
    if output is not None:
        _check_output(root, tracked, output)
    named = [Store.of(root, environ).folder, *([output.absolute()] if output else [])]
    own = sorted({OWN, *(place for folder in named for place in _places(root, folder))})
    lower = [place.casefold() for place in own]
    above = {str(one) for place in lower for one in PurePosixPath(place).parents}
    below = tuple(f"{place}/" for place in lower)
    for path in tracked:
        # On many file systems `.Scriptcheck` is the same folder.
        folded = path.casefold()
        if folded in lower or folded in above or folded.startswith(below):
            raise UsageError(
                what=f"git has `{path}`, where scriptcheck keeps what it trusts",
                facts=("results that lie there would be taken for those of a run",),
                advice=f"take it out: `git rm -r --cached {_to_remove(path, own)}`",
            )


def _check_output(root: Path, tracked: Iterable[str], output: Path) -> None:
    """Name a folder of the project for what it is, rather than to have its files taken out of git."""
    below = tuple(f"{place}/".casefold() for place in _places(root, output.absolute()))
    held = next((path for path in tracked if path.casefold().startswith(below)), None)
    if held is not None:
        raise UsageError(
            what=f"{output.absolute()} holds files that git has, such as {held}",
            facts=("a run directory is emptied at the start of its run",),
            advice="pass `--output <a new or empty folder>`",
        )


def check_interpreter(root: Path, tracked: Iterable[str], python: Path) -> None:
    """See to it that git brings neither an interpreter nor anything of its environment.

    Raises:
        UsageError: it does; what runs as the interpreter is not confined.
    """
    own = {*_places(root, python), *_places(root, python.parent.resolve() / python.name)}
    own |= {place for folder in (python.parents[1],) for place in _places(root, folder)}
    below = tuple(f"{place}/" for place in own)
    for path in tracked:
        if path in own or path.startswith(below):
            raise UsageError(
                what=f"git has `{path}`, a part of the interpreter that `python:` names",
                facts=("an interpreter is not confined, and a change could bring any program",),
                advice="make the environment where it is needed, and keep it out of git",
            )


def _places(root: Path, folder: Path) -> Iterator[str]:
    """Give a folder relative to the repository, by its name and with links followed, if it is inside."""
    for place in (Path(posixpath.normpath(folder)), folder.resolve()):
        if place.is_relative_to(root) and place != root:
            yield place.relative_to(root).as_posix()


def _to_remove(path: str, own: Iterable[str]) -> str:
    """Name what is to be taken out: the whole folder of ours, or the link above it."""
    return next(
        (
            path[: len(one)]
            for one in own
            if f"{path}/".casefold().startswith(f"{one}/".casefold())
        ),
        path,
    )
