"""What is posted on GitHub, as its tests show it: records, links, and how a reader of Markdown sees it."""

from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt

from ci_scriptcheck.errors import Excerpt, Place
from ci_scriptcheck.model.change import After, ChangeKind, Feeds, FileChange
from ci_scriptcheck.model.comparison import (
    ColumnComparison,
    Fate,
    FileComparison,
    PortComparison,
    TableComparison,
)
from ci_scriptcheck.model.plan import Counts, Input, Purpose, Side, Task
from ci_scriptcheck.model.result import Artefact, Finding, Level, Outcome, Table
from ci_scriptcheck.model.source import Upstream
from ci_scriptcheck.report.links import Links
from tests.conftest import a_change, a_plan, a_record, a_result, a_task
from tests.unit.report.records import RAISED

if TYPE_CHECKING:
    from ci_scriptcheck.model.run_record import RunRecord

LINKS = Links(
    server="https://github.com",
    repository="acme/fraud",
    head="1f0c9ab" + "0" * 33,
    number=42,
    run_url="https://github.com/acme/fraud/actions/runs/1",
    run=1,
    attempt=1,
)

ROWS = 5_000
TABLE = TableComparison(
    rows_before=ROWS,
    rows_after=ROWS,
    key=("order_id",),
    changed=212,
    columns=(
        ColumnComparison(name="amount_usd", fate=Fate.GONE, type_before="float"),
        ColumnComparison(name="amount", fate=Fate.NEW, type_after="float"),
        ColumnComparison(
            name="risk_band",
            fate=Fate.CHANGED,
            type_before="category",
            type_after="category",
            rows=212,
        ),
    ),
)
FEATURES = FileComparison(path="features.parquet", fate=Fate.CHANGED, table=TABLE)

EVIL = (
    "<!-- x --> --> <script>alert(1)</script><img src=x onerror=alert(1)> | \\| `a` ``` ~~~"
    " [x](https://evil.example) ![i](//evil.example/i.png) https://evil.example www.evil.example"
    " @someone @acme/team #12 GH-12 acme/fraud#1 deadbeefdeadbeef :tada: $x$ a@evil.example"
    " **bold** _em_ \x1b[31m\u202egnp.exe %%{init: {'theme': 'forest'}}%% ::error::no ##[error]no"
)
"""Everything that GitHub or a runner would make more of than a text."""


def _node(name: str, *needs: tuple[str, str], **given: Any) -> Task:
    inputs = tuple(
        Input(port=port, parameter=port, source=Upstream(task=f"fraud/{supplier}", port=port))
        for supplier, port in needs
    )
    reason = given.pop("reason", None) or (After(node=needs[0][0]) if needs else None)
    parts = {"inputs": inputs, **({"reason": reason} if reason else {}), **given}
    return a_task(name, pipeline="fraud", **parts)


def a_failing_pull_request() -> RunRecord:
    """A column is renamed, and a step two steps behind fails by it."""
    raised = dataclasses.replace(
        RAISED,
        evidence=("`amount_usd` appears in this change at scripts/preprocess.py:88.",),
        table=None,
        advice="No input has a column `amount_usd`; did you mean `amount`?",
    )
    change = FileChange(
        path="scripts/preprocess.py", kind=ChangeKind.MODIFIED, lines=((88, 88), (91, 93))
    )
    plan = a_plan(
        _node("ingest", reason=Feeds(), purpose=Purpose.SUPPLY),
        _node("preprocess", ("ingest", "raw"), reason=a_task("preprocess").reason),
        _node("split", ("preprocess", "features")),
        _node("train", ("split", "features")),
        _node("evaluate", ("split", "features"), ("train", "model")),
        _node("register", ("train", "model"), ("evaluate", "metrics")),
        changes=a_change(files=(change,)),
        counts=Counts(files_changed=1, steps=9, steps_affected=5),
    )
    features = PortComparison(port="features", files=(FEATURES,))
    return a_record(
        plan,
        a_result("fraud/ingest", Outcome.REUSED),
        a_result(
            "fraud/preprocess",
            seconds=1.8,
            comparisons=(features,),
            differing=("features",),
            is_first_to_differ=True,
        ),
        a_result("fraud/split", seconds=0.9, differing=("features",)),
        a_result("fraud/train", Outcome.FAILED, findings=(raised,), given=(features,)),
        a_result("fraud/evaluate", Outcome.NOT_RUN, why_not="needs train"),
        a_result("fraud/register", Outcome.NOT_RUN, why_not="needs train"),
    )


def a_record_without_differences() -> RunRecord:
    """A step was held against the same step on base, and wrote the same."""
    head = a_task("score", beside="score@base")
    base = dataclasses.replace(head, id="score@base", beside=None, side=Side.BASE)
    outputs = {"scores": Artefact(digest="0" * 64)}
    results = [a_result(task.id, outputs=outputs) for task in (head, base)]
    return a_record(a_plan(head, base), *results)


def many_failures(count: int, text: str = "KeyError", rows: int = 40) -> RunRecord:
    """So many failures, no two alike, each with all that a failure can show."""
    tasks = [a_task(f"node_{number}", pipeline="wide") for number in range(count)]
    results = [
        a_result(task.id, Outcome.FAILED, findings=(_full(n, text, rows),))
        for n, task in enumerate(tasks)
    ]
    return a_record(a_plan(*tasks), *results)


