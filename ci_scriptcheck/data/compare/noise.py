"""What differs between base and head, without what differs between two equal runs of base as well.

Only values go in and out, so that it can run anywhere.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from ci_scriptcheck.model import json_path
from ci_scriptcheck.model.comparison import (
    ColumnComparison,
    Fate,
    FileComparison,
    TableComparison,
    ValueComparison,
)
from ci_scriptcheck.model.timed_names import without_time
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MISSING, _WHOLE, _FRACTION = "missing", "whole", "fraction"
"""Kinds of values that are spoken of; others are told by how they begin."""

_NUMBERS = frozenset({_WHOLE, _FRACTION})

_ROOTS = 4
"""By how many roots of a count of rare events two such counts differ once in thousands of times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """What is left of a comparison.

    Attributes:
        files: That differ beyond chance.
        noise: What was set aside, as `PortComparison.noise` names it.
    """

    files: tuple[FileComparison, ...]
    noise: tuple[str, ...]


def without_noise(found: Iterable[FileComparison], repeat: Iterable[FileComparison]) -> Rest:
    """Set aside what differs without any change.

    Of rows that are paired through what is set aside, only as many are left as are certain.

    Args:
        found: How base and head differ.
        repeat: How two equal runs of base differ.
    """
    again = list(repeat)
    files: list[FileComparison] = []
    noise: dict[str, None] = {}
    for file in found:
        other = _partner(file, again)
        left, names = (file, []) if other is None else _file(file, other)
        files += [] if left is None else [left]
        noise |= dict.fromkeys(names)
    return Rest(files=tuple(files), noise=tuple(noise))


def without_times(found: Iterable[FileComparison]) -> tuple[FileComparison, ...]:
    """Set aside texts that differ in nothing but times, where no second run of base tells whose those are."""
    files = []
    for file in found:
        members = without_times(file.members)
        left = file if members == file.members else replace(file, members=members, content=None)
        if not file.has_other_times and (left == file or _is_telling(left)):
            files.append(left)
    return tuple(files)


def _partner(file: FileComparison, repeat: Sequence[FileComparison]) -> FileComparison | None:
    same = [other for other in repeat if other.path == file.path]
    if file.fate is Fate.CHANGED and file.path_after is None:
        # It has its partner on base by its whole name, whatever numbers that holds.
        return next(iter(same), None)
    plain = without_time(file.path)
    alike = [other for other in repeat if without_time(other.path) == plain]
    return next(iter(same or alike), None)


def _file(file: FileComparison, repeat: FileComparison) -> tuple[FileComparison | None, list[str]]:
    if repeat.fate is not Fate.CHANGED:
        return None, [file.path]
    if file.fate is not Fate.CHANGED or repeat.is_incomparable:
        return file, []
    if file.format_before != file.format_after and repeat.format_before == repeat.format_after:
        return file, []
    table, columns = _table(file.table, repeat.table)
    if file.has_other_times and repeat.note and repeat.format_before == "text":
        # Of a text that is another each time, times alone may differ by luck.
        return None, [file.path]
    values, paths = _values(file.values, repeat)
    members = without_noise(file.members, repeat.members)
    left = replace(
        file,
        path_after=None if repeat.path_after else file.path_after,
        table=table,
        values=values,
        values_count=_count(file, values, repeat),
        members=members.files,
        # Of what nobody has looked into, nobody knows that it differs by chance.
        note=file.note if file.is_unseen or not repeat.note else None,
    )
    names = [f"{file.path}: {name}" for name in (*columns, *paths, *members.noise)]
    if left == file:
        return file, []
    left = replace(left, content=None)
    return (left if _is_telling(left) else None), names or [file.path]


def _is_telling(file: FileComparison) -> bool:
    parts = (file.table, file.values_count, file.members, file.note, file.path_after)
    return any(parts) or file.format_before != file.format_after


def _count(file: FileComparison, left: Sequence[ValueComparison], repeat: FileComparison) -> int:
    """Say how many values are left: of those that are not shown, as many as cannot be noise."""
    unseen = file.values_count - len(file.values)
    unseen_noise = repeat.values_count - len(repeat.values)
    return len(left) + max(unseen - unseen_noise, 0)


