"""Help texts, made from the tables of `commands`; each fits on a screen."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from ci_scriptcheck.cli.command import GENERAL
from ci_scriptcheck.cli.commands import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.cli.command import Argument, Command, Group, Option

EXIT_CODES = (
    (0, "passed"),
    (1, "failed"),
    (2, "usage"),
    (3, "git"),
    (4, "fixtures"),
    (5, "publishing"),
    (70, "internal"),
)

_WIDTH = 80
_COLUMN = 23
_NAME_COLUMN = 17


def overview() -> str:
    """Write what `scriptcheck --help` prints."""
    return "\n".join(_overview())


def of_command(command: Command) -> str:
    """Write what `--help` of one command prints."""
    return "\n".join(_of_command(command))


def usage(command: Command) -> str:
    """Write how a command is called."""
    words = ["scriptcheck", command.name]
    words += [_placeholder(argument) for argument in command.arguments]
    return " ".join([*words, "[options]"])


def flags(option: Option) -> str:
    """Write an option's names and value as `-m, --mode MODE`."""
    short = f"-{option.short}, " if option.short else "    "
    value = f" {option.word}" if option.word else ""
    return f"{short}--{option.name}{value}"


def meaning(option: Option) -> str:
    """Write what an option does, with its default."""
    return option.text if option.default is None else f"{option.text}  [default: {option.default}]"


def _overview() -> Iterator[str]:
    yield "Check the pipeline scripts that a change can break."
    yield ""
    yield "Usage: scriptcheck <command> [options]"
    for section in dict.fromkeys(command.section for command in COMMANDS.values()):
        yield ""
        yield f"{section}:"
        for command in COMMANDS.values():
            if command.section == section:
                yield f"  {command.name:<{_NAME_COLUMN - 2}}{command.summary}"
    yield ""
    yield from _group(GENERAL)
    yield ""
    codes = ", ".join(f"{code}\xa0{word}" for code, word in EXIT_CODES)
    yield from (
        line.replace("\xa0", " ")
        for line in textwrap.wrap(
            codes, _WIDTH, initial_indent="Exit codes: ", subsequent_indent=" " * 12
        )
    )


def _of_command(command: Command) -> Iterator[str]:
    yield command.title
    yield ""
    yield f"Usage: {usage(command)}"
    if command.arguments:
        yield ""
        yield "Arguments:"
        for argument in command.arguments:
            yield from _row(f"  {argument.word}", argument.text)
    for group in command.groups:
        yield ""
        yield from _group(group)
    yield ""
    yield "Every command takes -C, -q, -v and --color too: see `scriptcheck --help`."


def _group(group: Group) -> Iterator[str]:
    yield f"{group.title}:"
    for option in group.options:
        yield from _row(f"  {flags(option)}", meaning(option))


def _row(left: str, right: str) -> Iterator[str]:
    if len(left) > _COLUMN - 2:
        yield left
        left = ""
    for line in _lines(right):
        yield f"{left:<{_COLUMN}}{line}"
        left = ""


def _lines(text: str, room: int = _WIDTH - _COLUMN) -> Iterator[str]:
    """Break a text, with its default on a line of its own where it would not fit behind."""
    head, mark, default = text.rpartition("  [default")
    if not mark:
        yield from textwrap.wrap(text, room, break_on_hyphens=False)
        return
    *lines, last = textwrap.wrap(head, room, break_on_hyphens=False)
    default = f"[default{default}"
    whole = f"{last}  {default}"
    yield from (*lines, whole) if len(whole) <= room else (*lines, last, default)


def _placeholder(argument: Argument) -> str:
    return {
        "any": f"[{argument.word}]...",
        "optional": f"[{argument.word}]",
        "one": argument.word,
    }[argument.many]
