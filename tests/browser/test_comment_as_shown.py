"""Whole comments as GitHub shows them: in its column or on a phone, light or dark, with their graphs drawn.

With PICTURES, a folder, each is kept as a picture to be looked at: `PICTURES=shown nox -s browser`.
"""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from markdown_it import MarkdownIt

from ci_scriptcheck.model.plan import Input
from ci_scriptcheck.model.source import Upstream
from ci_scriptcheck.report import graph
from tests.browser.conftest import QUIET
from tests.conftest import GOLDEN, a_plan, a_record, a_task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserType, Page

COMMENTS = sorted(path.stem for path in (GOLDEN / "markdown").glob("*.md"))
WIDTHS = {"phone": 360, "column": 840}
SCHEMES = {"light": "default", "dark": "dark"}
"""What GitHub has the library draw with."""

# The parts of GitHub's own sheet that say where a line is broken and what is scrolled by itself.
STYLE = """
:root { color-scheme: light dark }
body { margin: 0; padding: 16px; font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", sans-serif;
  color: light-dark(#1f2328, #f0f6fc); background: light-dark(#fff, #0d1117); overflow-wrap: break-word }
h3 { font-size: 1.25em } h4 { font-size: 1em }
a { color: light-dark(#0969da, #4493f8) }
code { font: 85%/1.45 ui-monospace, monospace; padding: .2em .4em; border-radius: 6px;
  background: light-dark(#818b981f, #656c7633); white-space: break-spaces }
pre { padding: 16px; overflow: auto; border-radius: 6px; background: light-dark(#f6f8fa, #151b23) }
pre code { padding: 0; background: none; white-space: pre }
table { display: block; width: max-content; max-width: 100%; overflow: auto; border-collapse: collapse }
td, th { padding: 6px 13px; border: 1px solid light-dark(#d1d9e0, #3d444d) }
section.mermaid { overflow: auto } section.mermaid svg { max-width: 100% }
"""
DRAW = """
async (theme) => {
  mermaid.initialize({startOnLoad: false, securityLevel: "strict", theme});
  let number = 0;
  for (const code of document.querySelectorAll("code.language-mermaid")) {
    const place = document.createElement("section");
    place.className = "mermaid";
    code.parentElement.replaceWith(place);
    place.innerHTML = (await mermaid.render(`graph${number++}`, code.textContent)).svg;
  }
  for (const one of document.querySelectorAll("details")) one.open = true;
}
"""
TOO_WIDE = """
() => [...document.querySelectorAll("body *")]
  .filter((one) => !one.closest("pre, table, svg") && one.getBoundingClientRect().right > innerWidth)
  .map((one) => `${one.localName}: ${one.textContent.slice(0, 80)}`)
"""
FAINT = """
() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = parts(colour).slice(0, 3).map((one) => one / 255)
      .map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  return [...document.querySelectorAll("g.node")].map((node) => {
    const box = node.querySelector("rect, polygon, path, circle");
    const label = node.querySelector(".nodeLabel");
    const [a, b] = [getComputedStyle(box).fill, getComputedStyle(label).color].map(light);
    return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), label.innerText];
  }).filter(([contrast]) => contrast < 4.5);
}
"""


HEIGHTS = """
() => [...document.querySelectorAll(".nodeLabel")].map((one) => one.getBoundingClientRect().height)
"""


Screen = tuple[str, str]
SCREENS = [(width, scheme) for width in WIDTHS for scheme in SCHEMES]


@pytest.fixture(scope="module", params=SCREENS, ids="-".join)
def screen(chromium: BrowserType, executable: str, request: Any) -> Iterator[tuple[Page, Screen]]:
    """Open a page of a width, light or dark, in which one comment after the other is shown."""
    width, scheme = request.param
    browser = chromium.launch(executable_path=executable, args=QUIET)
    page = browser.new_page(
        viewport={"width": WIDTHS[width], "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page.set_content(f"<!doctype html><meta charset=utf-8><style>{STYLE}</style><main></main>")
    page.add_script_tag(path=os.environ["MERMAID"])
    yield page, request.param
    browser.close()


def wrong(screen: tuple[Page, Screen], text: str, name: str) -> dict[str, Any]:
    """Show a comment, keep its picture where one is asked for, and say what cannot be read."""
    page, (width, scheme) = screen
    # Its own HTML is let through, as GitHub lets `details` and `sub`.
    body = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    page.evaluate("(body) => { document.querySelector('main').innerHTML = body }", body)
    page.evaluate(DRAW, SCHEMES[scheme])
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png", full_page=True)
    return {"too wide": page.evaluate(TOO_WIDE), "faint": page.evaluate(FAINT)}


@pytest.mark.parametrize("name", COMMENTS)
def test_a_comment_can_be_read_wherever_it_is_shown(
    screen: tuple[Page, Screen], name: str
) -> None:
    text = (GOLDEN / f"markdown/{name}.md").read_text(encoding="utf-8")

    assert wrong(screen, text, name) == {"too wide": [], "faint": []}


def fed_by(links: list[tuple[str, str]], name: str) -> tuple[Input, ...]:
    return tuple(
        Input(port=first, parameter=first, source=Upstream(task=f"p/{first}", port="out"))
        for first, second in links
        if second == name
    )


@pytest.mark.parametrize("length", [graph.MOST_IN_A_ROW, graph.MOST_IN_A_ROW + 1, 12])
def test_the_names_in_a_graph_are_as_large_as_can_be_read(
    screen: tuple[Page, Screen], length: int
) -> None:
    names = [f"prepare_{number}" for number in range(length)]
    links = list(itertools.pairwise(names))
    tasks = [a_task(name, pipeline="p", inputs=fed_by(links, name)) for name in names]
    [drawn] = graph.graphs(a_record(a_plan(*tasks)))

    wrong(screen, f"```mermaid\n{graph.mermaid(drawn)}```\n", f"row-of-{length}")

    page, (width, _) = screen
    (height,) = {round(one) for one in page.evaluate(HEIGHTS)}
    # Two lines of text; a phone has room for less, and GitHub's page can enlarge a graph.
    assert height >= (24 if width == "column" else 8)
