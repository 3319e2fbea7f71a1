"""Pipelines of scriptcheck.yaml: lists, named nodes, links, and what is wrong with them."""

import pytest

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model.project import Link, Project
from tests.unit.project.trees import a_project, a_script, the_mistake

LOAD = a_script(writes=["data"])
CLEAN = a_script(reads=["data"], writes=["data"])
FIT = a_script(reads=["data"], writes=["model"])


def rules(project: Project) -> list[str]:
    return [finding.rule for finding in project.findings]


def test_a_list_of_scripts_is_a_pipeline_whose_links_join_equal_names() -> None:
    project = a_project(
        """
        version: 1
        datasets: {raw: {copy: scriptcheck.yaml}}
        pipelines: {daily: [prepare.py, train.py]}
        """,
        prepare=a_script(reads=["raw"], writes=["table"]),
        train=a_script(reads=["table"], writes=["model"]),
    )

    daily = project.pipelines["daily"]
    assert daily.links == (
        Link(producer="prepare", output="table", consumer="train", input="table"),
    )
    assert daily.edges == (("prepare", "train"),)
    assert project.steps["prepare"].inputs[0].dataset == "raw"
    assert project.steps["prepare"].inputs[0].external
    assert project.findings == ()


def test_in_a_list_the_nearest_script_before_feeds_an_input() -> None:
    project = a_project(
        "pipelines: {p: [load.py, clean.py, fit.py]}", load=LOAD, clean=CLEAN, fit=FIT
    )

    assert project.pipelines["p"].links == (
        Link(producer="clean", output="data", consumer="fit", input="data"),
        Link(producer="load", output="data", consumer="clean", input="data"),
    )


def test_a_list_may_name_steps_and_a_script_that_a_step_has_is_that_step() -> None:
    project = a_project(
        "steps: {first: {script: load.py}}\npipelines: {p: [first, fit.py], q: [load.py]}",
        load=LOAD,
        fit=FIT,
    )

    assert [node.step for node in project.pipelines["p"].nodes] == ["first", "fit"]
    assert [node.step for node in project.pipelines["q"].nodes] == ["first"]
    assert set(project.steps) == {"first", "fit"}


def test_links_are_spelled_out_as_node_and_port_cut_at_the_first_dot() -> None:
    project = a_project(
        """
        steps: {load: {script: load.py, outputs: {data.csv: }}, fit: {script: fit.py}}
        pipelines: {p: {nodes: {load: {}, again: {step: fit, inputs: {data: load.data.csv}}}}}
        """,
        load=LOAD,
        fit=FIT,
    )

    assert project.pipelines["p"].links == (
        Link(producer="load", output="data.csv", consumer="again", input="data"),
    )
    assert project.findings == ()


def test_among_named_nodes_the_only_one_before_feeds_an_input_of_its_name() -> None:
    project = a_project(
        "steps: {load: {script: load.py}, fit: {script: fit.py}}\npipelines: {p: {nodes: {load: {}, fit: }}}",
        load=LOAD,
        fit=FIT,
    )

    assert project.pipelines["p"].links == (
        Link(producer="load", output="data", consumer="fit", input="data"),
    )


def test_where_several_named_nodes_could_feed_an_input_that_is_asked() -> None:
    project = a_project(
        """
        steps: {load: {script: load.py}, fit: {script: fit.py}}
        pipelines: {p: {nodes: {one: {step: load}, two: {step: load}, fit: {}}}}
        """,
        load=LOAD,
        fit=FIT,
    )

    assert set(rules(project)) == {"SC102"}
    assert project.pipelines["p"].links == ()


def test_a_declared_input_that_nothing_feeds_is_a_finding_at_its_node() -> None:
    project = a_project(
        "steps: {fit: {script: fit.py, inputs: {data: {}}}}\n"
        "pipelines:\n  p:\n    nodes:\n      fit: {}\n",
        fit=FIT,
    )

    (finding,) = project.findings
    assert finding.rule == "SC103"
    assert finding.place == Place(file="scriptcheck.yaml", line=5)
    assert (finding.pipeline, finding.step, finding.port) == ("p", "fit", "data")


def test_an_external_input_and_an_optional_one_need_no_link() -> None:
    project = a_project(
        """
        datasets: {d: {columns: {x: {type: int}}}}
        steps:
          fit: {script: fit.py, inputs: {data: {dataset: d, external: true}, more: {required: false}}}
        pipelines: {p: {nodes: {fit: {}}}}
        """,
        fit=FIT,
    )

    assert project.findings == ()


