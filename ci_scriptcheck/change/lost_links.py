"""Links that base has and head lost because a script does not name the port any more.

What then feeds the reader, a dataset or an older output of the same name, hides that nothing flows.
Which links those are, only base's script in head's place can tell: the settings and contracts of
head may have taken a link out on purpose. Reading that is left to the caller.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import Place, cut_out
from ci_scriptcheck.model.contract import CopiedFrom
from ci_scriptcheck.model.project import Link
from ci_scriptcheck.model.result import Finding, Level
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ci_scriptcheck.model.change import ChangeSet
    from ci_scriptcheck.model.project import Node, Pipeline, Project

_UNREAD = frozenset({"SC106", "SC107", "SC110"})
"""Rules that say that a script's ports are unknown, which is told once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LostLink:
    """A link of base that head lacks.

    Attributes:
        script: That of the producer, on both sides.
        step: The producer's.
        now: What feeds the input in head.
    """

    pipeline: str
    link: Link
    script: str
    step: str
    now: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """A script on both sides."""

    base: str
    head: str


def suspected(head: Project, base: Project, changes: ChangeSet) -> tuple[LostLink, ...]:
    """List the links that head may have lost because the producer's script changed."""
    touched = changes.touched() - {one.subject for one in head.findings if one.rule in _UNREAD}
    return tuple(
        lost
        for name in sorted(head.pipelines.keys() & base.pipelines.keys())
        for link in base.pipelines[name].links
        if link not in head.pipelines[name].links
        and (lost := _suspect(name, link, head, base)) is not None
        and lost.script in touched
    )


def _suspect(name: str, link: Link, head: Project, base: Project) -> LostLink | None:
    nodes = {node.name: node for node in head.pipelines[name].nodes}
    producer, consumer = nodes.get(link.producer), nodes.get(link.consumer)
    if producer is None or consumer is None:
        return None
    script, before = (
        _script(head, producer),
        _script(base, base.pipelines[name].node(producer.name)),
    )
    writes = any(port.name == link.output for port in producer.outputs)
    reads = any(port.name == link.input for port in consumer.inputs)
    if script is None or script != before or writes or not reads:
        return None
    now = head.pipelines[name].feeding(link.consumer).get(link.input)
    if now is not None and not _wrote(base.pipelines[name], now):
        # What one script stopped to write, another one took over.
        return None
    return LostLink(pipeline=name, link=link, script=script, step=producer.step, now=now)


def _script(project: Project, node: Node) -> str | None:
    step = project.steps.get(node.step)
    return None if step is None else step.script


def _wrote(pipeline: Pipeline, link: Link) -> bool:
    return any(
        port.name == link.output
        for node in pipeline.nodes
        if node.name == link.producer
        for port in node.outputs
    )


def by_scripts(lost: Iterable[LostLink], restored: Project) -> tuple[LostLink, ...]:
    """Leave those that head would have, had the producers' scripts stayed as they were.

    Args:
        lost: Suspected ones.
        restored: The project of head, read with base's scripts.
    """
    return tuple(
        one
        for one in lost
        if one.pipeline in restored.pipelines
        and one.link in restored.pipelines[one.pipeline].links
    )


def told(
    lost: tuple[LostLink, ...], head: Project, texts: Mapping[str, Texts], base_name: str
) -> tuple[Finding, ...]:
    """Give the findings of head with those of its lost links, as what they are.

    Args:
        lost: Links that scripts took out.
        head: The project.
        texts: Script → what it was and is.
        base_name: What people call base.
    """
    added = [
        _finding(one, head, texts[one.script], base_name) for one in lost if _is_hidden(one, head)
    ]
    ends = {
        (one.pipeline, name) for one in lost for name in (one.link.producer, one.link.consumer)
    }
    kept = [
        _with_cause(finding, lost, head, texts, base_name)
        for finding in head.findings
        # That a node is joined to nothing follows from it.
        if finding.rule != "SC111" or (finding.pipeline, finding.subject) not in ends
    ]
    return (*added, *kept)


