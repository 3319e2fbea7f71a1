"""Why jobs failed, told without what a script has said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_scriptcheck.model.execution_failure import WITHHELD, told

SCRIPT = (
    "AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage "
    '"{}: could not convert string to float: \'Jadwiga-7319\'\n"\nCommand "python3 train.py"'
)


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (
            SCRIPT.format("ValueError"),
            f"AlgorithmError: ExecuteUserScriptError, exit code 1, ValueError ({WITHHELD})",
        ),
        (
            SCRIPT.format("JadwigaError"),
            f"AlgorithmError: ExecuteUserScriptError, exit code 1 ({WITHHELD})",
        ),
        ("AlgorithmError: , exit code: 137", f"AlgorithmError, exit code 137 ({WITHHELD})"),
        ("Jadwiga-7319 has no account", f"({WITHHELD})"),
        (
            "CapacityError: Unable to provision\nrequested ML compute capacity.",
            "CapacityError: Unable to provision requested ML compute capacity.",
        ),
    ],
)
def test_what_the_platform_says_is_told_and_what_a_script_says_is_not(
    failure: str, expected: str
) -> None:
    assert told(failure) == expected


@given(st.text())
def test_no_text_of_a_script_is_told_whatever_it_is(text: str) -> None:
    assert told(f"AlgorithmError: {text}q") in {
        *(told("AlgorithmError"), told("AlgorithmError: ExecuteUserScriptError")),
        f"AlgorithmError ({WITHHELD})",
    } or "exit code" in told(f"AlgorithmError: {text}q")
