"""Laws of what is posted on GitHub: it fits, it is found again, and no text of a project acts in it."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ci_scriptcheck.errors import Excerpt, Place
from ci_scriptcheck.model import comment_stamp as stamp
from ci_scriptcheck.model.change import After, Asked, ChangeKind, Feeds, FileChange
from ci_scriptcheck.model.plan import Input, Plan, Task
from ci_scriptcheck.model.result import Finding, Level, Outcome, Table
from ci_scriptcheck.model.source import Upstream
from ci_scriptcheck.report import escaping, markdown
from ci_scriptcheck.report.comment.sheet import Room, Sheet
from ci_scriptcheck.report.links import Links
from ci_scriptcheck.report.page import code_line, visible
from tests.conftest import a_change, a_plan, a_record, a_result, a_task
from tests.unit.report.posted import EVIL, LINKS, Seen, called, rendered

if TYPE_CHECKING:
    from ci_scriptcheck.model.result import TaskResult
    from ci_scriptcheck.model.run_record import RunRecord

SPECIAL = st.sampled_from(
    [
        *("`", "``", "```", "|", "\\|", "\\", "*", "**", "_", "~~", "<", ">", "<b>", "</details>"),
        *(
            "<!--",
            "-->",
            "&",
            "&lt;",
            "&#64;",
            "[a](b)",
            "![",
            "](",
            "#12",
            "GH-12",
            "@a",
            "$",
            "$$",
        ),
        *(
            "a/b#1",
            "https://a.b",
            "www.a.b",
            "a@b.c",
            "deadbeef1",
            ":tada:",
            "\n",
            "\r",
            "\t",
            " ",
        ),
        *("- ", "1. ", "# ", "> ", "    ", "---", "===", "::", "##[", "\u202e", "\x00", "\ud800"),
        *(
            "\u200d",
            "\u2028",
            "\x85",
            "\u00a0",
            "a",
            "word ",
            "%%{",
            "",
            "{{",
            "é",
            "特",
            "\N{FIRE}",
        ),
    ]
)
TEXTS = st.lists(SPECIAL | st.text(max_size=6), max_size=12).map("".join)
LONG = st.builds(lambda text, times: text * times, TEXTS, st.sampled_from([1, 1, 1, 30, 3_000]))
LINES = st.lists(TEXTS.map(lambda text: re.sub(r"[\r\n]", "", text)), max_size=6)


def a_sheet() -> Sheet:
    return Sheet(links=LINKS, room=Room())


def shown(text: str) -> str:
    """Give a text as a browser shows it: ends of lines are spaces, and several are one."""
    return " ".join(text.split())


@st.composite
def a_finding(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> Finding:
    place = draw(st.none() | st.builds(Place, file=texts, line=st.none() | st.integers(1, 99)))
    rows = draw(st.lists(st.lists(texts, max_size=4).map(tuple), max_size=30))
    return Finding(
        rule=draw(st.sampled_from(["SC201", "SC202", "SC302", "SC401"]) | texts),
        severity=draw(st.sampled_from(Level)),
        message=draw(texts),
        step=draw(st.none() | texts),
        pipeline=draw(st.none() | texts),
        place=place,
        excerpt=draw(
            st.none()
            | st.builds(
                Excerpt,
                first=st.integers(1, 9),
                lines=st.lists(texts, max_size=4).map(tuple),
                marked=st.integers(0, 12),
            )
        ),
        evidence=tuple(draw(st.lists(texts, max_size=3))),
        table=draw(
            st.none()
            | st.builds(Table, columns=st.tuples(texts, texts), rows=st.just(tuple(rows)))
        ),
        advice=draw(st.none() | texts),
        also_on_base=draw(st.booleans()),
        known=draw(st.none() | texts),
    )


@st.composite
def a_run(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> RunRecord:
    """Make any record: any names, any outcomes, any findings."""
    pipeline = draw(st.none() | texts)
    tasks: list[Task] = []
    for name in draw(st.lists(texts, max_size=5)):
        feeding = [task for task in tasks if task.pipeline and draw(st.booleans())]
        inputs = tuple(
            Input(port=name, parameter=name, source=Upstream(task=task.id, port=name))
            for task in feeding
        )
        reason = draw(st.sampled_from([None, Asked(), Feeds(), After(node=name)]))
        given = {"inputs": inputs, **({} if reason is None else {"reason": reason})}
        task = a_task(name, pipeline=draw(st.sampled_from([None, pipeline])), **given)
        if all(task.id != other.id for other in tasks):
            tasks.append(task)
    results = [_result(draw, task, texts) for task in tasks]
    return a_record(
        _plan(draw, tuple(tasks), texts),
        *results,
        interrupted=draw(st.sampled_from([None, "SIGTERM"]) | texts),
    )


def _plan(draw: st.DrawFn, tasks: tuple[Task, ...], texts: st.SearchStrategy[str]) -> Plan:
    files = tuple(
        FileChange(path=path, kind=ChangeKind.ADDED) for path in draw(st.lists(texts, max_size=2))
    )
    return a_plan(
        *tasks,
        project=draw(texts),
        version=draw(texts),
        folder=draw(texts),
        findings=tuple(draw(st.lists(a_finding(texts), max_size=3))),
        changes=a_change(
            files=files,
            base=draw(st.none() | texts),
            head=draw(st.none() | texts),
            base_name=draw(st.none() | texts),
            unknown=draw(st.none() | texts),
        ),
    )


def _result(draw: st.DrawFn, task: Task, texts: st.SearchStrategy[str]) -> TaskResult:
    return a_result(
        task.id,
        draw(st.sampled_from(Outcome)),
        findings=tuple(draw(st.lists(a_finding(texts), max_size=3))),
        why_not=draw(st.none() | texts),
        log_tail=tuple(draw(st.lists(texts, max_size=3))),
        seconds=draw(st.none() | st.floats(0, 1e6)),
    )


any_links = st.builds(
    Links,
    server=st.sampled_from([None, "https://github.com"]) | TEXTS,
    repository=st.sampled_from([None, "acme/fraud"]) | TEXTS,
    head=st.sampled_from([None, "1f0c9ab"]) | TEXTS,
    number=st.none() | st.integers(1, 10**6),
    run_url=st.sampled_from([None, "https://github.com/acme/fraud/actions/runs/1"]) | TEXTS,
    run=st.none() | st.integers(0, 10**12),
    attempt=st.none() | st.integers(1, 99),
)
SLOW = settings(
    # Each makes three texts of a whole record, some of them again and again until they fit.
    max_examples=30,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    deadline=None,
)


@SLOW
@given(a_run(LONG), any_links)
def test_whatever_the_record_every_text_fits_and_the_marker_stays(
    record: RunRecord, links: Links
) -> None:
    comment = markdown.comment(record, links)
    first, second, headline, *_ = comment.split("\n")

    assert len(comment) <= markdown.COMMENT_CHARACTERS
    assert len(markdown.check_summary(record, links).encode()) <= markdown.CHECK_BYTES
    assert len(markdown.job_summary(record, links).encode()) <= markdown.JOB_BYTES
    assert first == markdown.marker(record.plan.project)
    assert stamp.read(comment) is not None
    assert second.startswith("<!-- ")
    assert headline.startswith("### ")


@SLOW
@given(a_run(TEXTS), any_links)
def test_whatever_the_record_nothing_but_our_own_markup_is_seen(
    record: RunRecord, links: Links
) -> None:
    text = markdown.comment(record, links)
    seen = Seen(text)

    assert called(seen) == []
    assert len(seen.comments) == 2
    assert not {tag for tag, _ in seen.tags} & {"script", "img", "h1", "h2", "hr", "em", "del"}
    assert all(one["href"].startswith("https://github.com/acme/fraud/") for one in seen.all("a"))
    assert not re.search(r"(?m)^\s*::|##\[", text)


@given(TEXTS)
@example("`a``b`")
@example("a`b_c`` d`")
@example("`::`")
@example(EVIL)
def test_a_sentence_is_one_paragraph_that_says_the_same(text: str) -> None:
    seen = Seen(escaping.prose(text))

    assert {tag for tag, _ in seen.tags} <= {"p", "code"}
    assert called(seen) == []
    told = re.sub(r"<[^>]*>", "", rendered(escaping.prose(text)))
    without = re.sub(r"[`\s]", "", visible(text))
    assert re.sub(r"[`\s]", "", html.unescape(told)) == without


@given(TEXTS)
@example("`")
@example("a\\")
@example("a\\|b")
@example(" a ")
def test_code_shows_the_very_text(text: str) -> None:
    seen = Seen(f"x {escaping.code(text)} y")

    assert seen.codes == ([visible(text)] if visible(text).strip() else [])


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4), st.tuples(TEXTS, TEXTS))
@example([("a\\", "b\\"), ("|", "\\|")], ("\\", "`|`"))
def test_a_table_keeps_its_rows_and_columns(
    rows: list[tuple[str, str]], heads: tuple[str, str]
) -> None:
    text = a_sheet().table(Table(columns=heads, rows=tuple(rows)))
    seen = Seen(text)

    assert [tag for tag, _ in seen.tags if tag in {"th", "td"}] == ["th"] * 2 + ["td"] * 2 * len(
        rows
    )
    assert len({line.count("|") for line in text.splitlines()}) == 1
    assert len(text.splitlines()) == 2 + len(rows)


@given(LINES)
def test_nothing_in_a_block_of_code_ends_it(lines: list[str]) -> None:
    seen = Seen(f"before\n\n{escaping.fenced(lines)}\n\nafter")
    wanted = "".join(f"{code_line(line).rstrip()}\n" for line in lines)

    assert [tag for tag, _ in seen.tags] == ["p", "pre", "code", "p"]
    assert seen.codes == [wanted]


@given(LONG)
def test_a_hidden_line_is_one_line_and_ends_where_it_should(name: str) -> None:
    marker = markdown.marker(name)

    assert "\n" not in marker
    assert marker.isascii()
    assert "--" not in marker.removeprefix("<!--").removesuffix("-->")
    assert ">" not in marker[:-1]


@given(LONG, LONG)
def test_two_projects_never_share_a_comment(name: str, other: str) -> None:
    assert (markdown.marker(name) == markdown.marker(other)) is (name == other)
