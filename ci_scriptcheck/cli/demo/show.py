"""`scriptcheck demo`: the tool at work on a small project, and the files it leaves."""

from __future__ import annotations

import shlex
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.cli import main, report
from ci_scriptcheck.cli.demo import pull_request
from ci_scriptcheck.report.page import Ink

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from ci_scriptcheck.cli.console import Console

_FAILED = 1


def call(given: Namespace, console: Console, environ: Mapping[str, str]) -> int:
    """Show a pull request being caught; 0 if it was."""
    folder = Path(given.output) if given.output else Path(tempfile.mkdtemp(prefix="scriptcheck-"))
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    # A job's event is about the job's own repository, not about this one.
    variables = {name: value for name, value in environ.items() if not name.startswith("GITHUB_")}
    shown = _Shown(console, folder, variables)
    shown.say(
        "A shop trains a model that spots fraudulent orders, in six steps:",
        "ingest, preprocess, split, train, evaluate, package. On main, all is well.",
    )
    root = pull_request.lay_out(folder)
    if shown.scriptcheck(root, "run", "--all", "--mode", "pipeline") != 0:
        return shown.unexpected("the project on main should have passed")
    lines = pull_request.break_it(root)
    shown.say(
        f"Then a pull request shortens a name in {pull_request.CHANGED}:",
        "",
        *(console.out_page.cut(f"    {line}") for line in lines),
        "",
        "It looks fine, and nobody reads train.py, which is not part of it.",
    )
    run, junit = folder / "run", folder / "junit.xml"
    words = ("run", "--base", pull_request.MAIN, "--output", str(run), "--junit", str(junit))
    if shown.scriptcheck(root, *words) != _FAILED:
        return shown.unexpected("the pull request should have failed")
    main.main(["report", "--run", str(run), "--output", str(folder / "log.txt")], variables)
    shutil.copyfile(run / "record.json", folder / "record.json")
    left = {
        folder / "log.txt": "what you have just read",
        folder / "record.json": "everything about the run, for programs",
        junit: "the same for test reporters",
        root: "the repository, with the branch checked out",
    }
    for path in left:
        report.overlook(path)
    width = max(len(str(path)) for path in left)
    shown.say(
        f"Exit code {_FAILED}: the pull request cannot be merged unseen. To look at:",
        "",
        *(console.out_page.flow(what, f"    {path!s:<{width}}  ") for path, what in left.items()),
        "",
        "To go on, correct scripts/train.py there, and run it again:",
        "",
        f"    {shlex.join([*_called(), '-C', str(root), 'run'])}",
    )
    return 0


def _called() -> list[str]:
    """Give the words that call this very tool from the shell of whoever reads them.

    By its path: who calls the demonstration may have a `PATH` of their own, as nox has.
    """
    command = Path(sys.executable).with_name("scriptcheck")
    here = Path.cwd()
    if not command.is_file():
        return [sys.executable, "-m", "ci_scriptcheck"]
    return [str(command.relative_to(here) if command.is_relative_to(here) else command)]


class _Shown:
    """Tells the story, and calls the tool as a person would."""

    def __init__(self, console: Console, folder: Path, environ: Mapping[str, str]) -> None:
        self._console = console
        self._folder = folder
        self._environ = environ

    def say(self, *lines: str) -> None:
        self._console.tell("\n".join(["", *lines, ""]))

    def scriptcheck(self, root: Path, *words: str) -> int:
        """Call the command in the demonstration's repository, and give its exit code."""
        shown = " ".join(word.replace(f"{self._folder}/", "../") for word in words)
        prompt = self._console.out_page.paint(f"$ scriptcheck {shown}", Ink.STRONG)
        self._console.tell(f"\n{prompt}\n\n")
        return main.main(["-C", str(root), *words], self._environ)

    def unexpected(self, what: str) -> int:
        self._console.mention(f"error: {what}; see {self._folder}\n")
        return 1
