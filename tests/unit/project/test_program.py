"""Scripts that are started as programs: their own last lines have to call the function rightly."""

from __future__ import annotations

import pytest

from tests.unit.project.trees import a_project, a_script

GUARD = 'if __name__ == "__main__":\n    '
RIGHT = GUARD + "main({}, {}, {}, None)\n"


def told(*scripts: str) -> list[tuple[str, str]]:
    """Give code and message of all findings about steps of these scripts."""
    named = {f"s{number}": text for number, text in enumerate(scripts)}
    steps = "".join(f"  {name}: {{script: {name}.py}}\n" for name in named)
    project = a_project(f"steps:\n{steps}", **named)
    return [(one.rule, one.message) for one in project.findings]


@pytest.mark.parametrize(
    ("call", "what"),
    [
        ("main({}, {}, {})", "does not give `job_args`"),
        ("main({}, {}, {}, None, None)", "gives 5 arguments by place, and it takes 4"),
        (
            "main(input_paths={}, output_path={}, environ_vars={}, job_args=None)",
            "gives `output_path`, which it does not take",
        ),
        ("import sys\n    sys.exit(main())", "does not give `input_paths`, "),
    ],
)
def test_a_call_that_python_will_refuse_is_found(call: str, what: str) -> None:
    ((rule, message),) = told(a_script() + GUARD + call + "\n")

    assert rule == "SC117"
    assert f"the `__main__` part of `s0.py` {what}" in message


@pytest.mark.parametrize(
    "end",
    [
        "main({}, {}, {}, None)",
        "main({}, output_paths={}, environ_vars={}, job_args=None)",
        "main(*made())",
        "main(**made())",
        "cli()",
        "from other import main\n    main()",
        "main = wrapped(main)\n    main()",
    ],
)
def test_nothing_is_said_where_the_call_is_right_or_out_of_sight(end: str) -> None:
    assert told(a_script() + GUARD + end + "\n") == []


def test_nothing_is_said_about_a_function_that_a_decorator_may_change() -> None:
    assert told("@command\n" + a_script() + GUARD + "main()\n") == []


def test_a_script_without_its_last_lines_is_told_where_most_others_have_them() -> None:
    programs = [a_script() + RIGHT] * 3

    assert told(*programs, a_script()) == [
        ("SC118", "`s3.py` does nothing where it is started as a program")
    ]
    assert told(*programs[:2], a_script()) == []
    assert told(*programs, *[a_script()] * 3) == []
