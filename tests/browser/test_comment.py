"""The graphs of what is posted, drawn by the library with which GitHub draws them."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ci_scriptcheck.report import graph, markdown
from tests.browser.conftest import QUIET
from tests.conftest import GOLDEN, a_plan, a_record, a_task
from tests.unit.report.posted import EVIL, LINKS, an_evil_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserType, Page

FENCE = re.compile(r"(?ms)^(`{3,})mermaid\n(.*?)\n\1$")
COMMENTS = sorted(path.stem for path in (GOLDEN / "markdown").glob("*.md"))
NAMES = (
    "train",
    "end",
    "a -> b; c --> d",
    "fa:fa-ban fa-solid",
    "1. first",
    "- first",
    "`**bold**`",
    "a\\nb #35; &amp; %%{init: {'theme': 'forest'}}%%",
    "%% nothing",
    "$$x^2$$",
    "@someone <b onclick=alert(1)>b</b>",
    'a"]:::failed; click a href "https://evil.example"',
    "特征工程 \N{FIRE}",
    "x" * 200,
)


@pytest.fixture(scope="module")
def library() -> Path:
    named = os.environ.get("MERMAID")
    assert named, "MERMAID names no file of the library; `nox -s browser` fetches it"
    return Path(named)


@pytest.fixture(scope="module")
def page(chromium: BrowserType, executable: str, library: Path) -> Iterator[Page]:
    browser = chromium.launch(executable_path=executable, args=QUIET)
    found = browser.new_page()
    found.set_content("<!doctype html><main></main>")
    found.add_script_tag(path=library)
    # As GitHub has it: what a text holds is shown, and can do nothing.
    found.evaluate("mermaid.initialize({startOnLoad: false, securityLevel: 'strict'})")
    yield found
    browser.close()


def drawn(page: Page, text: str) -> dict[str, Any]:
    """Draw a graph, and give what is to be seen of it."""
    found: dict[str, Any] = page.evaluate(DRAW, text)
    return found


def graphs(comment: str) -> list[str]:
    return [content for _, content in FENCE.findall(comment)]


@pytest.mark.parametrize("name", COMMENTS)
def test_every_graph_of_a_comment_is_drawn_with_all_its_boxes(page: Page, name: str) -> None:
    comment = (GOLDEN / f"markdown/{name}.md").read_text(encoding="utf-8")

    for text in graphs(comment):
        assert len(drawn(page, text)["labels"]) == text.count(":::")


def test_some_comments_have_graphs() -> None:
    texts = [(GOLDEN / f"markdown/{name}.md").read_text(encoding="utf-8") for name in COMMENTS]

    assert sum(bool(graphs(text)) for text in texts) >= 4


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_shown_as_it_is_and_does_nothing(page: Page, name: str) -> None:
    [one] = graph.graphs(a_record(a_plan(a_task(name, pipeline="p"))))
    seen = drawn(page, graph.mermaid(one))

    # What parts a backslash from a letter, so that it is not read as one, is not to be seen.
    [label] = seen["labels"]
    assert label.replace("\n", " ").replace("\u2060", "") == f"{name} changed, passed"
    assert seen["strange"] == []
    assert seen["theme"] == "default"


def test_a_text_that_holds_everything_does_nothing(page: Page) -> None:
    for text in graphs(markdown.comment(an_evil_record(EVIL), LINKS)):
        seen = drawn(page, text)

        assert seen["strange"] == []
        assert seen["theme"] == "default"


DRAW = """
async (text) => {
  await mermaid.parse(text);
  const {svg} = await mermaid.render("drawn", text);
  const main = document.querySelector("main");
  main.innerHTML = svg;
  const label = (node) => node.querySelector(".nodeLabel").innerText.trim();
  const expected = "svg,style,g,path,rect,polygon,marker,circle,foreignobject,div,span,p,br,text,tspan,defs,lineargradient,stop,filter,fedropshadow";
  const names = new Set(expected.split(","));
  const found = {
    labels: [...main.querySelectorAll("g.node")].map(label),
    strange: [...main.querySelectorAll("*")].map((one) => one.localName.toLowerCase())
      .filter((name) => !names.has(name)),
    theme: mermaid.mermaidAPI.getConfig().theme,
  };
  main.replaceChildren();
  return found;
}
"""
