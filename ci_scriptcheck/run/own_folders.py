"""The folders that we keep in a repository: refused where git brings what lies in them.

What lies there is trusted: results that are reused, caches, runs that are removed when they are old.
A pull request that commits such files, or a link in their place, would say what is trusted.
"""

from __future__ import annotations

import posixpath
import sys
import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.run import record
from ci_scriptcheck.run.process.interpreters import located
from ci_scriptcheck.run.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ci_scriptcheck.model.project import Project

OWN = ".scriptcheck"
"""Where everything lies that nobody gave another place, relative to the repository."""

_LONGEST_CHAIN = 40
"""Links in a row that the system itself follows."""

_WRITTEN_BY_SCRIPTS = frozenset({"/dev", "/proc"})
_TEMPORARY = ("scq-", "scriptcheck-")
"""How the names of our temporary folders begin."""


def hidden(*folders: Path) -> tuple[str, ...]:
    """List folders that a script must not read: what it was given lies in a copy of its own.

    By their real paths: to the kernel a link is not what it leads to.
    """
    return tuple(dict.fromkeys(str(folder.resolve()) for folder in folders))


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
    held = _held_at(tracked, own)
    if held is not None:
        raise UsageError(
            what=f"git has `{held}`, where scriptcheck keeps what it trusts",
            facts=("results that lie there would be taken for those of a run",),
            advice=f"take it out: `git rm -r --cached {_to_remove(held, own)}`",
        )


def check_run(root: Path, tracked: Iterable[str], run_directory: Path) -> None:
    """See to it that git brings nothing of a run that is to be reported.

    Raises:
        UsageError: it does.
    """
    held = _held_at(tracked, tuple(_places(root, run_directory.absolute())))
    if held is not None:
        raise UsageError(
            what=f"git has `{held}`, a part of the run that is to be reported",
            facts=("a change could have written any result there",),
            advice="report a run that was made here, or that another job has left",
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


def check_interpreters(root: Path, tracked: Iterable[str], project: Project) -> None:
    """See to it that git brings neither the interpreters of a project nor anything of theirs.

    Raises:
        UsageError: it does; what runs as an interpreter is not confined.
    """
    settings = [step.settings for step in project.steps.values()]
    settings += [node.settings for one in project.pipelines.values() for node in one.nodes]
    named = {one.python: one.origins.get("python") for one in settings}
    for python, place in sorted({None: None, **named}.items(), key=lambda one: str(one[0])):
        path = Path(located(root, project.folder, python))
        if python is not None and "/" not in python and not path.exists():
            raise UsageError(
                what=f"there is no interpreter `{python}` in the project",
                where=place,
                facts=("names are not looked for along `PATH`",),
                advice="write its path, as `.venv/bin/python` or `/usr/bin/python3`; without `python:`"
                " scripts run in scriptcheck's own",
            )
        check_interpreter(root, tracked, path)


def check_interpreter(root: Path, tracked: Iterable[str], python: Path) -> None:
    """See to it that git brings neither an interpreter nor anything of its environment.

    Args:
        root: The repository.
        tracked: All that git has in its index, relative to it.
        python: The interpreter, absolute, as it will be started.

    Raises:
        UsageError: it does, or a script could have.
    """
    if ".." in python.parts and str(python) != sys.executable:
        raise UsageError(
            what=f"`..` behind a folder in {python}, which is to be an interpreter",
            facts=("where that leads depends on links, and on who follows them",),
            advice="name the interpreter by its straight path",
        )
    links = _links(python)
    for link in links:
        _check_where_scripts_write(root, python, link)
    own = {
        place
        for link in links
        for one in (link, *link.parents[1:2])
        for place in _places(root, one)
    }
    own |= {place for link in _passed_links(python) for place in _places(root, link)}
    held = _held_at(tracked, own)
    if held is not None:
        raise UsageError(
            what=f"git has `{held}`, a part of the interpreter {python}",
            facts=("an interpreter is not confined, and a change could bring any program",),
            advice="make the environment where it is needed, and keep it out of git",
        )
    if any(root in (link.parent, *link.parents[1:2]) for link in links):
        raise UsageError(
            what=f"the environment of {python} is the whole repository",
            facts=("an interpreter is not confined, and any file could be a part of it",),
            advice="make the environment in a folder of its own, such as `.venv`",
        )


def _check_where_scripts_write(root: Path, python: Path, link: Path) -> None:
    for folder in link.parents:
        if (
            folder.name == OWN
            or str(folder) in _WRITTEN_BY_SCRIPTS
            or _is_temporary(root, folder)
            or record.is_run_directory(folder)
        ):
            raise UsageError(
                what=f"the interpreter {python} lies where scripts write, in {folder}",
                facts=("an interpreter is not confined, and a script could have written it",),
                advice="name one that lies elsewhere",
            )


def _is_temporary(root: Path, folder: Path) -> bool:
    """Say whether a folder is one that we make for a while; what lies in the repository is its own."""
    return (
        folder.name.startswith(_TEMPORARY)
        and folder.parent in {Path(tempfile.gettempdir()), Path("/tmp")}  # noqa: S108  (not written)
        and not root.is_relative_to(folder)
    )


def _links(python: Path) -> tuple[Path, ...]:
    """Give the path of an interpreter, and all others that it has by the links that it is itself.

    Each of them with the links above it followed, as the system does and no change of the text can.
    """
    found = [python, python.parent.resolve() / python.name]
    while found[-1].is_symlink() and len(found) < _LONGEST_CHAIN:
        target = found[-1].parent / found[-1].readlink()
        found.append(target.parent.resolve() / target.name)
    return (*found, python.resolve())


def _passed_links(path: Path) -> tuple[Path, ...]:
    """List every link that the system follows on the way to a file, by its real place, in this order."""
    found: list[Path] = []
    here, waiting = Path("/"), [*reversed(path.parts[1:])]
    while waiting and len(found) < _LONGEST_CHAIN:
        word = waiting.pop()
        here = here.parent if word == ".." else here / word
        if word != ".." and here.is_symlink():
            found.append(here)
            target = here.readlink()
            waiting += reversed(target.parts[1:] if target.is_absolute() else target.parts)
            here = Path("/") if target.is_absolute() else here.parent
    return tuple(found)


def _held_at(tracked: Iterable[str], places: Iterable[str]) -> str | None:
    """Find something that git has at one of these places, below it, or in place of a folder above."""
    # On many file systems `.Scriptcheck` is the same folder.
    own = {place.casefold() for place in places}
    if not own:
        return None
    above = {str(one) for place in own for one in PurePosixPath(place).parents}
    below = tuple(f"{place}/" for place in own)
    for path in tracked:
        folded = path.casefold()
        if folded in own or folded in above or folded.startswith(below):
            return path
    return None


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
