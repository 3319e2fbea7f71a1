"""What is advised where a script left with an exit status."""

from __future__ import annotations

import pytest

from ci_scriptcheck.model.result import Finding, Level, Outcome
from ci_scriptcheck.report import exits
from tests.conftest import a_result, a_task

LEFT = Finding(rule="SC203", severity=Level.ERROR, message="left by `sys.exit` with status 2")


@pytest.mark.parametrize(
    ("said", "advised"),
    [
        (
            "the following arguments are required: --epochs, --learning-rate",
            "give `epochs`, `learning-rate` a value under `args:` of the step `train`",
        ),
        (
            "unrecognized arguments: --epoch 3",
            "its parser does not know `epoch`: take it out of `args:`, or add it there",
        ),
        (
            "argument --epochs: invalid int value: 'x'",
            "give it what its usage asks for under `args:` of the step `train`",
        ),
    ],
)
def test_what_argparse_refused_is_given_under_args(said: str, advised: str) -> None:
    tail = ("usage: train.py [-h] --epochs EPOCHS", f"train.py: error: {said}", "SystemExit: 2")
    result = a_result("train", Outcome.FAILED, log_tail=tail)

    assert exits.advice(a_task("train"), result, LEFT) == advised


def test_nothing_is_known_of_other_exits() -> None:
    result = a_result("train", Outcome.FAILED, log_tail=("no data, giving up",))

    assert exits.advice(a_task("train"), result, LEFT) is None
