"""Literal tests and further settings of a step, as the settings file says them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.change.contract_changes import settings_reason
from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.model.change import SettingsChanged
from ci_scriptcheck.model.contract import Format, GivenFile, Stated, TableFile
from ci_scriptcheck.project.assembly.settings import settings_table
from ci_scriptcheck.project.loader import load_project
from tests.unit.project.trees import MemoryTree, a_script

if TYPE_CHECKING:
    from ci_scriptcheck.model.project import Project, Step

SETTINGS = """\
datasets:
  orders: {files: orders.csv, columns: {id: {type: string}, amount: {type: float}}}
  parts: {files: {train/a.csv: 0.8, test/a.csv: 0.2}, columns: {id: {type: string}}}
  raw: {copy: data/raw.csv}
steps:
  prepare:
    script: prepare.py
    inputs: {orders: orders, parts: parts, raw: raw, rules: {}}
    outputs: {kept: {}, report: {}}
    env: {MODE: fast}
"""
TEST = """\
    tests:
      drops refunds:
        given: {orders: [{id: a, amount: -1}]}
        expect: {kept: []}
"""


def project_of(more: str = TEST) -> Project:
    script = a_script(reads=["orders", "parts", "raw", "rules"], writes=["kept", "report"])
    files = {"scriptcheck.yaml": SETTINGS + more, "prepare.py": script, "data/raw.csv": "a\n1\n"}
    return load_project(MemoryTree(files))


def step_of(more: str = TEST) -> Step:
    return project_of(more).steps["prepare"]


def mistake(more: str) -> UsageError:
    with pytest.raises(UsageError) as raised:
        project_of(more)
    return raised.value


def test_given_rows_become_a_dataset_in_the_layout_of_the_ports_own() -> None:
    (test,) = step_of().tests

    given = test.given["orders"]
    assert given.name == "prepare[drops refunds].orders"
    assert given.files == (TableFile(name="orders.csv", format=Format.CSV),)
    assert given.origin == Stated(tables={"": ({"id": "a", "amount": -1},)})
    assert test.rows["kept"][0].rows == ()


def test_rows_for_a_copied_file_go_to_a_file_of_its_name() -> None:
    (test,) = step_of(TEST.replace("orders: [{id: a, amount: -1}]", "raw: [{a: 1}]")).tests

    assert test.given["raw"].files == (TableFile(name="raw.csv", format=Format.CSV),)


def test_files_can_be_named_and_have_rows_or_contents() -> None:
    given = "parts: {train/a.csv: [{id: a}]}, rules: {rules.json: {label: y}, a.txt: hello}"
    (test,) = step_of(TEST.replace("orders: [{id: a, amount: -1}]", given)).tests

    assert test.given["parts"].origin == Stated(tables={"train/a.csv": ({"id": "a"},)})
    assert test.given["rules"].files == (
        GivenFile(name="rules.json", text='{\n  "label": "y"\n}\n'),
        GivenFile(name="a.txt", text="hello"),
    )


def test_values_expected_in_json_are_taken_apart() -> None:
    expect = 'report: {report.json: {rows: 2, by: {"a.b": true}, names: [x]}}'
    (test,) = step_of(TEST.replace("kept: []", expect)).tests

    assert [(one.path, one.values, one.length) for one in test.bounds["report"]] == [
        ("rows", (2,), None),
        ("names", (), 1),
        ('by["a.b"]', (True,), None),
        ("names[0]", ("x",), None),
    ]


def test_variables_of_a_test_are_taken_as_written() -> None:
    (test,) = step_of(TEST + "        env: {RATE: 1e3, MODE: null, FLAG: yes}\n").tests

    assert test.env == {"RATE": "1e3", "MODE": None, "FLAG": "yes"}


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("drops refunds", "edge_cases", "the test `edge_cases` is called as a scenario is"),
        ("drops refunds", '"a[b]"', "the test `a[b]` has a character in its name that ids"),
        ("kept: []", "", "the test `drops refunds` expects nothing"),
        ("orders: [{id: a", "rules: [{id: a", "nothing says which file of `rules` has these rows"),
        ("orders: [{id: a", "parts: [{id: a", "`parts` has the files `train/a.csv`, `test/a.csv`"),
        ("expect", "expct", "unknown key `expct` in `steps.prepare.tests.drops refunds`"),
        ("kept: []", "kept: {a.txt: hello}", "`a.txt` can only be compared by rows"),
        ("kept: []", "kept: {a.csv: [{a: [1]}]}", "`a` is no single value"),
        ("orders: [{id: a, amount: -1}]", "raw: {../a.csv: []}", "`../a.csv` is not the name"),
    ],
)
def test_a_mistake_in_a_test_is_told(before: str, after: str, what: str) -> None:
    assert mistake(TEST.replace(before, after)).what.startswith(what)


def test_a_port_that_the_step_does_not_have_is_told_with_the_nearest() -> None:
    (found,) = project_of(TEST.replace("kept: []", "kep: []")).findings

    assert (found.rule, found.message) == ("SC101", "`prepare` has no output `kep`")
    assert found.advice == "did you mean `kept`?"
    assert (found.place and found.place.line) == 14


def test_each_value_with_each_is_run_but_the_usual_one() -> None:
    step = step_of("    vary: {env: {MODE: [fast, slow], N: [1, 02]}, args: {k: [true]}}\n")

    assert [one.name for one in step.variations] == [
        "MODE=fast,N=1,k=true",
        "MODE=fast,N=02,k=true",
        "MODE=slow,N=1,k=true",
        "MODE=slow,N=02,k=true",
    ]
    assert step.variations[1].env == {"MODE": "fast", "N": "02"}
    assert [one.name for one in step_of("    vary: {env: {MODE: [fast, slow]}}\n").variations] == [
        "MODE=slow"
    ]


def test_too_many_combinations_are_refused_with_their_number() -> None:
    many = ", ".join("abcdef")

    error = mistake(f"    vary: {{env: {{A: [{many}], B: [{many}]}}}}\n")

    assert error.what == "`vary` makes 36 combinations, and at most 16 are run"


def test_a_test_that_says_something_else_is_a_reason_to_check_its_step() -> None:
    after = step_of(TEST.replace("-1", "-2"))

    reason = settings_reason(after, step_of())

    assert reason == SettingsChanged(names=("tests.drops refunds",), file="scriptcheck.yaml")
    assert settings_reason(step_of(), step_of()) is None
    assert settings_reason(step_of(), step_of("    timeout: 5m\n")) == reason


def test_config_shows_tests_and_variations() -> None:
    more = TEST + "    vary: {env: {MODE: [slow]}}\n"
    rows = settings_table(project_of(more), "prepare").rows

    assert (
        "tests.drops refunds",
        "given orders, expects kept",
        "scriptcheck.yaml:12",
    ) in rows
    assert ("vary", "MODE=slow", "scriptcheck.yaml:15") in rows
