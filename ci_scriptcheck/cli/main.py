"""The command `scriptcheck`: finds the command, calls it, and turns what happens into an exit code.

What a command needs is imported when it is called, so that help appears at once.
"""

from __future__ import annotations

import errno
import gc
import importlib
import os
import signal
import sys
from typing import TYPE_CHECKING, NoReturn, cast

from ci_scriptcheck import __version__
from ci_scriptcheck.cli import arguments
from ci_scriptcheck.cli import help as help_texts
from ci_scriptcheck.cli.commands import COMMANDS
from ci_scriptcheck.cli.console import Console, open_console
from ci_scriptcheck.errors import ScriptcheckError, UsageError

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Mapping, Sequence
    from types import FrameType

INTERRUPTED = 130
TERMINATED = 143
PIPE_CLOSED = 141
INTERNAL = 70

_OBJECTS_BETWEEN_COLLECTIONS = 50_000

# What the person at the keyboard can mend: a full disk, a folder that cannot be written, libraries that are missing.
_THEIRS = {
    errno.ENOSPC: "free some space, or write elsewhere with `--output` and SCRIPTCHECK_STORE",
    errno.EDQUOT: "free some space, or write elsewhere with `--output` and SCRIPTCHECK_STORE",
    errno.EROFS: "write elsewhere with `--output` and SCRIPTCHECK_STORE",
    errno.EACCES: "change the permissions, or write elsewhere with `--output` and SCRIPTCHECK_STORE",
    errno.EPERM: "change the permissions, or write elsewhere with `--output` and SCRIPTCHECK_STORE",
}


class Terminated(KeyboardInterrupt):
    """SIGTERM, which ends a run as Ctrl-C does."""

    signal = "SIGTERM"


def entry() -> int:
    """Run the command line of this process."""
    return in_this_process(lambda: main(sys.argv[1:], os.environ))


def in_this_process(call: Callable[[], int]) -> int:
    """Call what a process was started for, with signals and memory as all our commands have them."""
    if sys.platform == "win32":
        print("error: scriptcheck runs on Linux and macOS; on Windows, use WSL", file=sys.stderr)
        return 2
    # Nearly all that a command makes stays to its end, so looking for garbage finds none.
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    signal.signal(signal.SIGTERM, _terminate)
    try:
        return call()
    finally:
        # Python looks for garbage once more at its end, in all that is left to it.
        gc.freeze()


def main(words: Sequence[str], environ: Mapping[str, str]) -> int:
    """Carry out a command line, and give the exit code."""
    return with_errors_told(lambda: _called(words, environ), open_console(None, environ))


def with_errors_told(call: Callable[[], int], console: Console) -> int:
    """Call something, tell what goes wrong, and give the exit code."""
    try:
        return call()
    except ScriptcheckError as error:
        return _told(error, console)
    except KeyboardInterrupt as signalled:
        return TERMINATED if isinstance(signalled, Terminated) else INTERRUPTED
    except BrokenPipeError:
        _give_up_output()
        return PIPE_CLOSED
    except (OSError, ImportError) as error:
        problem = theirs(error)
        _give_up_output()
        return _told(problem, console) if problem else _our_fault(console)
    except Exception:  # noqa: BLE001  (any fault of ours is to be told as one, with 70)
        return _our_fault(console)


def _called(words: Sequence[str], environ: Mapping[str, str]) -> int:
    name, rest = arguments.split(words)
    command = COMMANDS[name] if name else None
    given = arguments.parse(command, rest)
    console = open_console(given, environ)
    if given.version:
        console.tell(f"scriptcheck {__version__}\n")
        return 0
    if given.help:
        console.tell((help_texts.of_command(command) if command else help_texts.overview()) + "\n")
        return 0
    if command is None:
        console.mention(help_texts.overview() + "\n")
        return 2
    arguments.required(given, command)
    call = importlib.import_module(command.module).call
    return cast("Callable[[Namespace, Console, Mapping[str, str]], int]", call)(
        given, console, environ
    )


def _told(error: ScriptcheckError, console: Console) -> int:
    from ci_scriptcheck.report import mistake

    console.mention(mistake.error(error, console.err_page) + "\n")
    return error.exit_code


def theirs(error: Exception) -> UsageError | None:
    """Say what the person at the keyboard can mend; `None` where it is a fault of ours."""
    if isinstance(error, ImportError):
        from ci_scriptcheck.cli import own_libraries

        return own_libraries.as_error(error)
    if not isinstance(error, OSError) or error.errno not in _THEIRS:
        return None
    where = f"{error.filename}: " if error.filename else ""
    return UsageError(what=f"{where}{error.strerror}", advice=_THEIRS[error.errno])


def _give_up_output() -> None:
    """Keep Python from failing once more when it flushes what nobody takes at the end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _our_fault(console: Console) -> int:
    import traceback

    console.mention(
        f"{traceback.format_exc()}\n"
        f"error: scriptcheck {__version__} itself failed, as told above; this is not your scripts'"
        " fault\n   = help: report it with these lines\n"
    )
    return INTERNAL


def _terminate(_number: int, _frame: FrameType | None) -> NoReturn:
    raise Terminated
