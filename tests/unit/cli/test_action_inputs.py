"""What jobs of one run leave is told apart by its names, whatever the projects' folders are called."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ci_scriptcheck.cli import action_inputs
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from ci_scriptcheck.cli.action_inputs import Inputs

ALLOWED = re.compile(r"scriptcheck[A-Za-z0-9_.-]*")
PARTS = (
    "a",
    "b",
    "A",
    "é",
    "ü",
    " ",
    "-",
    "--",
    ".",
    "_",
    "all",
    "1",
    "2",
    "-of-",
    "0a1b2c3d",
    "/",
)
FOLDERS = st.one_of(
    st.lists(st.sampled_from(PARTS), min_size=1, max_size=6).map("".join),
    st.text(
        st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=12
    ),
)
SHARES = st.sampled_from([None, "1/2", "2/2"])


def inputs(project: str, shard: str | None = None) -> Inputs:
    """Give the inputs of a job; it publishes, which needs no folder, but is told one."""
    read = action_inputs.read(
        {"RUNNER_TEMP": "/temp", "INPUT_COMMAND": "publish", "INPUT_SHARD": shard or ""}
    )
    return replace(read, project=Path(project))


@given(one=FOLDERS, other=FOLDERS, share=SHARES, other_share=SHARES)
@example(one="teams/fraud", other="teams-fraud", share=None, other_share=None)
@example(one="é", other="ü", share=None, other_share=None)
@example(one="é", other=".", share=None, other_share=None)
@example(one="all", other=".", share=None, other_share=None)
@example(one="1-of-2", other=".", share=None, other_share="1/2")
@example(one="a-1-of-2", other="a", share=None, other_share="1/2")
@example(one="a/1-of-2", other="a", share=None, other_share="1/2")
@example(one="x" * 200 + "a", other="x" * 200 + "b", share=None, other_share=None)
def test_two_folders_have_two_names(
    one: str, other: str, share: str | None, other_share: str | None
) -> None:
    first, second = inputs(one, share), inputs(other, other_share)

    is_same = (first.project, share) == (second.project, other_share)
    assert (first.name == second.name) is is_same
    assert (first.shares == second.shares) is (first.project == second.project)


@given(project=FOLDERS, share=SHARES)
def test_a_name_is_one_that_an_artifact_and_a_folder_can_have(
    project: str, share: str | None
) -> None:
    name = inputs(project, share).name

    assert ALLOWED.fullmatch(name)
    assert len(os.fsencode(name)) < 150
    assert not name.endswith((".", "-"))


@given(one=FOLDERS, other=FOLDERS, share=SHARES)
@example(one=".", other="1-of-2", share=None)
@example(one="a", other="a-1-of-2", share=None)
def test_only_shares_of_a_project_are_taken_for_its_shares(
    one: str, other: str, share: str | None
) -> None:
    mine, theirs = inputs(one), inputs(other, share)

    is_mine = mine.project == theirs.project and share is not None
    assert mine.is_share(theirs.name) is is_mine


def test_of_two_folders_with_digests_neither_has_the_others_name() -> None:
    name = inputs("teams/fraud").place

    assert name.startswith("teams-fraud-")
    assert inputs(name).place != name


@pytest.mark.parametrize("project", ["fraud", "tea_shop", "v1.2", "Fraud-2"])
def test_a_folder_that_an_artifact_can_be_called_by_is_what_it_is_called(project: str) -> None:
    assert inputs(project).name == f"scriptcheck-{project}"


def test_the_project_at_the_top_of_the_repository_adds_nothing() -> None:
    assert inputs("./").name == "scriptcheck"
    assert inputs(".", "2/8").name == "scriptcheck-2-of-8"
