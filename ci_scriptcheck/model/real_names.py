"""Names of columns and files in results on private data that nobody has written down: they may be values of a row.

A script that makes a column for each city, or a file for each customer, calls them as its data say. A name is
told only where each word of it stands in the code, in the settings, or in the head of a table that no script has made.
Whoever wants data out can still write code that says them in words it holds; this is for whoever does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, cast

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
_MOST_DIGITS = 3
"""Of a number in a name that says nothing: that of a part, or of a column without a name."""

_NAMES: Mapping[type, frozenset[str]] = {
    FileFacts: frozenset({"path", "columns"}),
    FileComparison: frozenset({"path", "path_after"}),
    TableComparison: frozenset({"key"}),
    ColumnComparison: frozenset({"name"}),
    TableProfile: frozenset({"name"}),
    ColumnProfile: frozenset({"name"}),
    TableDrift: frozenset({"name"}),
    NumberDrift: frozenset({"file"}),
    Drift: frozenset({"unread"}),
    BesideProduction: frozenset({"opaque"}),
    Finding: frozenset({"lacking"}),
}
"""Fields that hold names of columns and files, and nothing else."""

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
    Table: frozenset({"rows"}),
    PortProfile: frozenset({"suggestion"}),
}
"""Fields that name them without any marks, beside other words of ours."""


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """Give the words of texts, in lower case; `unit_price` is two."""
    return frozenset(word for text in texts for word in _WORD.findall(text.lower()))


def is_known(name: str, words: frozenset[str]) -> bool:
    """Say whether each word of a name is one of these, or says nothing."""
    found = _WORD.findall(name.lower())
    return all(
        one in words or one in USUAL or (one.isdigit() and len(one) <= _MOST_DIGITS)
        for one in found
    ) and (bool(found) or not name.strip())


def named_in(result: TaskResult) -> Iterator[str]:
    """Give all names of columns and files that a result holds."""
    parts = result.inputs, result.outputs, result.comparisons, result.given
    yield from _named((*parts, result.beside_production, result.profiles))


class Labels:
    """What is told in place of names: that there is one, and which are the same."""

    def __init__(self, names: Iterable[str]) -> None:
        """Number the names that are not told."""
        self._labels = {
            name: f"(name {number}, withheld)" for number, name in enumerate(sorted(set(names)), 1)
        }
        longest_first = sorted(self._labels, key=lambda name: (-len(name), name))
        any_of_them = "|".join(map(re.escape, longest_first)) or r"(?!)"
        self._in_words = re.compile(rf"(?<![^\W_])(?:{any_of_them})(?![^\W_])")

    def of_name(self, name: str) -> str:
        """Tell a name, or its label."""
        return self._labels.get(name, name)

    def of_words(self, text: str) -> str:
        """Tell a text with labels, wherever a name stands in it as a word, or as several."""
        return self._in_words.sub(lambda found: self._labels[found[0]], text)

    def of_text(self, text: str) -> str:
        """Tell a text with labels for the names that stand in backticks."""
        parts = text.split("`")
        parts[1::2] = [self.of_words(part) for part in parts[1::2]]
        return "`".join(parts)


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
            if item.name in own:
                yield from (held,) if isinstance(held, str) else held or ()
            else:
                yield from _named(held)


def _without(value: Any, labels: Labels) -> Any:  # noqa: ANN401  (any value of the model)
    if isinstance(value, Mapping):
        return {key: _without(item, labels) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_without(item, labels) for item in value)
    if not is_dataclass(value):
        return value
    ways = ((_NAMES, labels.of_name), (_TEXTS, labels.of_text), (_LISTS, labels.of_words))
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


def _each(value: Any, told: Callable[[str], str]) -> Any:  # noqa: ANN401  (texts, or tuples of them)
    if isinstance(value, tuple):
        return tuple(_each(item, told) for item in value)
    return told(value) if isinstance(value, str) else value
