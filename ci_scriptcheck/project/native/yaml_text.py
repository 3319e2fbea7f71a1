"""YAML with the scalars of version 1.2, built from the parser's events.

`off` and `no` are text here, and so is `2024-01-01`. Keys that come twice are errors. Aliases and
`<<` work, but a file that grows beyond all reason through them is refused before it is built, so
that a hostile one costs no more than an honest one.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

import yaml

from ci_scriptcheck.errors import Place, UsageError, cut_out
from ci_scriptcheck.project.native.source_lines import KeyPath, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 4 * 1024**2
MOST_VALUES = 200_000
"""Values after all aliases are followed; the largest honest file has some thousands."""
MOST_DEPTH = 50

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_CORE = "tag:yaml.org,2002:"


@dataclass(slots=True)
class _Scalar:
    line: int
    text: str
    value: object


@dataclass(slots=True)
class _Sequence:
    line: int
    items: list[_Node] = field(default_factory=list)
    is_whole: bool = False


@dataclass(slots=True)
class _Mapping:
    line: int
    entries: dict[str, tuple[int, _Node]] = field(default_factory=dict)
    is_whole: bool = False


_Node = _Scalar | _Sequence | _Mapping


def read_yaml(content: bytes, file: str) -> Source:
    """Read one document, with the line and the text of every value.

    Raises:
        UsageError: it is no YAML of one document, or grows beyond the limits.
    """
    return _Reading(file, _decoded(content, file)).source()


def scalar(text: str) -> object:
    """Give what a plain scalar means in YAML 1.2; numbers that no float can hold stay text."""
    if text in {"", "~", "null"}:
        return None
    if text in {"true", "false"}:
        return text == "true"
    if len(text) < 100 and _INT.fullmatch(text):
        return int(text, 0) if text.startswith("0") and text[1:2] in {"o", "x"} else int(text)
    if len(text) < 100 and _FLOAT.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) else text
    return text


def _decoded(content: bytes, file: str) -> str:
    if len(content) > MOST_BYTES:
        raise UsageError(
            what=f"{file} is larger than {MOST_BYTES // 1024**2} MB, which no settings are",
            where=Place(file=file),
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError(
            what=f"{file} is not UTF-8 text",
            where=Place(file=file, line=line),
            excerpt=cut_out(content.decode("utf-8", "replace"), line),
            advice="save it with the encoding UTF-8",
        ) from error


class _Reading:
    """One pass over the parser's events; holds what has been built, and counts it."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.anchors: dict[str, _Node] = {}
        self.count = 0
        self.lines: dict[KeyPath, int] = {}
        self.texts: dict[KeyPath, str] = {}

    def source(self) -> Source:
        root = self._document()
        data = None if root is None else self._expanded(root, ())
        return Source(
            file=self.file, text=self.text, data=data, lines=self.lines, texts=self.texts
        )

    def _fail(self, what: str, line: int, advice: str | None = None) -> NoReturn:
        raise UsageError(
            what=what,
            where=Place(file=self.file, line=line),
            excerpt=cut_out(self.text, line),
            advice=advice,
        )

    def _document(self) -> _Node | None:
        events = self._events()
        root: _Node | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    self._fail("a second document begins here", _line(event), "remove the `---`")
                root = self._node(next(events), events, 0)
        return root

    def _events(self) -> Iterator[yaml.Event]:
        try:
            yield from yaml.parse(self.text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = 1 if mark is None else min(mark.line, self.text.count("\n")) + 1
            indent = self.text.split("\n")[line - 1].removesuffix("\r")
            tab = "\t" in indent[: len(indent) - len(indent.lstrip())]
            advice = "indent with spaces, not with tabs" if tab else None
            self._fail(f"this is not YAML: {error.problem or error.context}", line, advice)
        except yaml.reader.ReaderError as error:
            line = self.text.count("\n", 0, error.position) + 1
            self._fail(f"this is not YAML: {error.reason}", line)

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> _Node:
        self._counted(depth, _line(event))
        match event:
            case yaml.AliasEvent():
                return self._alias(event)
            case yaml.ScalarEvent():
                made = self._scalar(event)
                self._anchored(event.anchor, made)
                return made
            case yaml.SequenceStartEvent():
                return self._sequence(event, events, depth)
            case yaml.MappingStartEvent():
                return self._mapping(event, events, depth)
            case _:  # pragma: no cover  (the parser gives no other event here)
                return self._fail("this is not YAML", _line(event))

    def _counted(self, depth: int, line: int) -> None:
        self.count += 1
        if self.count > MOST_VALUES:
            self._fail("this file grows beyond all limits here, through its aliases", line)
        if depth > MOST_DEPTH:
            self._fail(f"this is nested more than {MOST_DEPTH} levels deep", line)

    def _anchored(self, anchor: str | None, node: _Node) -> None:
        if anchor is not None:
            self.anchors[anchor] = node

    def _alias(self, event: yaml.AliasEvent) -> _Node:
        found = self.anchors.get(event.anchor or "")
        if found is None:
            self._fail(f"the anchor `&{event.anchor}` is not defined before", _line(event))
        if not isinstance(found, _Scalar) and not found.is_whole:
            self._fail(f"`*{event.anchor}` stands inside of itself", _line(event))
        return found

    def _scalar(self, event: yaml.ScalarEvent) -> _Scalar:
        value: object = event.value
        if event.tag is None and event.implicit[0]:
            value = scalar(event.value)
        elif event.tag is not None and event.tag not in {"!", f"{_CORE}str"}:
            value = self._tagged(event, event.tag)
        return _Scalar(line=_line(event), text=event.value, value=value)

    def _tagged(self, event: yaml.ScalarEvent, tag: str) -> object:
        kinds = {"int": (int,), "float": (int, float), "bool": (bool,), "null": (type(None),)}
        value = scalar(event.value)
        if not isinstance(value, kinds.get(tag.removeprefix(_CORE), ())):
            shown = tag.replace(_CORE, "!!")
            self._fail(f"`{shown}` does not fit here", _line(event), "remove the tag")
        return value

    def _sequence(
        self, event: yaml.SequenceStartEvent, events: Iterator[yaml.Event], depth: int
    ) -> _Sequence:
        made = _Sequence(line=_line(event))
        self._anchored(event.anchor, made)
        for item in events:
            if isinstance(item, yaml.SequenceEndEvent):
                break
            made.items.append(self._node(item, events, depth + 1))
        made.is_whole = True
        return made

    def _mapping(
        self, event: yaml.MappingStartEvent, events: Iterator[yaml.Event], depth: int
    ) -> _Mapping:
        made = _Mapping(line=_line(event))
        self._anchored(event.anchor, made)
        merged: _Node | None = None
        for item in events:
            if isinstance(item, yaml.MappingEndEvent):
                break
            key = self._key(item)
            value = self._node(next(events), events, depth + 1)
            if key == "<<" and merged is None:
                merged = value
            elif key == "<<":
                self._fail("`<<` comes twice", _line(item), "write one `<<: [*a, *b]`")
            elif key in made.entries:
                before = made.entries[key][0]
                self._fail(f"`{key}` comes twice, first in line {before}", _line(item))
            else:
                made.entries[key] = (_line(item), value)
        if merged is not None:
            made.entries = {**self._merged(merged), **made.entries}
        made.is_whole = True
        return made

    def _key(self, event: yaml.Event) -> str:
        if isinstance(event, yaml.AliasEvent):
            aliased = self._alias(event)
            if isinstance(aliased, _Scalar):
                return aliased.text
        elif isinstance(event, yaml.ScalarEvent):
            self._anchored(event.anchor, self._scalar(event))
            return str(event.value)
        return self._fail("a key must be text", _line(event))

    def _merged(self, node: _Node) -> dict[str, tuple[int, _Node]]:
        parts = node.items if isinstance(node, _Sequence) else [node]
        found: dict[str, tuple[int, _Node]] = {}
        for part in reversed(parts):
            if not isinstance(part, _Mapping):
                self._fail("`<<` takes a mapping or a list of mappings", node.line)
            self.count += len(part.entries)
            self._counted(0, node.line)
            found.update(part.entries)
        return found

    def _expanded(self, node: _Node, path: KeyPath) -> object:
        self._counted(len(path), node.line)
        self.lines.setdefault(path, node.line)
        match node:
            case _Scalar():
                self.texts[path] = node.text
                return node.value
            case _Sequence():
                return [
                    self._expanded(item, (*path, position))
                    for position, item in enumerate(node.items)
                ]
            case _Mapping():
                self.lines.update({(*path, key): line for key, (line, _) in node.entries.items()})
                return {
                    key: self._expanded(item, (*path, key))
                    for key, (_, item) in node.entries.items()
                }


def _line(event: yaml.Event) -> int:
    return 1 if event.start_mark is None else int(event.start_mark.line) + 1
