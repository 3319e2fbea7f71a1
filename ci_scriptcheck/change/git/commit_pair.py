"""Two commits as a repository of their own for a while: one checked out, the other its only parent.

So one commit can be compared with another, whatever is checked out and however they are related.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.change.git import command

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOBODY = {
    "GIT_AUTHOR_NAME": "scriptcheck",
    "GIT_AUTHOR_EMAIL": "scriptcheck",
    "GIT_AUTHOR_DATE": "@0 +0000",
    "GIT_COMMITTER_NAME": "scriptcheck",
    "GIT_COMMITTER_EMAIL": "scriptcheck",
    "GIT_COMMITTER_DATE": "@0 +0000",
}
_ENVIRONMENT = "pyvenv.cfg"
"""The file by which a virtual environment is known."""


@contextmanager
def laid_out(root: Path, before: str, after: str) -> Iterator[Path]:
    """Give a repository that has the files of one commit, and the other as its base.

    No hook and no filter that the repository defines is run. Virtual environments that lie beside
    the settings or the repository, which git does not have, are there by links.

    Raises:
        ChangeError: git cannot make it.
        OSError: it cannot be written.
    """
    with tempfile.TemporaryDirectory(prefix="scriptcheck-") as aside:
        place = Path(aside).resolve() / root.name
        command.run(root, "init", "--quiet", "--template=", str(place))
        common = command.run(root, "rev-parse", "--git-common-dir").decode().strip()
        objects = (root / common / "objects").resolve()
        (place / ".git" / "objects" / "info" / "alternates").write_text(f"{objects}\n")
        shallow = root / common / "shallow"
        if shallow.is_file():
            (place / ".git" / "shallow").write_bytes(shallow.read_bytes())
        made = ("commit-tree", f"{after}^{{tree}}", "-p", before, "-m", after)
        (answer,) = command.run_together(place, made, variables=_NOBODY)
        commit = answer.decode().strip()
        (settings,) = command.run_together(root, command.NAMES_OF_SETTINGS)
        variables = command.without_filters(settings)
        for arguments in (
            ("update-ref", "HEAD", commit),
            ("read-tree", commit),
            ("checkout-index", "--all", "--index"),
        ):
            command.run_together(place, arguments, variables=variables)
        _link_environments(root, place)
        yield place


def _link_environments(root: Path, place: Path) -> None:
    """Let virtual environments in a repository, in its projects and beside it be found from the copy."""
    folders = dict.fromkeys([place, *(file.parent for file in place.rglob("scriptcheck.yaml"))])
    for folder in folders:
        for link in _linked(root / folder.relative_to(place), folder):
            _overlook(place, link.relative_to(place).as_posix())
    _linked(root.parent, place.parent)


def _linked(own: Path, copy: Path) -> list[Path]:
    """Link the environments that lie in a folder into its copy; give the links."""
    links = []
    with suppress(OSError):
        for child in sorted(own.iterdir()):
            link = copy / child.name
            if (child / _ENVIRONMENT).is_file() and not (link.exists() or link.is_symlink()):
                link.symlink_to(child.resolve())
                links.append(link)
    return links


def _overlook(place: Path, path: str) -> None:
    """Keep git from taking a link for a new file."""
    file = place / ".git" / "info" / "exclude"
    file.parent.mkdir(exist_ok=True)
    with file.open("a") as rules:
        rules.write(f"/{path}\n")
