"""The tutorial of the first comment goes on where the first one ends, and quotes what is posted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.functional.cli.command import ROOT, commit, git, scriptcheck
from tests.functional.docs.test_tutorial import BLOCK, SOMEBODY, TUTORIAL, typed

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (ROOT / "docs" / "first-comment.md").read_text(encoding="utf-8")
QUOTES = re.compile(r"(?m)(?:^>.*\n)+")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Make the shop of the first tutorial, before its change."""
    for _, title, text in BLOCK.findall(TUTORIAL):
        if title:
            (tmp_path / title).write_text(text)
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    (tmp_path / ".gitignore").write_text(".scriptcheck/\n")
    commit(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_the_comment_says_what_the_page_quotes(shop: Path) -> None:
    blocks = [text for kind, _, text in BLOCK.findall(PAGE) if kind == "console"]
    remote = shop / ".git" / "remote"
    git(shop, "init", "--quiet", "--bare", str(remote))
    git(shop, "remote", "add", "origin", str(remote))

    for block, quote in zip(blocks, QUOTES.findall(PAGE), strict=True):
        told = typed(block, shop, shop)
        scriptcheck("run", folder=shop, variables=SOMEBODY)
        comment = scriptcheck("report", "markdown", folder=shop).stdout
        for line in re.findall(r"(?m)^> (.+)$", quote):
            # The page was posted for a pull request; here it is a change at a desk.
            assert line.replace("this pull request", "this change") in comment, told