def test_a_circle_is_a_finding_that_names_it() -> None:
    project = a_project(
        """
        steps: {clean: {script: clean.py}}
        pipelines:
          p:
            nodes:
              a: {step: clean, inputs: {data: b.data}}
              b: {step: clean, inputs: {data: a.data}}
          q:
            nodes: {c: {step: clean, inputs: {data: c.data}}}
        """,
        clean=CLEAN,
    )

    circles = {finding.pipeline: finding.message for finding in project.findings}
    assert circles == {"p": "a -> b -> a is a circle", "q": "c -> c is a circle"}
    assert set(rules(project)) == {"SC104"}


def test_a_link_into_a_port_that_the_step_does_not_have_is_a_finding() -> None:
    project = a_project(
        """
        steps: {load: {script: load.py}, fit: {script: fit.py}}
        pipelines: {p: {nodes: {load: {}, fit: {inputs: {dat: load.data}}}}}
        """,
        load=LOAD,
        fit=FIT,
    )

    finding = next(one for one in project.findings if one.rule == "SC101")
    assert finding.message == "`fit` has no input `dat`"
    assert finding.advice == "did you mean `data`?"
    assert finding.evidence == ("`fit` reads `data`",)


STEPS = "steps: {load: {script: load.py}, fit: {script: fit.py}}\n"


@pytest.mark.parametrize(
    ("pipeline", "what", "advice"),
    [
        (
            "{load: {}, fit: {inputs: {data: load.dta}}}",
            "`fit` reads `load.dta`, which no step writes",
            "did you mean `load.data`?",
        ),
        (
            "{load: {}, fit: {inputs: {data: laod.data}}}",
            "`p` has no node `laod`",
            "did you mean `load.data`?",
        ),
        (
            "{load: {}, fit: {inputs: {data: load}}}",
            "`load` is a node, and not one of its ports",
            "did you mean `load.data`?",
        ),
        ("{lod: {}}", "there is no step `lod`", "did you mean `load`?"),
        ("{x: {step: fitt}}", "there is no step `fitt`", "did you mean `fit`?"),
        (
            "{fit: {inputs: {data: d}}}",
            "`p` has no node `d`",
            "for a dataset write `{dataset: d, external: true}`",
        ),
    ],
)
def test_a_reference_to_what_is_not_there_is_a_mistake_with_the_nearest_name(
    pipeline: str, what: str, advice: str
) -> None:
    text = f"{STEPS}datasets: {{d: {{columns: {{x: {{type: int}}}}}}}}\npipelines: {{p: {{nodes: {pipeline}}}}}"

    error = the_mistake(text, load=LOAD, fit=FIT)

    assert error.what == what
    assert error.advice == advice
    assert str(error.where) == "scriptcheck.yaml:3"


def test_a_mistaken_link_says_what_the_node_writes() -> None:
    text = STEPS + "pipelines: {p: {nodes: {load: {}, fit: {inputs: {data: load.x}}}}}"

    assert the_mistake(text, load=LOAD, fit=FIT).facts == ("`load` writes `data`",)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("pipelines: {p: [load.py, load.py]}", "`load.py` comes twice in `p`"),
        ("pipelines: {p: [laod]}", "there is no step `laod`"),
        ("pipelines: {p: [../load.py]}", "`../load.py` leads out of the repository"),
        (
            "pipelines: {p: [load.py, sub/load.py]}",
            "there are two steps of the name `load`",
        ),
        (
            "steps: {a: {script: load.py}, b: {script: load.py}}\npipelines: {p: [load.py]}",
            "`load.py` is the script of several steps: a, b",
        ),
        ("steps: {a: {timeout: 1m}}", "nothing declares the step `a`"),
        ("nodes: {laod: {}}\npipelines: {p: [load.py]}", "no pipeline has a node `laod`"),
        ("rules: {SC208: {level: off, steps: [lod]}}", "there is no step `lod`"),
        ("defaults: {scenarios: [stndard]}", "there is no scenario `stndard`"),
        ("scenarios: {a: {extends: b}}", "there is no scenario `b`"),
        ("scenarios: {a: {extends: b}, b: {extends: a}}", "a -> b -> a extends itself"),
        (
            "pipelines: {p: {scenarios: [x], nodes: {}}}",
            "there is no scenario `x`",
        ),
        (
            "steps: {a: {script: load.py, outputs: {data: nothing}}}",
            "there is no dataset `nothing`",
        ),
        (
            "steps: {a: {script: fit.py, inputs: {data: {external: true}}}}",
            "`data` is external, and no dataset feeds it",
        ),
    ],
)
def test_other_mistakes_have_their_line_too(text: str, what: str) -> None:
    error = the_mistake(text, load=LOAD, fit=FIT)

    assert error.what == what
    assert error.where is not None
    assert error.excerpt is not None
    assert error.advice is None or error.advice


