"""What stands in for outputs of steps that will not run: made-up data, or what another step writes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ci_scriptcheck.draft.drafted import Drafted
from ci_scriptcheck.model.contract import Dataset, Schema, WrittenBy
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.draft.chain import Chain
    from ci_scriptcheck.draft.feeds import Feed
    from ci_scriptcheck.draft.scripts import ScriptDraft
    from ci_scriptcheck.model.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIns:
    """Datasets for the outputs of steps that will not run.

    Attributes:
        outputs: Step → output port → dataset.
        written: Datasets that are what another step writes.
    """

    outputs: Mapping[str, Mapping[str, str]]
    written: tuple[Drafted, ...]


def stand_ins(project: Project, chain: Chain, found: Mapping[str, ScriptDraft]) -> StandIns:
    """Find what the readers of each such output were tried with, and let the first one's stand in."""
    outputs: dict[str, dict[str, str]] = {}
    written: dict[str, Drafted] = {}
    for producer, output, consumer, port in _links(project, found):
        known = outputs.get(producer, {})
        if output in known:
            continue
        draft, feed = found.get(consumer), chain.feed(consumer, port)
        if draft is not None and port in draft.datasets:
            name = draft.datasets[port].dataset.name
        elif feed is not None and consumer in chain.made and chain.made[consumer].is_well:
            one = _of(feed)
            name = one.dataset.name
            written[name] = one
        else:
            continue
        outputs.setdefault(producer, {})[output] = name
    return StandIns(outputs=outputs, written=tuple(written.values()))


def with_all_columns(project: Project, found: Mapping[str, ScriptDraft]) -> dict[str, ScriptDraft]:
    """Give what first reads such an output all columns that others want of it, too."""
    readers: dict[tuple[str, str], dict[tuple[str, str], Drafted]] = {}
    for producer, output, consumer, port in _links(project, found):
        draft = found.get(consumer)
        if draft is not None and port in draft.datasets:
            readers.setdefault((producer, output), {})[consumer, port] = draft.datasets[port]
    changed = dict(found)
    for drafts in readers.values():
        (step, port), first = next(iter(drafts.items()))
        columns = {column.name: column for column in first.dataset.schema.columns}
        for other in drafts.values():
            for column in other.dataset.schema.columns:
                columns.setdefault(column.name, column)
        if len(columns) == len(first.dataset.schema.columns) or not first.dataset.schema.columns:
            continue
        notes = dict.fromkeys(columns, "guess: another reader asks for it") | dict(first.notes)
        dataset = replace(first.dataset, schema=Schema(columns=tuple(columns.values())))
        merged = replace(first, dataset=dataset, notes=notes)
        changed[step] = replace(changed[step], datasets={**changed[step].datasets, port: merged})
    return changed


def _links(
    project: Project, found: Mapping[str, ScriptDraft]
) -> Iterator[tuple[str, str, str, str]]:
    """Give producer, output, consumer and input of all links from steps that will not run."""
    for _, pipeline in sorted(project.pipelines.items()):
        steps = {node.name: node.step for node in pipeline.nodes}
        for link in pipeline.links:
            producer = steps[link.producer]
            draft = found.get(producer)
            is_missing = draft is not None and bool(draft.needs)
            if project.steps[producer].script is None or is_missing:
                yield producer, link.output, steps[link.consumer], link.input


def _of(feed: Feed) -> Drafted:
    name = re.sub(r"[^\w-]+", "_", f"{feed.step}_{feed.output}")
    origin = WrittenBy(pipeline=feed.pipeline, node=feed.node, port=feed.output)
    dataset = Dataset(name=name, schema=Schema(), files=(), origin=origin)
    return Drafted(
        dataset=dataset, remarks=("guess: stands in for what others write that do not run",)
    )