def a_crowded_record(more: int, lines: int = 1) -> RunRecord:
    """Nine failures of a pipeline with all that can be shown, a step that feeds them, and more failures."""
    record = many_failures(9)
    read = Input(port="a", parameter="a", source=Upstream(task="wide/first", port="a"))
    alone = [a_task(f"alone_{number}") for number in range(more)]
    tasks = [
        a_task("first", pipeline="wide"),
        *(dataclasses.replace(task, inputs=(read,)) for task in record.plan.tasks),
        *alone,
    ]
    code = Excerpt(first=1, lines=("a = 1",) * lines, marked=1)
    shown = [
        dataclasses.replace(
            result, findings=(dataclasses.replace(result.findings[0], excerpt=code),)
        )
        for result in record.results
    ]
    others = [
        a_result(task.id, Outcome.FAILED, findings=(_full(number + 9, "KeyError", 0),))
        for number, task in enumerate(alone)
    ]
    return a_record(a_plan(*tasks), *shown, *others)


def _full(number: int, text: str, rows: int) -> Finding:
    return Finding(
        rule="SC201",
        severity=Level.ERROR,
        message=f"{text}: '{number}'",
        place=Place(file="scripts/common.py", line=number + 1),
        excerpt=Excerpt(first=1, lines=("a = 1", "b = 2", "c = 3"), marked=2),
        evidence=(text,),
        table=Table(columns=("a", "b"), rows=((text, text),) * rows),
    )


def an_evil_record(text: str = EVIL) -> RunRecord:
    """Put the same text wherever the project has a say."""
    finding = Finding(
        rule="SC201",
        severity=Level.ERROR,
        message=f"{text}\n{text}",
        step=text,
        pipeline=text,
        place=Place(file=text, line=1),
        excerpt=Excerpt(first=1, lines=(text, f"``` {text}", text), marked=2),
        evidence=(text, f"`{text}`"),
        table=Table(columns=(text, "b"), rows=((text, text), (text,))),
        advice=text,
    )
    warning = dataclasses.replace(finding, severity=Level.WARNING)
    known = dataclasses.replace(finding, known=text, message=f"known {text}")
    read = (Input(port=text, parameter=text, source=Upstream(task=f"{text}/{text}", port=text)),)
    tasks = [
        a_task(text, pipeline=text),
        a_task("b", pipeline=text, inputs=read, reason=After(node=text)),
        a_task(text, script=text),
        a_task("c"),
        a_task("d"),
    ]
    table = dataclasses.replace(
        TABLE, columns=(ColumnComparison(name=text, fate=Fate.GONE, type_before=text),)
    )
    differs = PortComparison(
        port=text,
        files=(dataclasses.replace(FEATURES, path=text, table=table),),
        noise=(text,),
    )
    changes = a_change(text, "lib/a.py", base_name=text)
    return a_record(
        a_plan(*tasks, project=text, changes=changes, findings=(finding, warning, known)),
        a_result(
            tasks[0].id,
            findings=(warning,),
            comparisons=(differs,),
            differing=(text,),
            is_first_to_differ=True,
        ),
        a_result(
            tasks[1].id,
            Outcome.FAILED,
            findings=(finding, dataclasses.replace(finding, rule="SC302", advice=None)),
            given=(differs,),
        ),
        a_result(text, Outcome.CRASHED, log_tail=(text, "``````")),
        a_result("c", Outcome.NOT_RUN, why_not=text),
        a_result("d", Outcome.FAILED, findings=(known,)),
    )


class Seen(HTMLParser):
    """What a reader sees of a text in Markdown: its elements, and the texts that are no code."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.codes: list[str] = []
        self.comments: list[str] = []
        self._open: list[str] = []
        self.feed(rendered(text))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in {"br", "img", "hr", "input"}:
            self._open.append(tag)
        if tag == "code":
            self.codes.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "code" in self._open:
            self.codes[-1] += data
        elif data.strip():
            self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


def rendered(text: str) -> str:
    """Write Markdown as HTML, with GitHub's tables and its search for addresses."""
    reader = MarkdownIt("commonmark", {"html": True, "linkify": True})
    # GitHub takes no `0.py` for an address; what begins with `www.` is looked for in `CALLS`.
    assert reader.linkify is not None
    reader.linkify.set({"fuzzy_link": False})
    return str(reader.enable(["table", "strikethrough", "linkify"]).render(text))


# What GitHub looks for in texts outside of code, each with what it would make of it.
CALLS = {
    "a mention": re.compile(r"@[0-9A-Za-z]"),
    "an issue": re.compile(r"#\d|\bGH-\d", re.IGNORECASE),
    "an address": re.compile(r"://|\bwww\.", re.IGNORECASE),
    "a commit": re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{7,40}(?![0-9A-Za-z])"),
    "an emoji": re.compile(r":[A-Za-z0-9_+-]+:"),
    "a formula": re.compile(r"\$"),
    "markup": re.compile(r"[`*_~<>\[\]|\\]"),
}


def called(seen: Seen) -> list[tuple[str, str]]:
    """List what GitHub would make more of than a text, with the text."""
    return [
        (what, text) for text in seen.texts for what, kind in CALLS.items() if kind.search(text)
    ]
