"""The text of a first settings file: what lies in the repository, with drafts of what scripts read.

Ports that no script writes get the data that are called like them, with columns read from there.
Where there are none, scripts are tried with made-up data, if that is wanted.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ci_scriptcheck.draft import (
    limited,
    repair,
    samples,
    scripts,
    stand_ins,
    unwritten,
    written,
)
from ci_scriptcheck.draft.chain import Chain
from ci_scriptcheck.draft.drafted import Drafted
from ci_scriptcheck.model.contract import CopiedFrom, Dataset, Schema
from ci_scriptcheck.model.tree import Tree
from ci_scriptcheck.project import scan
from ci_scriptcheck.project.native.quoting import quoted
from ci_scriptcheck.run import own_reader
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ci_scriptcheck.draft.samples import Ask
    from ci_scriptcheck.draft.scripts import ScriptDraft
    from ci_scriptcheck.model.project import Project

SECONDS = 40.0
"""For each script; there may be many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the file is to lie.

    Attributes:
        store: Where results are kept.
    """

    root: Path
    tree: Tree
    folder: str
    tracked: tuple[str, ...]
    store: Path


def from_samples(place: Place, python: str | None) -> scan.Additions:
    """Describe the data that are found for ports that no script writes."""
    found = {name: path for name, path in scan.sources(place.tree, place.folder).items() if path}
    if not found:
        return scan.Additions(python=python)
    with own_reader.reading(place.root) as ask:
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
    is_called_so = name in PurePosixPath(path).with_suffix("").parts
    why = "is called so" if is_called_so else "bears the name that a script opens"
    remarks = (f"guess: {path} {why}; types and nulls are read from it",)
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
    native = {step for step in project.steps if _is_to_try(project, step, unfed)}
    adapted = _of_contracts(place, project)
    names = sorted(native | adapted)
    if not names:
        return before
    steps = [project.steps[name] for name in names]
    with limited.bench(
        place.root, place.tree, project, steps, tracked=place.tracked, store=place.store
    ) as bench:
        chain = Chain(bench, project)
        chain.tried(
            names,
            repair.Budget(seconds=SECONDS),
            lambda made: tell(next(scripts.told(made))),
        )
    found = stand_ins.with_all_columns(project, _drafts(chain, _own_modules(place)))
    standing = stand_ins.stand_ins(project, chain, found)
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
    lines += standing.written
    return replace(
        before,
        sources=datasets,
        datasets=tuple(written.block(lines, indent=2)),
        steps=_steps(found, of_contracts, standing),
    )


def _is_to_try(project: Project, name: str, unfed: set[str]) -> bool:
    """Say whether a script's inputs are unknown, or are all what others write."""
    step = project.steps[name]
    if step.script is None or not step.inputs:
        return False
    is_hungry = any(port.name in unfed for port in step.inputs)
    return is_hungry or all(port.dataset is None for port in step.inputs)


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


def _own_modules(place: Place) -> frozenset[str]:
    """Name all that could be a module of the repository: it does not come from elsewhere."""
    paths = [PurePosixPath(path) for path in place.tree.paths() if path.endswith(".py")]
    return frozenset(
        {path.stem for path in paths} | {part for path in paths for part in path.parent.parts}
    )


def _drafts(chain: Chain, own: frozenset[str]) -> dict[str, ScriptDraft]:
    found: dict[str, ScriptDraft] = {}
    for name, made in chain.made.items():
        draft = scripts.drafted(made)
        if not made.is_well:
            # Its data led nowhere; what it is told beside them may still be what it needs.
            needs = tuple(name for name in draft.needs if name not in own)
            draft = replace(draft, datasets={}, files={}, outputs={}, needs=needs)
        found[name] = draft
    return found


def _steps(
    found: Mapping[str, ScriptDraft],
    of_contracts: Mapping[str, ScriptDraft],
    standing: stand_ins.StandIns,
) -> dict[str, tuple[str, ...]]:
    """Write what each step says, and what stands in for the outputs of those that will not run."""
    lines = {
        step: tuple(scripts.step_lines(one if step in of_contracts else replace(one, datasets={})))
        for step, one in found.items()
    }
    for step, ports in sorted(standing.outputs.items()):
        listed = ", ".join(
            f"{quoted(port)}: {quoted(name)}" for port, name in sorted(ports.items())
        )
        remark = "# guess: what a reader was tried with"
        lines[step] = (*lines.get(step, ()), f"outputs: {{{listed}}}   {remark}")
    return {step: own for step, own in lines.items() if own}