def _values(
    found: Sequence[ValueComparison], repeat: FileComparison
) -> tuple[tuple[ValueComparison, ...], list[str]]:
    """Set aside what differs again: a value by its path, and in a list those of the same kind.

    An order, and figures that are rounded, may agree in two runs by luck, so that one item of a list
    speaks for the others; but a number speaks for no text, and a value that is another for none that is gone.
    """
    seen = {value.path: _kinds(value) for value in repeat.values}
    kinds: dict[str, set[str]] = {}
    for value in repeat.values:
        kinds.setdefault(_every(value.path), set()).update(_kinds(value))
    is_cut = repeat.values_count > len(repeat.values)

    def is_chance(value: ValueComparison) -> bool:
        own, known = _kinds(value), kinds.get(_every(value.path))
        if known is None:
            return False
        # What was a number twice may be another one, whole or not, and no text, no list and nothing.
        is_same = _loose(own) <= _loose(seen.get(value.path, frozenset()))
        # What is not shown of the second run may be of any kind.
        return is_same or is_cut or own <= known

    left = tuple(value for value in found if not is_chance(value))
    others = {_every(value.path) for value in left}
    aside = [value.path for value in found if is_chance(value)]
    return left, sorted({path if _every(path) in others else _every(path) for path in aside})


def _every(path: str) -> str:
    """Write a way with every item in place of one; what is no way into a document stays as it is."""
    try:
        parts = json_path.parsed(path)
    except ValueError:
        return path
    way = ""
    for part in parts:
        way = json_path.joined(way, part) if isinstance(part, str) else f"{way}[*]"
    return way


def _loose(kinds: frozenset[str]) -> frozenset[str]:
    """Take all numbers for one kind."""
    return kinds - _NUMBERS | {_FRACTION} if kinds & _NUMBERS else kinds


def _kinds(value: ValueComparison) -> frozenset[str]:
    """Say of which kinds a value is on both sides; a number that loses its fraction by luck keeps its kind."""
    kinds = {
        _MISSING if value.fate is Fate.NEW else _kind(value.before),
        _MISSING if value.fate is Fate.GONE else _kind(value.after),
    }
    return frozenset(kinds - {_WHOLE} if _FRACTION in kinds else kinds)


def _kind(written: str | None) -> str:
    if written is None:
        return "withheld"
    if written[:1] in '"[{':
        return written[:1]
    if written in {"true", "false"}:
        return "flag"
    if written == "null":
        return written
    return _WHOLE if re.fullmatch(r"-?\d+…?", written) else _FRACTION


def _table(
    found: TableComparison | None, repeat: TableComparison | None
) -> tuple[TableComparison | None, list[str]]:
    if found is None or repeat is None:
        return found, []
    if found.is_reordered:
        return (None if repeat.is_reordered else found), []
    again = {column.name: column for column in repeat.columns}
    kept = [_column(column, again.get(column.name)) for column in found.columns]
    columns = tuple(column for column in kept if column is not None)
    noisy = [
        column.name for column, left in zip(found.columns, kept, strict=True) if left != column
    ]
    left = _with_rows(replace(found, columns=columns), repeat, noisy)
    is_same_length = left.rows_before == left.rows_after or repeat.rows_before != repeat.rows_after
    is_telling = left.columns or left.changed or left.gone or left.new or not is_same_length
    return (left if is_telling else None), noisy


def _with_rows(
    table: TableComparison, repeat: TableComparison, noisy: Sequence[str]
) -> TableComparison:
    """Count anew the rows that differ, as far as what is left shows them."""
    changed, gone, new = table.changed, table.gone, table.new
    if noisy or repeat.changed:
        changed = max((column.rows or 0 for column in table.columns), default=0)
    if repeat.gone or repeat.new or (noisy and not table.key):
        further = 0
        if repeat.rows_before == repeat.rows_after:
            further = table.rows_after - table.rows_before
        gone, new = max(-further, 0), max(further, 0)
    return replace(table, changed=changed, gone=gone, new=new)


def _column(column: ColumnComparison, repeat: ColumnComparison | None) -> ColumnComparison | None:
    if repeat is None:
        return column
    types = column.type_before, column.type_after
    is_new_type = types[0] != types[1] and types != (repeat.type_before, repeat.type_after)
    loses = _loses_values(column, repeat)
    if column.fate is repeat.fate and not (is_new_type or loses):
        return None
    # What its values are is chance, and so is where they lie: one draw may move the whole column. Its type
    # is none, nor how many there are.
    return replace(
        column,
        rows=None,
        nulls_before=column.nulls_before if loses else 0,
        nulls_after=column.nulls_after if loses else 0,
        psi=None,
        figures=(),
    )


def _loses_values(column: ColumnComparison, repeat: ColumnComparison) -> bool:
    """Say whether more cells without a value came than by chance."""
    came = column.nulls_after - column.nulls_before
    by_chance = abs(repeat.nulls_after - repeat.nulls_before)
    if by_chance:
        by_chance += math.ceil(_ROOTS * math.sqrt(column.nulls_before + column.nulls_after))
    return came > by_chance
