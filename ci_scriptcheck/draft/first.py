"""The text of a first settings file: what lies in the repository, with drafts of what scripts read.

Ports that no script writes get the data that are called like them, with columns read from there.
Where there are none, scripts are tried with made-up data, if that is wanted.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.draft import limited, repair, samples, scripts, unwritten, written
from ci_scriptcheck.draft.drafted import Drafted
from ci_scriptcheck.model.contract import CopiedFrom, Dataset, Schema
from ci_scriptcheck.model.tree import Tree
from ci_scriptcheck.project import scan
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ci_scriptcheck.draft.samples import Ask
    from ci_scriptcheck.draft.scripts import ScriptDraft
    from ci_scriptcheck.model.project import Project

SECONDS = 20.0
"""For each script; there may be many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the file is to lie."""

    root: Path
    tree: Tree
    folder: str
    tracked: tuple[str, ...]


def from_samples(place: Place, python: str | None) -> scan.Additions:
    """Describe the data that are called like ports that no script writes."""
    found = {name: path for name, path in scan.sources(place.tree, place.folder).items() if path}
    if not found:
        return scan.Additions(python=python)
    with limited.reading(place.root) as ask:
        drafts = {name: _described(ask, place, name, path) for name, path in found.items()}
    return scan.Additions(
        python=python,
        sources={name: tuple(written.block([draft], indent=0)) for name, draft in drafts.items()},
    )


def _described(ask: Ask, place: Place, name: str, path: str) -> Drafted:
    """Copy what lies there as it is; its columns are told where all of it is one table."""
    drafts, left = samples.drafts(ask, [place.root / place.folder / path], name=name)
    one = drafts[0] if len(drafts) == 1 and not left else None
    dataset = Dataset(
        name=name,
        schema=Schema(columns=one.dataset.schema.columns) if one else Schema(),
        files=(),
        origin=CopiedFrom(path=path),
    )
    remarks = (f"guess: {path} is called so; types and nulls are read from it",)
    return Drafted(dataset=dataset, remarks=remarks, notes=one.notes if one else {})


def from_scripts(
    place: Place, before: scan.Additions, tell: Callable[[str], None]
) -> scan.Additions:
    """Add what scripts were seen to miss when they were run with nothing.

    Args:
        place: Where the file is to lie.
        before: What is known already.
        tell: Told of each script that was tried.
    """
    text = scan.draft(place.tree, place.folder, before)
    project = unwritten.of_text(place.tree, place.folder, text)
    unfed = {
        name
        for name, path in scan.sources(place.tree, place.folder).items()
        if path is None and name not in before.sources
    }
    native = {step for step in project.steps if _reads(project, step, unfed)}
    adapted = _of_contracts(place, project)
    found = _tried(place, project, sorted(native | adapted), tell)
    datasets: dict[str, tuple[str, ...]] = dict(before.sources)
    for name in sorted(unfed):
        draft = next(
            (
                one.datasets[name]
                for step, one in found.items()
                if step in native and name in one.datasets
            ),
            None,
        )
        if draft is not None:
            called = replace(draft, dataset=replace(draft.dataset, name=name))
            datasets[name] = tuple(written.block([called], indent=0))
    of_contracts = {step: one for step, one in found.items() if step in adapted}
    lines = [draft for one in of_contracts.values() for draft in one.datasets.values()]
    return replace(
        before,
        sources=datasets,
        datasets=tuple(written.block(lines, indent=2)),
        steps=_steps(project, found, of_contracts),
    )


def _reads(project: Project, step: str, names: set[str]) -> bool:
    return any(port.name in names for port in project.steps[step].inputs)


def _of_contracts(place: Place, project: Project) -> set[str]:
    """Name the steps that contracts describe and that have a script here."""
    return {
        name
        for name, step in project.steps.items()
        if step.script is not None
        and place.tree.has(step.script)
        and step.place is not None
        and not step.place.file.endswith("scriptcheck.yaml")
    }


def _tried(
    place: Place, project: Project, names: list[str], tell: Callable[[str], None]
) -> dict[str, ScriptDraft]:
    steps = [project.steps[name] for name in names]
    found: dict[str, ScriptDraft] = {}
    if not steps:
        return found
    with limited.bench(place.root, place.tree, project, steps, tracked=place.tracked) as bench:
        for step in steps:
            made = repair.repair(bench, step, repair.Budget(seconds=SECONDS))
            tell(next(scripts.told(made)))
            draft = scripts.drafted(made)
            if not made.is_well:
                # Its data led nowhere; what it is told beside them may still be what it needs.
                draft = replace(draft, datasets={}, files={}, outputs={})
            found[step.name] = draft
    return found


def _steps(
    project: Project, found: Mapping[str, ScriptDraft], of_contracts: Mapping[str, ScriptDraft]
) -> dict[str, tuple[str, ...]]:
    """Write what each step says, and what those write that have no script, for their readers."""
    lines = {
        step: tuple(scripts.step_lines(one if step in of_contracts else replace(one, datasets={})))
        for step, one in found.items()
    }
    for step, outputs in sorted(_written_for(project, of_contracts)):
        lines[step] = (*lines.get(step, ()), *outputs)
    return {step: own for step, own in lines.items() if own}


def _written_for(
    project: Project, found: Mapping[str, ScriptDraft]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    outputs: dict[str, dict[str, str]] = {}
    for _, pipeline in sorted(project.pipelines.items()):
        steps = {node.name: node.step for node in pipeline.nodes}
        for link in pipeline.links:
            producer, consumer = steps[link.producer], steps[link.consumer]
            draft = found.get(consumer)
            if project.steps[producer].script is None and draft and link.input in draft.datasets:
                name = draft.datasets[link.input].dataset.name
                outputs.setdefault(producer, {}).setdefault(link.output, name)
    for step, ports in outputs.items():
        written_ports = ", ".join(f"{port}: {name}" for port, name in sorted(ports.items()))
        yield step, (f"outputs: {{{written_ports}}}   # guess: what its first reader wants",)
