"""`config`, `doctor` and `init` on the demonstration's project, healthy and broken."""

from __future__ import annotations

import sys
import venv
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.cli.demo import pull_request
from tests.functional.cli.command import scriptcheck

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make the demonstration's repository, with `main` checked out."""
    return pull_request.lay_out(tmp_path)


def edit(project: Path, old: str, new: str) -> None:
    file = project / "scriptcheck.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_config_names_the_line_that_a_value_comes_from(project: Path) -> None:
    ended = scriptcheck("config", "fraud/split", folder=project)

    assert ended.returncode == 0
    (line,) = [line for line in ended.stdout.splitlines() if line.startswith("rows ")]
    assert line.split() == ["rows", "2000", "scriptcheck.yaml:7"]


def test_config_names_the_node_that_feeds_an_input(project: Path) -> None:
    shown = scriptcheck("config", "fraud/train", folder=project).stdout

    (line,) = [line for line in shown.splitlines() if line.startswith("inputs.train ")]
    assert "required, fed by split.train " in line


def test_config_shows_the_interpreter_in_use_and_the_lines_of_ports(project: Path) -> None:
    (project / "scriptcheck.yaml").write_text("version: 1\npipelines: {all: [scripts/split.py]}\n")

    shown = scriptcheck("config", "split", folder=project).stdout

    rows = {line.split()[0]: " ".join(line.split()[1:]) for line in shown.splitlines()}
    assert rows["python"] == f"{sys.executable} built in"
    assert rows["inputs.features"] == "required scripts/split.py:10"
    assert rows["outputs.test"] == "required scripts/split.py:14"


def test_config_without_a_name_lists_what_there_is(project: Path) -> None:
    shown = scriptcheck("config", folder=project).stdout

    assert "preprocess  scripts/preprocess.py" in shown
    assert "fraud     6 nodes" in shown


def test_config_of_an_unknown_node_names_the_nearest(project: Path) -> None:
    ended = scriptcheck("config", "fraud/splt", folder=project)

    assert ended.returncode == 2
    assert "did you mean `fraud/split`?" in ended.stderr


def test_a_mistake_in_the_settings_shows_its_line(project: Path) -> None:
    edit(project, "  rows: 2000", "  rosw: 2000")

    ended = scriptcheck("config", folder=project)

    assert ended.returncode == 2
    assert "--> scriptcheck.yaml:7\n   |\n 7 |   rosw: 2000\n" in ended.stderr


def test_doctor_finds_a_healthy_project_healthy_and_leaves_nothing(project: Path) -> None:
    before = sorted(project.rglob("*"))

    ended = scriptcheck("doctor", folder=project)

    assert ended.returncode == 0, ended.stdout
    assert "FAILED" not in ended.stdout
    assert "has 2 libraries that scripts import" in ended.stdout
    assert sorted(project.rglob("*")) == before


def test_doctor_names_an_interpreter_that_is_not_there(project: Path) -> None:
    edit(project, "  rows: 2000", "  python: .venv/bin/python")

    ended = scriptcheck("doctor", folder=project)

    assert ended.returncode == 1
    assert "shop/.venv/bin/python` cannot be started" in ended.stdout


def test_doctor_names_libraries_that_are_not_there(project: Path) -> None:
    script = project / "scripts" / "train.py"
    script.write_text("import torch_of_nobody\n" + script.read_text())

    ended = scriptcheck("doctor", folder=project)

    assert ended.returncode == 0
    assert "lacks torch_of_nobody" in ended.stdout


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  rows: 2000", "  python: .venv/bin/python"),
        ("\npipelines:", "\nnodes: {train: {python: .venv/bin/python}}\npipelines:"),
    ],
    ids=["of all steps", "of a node alone"],
)
def test_doctor_asks_an_empty_environment_for_the_libraries_of_what_runs_there(
    project: Path, old: str, new: str
) -> None:
    venv.create(project / ".venv")
    edit(project, old, new)

    ended = scriptcheck("doctor", folder=project)

    told = " ".join(ended.stdout.split())
    assert f"warning python {project}/.venv/bin/python lacks numpy and pandas" in told


def test_doctor_goes_on_where_the_settings_are_broken(project: Path) -> None:
    edit(project, "version: 1", "version: 7")

    ended = scriptcheck("doctor", folder=project)

    assert ended.returncode == 1
    assert "FAILED  settings" in ended.stdout
    assert "ok  disk" in ended.stdout


def test_doctor_says_where_there_is_no_repository(tmp_path: Path) -> None:
    ended = scriptcheck("doctor", folder=tmp_path)

    assert ended.returncode == 1
    assert "is not in a git repository" in ended.stdout


def test_init_writes_a_file_that_can_be_read(project: Path) -> None:
    (project / "scriptcheck.yaml").unlink()

    ended = scriptcheck("init", folder=project)

    assert ended.returncode == 0
    assert "It holds 6 steps, 1 pipeline" in ended.stdout
    assert scriptcheck("config", "train", folder=project).returncode == 0


def test_init_does_not_touch_a_file_that_is_there(project: Path) -> None:
    before = (project / "scriptcheck.yaml").read_text()

    ended = scriptcheck("init", folder=project)

    assert ended.returncode == 2
    assert "is there already" in ended.stderr
    assert (project / "scriptcheck.yaml").read_text() == before


def test_init_names_the_scripts_that_it_leaves_out(project: Path) -> None:
    (project / "scriptcheck.yaml").unlink()
    (project / "scripts" / "plot.py").write_text("def main(frame, file):\n    pass\n")
    (project / "scripts" / "load.py").write_text("if __name__ == '__main__':\n    print(1)\n")

    ended = scriptcheck("init", folder=project)

    assert "left out  `scripts/load.py` has no `main`\n" in ended.stdout
    assert "left out  `scripts/plot.py` has `main(frame, file)`\n" in ended.stdout
    assert ended.stdout.count("left out") == 2


def test_init_says_that_there_is_no_script(project: Path) -> None:
    (project / "empty").mkdir()

    ended = scriptcheck("-C", "empty", "init", folder=project)

    assert ended.returncode == 2
    assert "no pipeline script was found here" in ended.stderr
    assert list((project / "empty").iterdir()) == []


def test_init_names_the_inputs_that_nothing_feeds_yet(project: Path) -> None:
    (project / "scriptcheck.yaml").unlink()

    ended = scriptcheck("init", folder=project)

    assert ended.stdout.endswith(
        "Complete it: nothing says yet where `orders` and `rates` come from:\n\n"
        "  scriptcheck infer FILE --into scriptcheck.yaml   drafts it from a sample\n"
        "  scriptcheck init --infer                         tries what the scripts ask for; remove the file first\n\n"
        "Then:\n\n"
        "  scriptcheck plan --all   shows what would be run, and what is missing\n"
        "  scriptcheck run --all    runs it\n"
    )
