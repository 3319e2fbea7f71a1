"""Real tables → a frozen sample in a folder of the project, with the text that says what is in it.

The tables are read, and the sample is written, in the limited reader; from there the files are taken over.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ci_scriptcheck import atomic
from ci_scriptcheck.data.freezing import requests
from ci_scriptcheck.draft import samples
from ci_scriptcheck.draft.drafted import Drafted, LeftOut
from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.model.codec import from_json
from ci_scriptcheck.model.contract import ColumnType, CopiedFrom, Format, Said, TableFile
from ci_scriptcheck.model.frozen import Frozen, FrozenTable, Given, How
from ci_scriptcheck.report import frozen as report
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ci_scriptcheck.model.contract import Column, Dataset
    from ci_scriptcheck.model.frozen import Wish

    Ask = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """A sample of one dataset, where it lies now.

    Attributes:
        folder: Of its files.
        text: What is told of it, which lies beside the folder.
    """

    table: FrozenTable
    folder: Path
    text: str


def given_files(
    ask: Ask, paths: Iterable[Path], *, name: str | None = None
) -> tuple[tuple[Given, ...], tuple[LeftOut, ...]]:
    """Take files, and all files below folders, for tables: those of equal columns for one.

    Args:
        ask: Has a request answered by the limited reader process.
        paths: Files and folders that exist.
        name: What a dataset is called; several get a number behind it.
    """
    groups, left = samples.grouped(ask, paths, name=name)
    return tuple(samples.as_given(called, group) for called, group in groups.items()), left


def given_dataset(
    ask: Ask, dataset: Dataset, folder: Path
) -> tuple[Given | None, tuple[LeftOut, ...]]:
    """Take the real data of a dataset for a table: the largest, where its files have different columns."""
    groups, left = samples.grouped(ask, [folder])
    ordered = sorted(groups.values(), key=lambda group: -sum(one.rows for one in group))
    if not ordered:
        return None, left
    others = tuple(
        LeftOut(
            file=one.path.name, why=f"its columns are not those of most rows of `{dataset.name}`"
        )
        for group in ordered[1:]
        for one in group
    )
    found = samples.as_given(dataset.name, ordered[0])
    columns = dataset.schema.columns
    found = replace(
        found,
        entries=_entries(dataset, found),
        key=dataset.schema.key,
        references={one.name: one.references for one in columns if one.references is not None},
        values={one.name: one.values for one in columns if one.values},
        is_public=dataset.public,
    )
    return found, (*left, *others)


def _entries(dataset: Dataset, found: Given) -> tuple[TableFile, ...]:
    """Take the names of files from the settings, where these say them."""
    tables = tuple(one for one in dataset.files if isinstance(one, TableFile))
    is_said = tables and all(one.said is Said.ALL for one in tables)
    is_same = all(one.format == Format(found.format) for one in tables)
    return tables if is_said and is_same else found.entries


def check_target(target: Path, names: Iterable[str]) -> None:
    """See to it that nothing is overwritten that was not made here.

    Raises:
        UsageError: there is such a thing.
    """
    for name in names:
        folder, text = target / name, target / f"{name}.md"
        if (folder.exists() or folder.is_symlink()) and not _is_ours(text):
            raise UsageError(
                what=f"`{folder}` is there, and was not written by `infer --freeze`",
                advice="name another folder with `--output`, or another dataset with `--as`",
            )


def _is_ours(text: Path) -> bool:
    try:
        return text.read_text(encoding="utf-8").startswith(report.MARK)
    except (OSError, UnicodeDecodeError):
        return False


def frozen(ask: Ask, given: Sequence[Given], wish: Wish, scratch: Path) -> Frozen:
    """Have a sample written below a folder.

    Raises:
        UsageError: a table cannot be read.
    """
    answer = ask(requests.freezing(given, wish, scratch))
    refused = answer.get("unreadable", answer.get("error"))
    if refused is not None:
        raise UsageError(what=f"the tables cannot be frozen: {refused}")
    return from_json(Frozen, answer["frozen"])


def laid_out(found: Frozen, scratch: Path, target: Path) -> tuple[Laid, ...]:
    """Take the files of a sample over into a folder of the project, and write what is in them beside.

    Raises:
        OSError: they cannot be written there.
    """
    laid = []
    for table in found.tables:
        folder, text = target / table.name, report.render(found, table)
        shutil.rmtree(folder, ignore_errors=True)
        for name in table.files:
            path = scratch / table.name / name
            if path.is_symlink() or not path.is_file():
                raise UsageError(what=f"`{name}` of `{table.name}` was not written as a file")
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / name, follow_symlinks=False)
        atomic.write_text(target / f"{table.name}.md", text)
        laid.append(Laid(table=table, folder=folder, text=text))
    return tuple(laid)


def drafts(ask: Ask, laid: Iterable[Laid], copied: Callable[[Path], str]) -> tuple[Drafted, ...]:
    """Draft the datasets of a sample: their files as they are, with a schema that real data fit as well.

    Args:
        ask: Has a request answered by the limited reader process.
        laid: The sample.
        copied: Gives a folder as settings name it.
    """
    found = []
    for one in laid:
        seen, _ = samples.drafts(ask, [one.folder], name=one.table.name)
        path = copied(one.folder)
        remarks = (
            f"A frozen sample: {one.table.rows:,} made rows for {one.table.of_rows:,} real ones. See {path}.md.",
            "What is marked as a guess may be wrong.",
        )
        for draft in seen[:1]:
            dataset = replace(
                draft.dataset,
                origin=CopiedFrom(path=path),
                schema=replace(
                    draft.dataset.schema,
                    rows=None,
                    columns=tuple(
                        _column(item, one.table) for item in draft.dataset.schema.columns
                    ),
                ),
            )
            notes = _notes(draft.notes, one.table)
            found.append(Drafted(dataset=dataset, remarks=remarks, notes=notes))
    return tuple(found)


def _column(column: Column, table: FrozenTable) -> Column:
    """Leave out what holds for made values only."""
    how = next(one for one in table.columns if one.name == column.name)
    is_all = how.how is How.KEPT and not how.rare and set(how.kept) == set(column.values)
    if column.type is ColumnType.CATEGORY and not is_all:
        return replace(column, type=ColumnType.STRING, values=())
    return column if how.is_unique else replace(column, unique=False)


def _notes(notes: Mapping[str, str], table: FrozenTable) -> dict[str, str]:
    """Say of what a column is now; bounds that were seen are those of made values."""
    told = {
        column.name: _NOTES.get(column.how, "made values")
        for column in table.columns
        if column.name in notes
    }
    return {
        name: notes[name] if notes[name].startswith("guess: an id") else note
        for name, note in told.items()
    }


_NOTES = {
    How.KEPT: "real values",
    How.COMMON: "real numbers, of which many rows have each",
    How.FLAGS: "guess: a flag",
    How.EMPTY: "guess: no row has a value",
}
