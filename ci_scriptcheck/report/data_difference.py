"""How what lies at one port differs, in a sentence, in notes and in a small table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.comparison import ROWS_THAT_DIFFER, Fate, called
from ci_scriptcheck.model.json_path import last_part
from ci_scriptcheck.model.result import Table
from ci_scriptcheck.model.timed_names import speaks_of_time
from ci_scriptcheck.report import column_difference, renamed, withheld
from ci_scriptcheck.report.column_difference import NOTHING, OTHERS
from ci_scriptcheck.report.page import counted, listed, visible
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ci_scriptcheck.model.comparison import (
        FileComparison,
        PortComparison,
        TableComparison,
        ValueComparison,
    )

MOST_ROWS = 60
"""Columns, values and files that a table holds; how many of them are shown, its reader says."""

MOST_NAME = 40
"""Characters of a way into a JSON file; the end of it says most."""

FOUND_KEY = "found: unique on both sides; name it with `key:`"
"""What is said of a key that nobody named."""

MOST_NOTES = 4
MOST_NUMBERS = 4
MOST_NAMES = 4
"""Values of a JSON file that are named in a line."""
_LEAST_DIGITS = 5
_ALL_DIGITS = 17
"""That tell any two floating point numbers apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """What people call the two sides of a comparison, as the heads of two columns.

    Attributes:
        also: What is to be known of the first side, too.
        twice: What was run twice, to know what differs by chance.
    """

    before: str
    after: str = "here"
    also: str = ""
    twice: str = "the first"


def of_commits(base: str, head: str | None = None) -> Sides:
    """Call two sides by the names of their commits, or branches; head is here where it has none."""
    return Sides(before=f"on {base}", after="here" if head is None else f"on {head}", twice=base)


