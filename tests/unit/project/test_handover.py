"""What a script's `__main__` part gives its function, held against the function and the contract."""

from __future__ import annotations

import textwrap

import pytest

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model.contract import Port
from ci_scriptcheck.model.project import Step
from ci_scriptcheck.model.result import Finding, Level
from ci_scriptcheck.project.declared import DeclaredStep
from ci_scriptcheck.project.script.handover import unfit_handovers
from ci_scriptcheck.project.script.usage import usage

MAIN = """\
import argparse, json, logging, os, sys, traceback
from pathlib import Path
from types import SimpleNamespace
logger = logging.getLogger(__name__)
PATHS = {"TABLE": "/opt/in", "MODEL": "/opt/out"}
LABEL = "LABEL"

def main(input_paths, output_paths, environ_vars, job_args):
    open(input_paths["table"])
    open(output_paths["model"])
    input_paths.get("notes")
    environ_vars["LABEL"], environ_vars.get("ROUNDS", "3")
    getattr(job_args, "depth", 3)
"""
TAKES_TYPE = MAIN + "    print(job_args.job_type)\n"
RIGHT = (
    'main({"table": "/opt/in", "notes": "/opt/notes"}, {"model": "/opt/out"}, '
    '{"LABEL": "y", "ROUNDS": "3"}, None)'
)
STEP = Step(
    name="Fit",
    script="fit.py",
    inputs=(
        Port(name="table", parameter="table", path="/opt/in"),
        Port(name="notes", parameter="notes", path="/opt/notes", required=False),
    ),
    outputs=(Port(name="model", parameter="model", path="/opt/out"),),
)
CONTRACT = DeclaredStep(
    name="Fit",
    env={"ROUNDS": "3"},
    required_env=("LABEL",),
    env_known=True,
    arguments=("job_type",),
    flags=("--job_type",),
)


def found_in(
    guard: str, *, main: str = MAIN, contract: DeclaredStep | None = None
) -> list[Finding]:
    script = main + '\nif __name__ == "__main__":\n' + textwrap.indent(guard, "    ")
    declared = {} if contract is None else {"Fit": contract}
    return list(unfit_handovers({"Fit": STEP}, declared, {"fit.py": usage(script)}))


def subjects(findings: list[Finding], level: Level = Level.ERROR) -> list[str]:
    return [one.subject for one in findings if one.severity is level]


@pytest.mark.parametrize(
    "guard",
    [
        RIGHT,
        'i = {"table": PATHS["TABLE"], "notes": "/opt/notes/of.txt"}\no = dict(model=PATHS["MODEL"])\n'
        'e = {}\ne[LABEL] = os.environ["LABEL"]\ne.update(ROUNDS="3")\nmain(i, o, e, None)',
        'e = {name: os.environ.get(name) for name in ("LABEL", "ROUNDS")}\n'
        'main({"table": "/opt/in", "notes": "/opt/notes"}, {"model": "/opt/out"}, e, None)',
        'e = {}\nfor name in ["LABEL", "ROUNDS"]:\n    if name in os.environ:\n'
        '        e[name] = os.environ[name]\nmain({"table": "/opt/in", "notes": "/opt/notes"}, {"model": "/opt/out"}, e, None)',
        'main({"table": "/opt/in", "notes": "/opt/notes"}, {"model": "/opt/out"}, os.environ, None)',
        'main({"table": "/opt/in/rows.csv", "notes": "/opt"}, {"model": "/opt"}, dict(os.environ), None)',
        "import other\nmain(other.inputs(), other.outputs(), other.env(), other.args())",
        'i = {}\nother.fill(i)\nmain(i, {"model": "/opt/out"}, {"LABEL": 1, "ROUNDS": 2}, None)',
        'i = {"table": "/opt/in", **other}\n'
        'main(i, {"model": "/opt/out"}, {"LABEL": 1, "ROUNDS": 2}, None)',
        f"try:\n    {RIGHT}\nexcept Exception:\n    logger.error(traceback.format_exc())\n    sys.exit(1)",
        f"try:\n    {RIGHT}\nexcept Exception as error:\n    sys.exit(str(error))",
        f"try:\n    {RIGHT}\nexcept Exception:\n    logger.exception('no')\n    raise",
        f"try:\n    {RIGHT}\nexcept KeyboardInterrupt:\n    print('stopped')",
        f"ok = True\ntry:\n    {RIGHT}\nexcept Exception:\n    ok = False\nsys.exit(0 if ok else 1)",
        f"try:\n    {RIGHT}\nexcept Exception as error:\n    give_up(error)",
        f"parser = argparse.ArgumentParser()\ntry:\n    {RIGHT}\nexcept Exception as e:\n    parser.error(e)",
    ],
)
def test_a_part_that_gives_what_is_taken_is_no_finding(guard: str) -> None:
    assert not found_in(guard, contract=CONTRACT)


@pytest.mark.parametrize(
    ("wrong", "subject", "advice"),
    [
        (('{"table"', '{"tables"'), "inputs.table", "it gives `tables`: use one name in both"),
        (('{"model": "/opt/out"}', "{}"), "outputs.model", None),
        (('{"LABEL": "y", "ROUNDS": "3"}', '{"ROUNDS": "3"}'), "env.LABEL", None),
    ],
)
def test_a_key_that_is_not_given_is_found(
    wrong: tuple[str, str], subject: str, advice: str | None
) -> None:
    (found,) = found_in(RIGHT.replace(*wrong))

    assert (found.rule, found.severity, found.subject) == ("SC119", Level.ERROR, subject)
    assert found.advice == advice
    assert found.place == Place(file="fit.py", line=MAIN.count("\n") + 3)


