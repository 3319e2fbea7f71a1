"""Where results tell names of columns and files, and the same results with labels in their place. Pure.

A new field of the model that can hold one has to be listed here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model import acceptance, json_path, metric_names
from ci_scriptcheck.model.comparison import (
    ColumnComparison,
    FileComparison,
    PortComparison,
    TableComparison,
    ValueComparison,
)
from ci_scriptcheck.model.drift import Drift, NumberDrift, TableDrift
from ci_scriptcheck.model.port_profile import ColumnProfile, PortProfile, TableProfile
from ci_scriptcheck.model.production import BesideProduction
from ci_scriptcheck.model.result import Artefact, FileFacts, Finding, Table, TaskResult
from ci_scriptcheck.run.privacy import counts
from ci_scriptcheck.run.privacy.labels import Labels
from ci_scriptcheck.values import fields, is_dataclass, replace

if TYPE_CHECKING:
    from ci_scriptcheck.run.privacy.classes import Code

T = TypeVar("T")

_QUOTING = frozenset(
    [
        *("SC208", "SC209", "SC211", "SC212", "SC213", "SC228", "SC230", "SC232"),
        *("SC301", "SC304", "SC312", "SC314"),
    ]
)
"""Rules whose findings name what is in no list of files: what a script wrote or asked for elsewhere, or did not pack,
and keys of JSON."""
_OF_WAYS = "SC314"
"""Names places in JSON, so that a number in brackets is that of an item."""
_OF_SECOND_RUN = re.compile(r"(.*`) of output `.*|(`.*`) differs", re.DOTALL)
"""What names the files of a second run: none of them lies anywhere any more."""
_PICKLE = "pickle"
"""As `data.formats` calls it."""
_TYPE = re.compile(r"(?is)(struct|enum|union|map)\(.*")
"""A type that names the parts of a value."""

_NAMES: Mapping[type, frozenset[str]] = {
    FileFacts: frozenset({"path", "columns"}),
    FileComparison: frozenset({"path", "path_after"}),
    TableComparison: frozenset({"key"}),
    # Of pickles and of documents; those of arrays are words of ours.
    ValueComparison: frozenset({"path"}),
    ColumnComparison: frozenset({"name", "called_now"}),
    TableProfile: frozenset({"name"}),
    ColumnProfile: frozenset({"name"}),
    TableDrift: frozenset({"name"}),
    NumberDrift: frozenset({"file"}),
    Drift: frozenset({"programs"}),
    BesideProduction: frozenset({"opaque"}),
    Finding: frozenset({"lacking"}),
    Place: frozenset({"file"}),
}
"""Fields that hold names of columns and files, and nothing else."""

_LISTED: Mapping[type, str] = {
    FileFacts: "path",
    FileComparison: "path",
    ColumnComparison: "name",
    TableProfile: "name",
    ColumnProfile: "name",
    TableDrift: "name",
}
"""Fields by which those are told apart that stand in one list, such as the files of a port."""
_WHOLE = (Artefact, PortProfile, TableProfile)
"""What lists all that there is, and not only what differs."""

_TYPED: Mapping[type, frozenset[str]] = {
    ColumnComparison: frozenset({"type_before", "type_after"}),
    ColumnProfile: frozenset({"type"}),
}
"""Fields that hold types of columns."""

_TEXTS: Mapping[type, frozenset[str]] = {
    FileComparison: frozenset({"note"}),
    TableComparison: frozenset({"why_no_key"}),
    TableProfile: frozenset({"note"}),
    TableDrift: frozenset({"note"}),
    Drift: frozenset({"unread"}),
    PortProfile: frozenset({"unsaid"}),
    Finding: frozenset({"message", "evidence", "advice"}),
}
"""Fields that name them in backticks, among other words."""

_LISTS: Mapping[type, frozenset[str]] = {
    PortComparison: frozenset({"noise"}),
    Finding: frozenset({"subject"}),
    PortProfile: frozenset({"suggestion"}),
}
"""Fields that name them without any marks, beside other words of ours."""


def named_in(value: object) -> Iterator[str]:
    """Give all names of columns and files that a result holds, or a part of one."""
    if isinstance(value, TaskResult):
        parts = value.inputs, value.outputs, value.comparisons, value.given
        value = (*parts, value.beside_production, value.profiles, value.findings)
    for owner, name, held in _held(value):
        if isinstance(owner, ValueComparison):
            continue
        if isinstance(owner, NumberDrift) and name == "way" and not _is_measuring(owner.way):
            yield owner.way
        if name in _NAMES.get(type(owner), ()):
            yield from _texts(held)
        elif isinstance(owner, FileComparison) and name == "values":
            yield from (one.path for one in owner.values if _has_keys(owner))
        elif isinstance(owner, PortComparison) and name == "noise":
            yield from (part for text in owner.noise for part in text.split(": "))
        elif isinstance(owner, Finding):
            # Only some findings name what nothing else does.
            yield from _quoted(_naming(owner)) if name == "message" else ()
        elif name in _TEXTS.get(type(owner), ()):
            yield from _quoted(_texts(held))


def _has_keys(file: FileComparison) -> bool:
    """Say whether the ways to the values of a file are made of keys, which a script may have called as its data say."""
    return "json" in {file.format_before, file.format_after}


def _is_measuring(way: str) -> bool:
    """Say whether the number at the end of a way may be told by what it is called, whoever wrote its keys."""
    try:
        parts = [part for part in json_path.parsed(way) if not isinstance(part, json_path.Every)]
    except ValueError:
        return False
    return metric_names.is_measure(parts) and metric_names.is_told(parts)


def _texts(held: object) -> tuple[str, ...]:
    """Give the texts of a field that holds one, several or none."""
    return (held,) if isinstance(held, str) else cast("tuple[str, ...]", held or ())


def _quoted(texts: Iterable[str]) -> Iterator[str]:
    """Give what stands in backticks."""
    return (part for text in texts for part in text.split("`")[1::2])


def _naming(finding: Finding) -> Iterator[str]:
    """Give the texts of a finding that name what no list of files has."""
    if finding.rule in _QUOTING:
        yield from (finding.message, *finding.evidence, finding.advice or "")
    elif finding.rule == "SC217":
        for text in (finding.message, *finding.evidence):
            found = _OF_SECOND_RUN.fullmatch(text)
            yield found[found.lastindex or 0] if found else ""


def parted_types_in(value: object) -> Iterator[str]:
    """Give all types of columns that a result tells and that hold names of parts."""
    if isinstance(value, TaskResult):
        value = (value.comparisons, value.given, value.beside_production, value.profiles)
    for owner, name, held in _held(value):
        if name in _TYPED.get(type(owner), ()) and isinstance(held, str) and _TYPE.fullmatch(held):
            yield held


def classes_in(value: object) -> Iterator[str]:
    """Give all classes and functions that a result tells of pickles."""
    if isinstance(value, TaskResult):
        value = (value.comparisons, value.given, value.beside_production)
    for owner, name, _ in _held(value):
        if (
            isinstance(owner, FileComparison)
            and name == "values"
            and owner.format_after == _PICKLE
        ):
            yield from (one.path for one in owner.values)


def labels_for(
    told: Sequence[object],
    may_tell: Callable[[str], bool],
    code: Code,
    *,
    cells: Iterable[str] = (),
    share: int | None = None,
) -> Labels:
    """Give labels for all that may not be told of results, or of parts of them.

    Args:
        told: What is to be told, together, so that one name has one label.
        may_tell: Whether the name of a column or of a file may be told.
        code: Says which classes may be.
        cells: As `Labels` takes them.
        share: Likewise.
    """
    counted = _without_counts(told)
    names = {
        name
        for one in told
        for name in named_in(one)
        if not may_tell(name) and not (name in counted and may_tell(counted[name]))
    }
    # As a word, `7` stands in any text.
    numbers = {name for name in names if name.isdecimal()}
    names -= numbers
    cells = numbers.union(cells)
    classes = {name for one in told for name in classes_in(one) if not code.may_tell(name)}
    types = {name for one in told for name in parted_types_in(one)}
    return Labels(names | classes, types=types, cells=cells, share=share)


def _without_counts(told: Sequence[object]) -> dict[str, str]:
    """Give names that hold numbers which only count in a list or say a place, with what is left of them to be known."""
    found: dict[str, str] = {}
    for one in told:
        for owner, field, held in _held(one):
            if isinstance(owner, FileComparison) and field == "values":
                found |= _of_ways(each.path for each in owner.values)
            elif isinstance(owner, Finding) and field == "message" and owner.rule == _OF_WAYS:
                found |= _of_ways(_quoted(_naming(owner)))
            elif isinstance(owner, Drift) and field == "numbers":
                found |= _of_ways(each.way for each in owner.numbers)
            elif isinstance(owner, FileFacts) and field == "columns":
                found |= counts.without_counts(owner.columns)
            elif isinstance(held, tuple):
                names = [
                    getattr(item, _LISTED[type(item)]) for item in held if type(item) in _LISTED
                ]
                found |= counts.without_counts(names, is_whole=isinstance(owner, _WHOLE))
    return found


def _of_ways(ways: Iterable[str]) -> dict[str, str]:
    left = {way: _without_places(way) for way in ways}
    counted = counts.without_counts(left.values(), is_whole=False)
    return {way: counted.get(keys, keys) for way, keys in left.items()}


def _without_places(way: str) -> str:
    """Give the keys of a way without the places in lists, that say nothing."""
    with suppress(ValueError):
        return ".".join(part for part in json_path.parsed(way) if isinstance(part, str))
    return way


def without(told: T, labels: Labels) -> T:
    """Put labels in place of names, wherever a result, or a part of one, tells them."""
    return cast("T", _without(told, labels))


def _held(value: object) -> Iterator[tuple[object, str, object]]:
    """Give all that a value of the model holds: whose field it is, what that is called, and what stands there."""
    if isinstance(value, Mapping):
        value = tuple(value.values())
    if isinstance(value, tuple):
        for item in value:
            yield from _held(item)
    elif is_dataclass(value):
        for item in fields(value):
            held = getattr(value, item.name)
            yield value, item.name, held
            yield from _held(held)


def _without(value: Any, labels: Labels) -> Any:  # noqa: ANN401  (any value of the model)
    if isinstance(value, Mapping):
        return {key: _without(item, labels) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_without(item, labels) for item in value)
    if not is_dataclass(value):
        return value
    if isinstance(value, Drift):
        value = _without_numbers(value, labels)
    if isinstance(value, ValueComparison) and _is_of_unknown(value.path, labels):
        value = replace(value, before=None, after=None)
        return replace(value, path=labels.of_name(value.path))
    if isinstance(value, Table):
        return replace(value, rows=_each(tuple(map(labels.of_row, value.rows)), labels.of_words))
    ways = (
        (_NAMES, labels.of_name),
        (_TYPED, labels.of_type),
        (_TEXTS, labels.of_text),
        (_LISTS, labels.of_place),
    )
    changed = {}
    for item in fields(value):
        before = getattr(value, item.name)
        of_field = [way for known, way in ways if item.name in known.get(type(value), ())]
        after = _each(before, of_field[0]) if of_field else _without(before, labels)
        if after != before:
            changed[item.name] = after
    if changed and isinstance(value, PortComparison):
        changed["accepted_as"] = acceptance.identity(value)
    return replace(cast("Any", value), **changed) if changed else value


def _is_of_unknown(way: str, labels: Labels) -> bool:
    """Say whether only a `*` of the settings leads to a number, by a key that may be a customer: then it is one's own."""
    return labels.of_name(way) != way and not _is_measuring(way)


def _without_numbers(drift: Drift, labels: Labels) -> Drift:
    """Leave out numbers at keys that may not be told; they are counted."""
    told = tuple(one for one in drift.numbers if not _is_of_unknown(one.way, labels))
    untold = drift.untold + len(drift.numbers) - len(told)
    return replace(drift, numbers=told, untold=untold)


def _each(value: Any, told: Callable[[str], str]) -> Any:  # noqa: ANN401  (texts, or tuples of them)
    if isinstance(value, tuple):
        return tuple(_each(item, told) for item in value)
    return told(value) if isinstance(value, str) else value
