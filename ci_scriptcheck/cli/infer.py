"""`scriptcheck infer`: drafts of datasets, from sample files or from a script, for a person to read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck import atomic, scope
from ci_scriptcheck.change.git.repository import repository_root
from ci_scriptcheck.cli import arguments, freeze, link_out, opening, settings_file
from ci_scriptcheck.draft import (
    insertion,
    limited,
    repair,
    samples,
    scripts,
    unwritten,
    written,
)
from ci_scriptcheck.errors import ChangeError, UsageError, did_you_mean
from ci_scriptcheck.project.native.quoting import quoted
from ci_scriptcheck.report.page import counted, visible
from ci_scriptcheck.run import own_reader
from ci_scriptcheck.run.store.store import Store

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Mapping

    from ci_scriptcheck.cli.console import Console
    from ci_scriptcheck.draft.drafted import Drafted, LeftOut
    from ci_scriptcheck.model.project import Project


def call(given: Namespace, console: Console, environ: Mapping[str, str]) -> int:
    """Print the drafts, or put them into a settings file; 1 where there is none.

    Raises:
        UsageError: no file or script is there, or the settings file cannot take them.
    """
    if given.freeze:
        return _freeze(given, console, environ)
    _refuse_frozen(given)
    if given.script is None:
        return _from_files(given, console)
    if given.files:
        raise UsageError(
            what="sample files and `--script` contradict each other",
            advice="leave one of them out",
        )
    return _from_script(given, console, environ)


def _freeze(given: Namespace, console: Console, environ: Mapping[str, str]) -> int:
    if given.script is not None or (given.dataset and (given.files or vars(given)["as"])):
        other = "`--script`" if given.script is not None else "files or `--as`"
        raise UsageError(
            what=f"{other} and `--{'dataset' if given.dataset else 'freeze'}` contradict each other",
            advice="leave one of them out",
        )
    if given.dataset:
        return freeze.of_datasets(given, console, environ)
    return freeze.of_files(given, _paths(given.files), console)


def _refuse_frozen(given: Namespace) -> None:
    """Refuse options of a frozen sample where a draft is asked for.

    Raises:
        UsageError: there is one.
    """
    for name in ("dataset", "rows", "keep", "by", "output"):
        if vars(given)[name]:
            raise UsageError(
                what=f"`--{name}` says how a sample is frozen, and none is asked for",
                advice="add `--freeze`",
            )


def _from_script(given: Namespace, console: Console, environ: Mapping[str, str]) -> int:
    place = opening.place_of(opening.project_folder(given))
    project = unwritten.project_of(place.tree, place.folder)
    budget = repair.Budget(
        rounds=arguments.worker_count(given.rounds) or repair.ROUNDS,
        seconds=arguments.seconds(given.time) if given.time else repair.SECONDS,
    )
    name = _step_of(project, place, given.script)
    step = project.steps[name]
    if step.script is None:
        raise UsageError(what=f"the step `{name}` has no script, so nothing can be tried")
    store = Store.of(place.root, environ).folder
    with limited.bench(
        place.root, place.tree, project, [step], tracked=place.tracked, store=store
    ) as bench:
        repaired = repair.repair(bench, step, budget)
    found = scripts.drafted(repaired)
    drafts = tuple(found.datasets.values())
    if given.into is None:
        console.tell(written.document(drafts) if drafts else "")
    elif drafts:
        _add(drafts, given, console)
    lines = list(scripts.step_lines(found))
    if lines:
        body = "".join(f"    {line}\n" for line in lines)
        console.tell(f"steps:\n  {quoted(name)}:\n{body}")
    for line in scripts.told(repaired):
        console.mention(visible(line) + "\n")
    return 0 if repaired.is_well else 1


def _step_of(project: Project, place: opening.ProjectFolder, name: str) -> str:
    if name in project.steps:
        return name
    return scope.running(place.root, place.tree, project, name)[0]


def _from_files(given: Namespace, console: Console) -> int:
    paths = _paths(given.files)
    try:
        root = repository_root(Path())
    except ChangeError:
        root = None
    with own_reader.reading(root) as ask:
        drafts, left = samples.drafts(ask, paths, name=vars(given)["as"])
    _mention(left, console)
    return _deliver(drafts, given, console)


def _paths(names: Iterable[str]) -> list[Path]:
    """Find what was named; a pattern stands for all files that it fits.

    Raises:
        UsageError: there is no such file.
    """
    found: list[Path] = []
    for name in names:
        path = Path(name)
        fitting = [path] if path.exists() else _fitting(path)
        if not fitting:
            beside = [str(one) for one in path.parent.glob("*")]
            raise UsageError(
                what=f"there is no file `{name}`",
                advice=did_you_mean(name, beside) or "name a file or a folder",
            )
        found.extend(fitting)
    if not found:
        raise UsageError(
            what="no sample file was named",
            advice="`scriptcheck infer data/orders.csv` drafts a dataset from it",
        )
    return found


def _fitting(pattern: Path) -> list[Path]:
    parts = pattern.parts
    fixed = next((n for n, part in enumerate(parts) if set(part) & set("*?[")), len(parts))
    if fixed == len(parts):
        return []
    return sorted(Path(*parts[:fixed]).glob("/".join(parts[fixed:])))


def _deliver(drafts: tuple[Drafted, ...], given: Namespace, console: Console) -> int:
    if not drafts:
        console.mention("nothing was found to draft a dataset from\n")
        return 1
    if given.into is None:
        console.tell(written.document(drafts))
        return 0
    _add(drafts, given, console)
    return 0


def _add(drafts: tuple[Drafted, ...], given: Namespace, console: Console) -> None:
    target = Path(given.into)
    link_out.refuse(target)
    before = settings_file.text_of(target)
    atomic.rewrite_text(target, insertion.with_datasets(before, drafts, file=str(target)))
    names = ", ".join(f"`{draft.dataset.name}`" for draft in drafts)
    console.tell(f"added {counted(len(drafts), 'dataset')} to {target}: {names}\n")
    console.tell("What is marked as a guess was concluded: read it.\n")


def _mention(left: Iterable[LeftOut], console: Console) -> None:
    for one in left:
        console.mention(visible(f"left out: {one.file}: {one.why}") + "\n")
