"""The command line as people type it, mistyped too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.cli import arguments
from ci_scriptcheck.cli import help as help_texts
from ci_scriptcheck.cli.commands import COMMANDS
from ci_scriptcheck.errors import UsageError

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable


def parsed(line: str) -> Namespace:
    name, rest = arguments.split(line.split())
    return arguments.parse(COMMANDS[name] if name else None, rest)


def advice(line: str) -> str | None:
    with pytest.raises(UsageError) as caught:
        parsed(line)
    return caught.value.advice


def test_general_options_may_stand_before_and_after_the_command() -> None:
    before, after = (
        parsed("-C projects/fraud -q run train"),
        parsed("run train -C projects/fraud -q"),
    )

    assert before == after
    assert (before.project, before.quiet, before.steps) == ("projects/fraud", True, ["train"])


def test_options_may_stand_between_steps() -> None:
    assert parsed("run train --all evaluate").steps == ["train", "evaluate"]


def test_modes_may_be_repeated() -> None:
    assert parsed("run -m isolation --mode=pipeline").mode == ["isolation", "pipeline"]


def test_an_option_named_like_a_command_is_no_command() -> None:
    assert arguments.split(["--color", "run", "plan"])[0] == "plan"


def test_a_mistyped_command_is_answered_with_the_nearest() -> None:
    assert advice("pln") == "did you mean `plan`?"


def test_a_mistyped_option_is_answered_with_the_nearest() -> None:
    assert advice("run --bsae main") == "did you mean `--base`?"


def test_a_mistyped_choice_is_answered_with_the_nearest() -> None:
    assert advice("run --mode pipelines") == "did you mean `pipeline`?"


def test_an_unknown_option_without_neighbours_points_at_the_help() -> None:
    assert advice("run --zzz") == "`scriptcheck run --help` lists the options"


def test_options_are_not_guessed_from_their_first_letters() -> None:
    assert advice("run --fail") is not None


def test_one_argument_too_many_is_refused() -> None:
    assert advice("explain SC201 SC202") == "usage: scriptcheck explain [RULE] [options]"


def test_an_argument_that_must_be_there_is_asked_for() -> None:
    with pytest.raises(UsageError, match="needs a SCRIPT"):
        arguments.required(parsed("test-script"), COMMANDS["test-script"])


@pytest.mark.parametrize(
    ("text", "meant"), [("90s", 90), ("5m", 300), ("1.5h", 5400), ("1h 30m", 5400)]
)
def test_durations_have_units(text: str, meant: float) -> None:
    assert arguments.seconds(text) == meant


@pytest.mark.parametrize("text", ["", "0s", "-5s", "5 days", "7", "s"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no duration"):
        arguments.seconds(text)


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5"])
def test_what_is_no_number_of_workers_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="number of workers"):
        arguments.worker_count(text)


def test_workers_are_the_machines_choice_unless_told() -> None:
    assert (arguments.worker_count(None), arguments.worker_count("auto")) == (None, None)
    assert arguments.worker_count("3") == 3


def test_a_share_is_one_of_several() -> None:
    assert arguments.share("2/4") == (2, 4)
    for text in ("0/4", "5/4", "1", "a/b"):
        with pytest.raises(UsageError, match="no share"):
            arguments.share(text)


def test_the_overview(golden: Callable[[str], object]) -> None:
    assert help_texts.overview() + "\n" == golden("help/scriptcheck.txt")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_each_command(name: str, golden: Callable[[str], object]) -> None:
    assert help_texts.of_command(COMMANDS[name]) + "\n" == golden(f"help/{name}.txt")


@pytest.mark.parametrize("name", COMMANDS)
def test_each_help_fits_on_a_screen(name: str) -> None:
    lines = help_texts.of_command(COMMANDS[name]).splitlines()

    assert len(lines) <= 40
    assert max(map(len, lines)) <= 88