def _is_hidden(one: LostLink, head: Project) -> bool:
    return not any(
        finding.rule == "SC103" and _is_about(finding, one) for finding in head.findings
    )


def _is_about(finding: Finding, one: LostLink) -> bool:
    subject = f"{one.link.consumer}.{one.link.input}"
    return (finding.pipeline, finding.subject) == (one.pipeline, subject)


def _with_cause(
    finding: Finding,
    lost: Iterable[LostLink],
    head: Project,
    texts: Mapping[str, Texts],
    base_name: str,
) -> Finding:
    """Have an input that nothing feeds say which script wrote it on base."""
    for one in lost if finding.rule == "SC103" else ():
        if _is_about(finding, one):
            number, _ = _line(texts[one.script], one.link.output)
            at = f" at line {number}" if number else ""
            cause = (
                f"`{one.script}` wrote `{one.link.output}` on {base_name}{at},"
                " and this change took it out"
            )
            cure = f"write `{one.link.output}` again, or have `{one.link.consumer}` read what is there"
            return replace(finding, evidence=(cause, *_writes(one, head)), advice=cure)
    return finding


def _finding(one: LostLink, head: Project, texts: Texts, base_name: str) -> Finding:
    link = one.link
    number, now = _line(texts, link.output)
    text = cut_out(texts.base, number) if number else None
    was = text.lines[0].strip() if text else ""
    return Finding(
        rule="SC124",
        severity=Level.ERROR,
        message=f"`{link.producer}` does not write `{link.output}` any more, which `{link.consumer}` reads",
        subject=f"{link.producer}.{link.output} -> {link.consumer}.{link.input}",
        step=one.step,
        pipeline=one.pipeline,
        port=link.output,
        place=Place(file=one.script, line=now),
        excerpt=cut_out(texts.head, now) if now else None,
        evidence=(
            *([f"line {number} on {base_name} was `{was}`"] if was else []),
            *_writes(one, head),
            _feeds_now(one, head),
        ),
        advice=f"write `{link.output}` again; if that is intended, or `{one.script}` still does, say what it"
        f" writes: `steps: {{{one.step}: {{script: {one.script}, outputs: {{...}}}}}}`",
    )


def _writes(one: LostLink, head: Project) -> Iterator[str]:
    names = [port.name for port in head.pipelines[one.pipeline].node(one.link.producer).outputs]
    yield f"`{one.link.producer}` writes {', '.join(f'`{name}`' for name in names) or 'nothing'}"


def _feeds_now(one: LostLink, head: Project) -> str:
    """Say what the reader gets in place of what was written for it."""
    reader, port = one.link.consumer, one.link.input
    if one.now is not None:
        return f"`{reader}` gets `{one.now.output}` of `{one.now.producer}` in its place"
    inputs = head.pipelines[one.pipeline].node(reader).inputs
    dataset = next((item.dataset for item in inputs if item.name == port), None)
    if dataset is None or dataset not in head.datasets:
        return f"nothing feeds `{port}` of `{reader}` in its place"
    origin = head.datasets[dataset].origin
    made = f"a copy of `{origin.path}`" if isinstance(origin, CopiedFrom) else "made data"
    return f"`{reader}` gets the dataset `{dataset}` in its place, {made}, which no step wrote"


def _line(texts: Texts, port: str) -> tuple[int | None, int | None]:
    """Give the line of base that named a port, and the line of head that stands there now."""
    import difflib

    before, after = texts.base.splitlines(), texts.head.splitlines()
    quoted = re.compile(rf"(['\"]){re.escape(port)}\1")
    naming = [position for position, line in enumerate(before) if quoted.search(line)]
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for kind, first, last, new_first, new_last in matcher.get_opcodes():
        for position in naming:
            if kind != "equal" and first <= position < last:
                beside = min(new_first + position - first, max(new_last - 1, new_first))
                return position + 1, min(beside, len(after) - 1) + 1 or None
    return None, None
