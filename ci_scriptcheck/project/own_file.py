"""The files in which a project says something of itself, as content that may be missing, or be no file."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import Place, UsageError

if TYPE_CHECKING:
    from ci_scriptcheck.model.tree import Tree


def content(tree: Tree, path: str, *, what: str) -> bytes | None:
    """Give the content of a file of the project's own; `None` where there is none of this name.

    Args:
        tree: Where it lies; a link is followed inside the repository only.
        path: The file, relative to the repository.
        what: What belongs into it, for people.

    Raises:
        UsageError: there is something of this name that cannot be read.
    """
    try:
        if tree.has(path):
            return tree.read(path)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise UsageError(
            what=f"`{path}` cannot be read: {error.strerror}",
            where=Place(file=path),
            advice="make it a regular file that may be read",
        ) from error
    if not tree.has(path) and not _is_folder(tree, path):
        return None
    raise UsageError(
        what=f"`{path}` is not a regular file",
        where=Place(file=path),
        advice=f"write {what} into a file of this name",
    )


def _is_folder(tree: Tree, path: str) -> bool:
    paths, below = tree.paths(), f"{path}/"
    at = bisect_left(paths, below)
    return at < len(paths) and paths[at].startswith(below)
