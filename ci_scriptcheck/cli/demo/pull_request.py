"""Makes the demonstration's repository: a project on `main`, and a branch that breaks it.

The branch renames a column in one script; the script that needs it stands two steps further on,
and nobody touched it.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.change.git import command
from ci_scriptcheck.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

MAIN = "main"
BRANCH = "shorter-names"
CHANGED = "scripts/preprocess.py"
OLD, NEW = "amount_usd", "amount"

_PROJECT = Path(__file__).with_name("project")
# The same text gives the same commits, wherever and whenever the demonstration is shown.
_WHEN = "2026-01-05T09:00:00+00:00"
_SOMEBODY = (
    *("-c", "user.name=Shop"),
    *("-c", "user.email=shop@example.org"),
    *("-c", "commit.gpgSign=false"),
    *("-c", "core.autocrlf=false"),
)


def lay_out(folder: Path) -> Path:
    """Make the repository in a folder, with `main` checked out, and give its path.

    Raises:
        UsageError: there is something of that name already.
        ChangeError: git is not installed.
    """
    root = folder / "shop"
    if root.exists():
        raise UsageError(
            what=f"{root} is there already", advice="name an empty folder with `--output`"
        )
    shutil.copytree(_PROJECT, root, ignore=shutil.ignore_patterns("__pycache__"))
    _git(root, "init", "--quiet", f"--initial-branch={MAIN}")
    _commit(root, "Find fraudulent orders")
    return root


def break_it(root: Path) -> tuple[str, ...]:
    """Make the change on a branch, and give the lines of it as a reviewer would see them."""
    _git(root, "checkout", "--quiet", "-b", BRANCH)
    script = root / CHANGED
    before = script.read_text(encoding="utf-8")
    after = before.replace(f'"{OLD}"', f'"{NEW}"').replace(f"'{OLD}'", f"'{NEW}'")
    script.write_text(after, encoding="utf-8")
    _commit(root, "Shorten a name")
    pairs = zip(before.splitlines(), after.splitlines(), strict=True)
    return tuple(
        text
        for old, new in pairs
        if old != new
        for text in (f"- {old.strip()}", f"+ {new.strip()}")
    )


def _commit(root: Path, message: str) -> None:
    _git(root, "add", "--all")
    _git(root, *_SOMEBODY, "commit", "--quiet", f"--message={message}")


def _git(root: Path, *arguments: str) -> None:
    when = {"GIT_AUTHOR_DATE": _WHEN, "GIT_COMMITTER_DATE": _WHEN}
    words: Sequence[str] = arguments
    command.run_together(root, words, variables=when)