def test_a_missing_script_and_one_that_does_not_parse_are_findings() -> None:
    project = a_project(
        "steps: {a: {script: gone.py}, b: {script: broken.py}, c: {script: empty.py}}",
        broken="def main(:\n",
        empty="print('no main')\n",
    )

    found = {finding.rule: finding for finding in project.findings}
    assert str(found["SC106"].place) == "scriptcheck.yaml:1"
    assert str(found["SC107"].place) == "broken.py:1"
    assert found["SC107"].excerpt is not None
    assert found["SC110"].message == "`empty.py` does not define `main`"


def test_a_function_that_asks_for_more_is_a_finding_until_the_settings_give_it() -> None:
    script = (
        "def main(input_paths, output_paths, environ_vars, job_args, logger, n=1):\n    pass\n"
    )

    lacking = a_project("steps: {a: {script: a.py}}", a=script)
    given = a_project("steps: {a: {script: a.py, call: {logger: $logger}}}", a=script)

    (finding,) = lacking.findings
    assert finding.message == "`main` asks for `logger`, which nothing gives"
    assert finding.place == Place(file="a.py", line=1)
    assert given.findings == ()


def test_a_step_without_a_script_is_told_unless_something_stands_in_for_it() -> None:
    text = """
        datasets: {d: {columns: {x: {type: int}}}}
        steps:
          outside: {outputs: {data: OUTPUT}}
          fit: {script: fit.py}
        pipelines: {p: {nodes: {outside: {}, fit: {}}}}
        """

    bare = a_project(text.replace("OUTPUT", ""), fit=FIT)
    covered = a_project(text.replace("OUTPUT", "d"), fit=FIT)

    assert rules(bare) == ["SC108"]
    assert rules(covered) == []


def test_rules_change_how_much_a_finding_counts() -> None:
    text = (
        "steps: {fit: {script: fit.py}}\npipelines: {p: {nodes: {fit: {}}}}\nrules: {SC103: RULE}"
    )

    off = a_project(text.replace("RULE", "off"), fit=FIT)
    softer = a_project(text.replace("RULE", "{level: warning, steps: [f*]}"), fit=FIT)

    assert off.findings == ()
    assert [finding.severity for finding in softer.findings] == ["warning"]


def test_a_dataset_may_be_what_a_node_of_a_pipeline_writes() -> None:
    error = the_mistake(
        STEPS + "datasets: {m: {from: a/b/fit.modell}}\npipelines: {a/b: [load.py, fit.py]}",
        load=LOAD,
        fit=FIT,
    )

    assert error.advice == "did you mean `a/b/fit.model`?"


def test_a_pipeline_runs_standard_and_what_it_names() -> None:
    project = a_project(
        "steps: {load: {script: load.py}}\npipelines: {p: {nodes: {load: }, scenarios: [edge_cases]}}",
        load=LOAD,
    )

    assert project.pipelines["p"].scenarios == ("standard", "edge_cases")


def test_a_script_that_cannot_be_read_makes_nothing_else_seem_wrong() -> None:
    project = a_project(
        "pipelines: {p: [load.py, clean.py, fit.py], q: [load.py, clean.py], r: [fit.py]}",
        load=a_script(writes=["raw"]),
        clean="def main(:\n",
        fit=FIT,
    )

    assert [(one.rule, one.pipeline) for one in project.findings] == [
        ("SC107", None),
        ("SC103", "r"),
    ]


def test_a_link_to_a_script_that_cannot_be_read_names_the_script() -> None:
    mistake = the_mistake(
        """
        steps: {load: {script: load.py}, fit: {script: fit.py}}
        pipelines: {p: {nodes: {load: {}, fit: {inputs: {data: load.data}}}}}
        """,
        load="def main(:\n",
        fit=FIT,
    )

    assert mistake.facts[-1] == "`load.py` cannot be parsed: invalid syntax (load.py:1)"
