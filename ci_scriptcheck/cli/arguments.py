"""The command line as values: which command, with which options, and what may be meant instead."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, Any, NoReturn, cast

from ci_scriptcheck.cli import help as help_texts
from ci_scriptcheck.cli.command import GENERAL
from ci_scriptcheck.cli.commands import COMMANDS
from ci_scriptcheck.errors import UsageError, did_you_mean
from ci_scriptcheck.project.native import units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ci_scriptcheck.cli.command import Argument, Command, Option

_MANY = {"any": "*", "optional": "?", "one": None}


class _Parser(argparse.ArgumentParser):
    """A parser that raises our errors instead of leaving the process."""

    def error(self, message: str) -> NoReturn:
        name, _, wrong = message.removeprefix("argument ").partition(": ")
        if wrong in {"expected one argument", "expected at least one argument"}:
            message = f"`{name.rpartition('/')[2]}` needs a value"
        raise UsageError(what=message, advice=f"`{self.prog} --help` shows what there is")


def split(words: Sequence[str]) -> tuple[str | None, list[str]]:
    """Find the command among the words; general options may stand before it.

    Raises:
        UsageError: there is no such command.
    """
    takes_value = {name for option in GENERAL.options if option.word for name in _names(option)}
    position = 0
    while position < len(words) and words[position].startswith("-"):
        position += 2 if words[position] in takes_value else 1
    if position >= len(words):
        return None, list(words)
    name = words[position]
    if name not in COMMANDS:
        raise UsageError(
            what=f"unknown command `{name}`",
            advice=did_you_mean(name, COMMANDS) or "`scriptcheck --help` lists the commands",
        )
    return name, [*words[:position], *words[position + 1 :]]


def parse(command: Command | None, words: Sequence[str]) -> argparse.Namespace:
    """Read the words of one command, or the general options alone.

    Raises:
        UsageError: an option is unknown, or its value cannot be understood.
    """
    options = command.options() if command else GENERAL.options
    parser = _parser(command, options)
    given, unknown = parser.parse_known_intermixed_args(list(words))
    if unknown:
        _refuse(unknown[0], command, options)
    return given


def seconds(text: str) -> float:
    """Read a duration, as `90s`, `5m` or `1h 30m`.

    Raises:
        UsageError: it is none.
    """
    try:
        return units.seconds(text)
    except ValueError as error:
        raise UsageError(
            what=f"`{text}` is no duration", advice="write it as `90s` or `5m`"
        ) from error


def worker_count(text: str | None) -> int | None:
    """Read a number of workers; `auto` leaves it to the machine.

    Raises:
        UsageError: it is neither `auto` nor a number from 1 on.
    """
    if text is None or text == "auto":
        return None
    if not text.isdecimal() or int(text) < 1:
        raise UsageError(
            what=f"`{text}` is no number of workers", advice="write a number from 1 on, or `auto`"
        )
    return int(text)


def share_count(text: str | None, most: int) -> int | None:
    """Read a number of shares; `auto` leaves it to what was recorded.

    Raises:
        UsageError: it is neither `auto` nor a number that GitHub can make a matrix of.
    """
    if text is None or text == "auto":
        return None
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise UsageError(
            what=f"`{text}` is no number of shares",
            advice=f"write a number from 1 to {most}, or `auto`",
        )
    return int(text)


def share(text: str | None) -> tuple[int, int] | None:
    """Read `2/4` as the second of four shares.

    Raises:
        UsageError: it is none, or there is no such share.
    """
    if text is None:
        return None
    match = re.fullmatch(r"(\d+)/(\d+)", text)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise UsageError(
            what=f"`{text}` is no share", advice="write `1/4` for the first of four shares"
        )
    return int(match[1]), int(match[2])


def _parser(command: Command | None, options: tuple[Option, ...]) -> _Parser:
    prog = f"scriptcheck {command.name}" if command else "scriptcheck"
    parser = _Parser(prog=prog, add_help=False, allow_abbrev=False)
    for argument in command.arguments if command else ():
        _add_argument(parser, argument)
    for option in options:
        _add_option(parser, option)
    return parser


def _add_argument(parser: _Parser, argument: Argument) -> None:
    # An argument that must be there is asked for after `--help` was looked at.
    count = _MANY[argument.many] or "?"
    parser.add_argument(argument.key, metavar=argument.word, nargs=count)


def _add_option(parser: _Parser, option: Option) -> None:
    more: dict[str, Any] = {"action": "store_true"}
    if option.word:
        more = {"metavar": option.word, "action": "append" if option.repeated else "store"}
        if option.many:
            more |= {"action": "extend", "nargs": "+"}
        if option.choices:
            more["type"] = _one_of(option)
    parser.add_argument(*_names(option), dest=option.key, **more)


def _one_of(option: Option) -> Any:  # noqa: ANN401  (a function, as argparse calls it)
    def read(text: str) -> str:
        if text not in option.choices:
            raise UsageError(
                what=f"`--{option.name}` cannot be `{text}`",
                facts=(f"it can be {', '.join(option.choices)}",),
                advice=did_you_mean(text, option.choices),
            )
        return text

    return read


def _names(option: Option) -> tuple[str, ...]:
    return (*((f"-{option.short}",) if option.short else ()), f"--{option.name}")


def _refuse(word: str, command: Command | None, options: tuple[Option, ...]) -> NoReturn:
    prog = f"scriptcheck {command.name}" if command else "scriptcheck"
    if not word.startswith("-"):
        raise UsageError(
            what=f"`{word}` is one argument too many",
            advice=f"usage: {help_texts.usage(command)}" if command else None,
        )
    name = word.partition("=")[0]
    known = [long for option in options for long in _names(option)]
    raise UsageError(
        what=f"unknown option `{name}`",
        advice=did_you_mean(name, known) or f"`{prog} --help` lists the options",
    )


def required(given: argparse.Namespace, command: Command) -> None:
    """Ask for the arguments that must be there.

    Raises:
        UsageError: one is missing.
    """
    for argument in command.arguments:
        if argument.many == "one" and cast("object", getattr(given, argument.key)) is None:
            raise UsageError(
                what=f"`scriptcheck {command.name}` needs a {argument.word}",
                advice=f"usage: {help_texts.usage(command)}",
            )
