"""What is posted on GitHub as people read it; the texts themselves are in `tests/golden/markdown`."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model import comment_stamp as stamp
from ci_scriptcheck.model.change import Unknown
from ci_scriptcheck.model.result import Artefact
from ci_scriptcheck.report import markdown
from ci_scriptcheck.report.links import Links
from tests.conftest import a_change, a_plan, a_record, a_task
from tests.unit.report import posted
from tests.unit.report.compared import a_compared_record, a_record_of_failing_readers
from tests.unit.report.posted import LINKS, Seen, called
from tests.unit.report.stops import (
    a_hostile_stop,
    a_stopped_record,
    not_installed,
    stopped_midway,
)
from tests.unit.report.test_console import STORIES as CONSOLE_STORIES
from tests.unit.report.test_console import (
    all_kinds_of_outcome,
    chain_of_reasons,
    findings_of_the_project,
    interrupted,
    left_by_argparse,
    nothing_to_do,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ci_scriptcheck.model.run_record import RunRecord


def unknown_base() -> RunRecord:
    why = "the commit before this push is gone"
    changes = a_change(unknown=why, base=None, base_name=None)
    return a_record(
        a_plan(a_task("score", reason=Unknown(why=why)), a_task("train"), changes=changes)
    )


STORIES: dict[str, Callable[[], RunRecord]] = {
    "failing": posted.a_failing_pull_request,
    "passing": lambda: a_record(a_plan(*map(a_task, ("clean", "score", "train")))),
    "same_data": posted.a_record_without_differences,
    "compared": a_compared_record,
    "compared_failing": a_record_of_failing_readers,
    "nothing_to_do": nothing_to_do,
    "findings_of_the_project": findings_of_the_project,
    "all_kinds_of_outcome": all_kinds_of_outcome,
    "left_by_argparse": left_by_argparse,
    "chain_of_reasons": chain_of_reasons,
    "many_failures": lambda: posted.many_failures(30, rows=2),
    "hostile_texts": lambda: posted.an_evil_record("@acme/team <b>|</b> `#12` --> https://a.b"),
    "very_hostile_texts": posted.an_evil_record,
    "interrupted": interrupted,
    "unknown_base": unknown_base,
    "stopped": a_stopped_record,
    "stopped_midway": stopped_midway,
    "not_installed": not_installed,
    "very_hostile_stop": a_hostile_stop,
}
LENGTHS: dict[str, Callable[[RunRecord, Links], str]] = {
    "comment": markdown.comment,
    "check_summary": markdown.check_summary,
    "job_summary": markdown.job_summary,
}
ALLOWED = {
    *("h3", "h4", "p", "strong", "code", "pre", "ul", "li", "a", "br", "sub"),
    *("table", "thead", "tbody", "tr", "th", "td", "details", "summary"),
}


@pytest.mark.parametrize("name", [name for name in STORIES if not name.startswith("very")])
def test_the_comment_reads_as_reviewed(name: str, golden: Callable[[str], object]) -> None:
    assert markdown.comment(STORIES[name](), LINKS) == golden(f"markdown/{name}.md")


@pytest.mark.parametrize("name", STORIES)
def test_without_an_address_the_same_is_told_without_links(name: str) -> None:
    record = STORIES[name]()
    linked, plain = (Seen(markdown.comment(record, links)) for links in (LINKS, Links()))

    assert plain.all("a") == []
    assert [tag for tag, _ in plain.tags] == [tag for tag, _ in linked.tags if tag != "a"]


@pytest.mark.parametrize("name", [*STORIES, *(f"console {name}" for name in CONSOLE_STORIES)])
@pytest.mark.parametrize("kind", LENGTHS)
def test_nothing_but_our_own_markup_is_seen(name: str, kind: str) -> None:
    record = (STORIES.get(name) or CONSOLE_STORIES[name.removeprefix("console ")])()
    seen = Seen(LENGTHS[kind](record, LINKS))

    assert {tag for tag, _ in seen.tags} <= ALLOWED
    assert called(seen) == []
    assert all(one["href"].startswith("https://github.com/acme/fraud/") for one in seen.all("a"))
    assert all(set(one) <= {"class"} for one in seen.all("code"))
    assert len(seen.comments) == (2 if kind == "comment" else 0)


@pytest.mark.parametrize("name", STORIES)
def test_no_character_is_hidden_and_no_runner_obeys(name: str) -> None:
    text = markdown.comment(STORIES[name](), Links())

    assert [sign for sign in text if not sign.isprintable() and sign not in "\n\ufe0f"] == []
    assert not re.search(r"(?m)^\s*::|##\[", text)


@pytest.mark.parametrize("name", STORIES)
def test_every_row_of_a_table_has_the_cells_of_its_head(name: str) -> None:
    for lines in tables(markdown.comment(STORIES[name](), LINKS)):
        assert len({line.count("|") for line in lines}) == 1


@pytest.mark.parametrize("name", STORIES)
def test_only_where_nothing_is_affected_there_is_no_news(name: str) -> None:
    assert markdown.has_news(STORIES[name]()) is (name != "nothing_to_do")


def test_nothing_is_said_of_data_where_one_output_differs() -> None:
    record = posted.a_record_without_differences()
    head, base = record.results
    other = dataclasses.replace(base, outputs={"scores": Artefact(digest="1" * 64)})
    text = markdown.comment(dataclasses.replace(record, results=(head, other)), LINKS)

    assert "byte for byte" not in text


def tables(text: str) -> list[list[str]]:
    outside = re.sub(r"(?ms)^(`{3,})[^\n]*\n.*?^\1$", "", text)
    found = re.findall(r"(?m)(?:^\|.*\n)+", outside)
    return [block.splitlines() for block in found]


def test_the_first_line_finds_the_comment_of_a_project_again() -> None:
    text = markdown.comment(posted.a_failing_pull_request(), LINKS)

    assert text.splitlines()[0] == markdown.marker("fraud") == "<!-- scriptcheck:fraud -->"


@pytest.mark.parametrize("project", ["a --> b", "a--b-", "é\n", "\ud800", "x" * 100_000, ""])
def test_a_name_cannot_end_the_first_line(project: str) -> None:
    marker = markdown.marker(project)

    assert re.fullmatch(r"<!-- scriptcheck:(?:(?!--)[ -~])* -->", marker)
    assert len(marker) < 300


def test_the_second_line_tells_which_run_wrote_it() -> None:
    text = markdown.comment(posted.a_failing_pull_request(), LINKS)

    assert stamp.read(text) == stamp.Stamp(run=1, attempt=1, head=LINKS.head)
    assert stamp.read(text.replace("\n", "\r\n")) == stamp.read(text)
    assert stamp.read("<!-- scriptcheck:fraud -->\n### By hand") is None
    assert stamp.read("") is None


def test_what_is_not_known_of_the_run_is_left_open() -> None:
    changes = a_change(head=None)
    text = markdown.comment(a_record(a_plan(a_task(), changes=changes)), Links())

    assert text.splitlines()[1] == "<!-- scriptcheck run=- attempt=- head=- -->"
    assert stamp.read(text) == stamp.Stamp()


@pytest.mark.slow
@pytest.mark.parametrize("count", [10, 100, 400, 4_000])
@pytest.mark.parametrize("kind", LENGTHS)
def test_however_many_fail_the_text_fits_and_what_is_left_out_is_counted(
    count: int, kind: str
) -> None:
    text = LENGTHS[kind](posted.many_failures(count, "é" * 60), LINKS)
    told = {int(number) for number in re.findall(r"\*\*`wide/node_(\d+)`\*\*", text)}
    commands = {int(number) for number in re.findall(r"scriptcheck run wide/node_(\d+) ", text)}
    rest = re.search(r"and ([\d,]+) failures? not shown here", text)

    assert len(text) <= markdown.COMMENT_CHARACTERS or kind == "job_summary"
    assert len(text.encode()) <= (markdown.CHECK_BYTES if kind == "check_summary" else 2**20)
    assert f"All {count:,} affected steps failed" in text
    assert told == commands == set(range(len(told)))
    assert len(told) + (int(rest[1].replace(",", "")) if rest else 0) == count
    assert len(told) >= min(count, 100)


ORDER = {
    "other steps": "</details>",
    "rows beyond ten": "| `KeyError` | KeyError |\n" * 11,
    "excerpts": "```python",
    "graph": "```mermaid",
    "tables": "| --- |",
    "sections": "#### `wide/node_0`",
    "commands": "scriptcheck run wide/node_0 ",
    "headline": "### ❌",
}


def test_what_is_left_out_goes_in_a_fixed_order() -> None:
    stages = set()
    for more, lines in [
        (1, 1),
        (440, 1),
        (380, 200),
        *((n, 1) for n in range(470, 484, 2)),
        (600, 1),
    ]:
        text = markdown.comment(posted.a_crowded_record(more, lines), LINKS)
        there = [name for name, part in ORDER.items() if part in text]
        stages.add(len(there))

        assert there == [*ORDER][len(ORDER) - len(there) :]
    assert len(stages) >= 5


@pytest.mark.parametrize(
    ("place", "address"),
    [
        (Place(file="a b/c#.py", line=3), "/blob/{head}/a%20b/c%23.py#L3"),
        (Place(file="a.py"), "/blob/{head}/a.py"),
        (Place(file="/usr/lib/a.py", line=3), None),
        (Place(file="../a.py", line=3), None),
        (Place(file="a\ud800.py", line=3), None),
        (Place(file="", line=3), None),
    ],
)
def test_a_place_leads_to_its_line(place: Place, address: str | None) -> None:
    root = "https://github.com/acme/fraud"
    wanted = None if address is None else root + address.format(head=LINKS.head)

    assert LINKS.file(place) == wanted


@pytest.mark.parametrize(
    "links",
    [
        Links(server="javascript:alert(1)//", repository="a/b", head="1f0c9ab"),
        Links(server="https://github.com", repository="a/b) @c", head="1f0c9ab"),
        Links(server="https://github.com", repository="a/b", head="main) @c"),
        Links(repository="a/b", head="1f0c9ab"),
    ],
)
def test_what_is_no_address_gives_no_link(links: Links) -> None:
    assert links.file(Place(file="a.py", line=1)) is None
    assert Links(run_url="https://a.b/c) @d").report() is None
