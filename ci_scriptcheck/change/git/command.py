"""The one door to git: started so that it reads the repository and runs nothing that lies in it.

What the repository's own settings could make git start (hooks, file system monitors, filters,
text converters, external diff programs) is switched off here, and so is what an outer git passes
on in the environment. `base`, `difference` and `git` say what to ask.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from ci_scriptcheck.errors import ChangeError
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SAFE = (
    "git",
    "--no-pager",
    "--no-optional-locks",
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.quotePath=false"),
    *("-c", "core.alternateRefsCommand="),
    *("-c", "gc.auto=0"),
    *("-c", "maintenance.auto=false"),
)
"""What every call begins with; each `-c` also reaches the processes that git itself starts."""

PROTOCOLS = "https:http:ssh"
"""How a partial clone may fetch what it lacks: the others can be told to run a program here."""

_OBJECTS_AT_ONCE = 256
"""Requests written before answers are read: far below what a pipe holds, so nobody waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a git process said, and its exit status."""

    status: int
    output: bytes
    errors: str


def run(root: Path, *arguments: str, given: bytes = b"") -> bytes:
    """Call git in a repository and give what it printed.

    Raises:
        ChangeError: git is not installed, or says that it cannot.
    """
    (answer,) = ask(root, [arguments], given=given)
    return expect(answer, arguments)


def run_together(
    root: Path,
    *commands: Sequence[str],
    given: bytes = b"",
    variables: Mapping[str, str] | None = None,
) -> list[bytes]:
    """Call git several times at once and give what each printed.

    Raises:
        ChangeError: git is not installed, or one of the calls failed.
    """
    answers = ask(root, commands, given=given, variables=variables)
    return [expect(answer, command) for answer, command in zip(answers, commands, strict=True)]


def ask(
    root: Path,
    commands: Sequence[Sequence[str]],
    *,
    given: bytes = b"",
    variables: Mapping[str, str] | None = None,
    seconds: float | None = None,
) -> list[Answer]:
    """Call git, once or several times at once, and give the answers, failures among them.

    Args:
        root: Where it is called.
        commands: Arguments of each call.
        given: Standard input of each.
        variables: Environment variables on top of the clean ones.
        seconds: After which a call is given up, with status 124.

    Raises:
        ChangeError: git is not installed.
    """
    environment = {**clean_environment(root), **(variables or {})}
    # What is to be given up needs a group of its own: git leaves asking to programs that it starts.
    group = None if seconds is None else 0
    started = [_started([*SAFE, *command], root, environment, group) for command in commands]
    return [_answer(process, given, seconds) for process in started]


def expect(answer: Answer, arguments: Sequence[str]) -> bytes:
    """Give the output of a call that must not fail.

    Raises:
        ChangeError: it failed.
    """
    if answer.status == 0:
        return answer.output
    lines = tuple(line for line in answer.errors.splitlines() if line.strip())
    if "dubious ownership" in answer.errors:
        raise ChangeError(
            what="git does not trust this repository, because it belongs to another user",
            advice="run `git config --global --add safe.directory <its folder>`",
        )
    if "not a git repository" in answer.errors:
        raise ChangeError(what="git cannot open this repository", facts=lines[:3])
    verb = next((word for word in arguments if not word.startswith("-")), "")
    raise ChangeError(what=f"`git {verb}` failed", facts=lines[:5])


def clean_environment(root: Path) -> dict[str, str]:
    """Give the environment of every git process: ours, without what would redirect git.

    A hook that calls us has `GIT_DIR` and `GIT_INDEX_FILE` set, which would win over the folder.
    """
    kept = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    return kept | {
        "LC_ALL": "C",
        "GIT_ALLOW_PROTOCOL": PROTOCOLS,
        "GIT_CEILING_DIRECTORIES": str(root.parent),
        "GIT_TERMINAL_PROMPT": "0",
    }


@contextmanager
def copied_index(root: Path) -> Iterator[dict[str, str]]:
    """Give the variables that make git use a copy of the index.

    A call that compares the working folder writes what it learned into the index, and holds a lock
    on it that makes somebody's commit at that moment fail, whatever it is told about locks.
    """
    mark = root / ".git"
    folder = mark
    if mark.is_file():
        folder = root / mark.read_text().removeprefix("gitdir:").strip()
    with tempfile.TemporaryDirectory(prefix="scriptcheck-") as aside:
        copy = Path(aside) / "index"
        if (folder / "index").is_file():
            # With its time: git looks again into files that are as new as the index.
            shutil.copy2(folder / "index", copy)
        yield {"GIT_INDEX_FILE": str(copy)}


NAMES_OF_SETTINGS = ("config", "--list", "--name-only", "--show-scope", "--includes", "-z")
"""Asks for what `without_filters` takes."""


def without_filters(listed: bytes) -> dict[str, str]:
    """Give the variables that keep git from running filters which the repository itself defines.

    A call that compares the working folder sends changed files through them. Those in the user's
    own settings, as large file storage installs them, stay.
    """
    words = listed.decode(errors="surrogateescape").split("\0")
    own = {
        name
        for scope, name in zip(words[::2], words[1::2], strict=False)
        if scope in {"local", "worktree"} and name.startswith("filter.")
    }
    # Not by `-c`, which takes a filter whose name holds an equals sign for another one.
    variables = {"GIT_CONFIG_COUNT": str(len(own))}
    for number, name in enumerate(sorted(own)):
        variables[f"GIT_CONFIG_KEY_{number}"] = name
        variables[f"GIT_CONFIG_VALUE_{number}"] = "false" if name.endswith(".required") else ""
    return variables


class Objects:
    """A running `git cat-file --batch`: contents by id, without a process for each."""

    def __init__(self, root: Path) -> None:
        """Start it.

        Raises:
            ChangeError: git is not installed.
        """
        self._process = _started([*SAFE, "cat-file", "--batch"], root, clean_environment(root))

    def read(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Give the contents of objects by their ids; those that are missing are left out.

        Raises:
            ChangeError: git ended early.
        """
        found: dict[str, bytes] = {}
        requests = cast("IO[bytes]", self._process.stdin)
        answers = cast("IO[bytes]", self._process.stdout)
        for start in range(0, len(ids), _OBJECTS_AT_ONCE):
            some = ids[start : start + _OBJECTS_AT_ONCE]
            requests.write("".join(f"{name}\n" for name in some).encode())
            requests.flush()
            for name in some:
                content = _next_object(answers)
                if content is not None:
                    found[name] = content
        return found

    def close(self) -> None:
        """End it; closing again does nothing."""
        if self._process.returncode is None:
            self._process.communicate()


def _next_object(answers: IO[bytes]) -> bytes | None:
    header = answers.readline()
    if not header:
        raise ChangeError(what="git ended while its objects were read")
    words = header.split()
    if words[-1] in {b"missing", b"ambiguous"}:
        return None
    size = int(words[-1])
    content = answers.read(size + 1)
    return content[:size]


def _started(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    group: int | None = None,
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            process_group=group,
        )
    except FileNotFoundError as error:
        raise ChangeError(
            what="git is not installed, or not on the search path",
            advice="install git 2.31 or later: it says which files there are, and what changed",
        ) from error


def _answer(process: subprocess.Popen[bytes], given: bytes, seconds: float | None) -> Answer:
    try:
        output, errors = process.communicate(given, timeout=seconds)
    except subprocess.TimeoutExpired:
        _kill_group(process)
        output, errors = process.communicate()
        return Answer(status=124, output=output, errors=f"gave up after {seconds:g} seconds")
    except BaseException:
        # Above all Ctrl-C, which a group of its own does not get from the terminal; whatever else
        # ends our waiting must not leave git behind either.
        if seconds is not None:
            _kill_group(process)
        raise
    return Answer(status=process.returncode, output=output, errors=errors.decode(errors="replace"))


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
