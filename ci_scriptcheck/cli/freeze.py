"""`scriptcheck infer --freeze`: a small sample of made rows in place of real tables, and what is told of it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck import atomic, real_data
from ci_scriptcheck.change.git.repository import repository_root
from ci_scriptcheck.cli import frozen_settings, link_out, opening, settings_file
from ci_scriptcheck.draft import freezing, frozen_columns, insertion, written
from ci_scriptcheck.errors import ChangeError, UsageError, did_you_mean
from ci_scriptcheck.model.contract import CopiedFrom
from ci_scriptcheck.model.fixture import folder_of
from ci_scriptcheck.model.frozen import ROWS, Wish
from ci_scriptcheck.report.page import counted, visible
from ci_scriptcheck.reviewed import is_reviewed
from ci_scriptcheck.run import own_reader

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ci_scriptcheck.cli.console import Console
    from ci_scriptcheck.data.asking import AskReader
    from ci_scriptcheck.draft.drafted import LeftOut
    from ci_scriptcheck.draft.freezing import Laid
    from ci_scriptcheck.model.contract import Dataset
    from ci_scriptcheck.model.frozen import Given

OUTPUT = "frozen"
"""Folder of samples, where nobody names another."""

_SECONDS = 600.0
"""That the limited reader may take: two gigabytes are read many times."""


def of_files(given: Namespace, paths: Sequence[Path], console: Console) -> int:
    """Freeze the tables in files.

    Raises:
        UsageError: they cannot be read, or the sample cannot be put where it should go.
    """

    def tables(ask: AskReader) -> tuple[Sequence[Given], Sequence[LeftOut]]:
        return freezing.given_files(ask, paths, name=vars(given)["as"])

    target = Path(given.output or OUTPUT)
    _check_places(given, target)
    wish = _wish(given, ())
    laid = _laid(target, tables, wish, console)
    if laid is None:
        return 1
    base = Path(given.into).parent if given.into else Path()
    with own_reader.reading(_root()) as ask:
        drafts = freezing.drafts(ask, laid, lambda folder: _relative(folder, base))
    if given.into is None:
        console.tell(written.document(drafts))
        return 0
    settings = Path(given.into)
    before = settings_file.text_of(settings)
    atomic.rewrite_text(settings, insertion.with_datasets(before, drafts, file=str(settings)))
    names = ", ".join(f"`{draft.dataset.name}`" for draft in drafts)
    console.tell(f"added {counted(len(drafts), 'dataset')} to {settings}: {names}\n")
    return 0


def of_datasets(given: Namespace, console: Console, environ: Mapping[str, str]) -> int:
    """Freeze the real data of datasets, fetched where they are not here.

    Raises:
        FixtureError: they cannot be had.
        UsageError: there is no such dataset, or it has no real data.
    """
    place = opening.place_of(opening.project_folder(given))
    project = opening.project_of(place)
    datasets = [_dataset(project.datasets, name) for name in given.dataset]
    base = place.root / place.folder
    target = Path(given.output) if given.output else base / OUTPUT
    _check_places(given, target)
    copying = _copying(datasets, target, place.root) if given.into else frozenset()
    asking = real_data.Asking(
        root=place.root,
        head=project,
        base=None,
        environ=environ,
        is_reviewed=is_reviewed(environ, place.root),
    )
    fixtures = real_data.of_datasets(datasets, asking)

    def tables(ask: AskReader) -> tuple[Sequence[Given], Sequence[LeftOut]]:
        found: list[Given] = []
        left: list[LeftOut] = []
        for one in datasets:
            folder = place.root / folder_of(fixtures[one.name])
            table, strange = freezing.given_dataset(ask, one, folder)
            left += strange
            if table is not None:
                found.append(table)
        return found, left

    by = tuple(one.sample_by for one in datasets if one.sample_by is not None)
    laid = _laid(target, tables, _wish(given, by), console)
    if laid is None:
        return 1
    with own_reader.reading(_root()) as ask:
        real = {name: place.root / folder_of(one) for name, one in fixtures.items()}
        found = frozen_columns.fittings(ask, project.datasets, laid, real)
    lines = {one.table.name: f"copy: {_relative(one.folder, base)}" for one in laid}
    if given.into is not None:
        new = {name: line for name, line in lines.items() if name not in copying}
        frozen_settings.write(Path(given.into), [*lines], new, found, console)
        return 0
    frozen_settings.show(lines, found, project.datasets, place.root, console)
    return 0


def _copying(datasets: Iterable[Dataset], target: Path, root: Path) -> frozenset[str]:
    """Give the datasets that copy the sample already, as they do when it is made again.

    Raises:
        UsageError: one copies something else, and cannot copy the sample as well.
    """
    copying = set()
    for one in datasets:
        if isinstance(one.origin, CopiedFrom):
            if (root / one.origin.path).resolve() != (target / one.name).resolve():
                raise UsageError(
                    what=f"the dataset `{one.name}` copies {one.origin.path} already",
                    where=one.place,
                    advice="take that `copy:` out, or leave `--into` out and write the line yourself",
                )
            copying.add(one.name)
    return frozenset(copying)


def _dataset(known: Mapping[str, Dataset], name: str) -> Dataset:
    found = known.get(name)
    if found is None:
        raise UsageError(
            what=f"there is no dataset `{name}`",
            advice=did_you_mean(name, known) or "name the files themselves, without `--dataset`",
        )
    if found.real is None:
        raise UsageError(
            what=f"the dataset `{name}` says nowhere where its real data are",
            where=found.place,
            advice="write `real: s3://…` there, or name files in place of `--dataset`",
        )
    return found


def _wish(given: Namespace, by: tuple[str, ...]) -> Wish:
    rows = given.rows or str(ROWS)
    if not rows.isdecimal() or int(rows) < 1:
        raise UsageError(what=f"`{rows}` is no number of rows", advice="write a number from 1 on")
    return Wish(rows=int(rows), keep=tuple(given.keep or ()), by=(*(given.by or ()), *by))


def _laid(
    target: Path,
    tables: Callable[[AskReader], tuple[Sequence[Given], Sequence[LeftOut]]],
    wish: Wish,
    console: Console,
) -> tuple[Laid, ...] | None:
    """Freeze tables, and say what came of it; `None` where there are none."""
    with tempfile.TemporaryDirectory(prefix="scriptcheck-") as name:
        scratch = Path(name).resolve()
        with own_reader.reading(_root(), writable=(scratch,), timeout=_SECONDS) as ask:
            found, left = tables(ask)
            for one in left:
                console.mention(visible(f"left out: {one.file}: {one.why}") + "\n")
            if not found:
                console.mention("nothing was found to freeze\n")
                return None
            freezing.check_target(target, [one.name for one in found])
            frozen = freezing.frozen(ask, found, wish, scratch)
        try:
            laid = freezing.laid_out(frozen, scratch, target)
        except OSError as error:
            raise UsageError(
                what=f"`{target}` cannot be written: {error.strerror}",
                advice="name another folder with `--output`",
            ) from error
    for item in laid:
        console.mention(
            "".join(f"{visible(line)}\n" for line in item.text.splitlines()[1:]) + "\n"
        )
    for item in laid:
        console.mention(f"written: {item.folder}/, and what is in it: {item.folder}.md\n")
    return laid


def _check_places(given: Namespace, target: Path) -> None:
    """See to it that a sample can be written and named, before anything is fetched or read.

    Raises:
        UsageError: it cannot.
    """
    link_out.refuse(target)
    if given.into is None:
        return
    link_out.refuse(Path(given.into))
    settings_file.text_of(Path(given.into))
    root = _root()
    if root is not None and not target.resolve().is_relative_to(root):
        raise UsageError(
            what=f"`{target}` is outside of the repository, and settings copy nothing from there",
            advice="name a folder in it with `--output`, or leave `--into` out",
        )


def _root() -> Path | None:
    try:
        return repository_root(Path())
    except ChangeError:
        return None


def _relative(folder: Path, base: Path) -> str:
    """Write a folder as the settings in another one name it."""
    try:
        return folder.resolve().relative_to(base.resolve()).as_posix()
    except ValueError:
        return folder.as_posix()
