"""A first settings file, written from what lies in a repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.project.loader import load_project
from ci_scriptcheck.project.scan import draft, left_out
from tests.unit.project.trees import MemoryTree, a_script

if TYPE_CHECKING:
    from ci_scriptcheck.model.project import Project

CONTRACT = "step_type: Fit\ncontract:\n  entry_point: fit.py\n"


def loaded(files: dict[str, str], folder: str = "") -> tuple[str, Project]:
    """Write a file for these, and read the project it makes."""
    text = draft(MemoryTree(files), folder)
    name = f"{folder}/scriptcheck.yaml" if folder else "scriptcheck.yaml"
    return text, load_project(MemoryTree({**files, name: text}), folder)


def test_scripts_become_steps_and_equal_names_a_pipeline_that_is_marked_as_a_guess() -> None:
    text, project = loaded(
        {
            "jobs/train.py": a_script(reads=["table"], writes=["model"]),
            "jobs/prepare.py": a_script(reads=["raw"], writes=["table"], more="environ_vars['X']"),
            "jobs/common.py": "def main(argv):\n    pass\n",
            "tests/test_train.py": a_script(reads=["table"]),
            "data/raw/part.csv": "x\n",
        }
    )

    assert sorted(project.steps) == ["prepare", "train"]
    assert [node.name for node in project.pipelines["main"].nodes] == ["prepare", "train"]
    assert project.findings == ()
    assert "    # reads raw\n    # writes table\n    # variables: X\n" in text
    assert "  raw: {copy: data/raw}   # guess: by its name\n" in text
    assert "# guess: these scripts write and read ports of equal names." in text


@pytest.mark.parametrize("folder", ["", "team"])
def test_the_requirements_beside_the_settings_are_named(folder: str) -> None:
    before = f"{folder}/" if folder else ""
    script = a_script(reads=["raw"], writes=["table"])
    files = {f"{before}a.py": script, f"{before}requirements.txt": "pandas\n"}

    text, project = loaded(files, folder)
    none, _ = loaded({f"{before}a.py": script, "docs/requirements.txt": "sphinx\n"}, folder)

    assert "defaults:\n  requirements: [requirements.txt]\n" in text
    assert project.findings == loaded({f"{before}a.py": script}, folder)[1].findings
    assert "requirements" not in none


def test_what_nobody_can_know_is_left_to_the_reader() -> None:
    text, project = loaded(
        {
            "a.py": a_script(reads=["raw"], writes=["x"]),
            "b.py": a_script(reads=["x"], writes=["y"]),
        }
    )

    assert "# datasets:\n#  raw: {copy: path/to/raw}\n" in text
    assert [finding.rule for finding in project.findings] == ["SC103"]


def test_contracts_become_an_adapter_with_its_folders() -> None:
    text, project = loaded(
        {
            "src/steps/contracts/fit.step.yaml": CONTRACT,
            "src/steps/scripts/fit.py": a_script(),
            "src/dags/one/a.dag.json": '{"dag": {"nodes": ["Fit"], "edges": []}}',
            "src/dags/b.dag.json": '{"dag": {"nodes": ["Fit"], "edges": []}}',
        }
    )

    assert "    interfaces: src/steps/contracts\n    scripts: src/steps/scripts\n" in text
    assert sorted(project.pipelines) == ["b", "one/a"]
    assert "steps:\n" not in text


def test_paths_are_relative_to_the_project_s_folder() -> None:
    text, project = loaded({"sub/jobs/a.py": a_script(), "other/b.py": a_script()}, "sub")

    assert "script: jobs/a.py" in text
    assert project.steps["a"].script == "sub/jobs/a.py"
    assert "b" not in project.steps


def test_scripts_of_one_name_are_told_apart_by_their_folders() -> None:
    _, project = loaded({"x/run.py": a_script(), "y/run.py": a_script(), "z w/1.py": a_script()})

    assert sorted(project.steps) == ["1", "run", "y_run"]


def test_scripts_that_run_in_a_circle_are_no_pipeline() -> None:
    _, project = loaded(
        {
            "a.py": a_script(reads=["x"], writes=["y"]),
            "b.py": a_script(reads=["y"], writes=["x"]),
        }
    )

    assert dict(project.pipelines) == {}


def test_what_the_function_asks_for_beside_is_said() -> None:
    script = (
        "def main(input_paths, output_paths, environ_vars, job_args, logger, depth):\n    pass\n"
    )

    text, project = loaded({"a.py": script, "b.py": "def main(input_paths:\n"})

    assert project.steps["a"].settings.call == {"logger": "$logger"}
    assert "# main asks for `depth` too" in text
    assert "b" not in project.steps


def test_the_folder_that_scripts_import_from_is_a_guess() -> None:
    script = "import shop.tables\nfrom util import x\nimport pandas, json, beside\n" + a_script()

    text, project = loaded(
        {
            "jobs/a.py": script,
            "jobs/beside.py": "",
            "src/shop/tables.py": "",
            "src/util.py": "x = 1\n",
            "old/util.py": "y = 1\n",
            "tests/pandas/x.py": "",
            "more/pandas/__init__.py": "",
        }
    )

    assert "defaults:\n  # guess: scripts import shop, util from there.\n  path: [src]\n" in text
    assert project.steps["a"].settings.path == ("src",)


def test_a_package_that_relative_imports_need_is_no_root() -> None:
    script = "from ..tables import x\ntry:\n    import tables\nexcept ImportError:\n    pass\n"

    text, _ = loaded(
        {
            "src/shop/__init__.py": "",
            "src/shop/jobs/__init__.py": "",
            "src/shop/jobs/a.py": script + a_script(),
            "src/shop/tables.py": "x = 1\n",
        }
    )

    assert "path:" not in text


def test_no_folder_is_guessed_where_scripts_find_what_they_import() -> None:
    text, _ = loaded(
        {
            "src/shop/__init__.py": "",
            "src/shop/jobs/__init__.py": "",
            "src/shop/jobs/a.py": "from shop import tables\nimport helper\n" + a_script(),
            "src/shop/jobs/helper.py": "",
            "src/shop/tables.py": "",
        }
    )

    assert "path:" not in text


def test_modules_at_the_top_make_the_top_a_root() -> None:
    text, project = loaded({"jobs/a.py": "from lib import x\n" + a_script(), "lib/x.py": ""})

    assert "  path: [.]\n" in text
    assert project.steps["a"].settings.path == (".",)


def test_a_script_may_begin_with_a_byte_order_mark() -> None:
    _, project = loaded({"a.py": "\ufeff" + a_script(reads=["x"])})

    assert [port.name for port in project.steps["a"].inputs] == ["x"]


def test_where_nothing_is_found_that_is_said() -> None:
    with pytest.raises(UsageError, match="no pipeline script was found"):
        draft(MemoryTree({"a.py": "print('hello')\n"}))


def test_a_stage_that_starts_a_script_is_told_with_what_it_reads_and_writes() -> None:
    stages = (
        "stages:\n"
        "  prepare:\n    cmd: python src/prepare.py data/raw.xml\n"
        "    deps: [data/raw.xml, src/prepare.py]\n    outs: [{data/prepared: {cache: false}}]\n"
        "  train:\n    cmd: python -m src.train\n    metrics: [scores.json]\n"
    )
    files = {
        "dvc.yaml": stages,
        "src/prepare.py": "def main():\n    pass\n\nmain()\n",
        "src/train.py": "print(1)\n",
        "src/tables.py": "x = 1\n",
    }

    assert left_out(MemoryTree(files)) == (
        "`src/prepare.py` has `main()`; stage `prepare` of dvc.yaml, reads data/raw.xml,"
        " writes data/prepared",
        "`src/train.py` has no `main`; stage `train` of dvc.yaml, writes scores.json",
    )


@pytest.mark.parametrize(
    "text", ["- a", "stages: 3", "stages: {a: 1}", "a: [", "stages: {a: {cmd: }}"]
)
def test_a_file_of_stages_that_makes_no_sense_is_passed_over(text: str) -> None:
    files = {"dvc.yaml": text, "a.py": "if __name__ == '__main__':\n    print(1)\n"}

    assert left_out(MemoryTree(files)) == ("`a.py` has no `main`",)


def test_data_are_found_by_the_names_that_scripts_open() -> None:
    script = a_script(reads=["raw"], more='open(input_paths["raw"] + "/sales.csv")')

    text, project = loaded({"load.py": script, "tests/data/sales.csv": "a\n1\n"})

    assert "raw: {copy: tests/data/sales.csv}" in text
    assert project.findings == ()
