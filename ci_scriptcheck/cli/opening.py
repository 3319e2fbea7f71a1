"""The project in a folder, with the repository and the files around it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.change.git.repository import listed_files, repository_root
from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.model.tree import Tree
from ci_scriptcheck.project import working_tree
from ci_scriptcheck.project.paths import FILE_NAME
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from argparse import Namespace

    from ci_scriptcheck.model.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFolder:
    """A folder of a repository.

    Attributes:
        root: The repository, absolute.
        folder: The project's folder, relative to it; empty at its root.
        tree: The files of the working folder.
        tracked: All that git has in its index.
    """

    root: Path
    folder: str
    tree: Tree
    tracked: tuple[str, ...]


def project_folder(given: Namespace) -> Path:
    """Give the project's folder as it was named; else the nearest, from here up, that has settings.

    Raises:
        UsageError: there is no such folder.
    """
    folder = named_folder(given)
    return folder if given.project else _nearest(folder)


def named_folder(given: Namespace) -> Path:
    """Give the folder that was named, or the one we are in, whether it has settings or not.

    Raises:
        UsageError: there is no such folder.
    """
    folder = Path(given.project or ".")
    if not folder.is_dir():
        raise UsageError(what=f"there is no folder `{folder}`", advice="name one with `-C`")
    return folder


def _nearest(folder: Path) -> Path:
    """Look upwards for a settings file, as git does for a repository, and not beyond that."""
    for candidate in (folder.resolve(), *folder.resolve().parents):
        if (candidate / FILE_NAME).is_file():
            return candidate
        if (candidate / ".git").exists():
            break
    return folder


def place_of(folder: Path) -> ProjectFolder:
    """Look where a folder lies.

    Raises:
        ChangeError: it lies in no repository.
    """
    root = repository_root(folder)
    files, tracked = listed_files(root)
    inside = folder.resolve().relative_to(root).as_posix()
    return ProjectFolder(
        root=root,
        folder="" if inside == "." else inside,
        tree=working_tree.WorkingTree(root, files),
        tracked=tracked,
    )


def project_of(place: ProjectFolder) -> Project:
    """Read the project at a place.

    Raises:
        UsageError: its settings cannot be understood.
    """
    from ci_scriptcheck.project import loader

    return loader.load_project(place.tree, place.folder)
