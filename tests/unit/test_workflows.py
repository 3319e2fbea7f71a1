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


def test_the_token_is_given_before_code_of_the_repository_can_run_and_where_none_has() -> None:
    steps = ACTION["runs"]["steps"]
    words = [step.get("run", "").rpartition(" ")[2] for step in steps]
    tokens = {step["env"]["GITHUB_TOKEN"] for step in steps if "github.token" in str(step)}

    assert words.index("history") < words.index("scripts") < words.index("check")
    assert tokens == {"${{ steps.tool.outputs.untouched == 'true' && github.token || '' }}"}


def test_the_key_of_real_data_is_given_before_code_of_the_repository_can_run_and_where_none_has() -> (
    None
):
    steps = ACTION["runs"]["steps"]
    words = [step.get("run", "").rpartition(" ")[2] for step in steps]
    keys = {
        words[number]: step["env"]["SCRIPTCHECK_FIXTURES_KEY"]
        for number, step in enumerate(steps)
        if "inputs.fixtures-key" in str(step)
    }
    untouched = "${{ steps.tool.outputs.untouched == 'true' && inputs.fixtures-key || '' }}"

    assert words.index("fetch") < words.index("open") < words.index("scripts")
    assert keys == {"fetch": untouched, "open": untouched}


def test_who_may_ask_for_identity_tokens_runs_nothing_but_what_fetches() -> None:
    asking = {
        name: [step.get("uses") or step.get("run") for step in job["steps"]]
        for name, job in jobs()
        if "id-token" in job.get("permissions", {}) and name.startswith("check")
    }
    ours = [
        step["with"]["command"]
        for name, step in steps()
        if name in asking and step.get("uses") == "$/"
    ]

    assert list(asking) == ["check-real-data.yml/fetch"]
    assert not any(word.startswith("run ") for words in asking.values() for word in words)
    assert ours == ["fetch-fixtures"]


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


DEFAULT_BRANCH = (
    'contains(fromJSON(\'["push", "schedule", "workflow_dispatch"]\'), github.event_name)'
    " && github.ref == format('refs/heads/{0}', github.event.repository.default_branch)"
)


def test_only_runs_of_the_default_branch_write_the_cache() -> None:
    saving = [
        (name, f"{step.get('if')} {dict(jobs())[name].get('if')}")
        for name, step in steps()
        if str(step.get("uses")).startswith(("actions/cache/save@", "actions/cache@"))
    ]

    assert [name for name, _ in saving] == [
        "check-real-data.yml/check",
        "check-shares.yml/store",
        "check.yml/check",
    ]
    assert [name for name, when in saving if DEFAULT_BRANCH not in " ".join(when.split())] == []


def test_no_cache_of_a_pull_request_is_unpacked_where_real_data_come_to() -> None:
    restoring = [
        (name, " ".join(str(step.get("if")).split()))
        for name, step in steps()
        if name.startswith("check-real-data") and "cache/restore" in str(step.get("uses"))
    ]

    assert [name for name, _ in restoring] == ["check-real-data.yml/check"]
    assert all(DEFAULT_BRANCH in when for _, when in restoring)


def test_what_is_saved_is_found_again_and_by_no_project_of_a_longer_name() -> None:
    used = [step["with"] for _, step in steps() if "actions/cache/" in str(step.get("uses"))]
    restored = [one for one in used if "restore-keys" in one]

    assert len(restored) == 5
    assert len({one["key"] for one in used}) == 1
    (start,) = {one["restore-keys"] for one in restored}
    assert used[0]["key"].startswith(start)
    # The name of a folder has no two slashes in a row.
    assert start.endswith("${{ inputs.project }}//")


def test_our_own_workflow_waits_for_all_of_its_jobs() -> None:
    described = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]

    assert sorted(described["check"]["needs"]) == sorted(described.keys() - {"check"})


def test_every_session_that_shows_that_it_works_is_run_by_our_own_workflow() -> None:
    text = (ROOT / ".github/workflows/ci.yml").read_text()

    assert {"lint", "tests", "action", "browser"} <= set(re.findall(r"nox -s (\w+)", text))


def test_what_may_write_runs_nothing_but_what_it_may_write_for() -> None:
    writing = {
        name: [right for right, how in job.get("permissions", {}).items() if how == "write"]
        for name, job in jobs()
        if "write" in job.get("permissions", {}).values()
    }

    assert writing == {
        "check-real-data.yml/fetch": ["id-token"],
        "publish.yml/publish": ["checks", "pull-requests"],
        "release.yml/publish": ["id-token"],
        "release.yml/release": ["contents"],
        "release.yml/major": ["contents"],
    }


def test_of_one_branch_no_two_runs_are_published_at_once() -> None:
    waiting = dict(jobs())["publish.yml/publish"]["concurrency"]

    assert waiting["cancel-in-progress"] is False
    for part in ("github.workflow ", "head_repository.full_name", "head_branch || github.ref"):
        assert part in " ".join(waiting["group"].split())
