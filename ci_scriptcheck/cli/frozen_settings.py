"""What settings have to say of datasets that copy a frozen sample: written into their file, or shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck import atomic
from ci_scriptcheck.cli import settings_file
from ci_scriptcheck.draft import frozen_columns, insertion
from ci_scriptcheck.project.native import schema_change
from ci_scriptcheck.report.page import code_line, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ci_scriptcheck.cli.console import Console
    from ci_scriptcheck.draft.frozen_columns import Fitting
    from ci_scriptcheck.model.contract import Dataset
    from ci_scriptcheck.model.schema_suggestion import ColumnChange


def write(
    settings: Path,
    names: Sequence[str],
    lines: Mapping[str, str],
    found: Sequence[Fitting],
    console: Console,
) -> None:
    """Have datasets copy their samples, and their columns allow for these.

    Args:
        settings: The file to change.
        names: The datasets.
        lines: Dataset → the line to write, of those that do not copy theirs yet.
        found: How samples do not fit.
        console: Where it is told.
    """
    before = settings_file.text_of(settings)
    after, lost = frozen_columns.written(before, found, file=str(settings))
    for name, line in lines.items():
        entries = {"copy": [line]}
        after = insertion.with_entries(after, ("datasets", name), entries, file=str(settings))
    atomic.rewrite_text(settings, after)
    listed = ", ".join(f"`{name}`" for name in names)
    verb = "copies" if len(names) == 1 else "copy"
    console.tell(f"{listed} in {settings} now {verb} the sample\n")
    console.tell("".join(f"{line}\n" for line in _told(found, lost)))
    if found and after != before:
        console.tell(f"\nWhat changed there:\n\n{_patch(before, after, str(settings))}")


def show(
    lines: Mapping[str, str],
    found: Iterable[Fitting],
    datasets: Mapping[str, Dataset],
    root: Path,
    console: Console,
) -> None:
    """Print what would have to be written.

    Args:
        lines: Dataset → the line that has it copy its sample.
        found: How samples do not fit.
        datasets: By name.
        root: The repository.
        console: Where to.
    """
    text = "".join(f"  {name}:\n    {line}\n" for name, line in lines.items())
    console.tell(f"datasets:   # a line for each, beside what stands there\n{text}")
    for one in found:
        where = datasets[one.dataset].place
        file = "" if where is None else where.file
        before = settings_file.text_of(root / file) if file else ""
        after, lost = frozen_columns.written(before, [one], file=file)
        console.tell("".join(f"{line}\n" for line in _told([one], lost)))
        if after != before:
            lead = "A change of the columns that does so: read it, then paste it into `git apply`"
            console.tell(f"\n{lead}:\n\n{_patch(before, after, file)}")


def _patch(before: str, after: str, file: str) -> str:
    lines = schema_change.patch(before, after, file).splitlines()
    return "".join(f"{code_line(line)}\n" for line in lines)


def _told(found: Iterable[Fitting], lost: Mapping[str, Sequence[ColumnChange]]) -> Iterator[str]:
    """Say how samples do not fit the columns as they were, and what is left to a person."""
    for one in found:
        if one.reasons:
            yield ""
            yield f"Columns of `{one.dataset}` have to allow for what is in the sample:"
            yield from (f"  {visible(reason)}" for reason in one.reasons)
        by_hand = [schema_change.entry(change) for change in lost.get(one.dataset, ())]
        if by_hand or one.left:
            yield ""
            yield f"To be settled by hand in `{one.dataset}`, or a run will tell of it:"
            yield from (f"  write {visible(entry)}" for entry in by_hand)
            yield from (f"  {visible(line)}" for line in one.left)
