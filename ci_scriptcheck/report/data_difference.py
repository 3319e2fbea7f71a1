"""How what lies at one port differs, in a sentence and in notes; `data_difference_table` has the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.comparison import Fate, called
from ci_scriptcheck.report import renamed, untold, withheld
from ci_scriptcheck.report.page import counted, listed, visible
from ci_scriptcheck.report.sides import end_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.model.comparison import FileComparison, PortComparison, TableComparison
    from ci_scriptcheck.report.sides import Sides

FOUND_KEY = "found: unique on both sides; name it with `key:`"
"""What is said of a key that nobody named."""

MOST_NOTES = 4
MOST_NAMES = 4
"""Values of a JSON file that are named in a line."""


def in_short(comparison: PortComparison, sides: Sides) -> str:
    """Say in one line how what lies at a port differs."""
    groups = withheld.files(comparison.files)
    parts = [
        called(_in_short(name, group), sides.before, sides.after) for name, group in groups[:3]
    ]
    more = sum(len(group) for _, group in groups[3:])
    if more > 0:
        parts.append(f"and {counted(more, 'more file')} differ{'s' * (more == 1)}")
    if comparison.noise:
        names = withheld.in_words(comparison.noise, "part", 3)
        parts.append(f"set aside, as two runs of {sides.twice} differ: {names}")
    if sides.also:
        parts.append(sides.also)
    return "; ".join(parts)


def notes(comparison: PortComparison, sides: Sides) -> list[str]:
    """Say what else is known of files, and no column of a table has room for."""
    told = [
        called(note, sides.before, sides.after)
        for file in comparison.files
        for note in _notes(file, "")
    ]
    told += renamed.sentences(comparison.files)
    told += untold.sentences(comparison)
    if len(told) > MOST_NOTES:
        return [*told[:MOST_NOTES], f"and {counted(len(told) - MOST_NOTES, 'more note')}"]
    return told


def _in_short(name: str, group: list[FileComparison]) -> str:
    """Say how files differ that are told together, or one that stands alone."""
    if len(group) == 1:
        return _file_in_short(group[0])
    if group[0].fate is Fate.CHANGED:
        return f"{name}, differ"
    return f"{name}, are {'gone' if group[0].fate is Fate.GONE else 'new'}"


def _file_in_short(file: FileComparison) -> str:
    name = f"`{visible(file.path)}`"
    if file.fate is not Fate.CHANGED:
        return f"{name} is {'gone' if file.fate is Fate.GONE else 'new'}"
    if file.table is not None:
        return f"{_table_in_short(file.table)} of {name}"
    if file.members:
        return f"{counted(len(file.members), 'member')} of {name}"
    if file.values_count:
        return f"{_values_in_short(file)} of {name}"
    if file.is_incomparable:
        return f"{name} {visible(file.note or '')}"
    return f"{name} differs" + (f": {visible(file.note)}" if file.note else "")


def _values_in_short(file: FileComparison) -> str:
    """Name the values that differ where they are few and have names; else count them."""
    names = [one.path for one in file.values]
    is_json = file.format_before == file.format_after == "json"
    if (
        is_json
        and file.values_count == len(names) <= MOST_NAMES
        and not any(map(withheld.is_one, names))
    ):
        return listed([f"`{visible(end_of(name))}`" for name in names])
    return counted(file.values_count, "value")


def _table_in_short(table: TableComparison) -> str:
    if table.is_reordered:
        return "only the order of the rows"
    parts = []
    if table.changed:
        parts.append(f"{table.changed:,} of {table.paired:,} rows changed")
    if table.gone:
        parts.append(f"{counted(table.gone, 'row')} gone")
    if table.new:
        parts.append(f"{counted(table.new, 'row')} new")
    lost = sum(one.fate is Fate.GONE for one in table.columns)
    come = sum(one.fate is Fate.NEW for one in table.columns)
    if lost:
        parts.append(f"{counted(lost, 'column')} gone")
    if come:
        parts.append(f"{counted(come, 'column')} new")
    return ", ".join(parts) or "the columns"


def _notes(file: FileComparison, archive: str) -> Iterator[str]:
    name = f"`{visible(archive + file.path)}`"
    is_told = file.is_told_by_note and not archive
    if file.note and not is_told:
        yield f"{name}: {visible(file.note)}"
    if file.table is not None and file.table.why_no_key:
        yield f"rows of {name} are not paired by their key: {visible(file.table.why_no_key)}"
    if file.table is not None and file.table.is_key_found:
        column = listed([f"`{visible(one)}`" for one in file.table.key])
        yield f"rows of {name} are paired by {column} ({FOUND_KEY})"
    for member in file.members:
        yield from _notes(member, f"{archive}{file.path}: ")
