"""From contracts and pipeline files of the Cursus convention to declared steps and pipelines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.errors import Place, UsageError
from ci_scriptcheck.project.cursus.reading import Folders, read_cursus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ci_scriptcheck.project.declared import Declared, DeclaredStep

FOLDERS = Folders(interfaces="steps", scripts="steps/scripts", pipelines="dags")

FIT = """\
step_type: Fit
registry:
  sagemaker_step_type: Training
contract:
  entry_point: fit.py
  inputs:
    table: {path: /opt/ml/input/data, required: true}
    start: {path: /opt/ml/input/start, required: false}
  outputs:
    model: {path: /opt/ml/model}
    report: {path: /opt/ml/output/data}
  env_vars:
    required: [LABEL]
    optional: {ROUNDS: 10, EXACT: false, REGION: NA}
  job_arguments:
  - {flag: --job-type, source: job_type}
spec:
  dependencies:
    table: {type: training_data, required: true, compatible_sources: [Clean-Training]}
    start: {type: model_artifacts, required: false}
  outputs:
    model: {type: model_artifacts, aliases: [trained]}
variants:
  again:
    spec:
      dependencies:
        start: {required: true}
something_new: [1, 2]
"""


class Files:
    """A tree of files that are given as text."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.texts = {path: text.encode() for path, text in texts.items()}

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self.texts))

    def has(self, path: str) -> bool:
        return path in self.texts

    def read(self, path: str) -> bytes:
        return self.texts[path]

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        return {path: self.texts[path] for path in paths}

    def blob_ids(self, paths: Iterable[str]) -> dict[str, str]:
        return {path: str(self.texts[path]) for path in paths}


def dag(*nodes: str, edges: tuple[tuple[str, str], ...] = ()) -> str:
    return json.dumps({"dag": {"nodes": nodes, "edges": edges}, "metadata": {}}, indent=1)


def reading(**files: str) -> Declared:
    """Read a repository that holds these files beside one good contract and pipeline."""
    texts = {
        "steps/fit.step.yaml": FIT,
        "steps/scripts/fit.py": "",
        "dags/weekly/deep.dag.json": dag("Fit"),
    }
    return read_cursus(
        Files(texts | {name.replace("__", "/"): text for name, text in files.items()}), FOLDERS
    )


def the_fit() -> DeclaredStep:
    return reading().steps["Fit"]


def test_a_step_has_its_script_variables_and_arguments() -> None:
    fit = the_fit()

    assert fit.script == "steps/scripts/fit.py"
    assert fit.env == {"ROUNDS": "10", "EXACT": "false", "REGION": "NA"}
    assert fit.required_env == ("LABEL",)
    assert fit.env_places["EXACT"] == Place(file="steps/fit.step.yaml", line=14)
    assert fit.arguments == ("job_type",)


def test_what_a_training_writes_is_packed_as_the_platform_does() -> None:
    assert {port.name: port.pack for port in the_fit().outputs} == {
        "model": "model.tar.gz",
        "report": "output.tar.gz",
    }


def test_what_a_processing_job_writes_to_the_same_folders_is_not_packed() -> None:
    step = reading(
        **{"steps__fit.step.yaml": FIT.replace("Training\ncontract", "Processing\ncontract")}
    )

    assert {port.pack for port in step.steps["Fit"].outputs} == {None}


def test_ports_say_what_suits_them_and_where_they_are_declared() -> None:
    table, _ = the_fit().inputs

    assert table.accepts == ("training_data", "processing_output")
    assert table.sources == ("Clean_Training",)
    assert table.place == Place(file="steps/fit.step.yaml", line=7)


def test_a_type_of_job_changes_only_what_its_variant_names() -> None:
    again = the_fit().for_job("again")

    assert {port.name: port.required for port in again.inputs} == {"table": True, "start": True}
    assert again.script == the_fit().script
    assert not the_fit().for_job("other").inputs[1].required


def test_a_pipeline_is_named_by_its_path() -> None:
    assert list(reading().pipelines) == ["weekly/deep"]


def test_a_node_belongs_to_the_longest_step_that_its_name_begins_with() -> None:
    longer = FIT.replace("step_type: Fit", "step_type: Fit_Deep")

    found = reading(
        **{
            "steps__deep.step.yaml": longer,
            "dags__a.dag.json": dag("Fit_Deep_x", "Fit_y", "Fitter"),
        },
    ).pipelines["a"]

    assert [(node.step, node.suffix) for node in found.nodes] == [
        ("Fit_Deep", "x"),
        ("Fit", "y"),
        (None, ""),
    ]
    assert found.nodes[1].args == {"job_type": "y"}
    assert found.nodes[1].place == Place(file="dags/a.dag.json", line=5)


def test_a_missing_script_is_a_finding() -> None:
    declared = reading(**{"steps__fit.step.yaml": FIT.replace("fit.py", "fat.py")})

    assert [(item.rule, item.subject, item.place) for item in declared.findings] == [
        ("SC106", "fat.py", Place(file="steps/fit.step.yaml", line=5))
    ]


def test_a_script_that_a_library_brings_along_is_not_missed() -> None:
    text = FIT.replace("fit.py", "fat.py").replace("registry:", "registry:\n  requires: a_sdk")

    declared = reading(**{"steps__fit.step.yaml": text})

    assert declared.findings == ()
    assert declared.steps["Fit"].script is None


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("steps__b.step.yaml", "a: [", "cannot be read"),
        ("steps__b.step.yaml", "- a", "the file is not a mapping"),
        ("steps__b.step.yaml", "contract: {}", "step_type: Field required"),
        ("steps__b.step.yaml", "step_type: B\nvariants: 3", "variants"),
        ("steps__b.step.yaml", "step_type: a/b", "step_type"),
        ("steps__b.step.yaml", "a: &a [*a]\nstep_type: [*a, *a]", "step_type"),
        ("steps__b.step.yaml", "[" * 5000, "cannot be read"),
        ("dags__b.dag.json", '{"dag": {"nodes": ["a/b"]}}', "dag.nodes.0"),
        ("dags__b.dag.json", "[" * 5000, "cannot be read"),
        ("dags__b.dag.json", "{", "cannot be read"),
        ("dags__b.dag.json", '{"dag": {"nodes": 3}}', "dag.nodes"),
    ],
)
def test_a_broken_file_is_a_finding_and_the_others_are_still_read(
    name: str, text: str, said: str
) -> None:
    declared = reading(**{name: text})

    assert [item.rule for item in declared.findings] == ["SC113"]
    assert said in declared.findings[0].message
    assert list(declared.pipelines) == ["weekly/deep"]


def test_two_contracts_of_one_step_are_a_finding() -> None:
    declared = reading(**{"steps__other.step.yaml": FIT})

    assert [item.rule for item in declared.findings] == ["SC109"]


def test_a_joint_to_a_node_that_is_not_listed_is_a_finding() -> None:
    declared = reading(**{"dags__b.dag.json": dag("Fit", edges=(("Fit", "Ship"),))})

    assert [item.message for item in declared.findings] == [
        "a joint names `Ship`, which is not among the nodes"
    ]
    assert declared.pipelines["b"].edges == ()


def test_a_folder_without_contracts_is_a_mistake_of_the_settings() -> None:
    with pytest.raises(UsageError, match=r"the folder `steps` holds no `\*.step.yaml`"):
        read_cursus(Files({"README": ""}), FOLDERS)
