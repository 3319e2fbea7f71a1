"""Variables that a script asks for and that nothing declares, seen without running."""

from __future__ import annotations

import pytest

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model.result import Level
from tests.unit.project.trees import a_project

SETTINGS = "steps:\n  fit: {script: fit.py, env: {LABEL: y}}\n"
MAIN = "import os\n\ndef main(input_paths, output_paths, environ_vars, job_args):\n    "
GUARD = '\nif __name__ == "__main__":\n    main({}, {}, {"LABEL": GIVEN}, None)\n'


def told(script: str, settings: str = SETTINGS) -> list[str]:
    findings = a_project(settings, fit=script).findings
    return [one.subject for one in findings if one.rule == "SC230"]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (MAIN + 'environ_vars.get("ROUNDS", "3")', ["variables ROUNDS"]),
        (MAIN + 'os.environ.get("ROUNDS", "3"); os.getenv("DEPTH")', ["variables DEPTH, ROUNDS"]),
        ('import os\nFAST = os.environ.get("FAST")\n' + MAIN + "FAST", ["variables FAST"]),
        (MAIN + 'environ_vars.get("LABEL"), os.environ.get("HOME"), os.getenv("SM_HOSTS")', []),
        (MAIN + 'environ_vars["LABEL"]' + GUARD.replace("GIVEN", 'os.environ["LABEL"]'), []),
        (
            MAIN + 'environ_vars["LABEL"]' + GUARD.replace("GIVEN", 'os.getenv("LABLE", "y")'),
            ["variables LABLE"],
        ),
    ],
)
def test_a_variable_that_nothing_declares_is_named(script: str, expected: list[str]) -> None:
    assert told(script) == expected


def test_a_key_that_the_main_part_fills_itself_is_no_variable() -> None:
    guard = GUARD.replace('"LABEL": GIVEN', '"LABEL": os.environ["LABEL"], "FOLDER": "/opt/x"')

    assert not told(MAIN + 'environ_vars.get("FOLDER"); environ_vars["LABEL"]' + guard)


def test_a_step_that_declares_no_variable_means_none() -> None:
    assert not told(MAIN + 'os.getenv("ROUNDS")', "steps: {fit: {script: fit.py}}\n")


def test_a_variable_that_a_node_sets_is_declared() -> None:
    node = "pipelines: {daily: {nodes: {fit: {env: {ROUNDS: 3}}}}}\n"

    assert not told(MAIN + 'environ_vars.get("ROUNDS")', SETTINGS + node)


def test_it_is_a_warning_at_the_line_that_asks_with_the_nearest_name() -> None:
    (found,) = a_project(SETTINGS, fit=MAIN + 'environ_vars.get("LABLE")').findings

    assert (found.severity, found.place) == (Level.WARNING, Place(file="fit.py", line=4))
    assert found.advice == "did you mean `LABEL`?"
