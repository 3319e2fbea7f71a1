"""Two projects of one repository have two names, and a name is found in settings that cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_scriptcheck.project import naming


def test_folders_of_one_name_are_told_apart_by_the_way_to_them() -> None:
    names = [
        naming.default_name(Path("/work/fraud"), folder) for folder in ("eu/model", "us/model")
    ]

    assert names == ["eu/model", "us/model"]


def test_the_project_at_the_top_is_called_as_the_repository_is() -> None:
    assert naming.default_name(Path("/work/fraud"), "") == "fraud"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("version: 1\nproject: fraud\n", "fraud"),
        ("project: fraud\npipelnes: {}\n", "fraud"),
        ("project: fraud  # ours\npipelines: {daily: [\n", "fraud"),
        ("project: 'fraud eu'\r\nsteps:\n\t- a\n", "fraud eu"),
        ("{version: 1, project: fraud}", "fraud"),
        ("steps: {project: {script: a.py}}\n", None),
        ("steps:\n  project: fraud\n  - [\n", None),
        ("version: 1\n", None),
        ("project: 7\n", None),
        ("", None),
    ],
)
def test_what_settings_call_the_project_is_read_where_the_rest_cannot_be(
    text: str, name: str | None
) -> None:
    assert naming.written_name(text.encode()) == name


def test_what_is_no_text_has_no_name() -> None:
    assert naming.written_name(b"\xff\xfe\0project: a\n") is None
