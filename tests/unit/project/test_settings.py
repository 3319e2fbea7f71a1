"""Settings on several levels, the most specific of which wins, and where each comes from."""

import pytest

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.model.project import Known, Limits, Project
from ci_scriptcheck.model.scenario import Condition, Expect
from ci_scriptcheck.project.assembly.settings import settings_table
from ci_scriptcheck.project.loader import load_project
from tests.unit.project.trees import MemoryTree, a_project, a_script, the_mistake

CONTRACT = """\
step_type: Fit
contract:
  entry_point: fit.py
  inputs:
    data: {path: /opt/ml/in, required: false}
  env_vars:
    optional: {LABEL: label, REGION: NA, MODE: fast}
  job_arguments:
  - {flag: --job_type, source: job_type}
"""

DAG = '{"dag": {"nodes": ["Fit_testing", "Fit"], "edges": []}}'


def with_contract(settings: str) -> Project:
    adapters = "adapters: {cursus: {interfaces: c, scripts: s, pipelines: d}}\n"
    return load_project(
        MemoryTree(
            {
                "scriptcheck.yaml": adapters + settings,
                "c/fit.step.yaml": CONTRACT,
                "s/fit.py": a_script(more="environ_vars.get('LABEL'); job_args.job_type"),
                "d/group/p.dag.json": DAG,
            }
        )
    )


def test_each_level_is_laid_over_those_below_it_key_by_key() -> None:
    project = with_contract(
        """
defaults: {timeout: 1m, env: {MODE: slow, OTHER: a}, limits: {processes: 3}}
steps: {Fit: {timeout: 2m, env: {LABEL: y}, limits: {log: 5MB}}}
nodes:
  Fit_testing: {timeout: 4m}
  "*_testing": {timeout: 3m, rows: 7}
pipelines: {group/p: {nodes: {Fit: {timeout: 5m, env: {REGION: null}}}}}
"""
    )

    step = project.steps["Fit"].settings
    testing = project.pipelines["group/p"].node("Fit_testing").settings
    plain = project.pipelines["group/p"].node("Fit").settings
    assert (step.timeout, testing.timeout, plain.timeout) == (120.0, 240.0, 300.0)
    assert (step.rows, testing.rows) == (1000, 7)
    assert step.env == {"LABEL": "y", "MODE": "slow", "OTHER": "a", "REGION": "NA"}
    assert plain.env == {"LABEL": "y", "MODE": "slow", "OTHER": "a"}
    assert step.limits == Limits(processes=3, log_bytes=5_000_000)


def test_every_value_knows_where_it_comes_from() -> None:
    project = with_contract("defaults:\n  timeout: 1m\nsteps:\n  Fit:\n    env:\n      LABEL: y\n")

    origins = project.steps["Fit"].settings.origins
    assert {name: str(place) for name, place in origins.items()} == {
        "env.LABEL": "scriptcheck.yaml:7",
        "env.MODE": "c/fit.step.yaml:7",
        "env.REGION": "c/fit.step.yaml:7",
        "timeout": "scriptcheck.yaml:3",
    }


def test_arguments_for_all_steps_are_given_where_something_asks_for_them() -> None:
    project = with_contract(
        "defaults: {args: {job_type: training, depth: 3}}\nsteps: {Fit: {args: {x: 1}}}"
    )

    assert project.steps["Fit"].settings.args == {"job_type": "training", "x": 1}


def test_the_job_type_in_a_node_s_name_is_weaker_than_what_is_said_for_the_node() -> None:
    plain = with_contract("defaults: {args: {job_type: training}}")
    said = with_contract("nodes: {'*_testing': {args: {job_type: other}}}")

    assert plain.pipelines["group/p"].node("Fit_testing").settings.args == {"job_type": "testing"}
    assert said.pipelines["group/p"].node("Fit_testing").settings.args == {"job_type": "other"}


def test_null_takes_back_what_a_level_below_says() -> None:
    project = a_project(
        "defaults: {skip: not now, timeout: 1m}\nsteps: {a: {script: a.py, skip: null, timeout: null}}",
        a=a_script(),
    )

    assert project.steps["a"].settings.skip is None
    assert project.steps["a"].settings.timeout == 300.0


