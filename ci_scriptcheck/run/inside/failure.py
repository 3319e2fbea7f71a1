"""Exceptions and faults as values that can be sent; stands alone, Python 3.9 and later."""

from __future__ import annotations

import linecache
import os
import re
import sys
import traceback
from typing import Any

_LONGEST_TEXT = 4000
_MOST_FRAMES = 40
_MOST_CAUSES = 8
_OURS = os.path.dirname(os.path.abspath(__file__)) + os.sep
_FAULT_LINE = re.compile(r'^  File "(?P<file>[^"]*)", line (?P<line>\d+) in (?P<function>.*)$')
_THREAD_LINE = re.compile(r"^(Current thread|Thread|Stack) ")


def described(error: BaseException, tree: str) -> list[dict[str, Any]]:
    """Give an exception, then what it was raised from, and so on."""
    chain: list[dict[str, Any]] = []
    seen = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen and len(chain) < _MOST_CAUSES:
        seen.add(id(current))
        chain.append(
            {
                "type": type_name(current),
                "text": text_of(current),
                "frames": _frames(current, tree),
            }
        )
        current = _cause(current)
    return chain


def type_name(error: BaseException) -> str:
    """Name its class as a traceback does."""
    kind = type(error)
    module = str(getattr(kind, "__module__", ""))
    name = str(getattr(kind, "__qualname__", kind))
    return clean(name if module in {"builtins", "__main__", ""} else f"{module}.{name}")


def text_of(error: BaseException) -> str:
    """Give its message; a class whose `__str__` fails does not take us with it."""
    try:
        text = str(error)
    except BaseException as failure:  # whatever foreign code raises
        return f"<no message: its __str__ raised {type(failure).__name__}>"
    return clean(text)


def foreign_part(error: BaseException) -> Any:  # noqa: ANN401  (a traceback, or None)
    """Give the traceback from where our own code has called the script's, if it came to that."""
    position = error.__traceback__
    while position is not None:
        if not _absolute(position.tb_frame.f_code.co_filename).startswith(_OURS):
            break
        position = position.tb_next
    return position


def clean(text: str, limit: int = _LONGEST_TEXT) -> str:
    """Escape control and other invisible characters but line ends and tabs, and cut."""
    if len(text) > limit:
        text = f"{text[: limit - 300]} ... {len(text) - limit} characters cut ... {text[-200:]}"
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character in "\n\t" else _escaped(character)
        for character in text
    )


def is_inside(file: str, tree: str) -> bool:
    """Say whether a file belongs to the code that is run, not to a library below it."""
    if not file.startswith(tree.rstrip(os.sep) + os.sep):
        return False
    if "site-packages" in file or "dist-packages" in file:
        return False
    # A virtual environment inside the repository is not its code.
    return not (
        sys.prefix.startswith(tree.rstrip(os.sep) + os.sep)
        and file.startswith(sys.prefix + os.sep)
    )


def frames_of_fault(text: str, tree: str) -> list[dict[str, Any]]:
    """Read what `faulthandler` wrote about the last thread named: the one at fault, or the main one."""
    threads: list[list[dict[str, Any]]] = [[]]
    chosen = 0
    for line in text.splitlines():
        if _THREAD_LINE.match(line):
            threads.append([])
            if line.startswith(("Current thread", "Stack")):
                chosen = len(threads) - 1
        match = _FAULT_LINE.match(line)
        if match and not match["file"].startswith(_OURS):
            file, number = match["file"], int(match["line"])
            threads[-1].append(_frame(file, number, match["function"], tree))
    frames = threads[chosen or len(threads) - 1]
    return list(reversed(_without_machinery(frames)))


def _frames(error: BaseException, tree: str) -> list[dict[str, Any]]:
    frames = []
    for frame, line in traceback.walk_tb(error.__traceback__):
        code = frame.f_code
        file = _absolute(code.co_filename)
        if not file.startswith(_OURS):
            frames.append(_frame(file, line or 0, code.co_name, tree))
    if isinstance(error, SyntaxError) and error.filename:
        frames.append(_frame(_absolute(error.filename), error.lineno or 0, "<module>", tree))
    return _shortened(_without_machinery(frames))


def _without_machinery(frames: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [frame for frame in frames if not frame["file"].startswith("<frozen importlib")]


def _shortened(frames: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if len(frames) <= _MOST_FRAMES:
        return frames
    return frames[: _MOST_FRAMES // 2] + frames[-_MOST_FRAMES // 2 :]


def _frame(file: str, line: int, function: str, tree: str) -> dict[str, Any]:
    try:
        code = linecache.getline(file, line).strip()
    except (
        Exception
    ):  # the script may have put an `open` of its own in place, which may do anything
        code = ""
    return {
        "file": clean(file, 1000),
        "line": line,
        "function": clean(function, 200),
        "code": clean(code, 300),
        "inside": is_inside(file, tree),
    }


def _absolute(file: str) -> str:
    if file.startswith(("<", "/")):
        return file
    # Compiled modules name the file they were made from, which is not here.
    found = os.path.abspath(file)
    return found if os.path.exists(found) else file


def _cause(error: BaseException) -> BaseException | None:
    if error.__cause__ is not None:
        return error.__cause__
    return None if error.__suppress_context__ else error.__context__


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
