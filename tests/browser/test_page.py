"""The page of a run as a browser shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.large import a_large_record
from tests.browser.visit import opener
from tests.unit.report.compared import a_compared_record
from tests.unit.report.deep_dived import a_deep_dive, a_hostile_deep_dive
from tests.unit.report.records import a_failing_record
from tests.unit.report.test_console import (
    all_kinds_of_outcome,
    hostile_texts,
    long_names,
    nothing_to_do,
)

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import BrowserType

    from ci_scriptcheck.model.run_record import RunRecord
    from tests.browser.visit import Open

RECORDS = {
    "failing": a_failing_record(),
    "compared": a_compared_record(),
    "all_kinds_of_outcome": all_kinds_of_outcome(),
    "real_data": a_deep_dive(),
    "hostile_real_data": a_hostile_deep_dive(),
    "hostile_texts": hostile_texts(),
    "long_names": long_names(),
    "nothing_to_do": nothing_to_do(),
    "large": a_large_record(),
}
PHONE = {"width": 390, "height": 844}
MOST_SECONDS = 2.0
MOST_LOADS = 5


@pytest.fixture
def visit(chromium: BrowserType, executable: str, tmp_path: Path) -> Open:
    return opener(chromium, executable, tmp_path)


@pytest.fixture(params=RECORDS)
def record(request: pytest.FixtureRequest) -> RunRecord:
    found: RunRecord = RECORDS[request.param]
    return found


def test_nothing_is_complained_of_and_nothing_but_the_file_is_asked_for(
    visit: Open, record: RunRecord
) -> None:
    with visit(record) as seen:
        seen.page.wait_for_timeout(200)
        asked = [url for url in seen.requests if not url.startswith("data:")]

        assert seen.complaints == []
        assert asked == [seen.page.url]


def test_the_page_is_no_wider_than_a_phone(visit: Open, record: RunRecord) -> None:
    with visit(record, viewport=PHONE) as seen:
        seen.value("document.querySelectorAll('details').forEach(one => one.open = true)")

        assert seen.value("document.documentElement.scrollWidth") == PHONE["width"]


def test_a_phone_shows_in_how_many_rows_a_column_differs(visit: Open) -> None:
    cell = "document.querySelector('.evidence tbody tr:last-child td:nth-child(3)')"
    with visit(a_compared_record(), viewport=PHONE) as seen:
        seen.value(f"{cell}.scrollIntoView({{inline: 'nearest'}})")

        assert seen.value(f"{cell}.textContent") == "212 of 4,988"
        # Without having been moved to the side.
        assert seen.value(f"{cell}.closest('.scroll').scrollLeft") < 20


def test_two_thousand_tasks_are_there_in_two_seconds(
    visit: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    told, loaded = [], 0.0
    # Where others keep the processors busy, one load may wait for them; not all do.
    for _ in range(MOST_LOADS):
        with visit(RECORDS["large"]) as seen:
            loaded, computed = seen.loaded(), seen.computed()
            elements = seen.value("document.querySelectorAll('*').length")
        told.append(f"{elements:,} elements after {loaded:.2f} s, {computed:.2f} s of a processor")
        if loaded < MOST_SECONDS:
            break
    with capsys.disabled():
        print("", "2,000 tasks:", *told, sep="\n")  # noqa: T201

    assert 0 < loaded < MOST_SECONDS


def test_the_filter_leaves_what_was_typed(visit: Open) -> None:
    with visit(RECORDS["failing"]) as seen:
        seen.page.get_by_role("searchbox").fill("fraud/ imports")

        assert seen.shown() == ["fraud/train"]
        assert seen.page.get_by_role("status").inner_text() == "1 of 10 shown"


def test_the_filter_leaves_the_outcomes_that_were_chosen(visit: Open) -> None:
    with visit(RECORDS["failing"]) as seen:
        seen.page.get_by_role("button", name="not run").click()
        seen.page.get_by_role("button", name="reused").click()

        assert seen.shown() == ["fraud/ingest", "fraud/evaluate", "fraud/register"]


def test_the_table_is_sorted_by_the_column_that_was_clicked(visit: Open) -> None:
    with visit(RECORDS["failing"]) as seen:
        seen.page.get_by_role("button", name="Time").click()
        slowest = seen.shown()[0]
        seen.page.get_by_role("button", name="Time").click()

        assert slowest == "fraud/train"
        assert seen.shown()[0] == "fraud/split"
        assert seen.shown()[-1] == "fraud/register"


def test_a_link_opens_what_it_leads_to(visit: Open) -> None:
    with visit(RECORDS["failing"], fragment="#task-7") as seen:
        assert seen.value("document.querySelector('#task-7 details').open")


def test_a_click_on_a_node_leads_to_its_failure(visit: Open) -> None:
    with visit(RECORDS["failing"]) as seen:
        seen.page.locator("svg a.failed").click()

        assert seen.value("location.hash") == "#failure-1"


def test_everything_is_there_without_the_script(visit: Open) -> None:
    with visit(RECORDS["failing"], java_script_enabled=False) as seen:
        assert seen.page.get_by_role("row").count() >= 10
        assert not seen.page.get_by_role("searchbox").is_visible()


@pytest.mark.parametrize(("scheme", "is_dark"), [("light", False), ("dark", True)])
def test_the_page_follows_light_and_dark(visit: Open, scheme: str, is_dark: bool) -> None:
    with visit(RECORDS["failing"], color_scheme=scheme) as seen:
        paper = seen.value(BRIGHTNESS.format("document.body", "backgroundColor"))
        ink = seen.value(BRIGHTNESS.format("document.body", "color"))

        assert (ink > paper) is is_dark


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(visit: Open, scheme: str) -> None:
    with visit(RECORDS["all_kinds_of_outcome"], color_scheme=scheme) as seen:
        assert seen.value(FAINT_TEXTS) == []


BRIGHTNESS = "getComputedStyle({0}).{1}.match(/\\d+/g).slice(0, 3).reduce((a, b) => +a + +b, 0)"

# Contrast as WCAG 2.2 defines it: 4.5 for text (AA).
FAINT_TEXTS = """
(() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [red, green, blue] = parts(colour).slice(0, 3).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (one) => {
    for (let part = one; part; part = part.parentElement) {
      const colour = getComputedStyle(part).backgroundColor;
      if (parts(colour)[3] !== 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const faint = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const one = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || one.closest("svg, script")) continue;
    const [low, high] = [getComputedStyle(one).color, behind(one)].map(luminance).sort((a, b) => a - b);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < 4.5) faint.add(`${one.className}: ${walker.currentNode.data.trim()} ${ratio}`);
  }
  return [...faint];
})()
"""
