"""The page that tells how it is built names what is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")


def names(line: str) -> list[str]:
    """Give the packages of a layer that are there: those in parentheses have only their place."""
    return [one.strip() for one in line.split("|") if "(" not in one]


def test_the_layers_are_those_that_are_enforced() -> None:
    (drawn,) = re.findall(r"## Layers\n\n```text\n(.*?)```", PAGE, re.DOTALL)
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (layers,) = (
        one["layers"]
        for one in settings["tool"]["importlinter"]["contracts"]
        if one["id"] == "layers"
    )

    assert [names(line) for line in drawn.splitlines()] == [names(line) for line in layers]


def test_every_file_and_folder_that_it_names_is_there() -> None:
    named = re.findall(r"`([a-z_]+/[a-z_/]*(?:\.py)?)`", PAGE)

    assert len(named) > 20
    assert [one for one in named if not (ROOT / "ci_scriptcheck" / one).exists()] == []
