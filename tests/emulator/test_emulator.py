"""The emulator itself: what it does not know is an error, and what the runner obeys it obeys."""

from __future__ import annotations

import pytest

from tests.emulator import expression, log

CONTEXT = {"inputs": {"command": "run", "empty": ""}, "github": {"event_name": "push"}}
FUNCTIONS = {"always": lambda: True, "success": lambda: False}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("inputs.command", "run"),
        ("inputs.command == 'RUN'", True),
        ("inputs.command != 'publish' && github.event_name == 'push'", True),
        ("inputs.empty || 'else'", "else"),
        ("!inputs.empty", True),
        ("(inputs.empty || inputs.command) == 'it''s'", False),
    ],
)
def test_expressions_have_githubs_values(text: str, value: object) -> None:
    assert expression.evaluate(text, CONTEXT, FUNCTIONS) == value


@pytest.mark.parametrize(
    "text",
    [
        "inputs.comand",
        "secrets.TOKEN",
        "hashFiles('x')",
        "inputs.command == 1",
        "inputs.command +",
        "inputs.command inputs.command",
        "(inputs.command",
        "",
    ],
)
def test_what_is_not_known_is_an_error(text: str) -> None:
    with pytest.raises(expression.UnknownExpressionError):
        expression.evaluate(text, CONTEXT, FUNCTIONS)


def test_a_step_runs_after_a_failure_only_if_it_says_so() -> None:
    assert not expression.condition("${{ inputs.command == 'run' }}", CONTEXT, FUNCTIONS)
    assert expression.condition("${{ always() && inputs.command == 'run' }}", CONTEXT, FUNCTIONS)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("::error::x", "error"),
        ("  ::warning file=a,line=1::x", "warning"),
        ("text ##[error]x", "error"),
        ("text ::error::x", None),
        ("::nothing-known::x", None),
        ("::error", None),
    ],
)
def test_lines_are_obeyed_as_by_the_runner(line: str, name: str | None) -> None:
    found = log.parsed(line)

    assert (found.name if found else None) == name
