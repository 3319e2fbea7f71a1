"""Our workflows and our action agree with each other, and everything foreign in them is pinned."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
FILES = sorted([*ROOT.glob(".github/workflows/*.yml"), ROOT / "action.yml"])


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    for file in FILES[:-1] if FILES[-1].name == "action.yml" else FILES:
        described = yaml.safe_load(file.read_text())
        for name, job in described.get("jobs", {}).items():
            yield f"{file.name}/{name}", job


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, job in jobs():
        for step in job.get("steps", ()):
            yield name, step


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_foreign_action_is_pinned_to_a_commit_and_says_its_version(file: Path) -> None:
    for line in re.findall(r"uses: (\S.*)", file.read_text()):
        if not line.startswith("$/"):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_one_version_of_an_action_is_used_everywhere(file: Path) -> None:
    known = dict(
        re.findall(
            r"uses: ([\w-]+/[\w-]+)\S*@([0-9a-f]{40})", "\n".join(map(Path.read_text, FILES))
        )
    )
    for action, commit in re.findall(r"uses: ([\w-]+/[\w-]+)\S*@([0-9a-f]{40})", file.read_text()):
        assert known[action] == commit


def test_every_input_that_our_workflows_give_to_our_action_exists() -> None:
    ours = [step for _, step in steps() if step.get("uses") == "$/"]

    assert len(ours) >= 4
    for step in ours:
        assert step.get("with", {}).keys() <= ACTION["inputs"].keys()


def test_every_output_of_our_action_that_our_workflows_read_exists() -> None:
    for name, job in jobs():
        ids = {
            step["id"]
            for step in job.get("steps", ())
            if step.get("uses") == "$/" and "id" in step
        }
        for step_id, output in re.findall(r"steps\.([\w-]+)\.outputs\.([\w-]+)", str(job)):
            assert step_id not in ids or output in ACTION["outputs"], name


def test_every_input_of_the_action_reaches_a_step_by_the_environment() -> None:
    text = (ROOT / "action.yml").read_text()

    assert [name for name in ACTION["inputs"] if f"inputs.{name} " not in text] == []
    assert not any("${{" in step.get("run", "") for step in ACTION["runs"]["steps"])
    assert all(
        step["run"].startswith("exec ") for step in ACTION["runs"]["steps"] if "run" in step
    )


def test_no_workflow_has_a_permission_for_all_its_jobs() -> None:
    for file in ROOT.glob(".github/workflows/*.yml"):
        assert yaml.safe_load(file.read_text())["permissions"] == {}, file.name


def test_what_the_action_installs_is_pinned_with_all_that_the_package_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    pinned = (ROOT / "action" / "requirements.txt").read_text()
    versions = dict(re.findall(r"^([\w.-]+)==([\w.]+)", pinned, re.MULTILINE))
    wanted = [*project["project"]["dependencies"], *project["build-system"]["requires"]]

    for requirement in map(Requirement, wanted):
        version = versions.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is not pinned: nox -s lock"
        assert requirement.specifier.contains(version, prereleases=True), requirement
    assert pinned.count("==") <= pinned.count("--hash=")