def test_a_dictionary_is_read_where_a_function_of_the_script_makes_it() -> None:
    made = MAIN + '\ndef inputs():\n    found = {"tables": "/opt/in"}\n    return found\n'

    found = found_in(
        RIGHT.replace('{"table": "/opt/in", "notes": "/opt/notes"}', "inputs()"), main=made
    )

    assert subjects(found) == ["inputs.table"]


def test_the_call_is_found_in_a_function_that_the_part_calls() -> None:
    cli = MAIN + "\ndef cli():\n    " + RIGHT.replace("table", "tables") + "\n"

    assert subjects(found_in("cli()", main=cli)) == ["inputs.table"]


def test_a_key_that_nobody_takes_is_a_warning() -> None:
    found = found_in(RIGHT.replace('"ROUNDS": "3"', '"ROUNDS": "3", "SEED": "1"'))

    assert not subjects(found)
    assert subjects(found, Level.WARNING) == ["env SEED"]


def test_another_path_than_the_contracts_is_found() -> None:
    found = found_in(RIGHT.replace("/opt/out", "/opt/elsewhere"), contract=CONTRACT)

    assert subjects(found) == ["path model"]
    assert found[0].evidence[0] == "`/opt/elsewhere` here"
    assert found[0].evidence[1].startswith("`/opt/out` at ")


def test_an_optional_input_that_does_not_get_through_is_a_warning() -> None:
    found = found_in(RIGHT.replace(', "notes": "/opt/notes"', ""), contract=CONTRACT)

    assert not subjects(found)
    assert subjects(found, Level.WARNING) == ["inputs.notes"]


def test_an_optional_variable_that_does_not_get_through_is_a_warning() -> None:
    found = found_in(RIGHT.replace(', "ROUNDS": "3"', ""), contract=CONTRACT)

    assert not subjects(found)
    assert subjects(found, Level.WARNING) == ["variables ROUNDS"]


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        ('os.environ["LABLE"]', True),
        ('os.environ.get("LABLE")', False),
        ('os.environ["LABLE"] if "LABLE" in os.environ else ""', False),
        ('os.environ["SM_MODEL_DIR"]', False),
        ('os.environ["LABEL"]', False),
    ],
)
def test_a_variable_that_must_be_there_has_to_be_declared(asked: str, *, is_found: bool) -> None:
    found = found_in(RIGHT.replace('"y"', asked), contract=CONTRACT)

    assert subjects(found) == (["variable LABLE"] if is_found else [])
    if is_found:
        assert found[0].advice == "did you mean `LABEL`?"


PARSED = (
    "parser = argparse.ArgumentParser()\nOPTIONS\nargs = parser.parse_args()\n"
    + RIGHT.replace("None", "args")
)


@pytest.mark.parametrize(
    "options",
    [
        'parser.add_argument("--job_type", required=True)',
        'parser.add_argument("-j", "--job_type")\nparser.add_argument("--more", default=1)',
        'group = parser.add_argument_group()\ngroup.add_argument("--job_type")',
        'parser.add_argument("--job_type_of_it", dest="job_type")',
        "other.add_arguments(parser)",
    ],
)
def test_a_command_line_that_fits_is_no_finding(options: str) -> None:
    assert not found_in(PARSED.replace("OPTIONS", options), main=TAKES_TYPE, contract=CONTRACT)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ('parser.add_argument("--job_type", dest="type")', ["args.job_type"]),
        (
            'parser.add_argument("--data_type", dest="job_type", required=True)',
            ["argument --job_type"],
        ),
        (
            'parser.add_argument("--job_type")\nparser.add_argument("--part", required=True)',
            ["argument --part"],
        ),
        ("", ["argument --job_type", "args.job_type"]),
    ],
)
def test_arguments_that_do_not_meet_are_found(options: str, expected: list[str]) -> None:
    found = found_in(PARSED.replace("OPTIONS", options), main=TAKES_TYPE, contract=CONTRACT)

    assert {one.rule for one in found} == {"SC120"}
    assert subjects(found) == expected


@pytest.mark.parametrize("args", ["None", "SimpleNamespace(depth=1)", "argparse.Namespace()"])
def test_an_attribute_that_the_given_object_has_not_is_found(args: str) -> None:
    assert subjects(found_in(RIGHT.replace("None", args), main=TAKES_TYPE)) == ["args.job_type"]


def test_an_attribute_that_is_set_afterwards_is_there() -> None:
    guard = 'args = argparse.Namespace()\nargs.job_type = "x"\n' + RIGHT.replace("None", "args")

    assert not found_in(guard, main=TAKES_TYPE)


def test_without_such_a_part_only_the_contract_gives_arguments() -> None:
    other = DeclaredStep(name="Fit", arguments=("kind",), flags=("--kind",))
    script = TAKES_TYPE

    found = list(unfit_handovers({"Fit": STEP}, {"Fit": other}, {"fit.py": usage(script)}))

    assert subjects(found) == ["argument job_type"]


def test_an_error_that_is_suppressed_is_found() -> None:
    (found,) = found_in(f"import contextlib\nwith contextlib.suppress(Exception):\n    {RIGHT}")

    assert found.rule == "SC121"


@pytest.mark.parametrize(
    "handler",
    [
        "except Exception:\n    logger.error('no')",
        "except Exception:\n    traceback.print_exc()\n    sys.exit(0)",
        "except:\n    sys.exit()",
        "except (ValueError, BaseException) as error:\n    print(error)",
    ],
)
def test_an_error_that_ends_with_status_0_is_found(handler: str) -> None:
    found = found_in(f"try:\n    {RIGHT}\n{handler}")

    assert [(one.rule, one.severity) for one in found] == [("SC121", Level.ERROR)]
    assert found[0].place == Place(file="fit.py", line=MAIN.count("\n") + 5)
