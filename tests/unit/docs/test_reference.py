"""The documents say what the code does; a page that is stale fails here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.cli import help as help_texts
from ci_scriptcheck.cli.commands import COMMANDS
from ci_scriptcheck.model.rules import RULES
from ci_scriptcheck.project.native.documents import ProjectDocument
from ci_scriptcheck.project.native.setting_documents import Document
from tests.unit.docs import reference

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel

DOCS = Path(__file__).parents[3] / "docs"
PAGES = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def every_document() -> list[type[BaseModel]]:
    kinds = [Document]
    for kind in kinds:
        kinds += [below for below in kind.__subclasses__() if below not in kinds]
    assert ProjectDocument in kinds
    return [kind for kind in kinds if kind is not Document]


def test_the_page_of_commands_is_current(golden: Callable[[str], object]) -> None:
    assert reference.commands() == golden("../../docs/reference/commands.md")


def test_the_page_of_rules_is_current(golden: Callable[[str], object]) -> None:
    assert reference.rules() == golden("../../docs/reference/rules.md")


def test_the_page_of_the_action_is_current(golden: Callable[[str], object]) -> None:
    assert reference.action() == golden("../../docs/reference/action.md")


@pytest.mark.parametrize("kind", every_document(), ids=lambda kind: kind.__name__)
def test_every_key_of_the_settings_is_documented(kind: type[BaseModel]) -> None:
    text = page("reference/configuration.md")
    keys = [item.alias or name for name, item in kind.model_fields.items()]

    assert [key for key in keys if f"`{key}`" not in text] == []


def test_every_exit_code_is_documented() -> None:
    text = page("reference/exit-codes.md")

    for code, word in help_texts.EXIT_CODES:
        assert f"| {code} | {word}" in text


@pytest.mark.parametrize("name", PAGES)
def test_links_between_pages_lead_somewhere(name: str) -> None:
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page(name)):
        assert ((DOCS / name).parent / link).exists(), link


@pytest.mark.parametrize("name", PAGES)
def test_commands_and_options_in_examples_exist(name: str) -> None:
    blocks = "\n".join(re.findall(r"(?s)```console\n(.*?)```", page(name)))
    for line in re.findall(r"(?m)^scriptcheck .*$|`scriptcheck [^`]+`", blocks):
        words = line.strip("`").split()[1:]
        command = next((word for word in words if word in COMMANDS), None)
        if command is None:
            assert words[0].startswith("-"), line
            continue
        known = {f"--{option.name}" for option in COMMANDS[command].options()}
        assert {word.partition("=")[0] for word in words if word.startswith("--")} <= known, line


@pytest.mark.parametrize("name", PAGES)
def test_rules_that_pages_name_exist(name: str) -> None:
    assert set(re.findall(r"SC\d{3}", page(name))) <= set(RULES)
