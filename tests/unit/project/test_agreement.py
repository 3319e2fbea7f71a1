"""Contracts held against their scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.contract import Port
from ci_scriptcheck.model.project import Step
from ci_scriptcheck.project.declared import DeclaredStep
from ci_scriptcheck.project.script.agreement import disagreements
from ci_scriptcheck.project.script.usage import usage

if TYPE_CHECKING:
    from ci_scriptcheck.model.result import Finding


def found_in(
    body: str,
    *,
    inputs: tuple[Port, ...] = (),
    outputs: tuple[Port, ...] = (),
    env: tuple[str, ...] = (),
) -> list[Finding]:
    """Hold a contract with these ports and variables against a script with this body."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    script = f"def main(input_paths, output_paths, environ_vars, job_args):\n{lines}"
    step = Step(name="Fit", script="fit.py", inputs=inputs, outputs=outputs)
    declared = DeclaredStep(name="Fit", env=dict.fromkeys(env, "x"), env_known=True)
    return list(disagreements({"Fit": step}, {"Fit": declared}, {"fit.py": usage(script)}))


def a_port(name: str, *, required: bool = True, called: str | None = None) -> Port:
    return Port(name=name, parameter=called or name, required=required)


def test_a_contract_that_its_script_keeps_is_no_finding() -> None:
    body = """\
open(input_paths["table"])
open(output_paths.get("model"))
environ_vars.get("LABEL")"""

    assert not found_in(
        body, inputs=(a_port("table"),), outputs=(a_port("model"),), env=("LABEL",)
    )


def test_a_variable_that_is_never_read_is_named() -> None:
    found = found_in("environ_vars.get('LABEL')", env=("LABEL", "ROUNDS"))

    assert [(one.rule, one.subject) for one in found] == [("SC114", "variables ROUNDS")]


def test_nothing_is_said_about_variables_that_go_out_of_sight() -> None:
    assert not found_in("import other\nother.read(environ_vars)", env=("ROUNDS",))


def test_an_optional_input_that_is_taken_without_looking_is_a_finding() -> None:
    found = found_in("open(input_paths['notes'])", inputs=(a_port("notes", required=False),))

    assert [(one.rule, one.port) for one in found] == [("SC115", "notes")]


def test_an_optional_input_that_is_asked_for_is_none() -> None:
    body = "if input_paths.get('notes'):\n    open(input_paths['notes'])"

    assert not found_in(body, inputs=(a_port("notes", required=False),))


def test_a_port_that_the_script_calls_otherwise_comes_with_the_line_that_settles_it() -> None:
    found = found_in("open(output_paths['folder'])", outputs=(a_port("payload"),))

    assert [one.message for one in found] == [
        "the script, which asks for `folder`, never uses the port `payload`"
    ]
    assert found[0].advice is not None
    assert "`steps: {Fit: {outputs: {payload: {as: folder}}}}`" in found[0].advice


def test_the_name_that_the_settings_give_a_port_counts() -> None:
    assert not found_in(
        "open(output_paths['folder'])", outputs=(a_port("payload", called="folder"),)
    )
