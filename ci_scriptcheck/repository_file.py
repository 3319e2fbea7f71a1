"""Files of a repository as content that a stranger may have committed: read only if they lie in it.

A link in a pull request can lead to whatever this process may read: its own variables with a job's
secrets under `/proc`, keys in a home folder, the token that a checkout leaves in `.git`.
"""

from __future__ import annotations

import os
import stat
from functools import cache
from io import FileIO
from os.path import realpath  # noqa: TID251  (pathlib raises on links that lead in a circle)

_OF_GIT = ".git"
_OURS = ".scriptcheck"


def read(root: str, path: str) -> bytes:
    """Give the content of a file of a repository.

    Args:
        root: The repository's folder, absolute.
        path: The file, relative to it.

    Raises:
        FileNotFoundError: it is not there, no regular file, or a link that leads elsewhere.
        OSError: it cannot be read.
    """
    try:
        # Thousands are read: a path object for each would cost more than the reading.
        descriptor = os.open(f"{root}/{path}", os.O_RDONLY | os.O_NONBLOCK)
    except NotADirectoryError as error:
        raise FileNotFoundError(path) from error
    try:
        # A submodule, a link to a folder, or a pipe or device, which may have no end.
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise FileNotFoundError(path)
        if not _lies_in(_resolved(root), _place_of(descriptor, f"{root}/{path}")):
            raise FileNotFoundError(path)
        with FileIO(descriptor, closefd=False) as file:
            return file.readall()
    finally:
        os.close(descriptor)


def is_inside(root: str, path: str, *, with_ours: bool = False) -> bool:
    """Say whether an absolute path lies in a repository beside what git keeps there, links followed.

    Args:
        root: The repository, absolute.
        path: The path.
        with_ours: Whether what we keep there ourselves counts as inside: other runs and real data, which
            a link of the repository must not lead to.
    """
    return _lies_in(_resolved(root), realpath(path), with_ours=with_ours)


def _lies_in(root: str, place: str, *, with_ours: bool = False) -> bool:
    if place == root:
        return True
    inside = place.removeprefix(root if root.endswith("/") else f"{root}/")
    is_ours = not with_ours and inside.split("/", 1)[0].casefold() == _OURS
    return inside != place and not is_ours and _OF_GIT not in inside.split("/")


def _place_of(descriptor: int, path: str) -> str:
    try:
        # Of what was opened, not of what the path leads to by now; and one call, not one a folder.
        return os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115  (for thousands of files)
    except OSError:
        return realpath(path)


@cache
def _resolved(root: str) -> str:
    return realpath(root)
