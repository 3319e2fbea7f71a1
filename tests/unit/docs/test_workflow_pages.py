"""What the documents have people write calls what there is, with the inputs and permissions that it takes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.unit.test_workflows import ACTION, ROOT, jobs

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGES = [
    ROOT / "docs" / name for name in ("first-comment.md", "how-to/github.md", "how-to/forks.md")
]
OURS = "<owner>/ci-scriptcheck"
CALLED = re.compile(rf"{OURS}/\.github/workflows/([\w-]+\.yml)@<commit>")


def written_jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the jobs of all workflows that our pages show."""
    for page in PAGES:
        for text in re.findall(r"```yaml[^\n]*\n(.*?)```", page.read_text(), re.DOTALL):
            for name, job in (yaml.safe_load(text).get("jobs") or {}).items():
                yield f"{page.name}: {name}", job


def needed(workflow: str) -> dict[str, str]:
    """Give all that the jobs of a workflow of ours ask for."""
    rights: dict[str, str] = {}
    for name, job in jobs():
        if name.startswith(f"{workflow}/"):
            rights |= job.get("permissions", {})
    return rights


WRITTEN = list(written_jobs())
CALLS = [(name, job) for name, job in WRITTEN if "uses" in job]


def test_the_pages_call_every_workflow_that_is_there_for_others() -> None:
    pages = "".join(page.read_text() for page in PAGES)

    for file in ROOT.glob(".github/workflows/*.yml"):
        # YAML 1.1 takes `on` for true.
        triggers = yaml.safe_load(file.read_text())[True]
        assert ("workflow_call" in triggers) == (f"`{file.name}`" in pages), file.name


@pytest.mark.parametrize(("name", "job"), CALLS, ids=[name for name, _ in CALLS])
def test_a_workflow_is_called_with_inputs_that_it_has_and_what_it_may_do(
    name: str, job: dict[str, Any]
) -> None:
    called = CALLED.fullmatch(job["uses"])
    assert called is not None, name
    described = yaml.safe_load((ROOT / ".github/workflows" / called[1]).read_text())

    inputs = described[True]["workflow_call"]["inputs"]
    assert job.get("with", {}).keys() <= inputs.keys()
    assert job["permissions"] == needed(called[1])


def test_the_action_is_called_with_inputs_that_it_has() -> None:
    steps = [step for _, job in WRITTEN for step in job.get("steps", ())]
    ours = [step for step in steps if str(step.get("uses")).startswith(f"{OURS}@")]

    assert len(ours) >= 2
    for step in ours:
        assert step.get("with", {}).keys() <= ACTION["inputs"].keys()


def test_the_table_of_permissions_is_that_of_the_workflows() -> None:
    page = (ROOT / "docs/how-to/github.md").read_text()
    rows = re.findall(r"(?m)^\| (`[^|]+) \| `([\w-]+): (\w+)` \|", page)
    told = {
        (workflow, right, how)
        for workflows, right, how in rows
        for workflow in re.findall(r"`([\w.-]+)`", workflows)
    }

    assert told == {
        (workflow, right, how)
        for workflow in ("check.yml", "check-shares.yml", "check-real-data.yml", "publish.yml")
        for right, how in needed(workflow).items()
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Any) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), target
