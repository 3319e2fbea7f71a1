"""What is told about inputs and scripts that nothing was found for: the place, and a likely name."""

from __future__ import annotations

import pytest

from ci_scriptcheck.errors import Place
from tests.unit.project.trees import a_project

CLEAN = """def main(input_paths, output_paths, environ_vars, job_args):
    raw = open(input_paths["raw"])
    out = output_paths["cleaned"]
"""
FEATURES = '''"""Ratios and sums."""


def main(input_paths, output_paths, environ_vars, job_args):
    cleaned = open(input_paths["clean"])
    out = output_paths["features"]
'''
LISTED = "datasets: {raw: {copy: scriptcheck.yaml}}\npipelines: {daily: [clean.py, features.py]}\n"


def test_an_input_that_only_the_script_names_is_told_at_the_line_that_takes_it() -> None:
    project = a_project(LISTED, clean=CLEAN, features=FEATURES)

    (finding,) = project.findings
    assert finding.rule == "SC103"
    assert finding.place == Place(file="features.py", line=5)
    assert finding.excerpt is not None
    assert finding.excerpt.lines == ('    cleaned = open(input_paths["clean"])',)
    assert finding.advice is not None
    assert finding.advice.startswith("did you mean `cleaned`, which `clean` writes?")


def test_the_node_that_was_likely_meant_is_not_told_of_besides() -> None:
    three = LISTED.replace("features.py]", "features.py, fit.py]")
    fit = FEATURES.replace('["clean"]', '["features"]').replace('output_paths["features"]', "None")

    project = a_project(three, clean=CLEAN, features=FEATURES, fit=fit)

    assert [(one.rule, one.step) for one in project.findings] == [("SC103", "features")]


def test_a_writer_that_stands_behind_its_reader_is_named() -> None:
    turned = LISTED.replace("[clean.py, features.py]", "[features.py, clean.py]")

    project = a_project(turned, clean=CLEAN, features=FEATURES.replace('["clean"]', '["cleaned"]'))

    (finding,) = project.findings
    assert finding.advice == "put `clean`, which writes it, before `features`"


def test_a_dataset_of_nearly_the_name_of_an_input_is_suggested() -> None:
    project = a_project(LISTED.replace("{raw:", "{rw:"), clean=CLEAN, features=FEATURES)

    (finding,) = (one for one in project.findings if one.port == "raw")
    assert finding.place == Place(file="clean.py", line=2)
    assert finding.advice == "did you mean the dataset `rw`? A dataset feeds the input of its name"


def test_an_input_without_a_dataset_is_told_with_the_line_that_would_feed_it() -> None:
    project = a_project(LISTED.replace("{raw:", "{places:"), clean=CLEAN, features=FEATURES)

    (finding,) = (one for one in project.findings if one.port == "raw")
    assert finding.advice == "say where it comes from: `datasets: {raw: {copy: <file or folder>}}`"


def test_a_lone_node_points_at_the_line_where_its_script_takes_an_input() -> None:
    alone = FEATURES.replace('input_paths["clean"]', 'input_paths.get("clean")')

    project = a_project(
        LISTED.replace("features.py]", "fit.py, features.py]"),
        clean=CLEAN,
        fit=CLEAN.replace('["raw"]', '["cleaned"]').replace('output_paths["cleaned"]', "None"),
        features=alone,
    )

    (finding,) = project.findings
    assert finding.rule == "SC111"
    assert finding.place == Place(file="features.py", line=5)


def test_only_a_script_of_nearly_the_same_name_is_suggested_for_a_missing_one() -> None:
    project = a_project(
        "steps:\n  a: {script: features.py}\n  b: {script: claen.py}\n  c: {script: gone.py}\n",
        make_features=FEATURES,
        clean=CLEAN,
        trains=CLEAN,
    )

    told = {finding.step: finding.advice for finding in project.findings}
    assert told == {
        "a": "did you mean `make_features.py`?",
        "b": "did you mean `clean.py`?",
        "c": None,
    }


@pytest.mark.parametrize("said", ["{}", "raw", "{dataset: raw}"])
def test_an_input_whose_dataset_is_there_is_told_how_the_dataset_feeds_it(said: str) -> None:
    project = a_project(
        "datasets: {raw: {copy: scriptcheck.yaml}}\n"
        f"steps:\n  clean:\n    script: clean.py\n    inputs: {{raw: {said}}}\n"
        "pipelines: {daily: {nodes: {clean: {}}}}\n",
        clean=CLEAN,
    )

    (finding,) = project.findings
    assert finding.advice == "a dataset `raw` exists: write `raw: {dataset: raw, external: true}`"
    assert finding.place == Place(file="scriptcheck.yaml", line=5)
    assert finding.excerpt is not None
    assert finding.excerpt.lines == (f"    inputs: {{raw: {said}}}",)


def test_a_script_without_its_function_is_told_once_and_not_what_follows_from_it() -> None:
    project = a_project(
        LISTED.replace("features.py]", "features.py, fit.py]"),
        clean=CLEAN,
        features=FEATURES.replace('["clean"]', '["cleaned"]').replace("def main", "def mian"),
        fit=CLEAN.replace('["raw"]', '["features"]').replace('output_paths["cleaned"]', "None"),
    )

    assert [(one.rule, one.step) for one in project.findings] == [("SC110", "features")]