def test_a_node_can_be_free_of_a_failure_that_its_step_is_known_for() -> None:
    project = a_project(
        "steps: {a: {script: a.py, known: {rule: SC201, reason: old}}}\n"
        "pipelines: {p: {nodes: {a: {known: null}}}}",
        a=a_script(),
    )

    ((node,),) = (found.nodes for found in project.pipelines.values())
    assert project.steps["a"].settings.known == Known(rules=("SC201",), reason="old")
    assert node.settings.known is None


def test_a_step_keeps_the_variables_that_its_script_reads() -> None:
    project = a_project(
        "steps: {a: {script: a.py}}", a=a_script(more="environ_vars.get('LABEL', 'y')")
    )

    assert project.steps["a"].variables == {"LABEL": "y"}


def test_the_table_shows_each_setting_with_its_origin() -> None:
    project = with_contract("defaults:\n  timeout: 1m\n  memory: 1GiB\n")

    rows = {name: (value, origin) for name, value, origin in settings_table(project, "Fit").rows}
    assert rows["timeout"] == ("60 s", "scriptcheck.yaml:3")
    assert rows["memory"] == ("1GiB", "scriptcheck.yaml:4")
    assert rows["rows"] == ("1000", "built in")
    assert rows["env.LABEL"] == ("label", "c/fit.step.yaml:7")
    assert rows["inputs.data"] == ("optional", "c/fit.step.yaml:5")


@pytest.mark.parametrize("name", ["Fit", "group/p/Fit_testing", "Fit_testing"])
def test_a_step_a_node_and_the_one_node_of_a_name_have_a_table(name: str) -> None:
    assert settings_table(with_contract(""), name).rows


def test_an_unknown_name_gets_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        settings_table(with_contract(""), "Fit_test")

    assert caught.value.advice == "did you mean `Fit_testing`?"


def test_a_port_of_an_adapter_s_step_that_is_nowhere_is_a_finding() -> None:
    project = with_contract("steps: {Fit: {inputs: {dta: {required: false}}}}")

    (finding,) = [one for one in project.findings if one.port == "dta"]
    assert (finding.rule, finding.advice) == ("SC101", "did you mean `data`?")


def test_a_mistake_is_shown_with_the_contract_that_nobody_could_read() -> None:
    files = {
        "scriptcheck.yaml": "adapters: {cursus: {interfaces: c, scripts: s}}\nsteps: {Fit: {skip: no}}",
        "c/fit.step.yaml": "step_type: [",
    }

    with pytest.raises(UsageError, match="nothing declares the step `Fit`") as raised:
        load_project(MemoryTree(files))

    assert raised.value.facts[-1].startswith("`fit.step.yaml` cannot be read: ")


def test_what_the_settings_say_of_an_adapter_s_pipeline_must_be_about_its_nodes() -> None:
    with pytest.raises(UsageError, match="has no node `Fit_tested`"):
        with_contract("pipelines: {group/p: {nodes: {Fit_tested: {skip: later}}}}")


def test_a_pipeline_of_an_adapter_cannot_be_a_list_of_scripts_too() -> None:
    with pytest.raises(UsageError, match="two pipelines of the name `group/p`"):
        with_contract("pipelines: {group/p: [Fit]}")


def test_scenarios_extend_each_other() -> None:
    project = a_project(
        """
        datasets: {orders: {columns: {amount: {type: int}}}}
        scenarios:
          month_end: {rows: 20000, columns: {amount: {max: 5}}}
          year_end: {extends: month_end, columns: {amount: {min: 1}}}
          broken: {extends: malformed, rows: 3}
        """
    )

    year_end = project.scenarios["year_end"]
    assert (year_end.rows, year_end.condition) == (20000, Condition.STANDARD)
    assert year_end.columns == {"amount": {"max": 5, "min": 1}}
    assert project.scenarios["broken"].expect is Expect.ERROR
    assert "edge_cases" in project.scenarios


@pytest.mark.parametrize("column", ["amuont", "$AMOUNT_FIELD"])
def test_a_scenario_that_changes_a_column_no_dataset_has_is_a_mistake(column: str) -> None:
    error = the_mistake(
        f"""
        datasets: {{orders: {{columns: {{amount: {{type: int}}}}}}}}
        scenarios:
          big: {{columns: {{{column}: {{max: 9}}}}}}
        """
    )

    assert error.what == f"no dataset has a column `{column}`"
    assert error.where is not None
    assert error.where.line == 4
