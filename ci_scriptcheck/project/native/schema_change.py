"""A change of the columns of a dataset, written into the text of a settings file.

What does not change stays as it is, to the last blank and comment. The new text is read again, and is given only
where it says what it should and nothing else.
"""

from __future__ import annotations

import copy
import difflib
import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import yaml

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.project.native.quoting import quoted
from ci_scriptcheck.project.native.yaml_text import read_yaml
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ci_scriptcheck.model.contract import Json
    from ci_scriptcheck.model.schema_suggestion import ColumnChange

MOST_CHARACTERS = 200_000
"""Of a settings file that is changed: it is parsed three times, about a second for so many."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LONGEST = 1e15
"""Up to which a float without a fraction is written as a whole number."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MARKED = ("&", "!", "*")
"""How a value begins that others refer to, or that stands for something else."""


class _UnwritableError(Exception):
    """It is written in a way that a change of it would touch more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edit:
    """A piece of the text that becomes another; of no length where something is put in."""

    start: int
    end: int
    text: str


def changed(
    text: str, dataset: str, changes: Sequence[ColumnChange], *, file: str
) -> tuple[str, tuple[str, ...]]:
    """Give the text with as many of the changes as can be written, and the columns of which they cannot.

    Args:
        text: The settings file.
        dataset: Whose columns change.
        changes: What should be said of them.
        file: Its name.
    """
    data = _data(text, file)
    tree = None if data is None else _tree(text)
    edits: dict[str, list[_Edit]] = {}
    for change in changes:
        with suppress(_UnwritableError):
            edits[change.name] = [*_edits(text, tree, dataset, change)]
    written = [change for change in changes if change.name in edits]
    lost = tuple(change.name for change in changes if change.name not in edits)
    new = _applied(text, [edit for each in edits.values() for edit in each])
    if not written or _data(new, file) == _changed(data, dataset, written):
        return new, lost
    return text, tuple(change.name for change in changes)


def entry(change: ColumnChange) -> str:
    """Write a change in a line, for who has to put it there by hand."""
    return f"{quoted(change.name)}: {_flow(change.keys)}"


def patch(before: str, after: str, file: str) -> str:
    """Write what differs as `git apply` takes it; nothing where nothing does.

    Args:
        before: The text as it is.
        after: The text as it should be.
        file: Its path, relative to the repository.
    """
    lines = difflib.unified_diff(
        before.splitlines(keepends=True),
        after.splitlines(keepends=True),
        fromfile=f"a/{file}",
        tofile=f"b/{file}",
    )
    no_end = "\n\\ No newline at end of file\n"
    return "".join(line if line.endswith("\n") else f"{line}{no_end}" for line in lines)


def _data(text: str, file: str) -> object:
    """Give what settings say; `None` where they cannot be read, or are too long to be changed."""
    if len(text) > MOST_CHARACTERS:
        return None
    try:
        return read_yaml(text.encode(), file).data
    except UsageError:
        return None


def _tree(text: str) -> yaml.Node | None:
    """Give the places of all that a text says, which has to be known to be nested no deeper than settings are."""
    try:
        found: yaml.Node | None = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError:
        return None
    return found


def _applied(text: str, edits: Sequence[_Edit]) -> str:
    new, at = "", 0
    for edit in sorted(edits, key=lambda one: one.start):
        new += text[at : edit.start] + edit.text
        at = edit.end
    return new + text[at:]


def _changed(data: object, dataset: str, changes: Sequence[ColumnChange]) -> object:
    """Give what the new text should say, and nothing else."""
    wanted: Any = copy.deepcopy(data)
    columns = wanted["datasets"][dataset]["columns"]
    for change in changes:
        keys = {
            key: list(value) if isinstance(value, tuple) else _as_read(value)
            for key, value in change.keys.items()
        }
        column = {**(columns.get(change.name) or {}), **keys}
        columns[change.name] = {key: value for key, value in column.items() if value is not None}
    return wanted


def _as_read(value: Json) -> Json:
    """Write a number as people do; one with more digits than a float holds keeps its exponent."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _LONGEST:
        return int(value)
    return value


def _edits(
    text: str, tree: yaml.Node | None, dataset: str, change: ColumnChange
) -> Iterator[_Edit]:
    columns = tree
    for name in ("datasets", dataset, "columns"):
        _, columns = _entry(text, columns, name)
    if not isinstance(columns, yaml.MappingNode) or not columns.value:
        raise _UnwritableError
    names = [key.value for key, _ in columns.value]
    if change.name in names:
        key, value = _entry(text, columns, change.name)
        yield from _of_column(text, key, value, change)
    elif change.is_new and not any(name.startswith("$") for name in names):
        yield _added(text, columns, change.name, _flow(change.keys))
    else:
        # It stands in what the dataset extends, or a variable names it.
        raise _UnwritableError


