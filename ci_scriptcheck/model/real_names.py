"""Names of columns and files in results on private data that nobody has written down: they may be values of a row.

A script that makes a column for each city, or a file for each customer, calls them as its data say. A name is
told only where each word of it stands in the code, in the settings, or in the head of a table that no script has made.
Whoever wants data out can still write code that says them in words it holds; this is for whoever does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, cast

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model import acceptance
from ci_scriptcheck.model.comparison import (
    ColumnComparison,
    FileComparison,
    PortComparison,
    TableComparison,
)
from ci_scriptcheck.model.drift import Drift, NumberDrift, TableDrift
from ci_scriptcheck.model.port_profile import ColumnProfile, PortProfile, TableProfile
from ci_scriptcheck.model.production import BesideProduction
from ci_scriptcheck.model.result import FileFacts, Finding, Table, TaskResult
from ci_scriptcheck.values import fields, is_dataclass, replace

USUAL = frozenset(
    [
        "part",
        "data",
        "success",
        "snappy",
        "parquet",
        "csv",
        "tsv",
        "json",
        "jsonl",
        "ndjson",
        "txt",
        "gz",
        "zip",
        "tar",
        "pkl",
        "pickle",
        "joblib",
        "npy",
        "npz",
        "model",
        "index",
        "unnamed",
        "metadata",
        "committed",
        "started",
    ]
)
"""Words that libraries put into names by themselves."""

_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\W*[0-9][0-9\W]*")
_MOST_DIGITS = 3
"""Of a number in a name that says nothing: that of a part, or of a column without a name."""

_QUOTING = frozenset(
    [
        *("SC208", "SC209", "SC211", "SC212", "SC213", "SC228", "SC230", "SC232"),
        *("SC301", "SC304", "SC312", "SC314"),
    ]
)
"""Rules whose findings name what is in no list of files: what a script wrote or asked for elsewhere, or did not pack,
and keys of JSON."""
_OF_SECOND_RUN = re.compile(r"(.*`) of output `.*|(`.*`) differs", re.DOTALL)
"""What names the files of a second run: none of them lies anywhere any more."""
_TYPE = re.compile(r"(?i)(struct|enum|union|map)\(.*")
"""A type that names the parts of a value."""

_NAMES: Mapping[type, frozenset[str]] = {
    FileFacts: frozenset({"path", "columns"}),
    FileComparison: frozenset({"path", "path_after"}),
    TableComparison: frozenset({"key"}),
    ColumnComparison: frozenset({"name", "called_now"}),
    TableProfile: frozenset({"name"}),
    ColumnProfile: frozenset({"name"}),
    TableDrift: frozenset({"name"}),
    NumberDrift: frozenset({"file"}),
    Drift: frozenset({"unread", "programs"}),
    BesideProduction: frozenset({"opaque"}),
    Finding: frozenset({"lacking"}),
    Place: frozenset({"file"}),
}
"""Fields that hold names of columns and files, and nothing else."""

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


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """Give the words of texts, in lower case; `unit_price` is two."""
    return frozenset(word for text in texts for word in _WORD.findall(text.lower()))


def is_known(name: str, words: frozenset[str]) -> bool:
    """Say whether each word of a name is one of these, or says nothing."""
    found = _WORD.findall(name.lower())
    if len(found) > 1 and is_number(name):
        return False
    return all(
        one in words or one in USUAL or (one.isdigit() and len(one) <= _MOST_DIGITS)
        for one in found
    ) and (bool(found) or not name.strip())


def is_number(name: str) -> bool:
    """Say whether a name is a number or a moment, as in the first line of a table that has no head."""
    return _NUMBER.fullmatch(name) is not None


def named_in(result: TaskResult) -> Iterator[str]:
    """Give all names of columns and files that a result holds."""
    parts = result.inputs, result.outputs, result.comparisons, result.given
    yield from _named((*parts, result.beside_production, result.profiles, result.findings))
    for one in result.findings:
        for text in _naming(one):
            yield from text.split("`")[1::2]


def _naming(finding: Finding) -> Iterator[str]:
    """Give the texts of a finding that name what no list of files has."""
    if finding.rule in _QUOTING:
        yield from (finding.message, *finding.evidence, finding.advice or "")
    elif finding.rule == "SC217":
        for text in (finding.message, *finding.evidence):
            found = _OF_SECOND_RUN.fullmatch(text)
            yield found[found.lastindex or 0] if found else ""


def parted_types_in(result: TaskResult) -> Iterator[str]:
    """Give all types of columns that a result tells and that hold names of parts."""
    yield from _types(
        (result.comparisons, result.given, result.beside_production, result.profiles)
    )


class Labels:
    """What is told in place of names: that there is one, and which are the same."""

    def __init__(
        self, names: Iterable[str], types: Iterable[str] = (), cells: Iterable[str] = ()
    ) -> None:
        """Number the names that are not told.

        Args:
            names: Of columns, files and the like.
            types: Of columns, that hold names of parts.
            cells: Numbers that stand where a table should have names: told nowhere as one, and as figures all the same.
        """
        cells = frozenset(cells)
        names = {*names, *cells}
        self._labels = {
            name: f"(name {number}, withheld)" for number, name in enumerate(sorted(set(names)), 1)
        }
        longest_first = sorted(self._labels.keys() - cells, key=lambda name: (-len(name), name))
        self._in_words = re.compile(rf"(?<![^\W_])(?:{_any_of(longest_first)})(?![^\W_])")
        self._cell = re.compile(
            rf"(^[+ -] *['\"]?|[/ ])({_any_of(cells)})(?=['\"]?:|$)", re.MULTILINE
        )
        self._types = {one: f"{one.partition('(')[0]}(…)" for one in types}
        whole = {name: label for name, label in self._labels.items() if "`" in name} | self._types
        self._whole = whole
        self._anywhere = re.compile(_any_of(sorted(whole, key=lambda one: (-len(one), one))))

    def of_name(self, name: str) -> str:
        """Tell a name, or its label."""
        return self._labels.get(name, name)

    def of_type(self, told: str) -> str:
        """Tell a type, without the names of its parts."""
        return self._types.get(told, told)

    def of_words(self, text: str) -> str:
        """Tell a text with labels, wherever a name stands in it as a word, or as several."""
        return self._in_words.sub(lambda found: self._labels[found[0]], self._without_whole(text))

    def of_place(self, text: str) -> str:
        """Tell a text in which names stand behind others, or at the beginning of a line, as keys do."""
        marked = self._cell.sub(lambda found: f"{found[1]}{self._labels[found[2]]}", text)
        return self.of_words(marked)

    def of_row(self, row: tuple[str, ...]) -> tuple[str, ...]:
        """Tell a row of a table, whose first cell is a name."""
        return *map(self.of_name, row[:1]), *row[1:]

    def of_text(self, text: str) -> str:
        """Tell a text with labels for the names that stand in backticks."""
        parts = self._without_whole(text).split("`")
        parts[1::2] = [self._labels.get(part) or self.of_words(part) for part in parts[1::2]]
        return "`".join(parts)

    def _without_whole(self, text: str) -> str:
        """Put labels in place of what is told without backticks, or holds one."""
        return self._anywhere.sub(lambda found: self._whole[found[0]], text)


def _any_of(texts: Iterable[str]) -> str:
    return "|".join(map(re.escape, texts)) or r"(?!)"


def without(result: TaskResult, labels: Labels) -> TaskResult:
    """Put labels in place of names, wherever a result tells them."""
    return cast("TaskResult", _without(result, labels))


def _named(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        value = tuple(value.values())
    if isinstance(value, tuple):
        for item in value:
            yield from _named(item)
    elif is_dataclass(value):
        own = _NAMES.get(type(value), frozenset())
        for item in fields(value):
            held = getattr(value, item.name)
            if isinstance(value, FileComparison) and item.name == "values":
                yield from (one.path for one in held if _has_keys(value))
            elif isinstance(value, PortComparison) and item.name == "noise":
                yield from (part for text in held for part in text.split(": "))
            elif item.name in _TEXTS.get(type(value), ()) and isinstance(held, str):
                # Of findings, only some name what nothing else does.
                yield from () if isinstance(value, Finding) else held.split("`")[1::2]
            elif item.name in own:
                yield from (held,) if isinstance(held, str) else held or ()
            else:
                yield from _named(held)


def _has_keys(file: FileComparison) -> bool:
    """Say whether the ways to the values of a file are made of keys, which a script may have called as its data say."""
    return "json" in {file.format_before, file.format_after}


def _types(value: object) -> Iterator[str]:
    if isinstance(value, tuple):
        for item in value:
            yield from _types(item)
    elif is_dataclass(value):
        own = _TYPED.get(type(value), frozenset())
        for item in fields(value):
            held = getattr(value, item.name)
            if item.name not in own:
                yield from _types(held)
            elif isinstance(held, str) and _TYPE.fullmatch(held):
                yield held


def _without(value: Any, labels: Labels) -> Any:  # noqa: ANN401  (any value of the model)
    if isinstance(value, Mapping):
        return {key: _without(item, labels) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_without(item, labels) for item in value)
    if not is_dataclass(value):
        return value
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
        if isinstance(value, FileComparison) and item.name == "values" and _has_keys(value):
            after = tuple(replace(one, path=labels.of_name(one.path)) for one in before)
        if after != before:
            changed[item.name] = after
    if changed and isinstance(value, PortComparison):
        changed["accepted_as"] = acceptance.identity(value)
    return replace(cast("Any", value), **changed) if changed else value


def _each(value: Any, told: Callable[[str], str]) -> Any:  # noqa: ANN401  (texts, or tuples of them)
    if isinstance(value, tuple):
        return tuple(_each(item, told) for item in value)
    return told(value) if isinstance(value, str) else value
