"""The page of a run as a file; how a browser shows it is the business of `tests/browser`."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import itertools
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.model.result import Outcome
from ci_scriptcheck.report import html
from tests.conftest import a_plan, a_record, a_result, a_task
from tests.unit.report.compared import a_compared_record, a_record_of_failing_readers
from tests.unit.report.deep_dived import a_deep_dive, a_hostile_deep_dive
from tests.unit.report.records import RAISED, a_failing_record, after
from tests.unit.report.stops import a_hostile_stop
from tests.unit.report.test_console import STORIES, hostile_texts, many_failures, nothing_to_do

if TYPE_CHECKING:
    from collections.abc import Callable

    from ci_scriptcheck.model.run_record import RunRecord

PAGES: dict[str, Callable[[], RunRecord]] = {
    **STORIES,
    "empty": nothing_to_do,
    "compared": a_compared_record,
    "real_data": a_deep_dive,
    "hostile_real_data": a_hostile_deep_dive,
}
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}&amp;\u202e\x1b[2J"
EMPTY = {"meta", "link", "br", "input", "path", "rect", "img"}


class Reader(HTMLParser):
    """What a browser would find: the elements, their attributes, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.crossed: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if self.open.pop() != tag:
            self.crossed.append(tag)

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in {"style", "script"}:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.found if name == tag]


def without_our_own_files(page: str) -> str:
    """Leave out style sheet and script, which are files of their own, and their hashes."""
    page = re.sub(r"(?s)<(style|script)>.*?</\1>", r"<\1></\1>", page)
    return re.sub(r"sha256-[^&]*", "sha256-…", page)


def an_evil_record() -> RunRecord:
    """Put the same text wherever the project has a say."""
    finding = dataclasses.replace(
        RAISED, message=EVIL, evidence=(EVIL, f"`{EVIL}`"), advice=EVIL, step=EVIL
    )
    tasks = [a_task(EVIL, pipeline=EVIL), a_task("b", pipeline=EVIL), a_task(EVIL, script=EVIL)]
    return a_record(
        a_plan(*tasks, project=EVIL),
        a_result(tasks[0].id, Outcome.FAILED, findings=(finding,), log_tail=(EVIL,)),
        a_result(tasks[1].id, Outcome.NOT_RUN, why_not=EVIL),
        a_result(EVIL, log_tail=(EVIL, EVIL)),
    )


@pytest.mark.parametrize("name", ["failing", "passing", "empty", "compared", "stopped"])
def test_the_page_reads_as_reviewed(name: str, golden: Callable[[str], object]) -> None:
    assert without_our_own_files(html.render(PAGES[name]())) == golden(f"page/{name}.html")


@pytest.mark.parametrize("outcome", [Outcome.PASSED, Outcome.REUSED])
def test_a_step_at_which_a_difference_begins_is_marked_in_the_picture(outcome: Outcome) -> None:
    begun = a_result("fraud/train", outcome, is_first_to_differ=True, differing=("out",))
    plan = a_plan(a_task("train", pipeline="fraud"), after("report", "train"))

    read = Reader(html.render(a_record(plan, begun)))

    boxes = [one["class"] for one in read.all("a") if one.get("tabindex") == "-1"]
    assert boxes == [f"{outcome.value} differs", "passed"]
    assert f"{outcome.value}, other data" in read.text


def test_a_difference_that_fails_can_be_explained_and_accepted() -> None:
    page = html.render(a_record_of_failing_readers())

    assert "<code>scriptcheck explain SC401</code>" in page
    assert "<code>scriptcheck accept fraud/preprocess --reason &#39;…&#39;</code>" in page
    assert page.count("<dt>accept</dt>") == 1


def test_the_page_says_what_psi_is_and_the_type_of_a_column_once() -> None:
    page = html.render(PAGES["compared"]())

    assert '<abbr title="Population stability index: how far' in page
    assert '<th scope="row">risk_band</th><td>category</td><td>212 of 4,988</td>' in page
    assert '<th scope="row">amount</th><td>missing → float</td>' in page


@pytest.mark.parametrize("name", PAGES)
def test_every_element_is_closed_where_it_was_opened(name: str) -> None:
    read = Reader(html.render(PAGES[name]()))

    assert (read.open, read.crossed) == ([], [])


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_into_the_page_and_every_name_is_given_once(name: str) -> None:
    read = Reader(html.render(PAGES[name]()))
    names = [attributes["id"] for _, attributes in read.found if "id" in attributes]

    assert len(names) == len(set(names))
    assert {one["href"] for one in read.all("a")} <= {f"#{name}" for name in names}


@pytest.mark.parametrize("name", PAGES)
def test_the_page_asks_for_no_other_file(name: str) -> None:
    page = html.render(PAGES[name]())
    asking = {"src", "srcset", "action", "data", "poster", "xlink:href", "style"}

    for tag, attributes in Reader(page).found:
        assert not asking & attributes.keys(), tag
        assert tag not in {"iframe", "object", "embed", "img", "base"}
    assert [one["href"] for one in Reader(page).all("link")] == ["data:,"]
    assert "url(" not in page
    assert "@import" not in page


@pytest.mark.parametrize("name", PAGES)
def test_headings_leave_no_level_out(name: str) -> None:
    read = Reader(html.render(PAGES[name]()))
    levels = [int(tag[1]) for tag, _ in read.found if re.fullmatch(r"h\d", tag)]

    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(second - first <= 1 for first, second in itertools.pairwise(levels))


def test_the_policy_allows_our_own_style_and_script_and_nothing_else() -> None:
    page = html.render(a_failing_record())
    policy = next(one["content"] for one in Reader(page).all("meta") if "http-equiv" in one)

    for tag in ("style", "script"):
        [content] = re.findall(rf"(?s)<{tag}>(.*?)</{tag}>", page)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_texts_of_the_project_stay_texts() -> None:
    read = Reader(html.render(an_evil_record()))

    assert len(read.all("script")) == 1
    assert not any(name.startswith("on") for _, one in read.found for name in one)
    assert EVIL.replace("\u202e", "\\u202e").replace("\x1b", "\\x1b") in read.text


@pytest.mark.parametrize("record", [hostile_texts(), an_evil_record(), a_hostile_stop()])
def test_no_character_of_the_project_reaches_the_page_unprinted(record: RunRecord) -> None:
    page = html.render(record)

    assert [sign for sign in page if not sign.isprintable() and sign != "\n"] == []


def test_a_runner_that_shows_the_page_obeys_nothing_in_it() -> None:
    result = a_result("train", log_tail=("::error::no", "##[error]no"))
    page = html.render(a_record(None, result))

    assert not re.search(r"(?<![^\s>])::|##\[", page)
    assert "::error::no\n##[error]no" in Reader(page).text


def test_what_failed_is_led_to_from_the_graph_and_from_the_table() -> None:
    read = Reader(html.render(a_failing_record()))
    leading = [one for one in read.all("a") if one["href"] == "#failure-1"]

    assert [one.get("class") for one in leading] == ["name", "failed", None]


def test_many_failures_are_folded_behind_the_first_twenty() -> None:
    assert "<summary>31 more failures</summary>" in html.render(many_failures())


def test_equal_records_give_equal_pages() -> None:
    assert html.render(a_failing_record()) == html.render(a_failing_record())