def _entry(text: str, node: yaml.Node | None, name: str) -> tuple[yaml.Node, yaml.Node]:
    """Find a key and its value, which has to be written there and for nobody else."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == name:
                if value.start_mark.index < key.start_mark.index:
                    raise _UnwritableError
                if text[value.start_mark.index : value.start_mark.index + 1] in _MARKED:
                    raise _UnwritableError
                return key, value
    raise _UnwritableError


def _of_column(
    text: str, key: yaml.Node, value: yaml.Node, change: ColumnChange
) -> Iterator[_Edit]:
    if isinstance(value, yaml.ScalarNode):
        if value.value:
            raise _UnwritableError
        end = key.end_mark.index + 1
        yield _Edit(start=end, end=end, text=f" {_flow(change.keys)}")
        return
    if not isinstance(value, yaml.MappingNode) or not value.value:
        raise _UnwritableError
    if value.flow_style and None in change.keys.values():
        # Commas go with what is taken away.
        yield _Edit(
            start=value.start_mark.index,
            end=value.end_mark.index,
            text=_rebuilt(text, value, change.keys),
        )
        return
    known = {one.value: (one, other) for one, other in value.value}
    for name, wanted in change.keys.items():
        if name in known:
            yield _replaced(text, *known[name], wanted)
        elif wanted is not None:
            yield _added(text, value, name, _written(wanted))


def _replaced(text: str, key: yaml.Node, value: yaml.Node, wanted: Json) -> _Edit:
    first, last = value.start_mark, value.end_mark
    is_plain = isinstance(value, yaml.ScalarNode) or _is_flow(value)
    if not is_plain or first.line != last.line or text[first.index] in (*_MARKED, "|", ">"):
        raise _UnwritableError
    if wanted is not None:
        return _Edit(start=first.index, end=last.index, text=_written(wanted))
    start = text.rfind("\n", 0, key.start_mark.index) + 1
    return _Edit(start=start, end=_line_end(text, last.index), text="")


def _is_flow(node: yaml.Node) -> bool:
    return isinstance(node, yaml.CollectionNode) and bool(node.flow_style)


def _rebuilt(text: str, node: yaml.MappingNode, keys: Mapping[str, Json]) -> str:
    parts = {
        key.value: (
            text[key.start_mark.index : key.end_mark.index],
            text[value.start_mark.index : value.end_mark.index],
        )
        for key, value in node.value
    }
    parts |= {name: (name, _written(value)) for name, value in keys.items() if value is not None}
    kept = (
        f"{key}: {value}" for name, (key, value) in parts.items() if keys.get(name, 0) is not None
    )
    return f"{{{', '.join(kept)}}}"


def _added(text: str, node: yaml.MappingNode, name: str, written: str) -> _Edit:
    """Put an entry behind all others of a mapping."""
    entry = f"{quoted(name)}: {written}"
    if node.flow_style:
        end = node.value[-1][1].end_mark.index
        return _Edit(start=end, end=end, text=f", {entry}")
    end = _line_end(text, _end_of(node))
    ending = "\r\n" if "\r\n" in text else "\n"
    line = f"{'':{node.start_mark.column}}{entry}"
    is_whole = text[:end].endswith("\n")
    return _Edit(start=end, end=end, text=f"{line}{ending}" if is_whole else f"{ending}{line}")


def _end_of(node: yaml.Node) -> int:
    """Give where the content of a node ends: that of a block ends before the next one begins."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style:
        ends = [end for key, value in node.value for end in (key.end_mark.index, _end_of(value))]
        return int(max(ends))
    if isinstance(node, yaml.SequenceNode) and not node.flow_style:
        return int(max(_end_of(value) for value in node.value))
    if isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}:
        raise _UnwritableError
    end: int = node.end_mark.index
    return end


def _line_end(text: str, index: int) -> int:
    """Give the place behind the line that holds a character."""
    found = text.find("\n", index)
    return len(text) if found < 0 else found + 1


def _flow(keys: Mapping[str, Json]) -> str:
    given = (f"{key}: {_written(value)}" for key, value in keys.items() if value is not None)
    return f"{{{', '.join(given)}}}"


def _written(value: Json) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, str):
        return value if _DAY.fullmatch(value) else quoted(value)
    return json.dumps(_as_read(value))