def of_scripts(base: str, head: str | None = None) -> Sides:
    """Call two sides by whose script wrote them, both of the same inputs."""
    return Sides(
        before=f"by {base}'s script",
        after="by this one" if head is None else f"by {head}'s script",
        also=f"beside {base}'s script on the same inputs",
        twice=base,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Numbers of JSON files that moved.

    Attributes:
        numbers: The way to each, what it was, and what it is.
        is_all: Whether nothing else at the port differs, so that all is said.
    """

    numbers: tuple[tuple[str, str, str], ...]
    is_all: bool

    def in_words(self) -> str:
        """Write the first of them in a line."""
        shown = [
            f"`{visible(name)}` {before} → {after}"
            for name, before, after in self.numbers[:MOST_NUMBERS]
        ]
        more = len(self.numbers) - len(shown)
        return ", ".join(shown) + (f" and {counted(more, 'more number')}" if more > 0 else "")


def moved(comparison: PortComparison, *, is_passed_on: bool = False) -> Moved:
    """Give the numbers that moved, those of archives included.

    Args:
        comparison: Of one port.
        is_passed_on: Whether a step before was given something else as well. How long that took is
            passed on, too, and no second run tells it from what the change does; so numbers that are
            called times are left out.
    """
    numbers = tuple(
        number
        for file in comparison.files
        for number in _moved(file)
        if not (is_passed_on and speaks_of_time(number[0]))
    )
    others = sum(_differences(file) for file in comparison.files) - len(numbers)
    return Moved(
        numbers=numbers,
        is_all=not others and not comparison.noise and len(numbers) <= MOST_NUMBERS,
    )


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
    if len(told) > MOST_NOTES:
        return [*told[:MOST_NOTES], f"and {counted(len(told) - MOST_NOTES, 'more note')}"]
    return told


def table_of(comparison: PortComparison, sides: Sides) -> Table | None:
    """Write the columns, values and files that differ, the worst first; `None` where there are none.

    The file stands before what differs in it, once, where it is not the only one.
    """
    rows = [*_of_files(comparison.files)]
    if not rows:
        return None
    is_table = all(file.table is not None for file in comparison.files)
    columns = (
        "file",
        "column" if is_table else "what",
        sides.before,
        sides.after,
        ROWS_THAT_DIFFER,
    )
    is_only_one = len(comparison.files) == 1 and not comparison.files[0].members
    used = [
        number
        for number in range(len(columns))
        if (number or not is_only_one)
        and (number < len(columns) - 1 or any(row[number] for row in rows))
    ]
    untold = sum(_untold(file) for file in comparison.files)
    return Table(
        columns=tuple(columns[number] for number in used),
        rows=tuple(tuple(row[number] for number in used) for row in _once(rows[:MOST_ROWS])),
        more=max(len(rows) - MOST_ROWS, 0) + untold,
        names=1 if is_only_one else 2,
    )


def told_apart(before: str, after: str) -> tuple[str, str]:
    """Write two numbers with as many digits as it takes to tell them apart, and a few more."""
    try:
        one, other = float(before), float(after)
    except ValueError:
        return before, after
    if before.isdecimal() and after.isdecimal():
        return before, after
    for digits in range(_LEAST_DIGITS, _ALL_DIGITS):
        if f"{one:.{digits - 2}g}" != f"{other:.{digits - 2}g}":
            return f"{one:.{digits}g}", f"{other:.{digits}g}"
    return before, after


def _moved(file: FileComparison) -> Iterator[tuple[str, str, str]]:
    if file.format_before == file.format_after == "json":
        for value in file.values:
            # One of a list is a weight or a bin, and says nothing alone.
            is_named = not isinstance(last_part(value.path), int)
            if is_named and _is_number(value.before) and _is_number(value.after):
                yield (value.path, *told_apart(value.before or "", value.after or ""))
    for member in file.members:
        yield from _moved(member)


def _is_number(written: str | None) -> bool:
    """Say whether JSON is a number, of which there are no words."""
    return written is not None and written.lstrip("-")[:1].isdigit()


def _differences(file: FileComparison) -> int:
    """Count what differs in a file, as far as it is told in parts."""
    if file.members:
        return sum(map(_differences, file.members)) + (file.note is not None)
    if file.fate is Fate.CHANGED and file.table is None and file.note is None:
        return file.values_count or 1
    return 1


def _untold(file: FileComparison) -> int:
    """Count the values of which only is known that they differ."""
    own = file.values_count - len(file.values) if file.values else 0
    return own + sum(map(_untold, file.members))


def _notes(file: FileComparison, archive: str) -> Iterator[str]:
    name = f"`{visible(archive + file.path)}`"
    is_told = _is_opaque(file) and not archive
    if file.note and not is_told:
        yield f"{name}: {visible(file.note)}"
    if file.table is not None and file.table.why_no_key:
        yield f"rows of {name} are not paired by their key: {visible(file.table.why_no_key)}"
    if file.table is not None and file.table.is_key_found:
        column = listed([f"`{visible(one)}`" for one in file.table.key])
        yield f"rows of {name} are paired by {column} ({FOUND_KEY})"
    for member in file.members:
        yield from _notes(member, f"{archive}{file.path}: ")


def _is_opaque(file: FileComparison) -> bool:
    """Say whether a sentence tells all that is known of a file that both sides have."""
    is_in_parts = file.table is not None or file.members or file.values_count
    return file.fate is Fate.CHANGED and not is_in_parts


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
        return listed([f"`{visible(_end_of(name))}`" for name in names])
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


_Row = tuple[str, str, str, str, str]
"""A file, what of it differs, what that was, what it is, and in how many rows it does."""


def _of_files(files: Iterable[FileComparison], archive: str | None = None) -> Iterator[_Row]:
    """Write files; what differs in some that are told together is told where it is the same in all of them."""
    for name, group in withheld.files(files):
        if archive is not None and all(map(_is_opaque, group)):
            yield f"{archive}: {name}", "", "", "differs", ""
            continue
        written = {tuple(_rows(file, name)) for file in group}
        if len(written) == 1:
            yield from written.pop()
        else:
            yield name, "", "", "differ", ""


def _rows(file: FileComparison, name: str) -> Iterator[_Row]:
    if file.fate is not Fate.CHANGED:
        there, here = ("there", NOTHING) if file.fate is Fate.GONE else (NOTHING, "there")
        yield name, "", there, here, ""
        return
    if file.table is not None:
        for called_so, columns in withheld.columns(file.table.columns):
            paired = withheld.rows_with_another(columns, file.table)
            yield (name, called_so, *column_difference.sides_of(columns, file.table), paired)
    for way, values in withheld.values(file.values):
        yield name, _end_of(way), *sides_of(values), ""
    yield from _of_files(file.members, name)


def sides_of(values: list[ValueComparison]) -> tuple[str, str]:
    """Write what a value was and is; of several that are told together, whether they were there and are."""
    told = {told_apart(one.before or NOTHING, one.after or NOTHING) for one in values}
    if len(told) == 1 and (values[0].before, values[0].after) != (None, None):
        return told.pop()
    return {
        Fate.GONE: ("there", NOTHING),
        Fate.NEW: (NOTHING, "there"),
        Fate.CHANGED: ("", OTHERS if len(values) > 1 else "differs"),
    }[values[0].fate]


def _once(rows: Iterable[_Row]) -> Iterator[_Row]:
    """Leave out the name of a file that stands above already."""
    above = None
    for row in rows:
        yield ("", *row[1:]) if row[0] == above else row
        above = row[0]


def _end_of(way: str) -> str:
    return way if len(way) <= MOST_NAME else "…" + way[1 - MOST_NAME :]
