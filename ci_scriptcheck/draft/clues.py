"""What the end of a run says is missing: columns, keys, files, variables, arguments.

Libraries word the same thing in many ways; each pattern here was seen in one of them. What no
pattern fits stays unknown, and the caller says so.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from ci_scriptcheck.model.contract import ColumnType
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.run.process.request import Ending, Raised


class Kind(StrEnum):
    """What is missing."""

    COLUMN = "column"
    KEY = "key"
    """Of a document, or of a row that is read as a dictionary."""
    INPUT = "input"
    OUTPUT = "output"
    VARIABLE = "variable"
    ARGUMENT = "argument"
    FILE = "file"
    FOLDER = "folder"
    """A path that was opened as a file, and is a folder."""
    SERVICE = "service"
    """A service outside that a script asks for unless a variable says otherwise."""
    TYPE = "type"
    """A column is there and has the wrong type; `name` is the line of code."""
    VALUE = "value"
    """A value is none of those that are expected; `name` is what was said."""
    MODULE = "module"
    LOGGER = "logger"
    PLACE = "place"
    """A path outside that may not be written to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """One thing that a script missed, by its name, or by its path where it is a file.

    Attributes:
        choices: The values that were expected.
    """

    kind: Kind
    name: str
    type: ColumnType | None = None
    choices: tuple[str, ...] = ()


_QUOTED = r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"|`([^`]*)`"
_COLUMN_TEXTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<names>\[[^\]]*\]) (?:are |is )?not (?:in index|found in axis)",
        r"None of \[(?:Multi)?Index\((?P<names>\[[^\]]*\])",
        r"columns expected but not found: (?P<names>\[[^\]]*\])",
        r"Missing column provided to '?parse_dates'?: (?P<names>.*)",
        r"'(?:DataFrame|Pandas|Series)' object has no attribute (?P<names>'[^']+')",
        r"No match for FieldRef\.Name\((?P<bare>[^)]+)\)",
        r"Referenced column (?P<names>\"[^\"]+\") not found",
        r"unable to find column (?P<names>\"[^\"]+\")",
        r"missing (?:\w+ )*?(?:columns?|fields?|features?|keys?)\b(?:[^\[{'\"`]*(?P<names>\[[^\]]*\]|\{[^}]*\}|['\"`].*)|(?:[^:]{0,30}:)? (?P<bare>[\w, ]+)$)",
        r"(?:columns?|fields?|features?)[^'\"`\[]{0,20}(?P<names>\[[^\]]*\]|['\"`][^'\"`]+['\"`])[^'\"`]{0,30}(?:not found|missing|not in|not present|does ?n[o']t exist|required|must)",
        r"(?:has|have|is|are) no (?:columns?|fields?) (?P<names>[^;.]+)",
        r"(?:columns?|fields?) (?:not found|missing|absent)(?:\W*(?P<names>['\"`\[].+)|:? (?P<bare>[\w.]+)$)",
        r"^Index\((?P<names>\[[^\]]*\])",
        r"(?:columns?|fields?)\b.{0,160}\btried:? (?P<bare>[a-z]\w*)",
        r"(?P<names>['\"`][^'\"`]+['\"`]) (?:\w+ )?not (?:found|present) in .*(?:columns|data)",
        r"(?P<names>['\"`][^'\"`]+['\"`]) (?:columns?|fields?) (?:is |are )?(?:not found|missing|required|not in)",
    )
)
_VARIABLE_TEXT = re.compile(
    r"(?:environment variables?|env(?:ironment)? vars?)\W+(?:\w+ )*?['\"`]?(?P<name>[A-Z][A-Z0-9_]{2,})|"
    r"(?P<other>[A-Z][A-Z0-9]*_[A-Z0-9_]+)['\"`]? (?:environment variable|must be (?:set|specified|provided)|is (?:not set|required))"
)
_NAMESPACE = re.compile(r"'Namespace' object has no attribute '(\w+)'")
_PARAMETER = re.compile(r"job_args\b.{0,30}?\b(\w+) (?:parameter|argument|attribute)")
_INPUT = re.compile(r"input path\W+['\"`]?(\w+)")
_OUTPUT = re.compile(r"output path\W+['\"`]?(\w+)")
_PREFIX = re.compile(r"\bcolumns?\b.*_PREFIX\W{1,3}['\"](\w+)['\"]")
_CHOICES = re.compile(
    r"(?:one of|expected|choose from|supported|valid|allowed|must be)\b[^\[({'\"`]{0,40}"
    r"(?P<listed>[\[({][^\])}]+[\])}]|['\"`][\w.-]+['\"`](?:,? (?:or )?['\"`][\w.-]+['\"`])*)",
    re.IGNORECASE,
)
_NO_LOGGER = re.compile(
    r"'NoneType' object has no attribute '(?:debug|info|warning|error|exception)'"
)
_DENIED = re.compile(r"(?:Permission denied|Read-only file system): '(/[^']+)'")
_NO_MODULE = re.compile(r"No module named '(\w+)")
_SERVICE = re.compile(r"^(?:botocore|boto3|urllib3|requests|httpx)\.")
_PATH = re.compile(r"['\": ](/[^'\"\s:,]+)")
_TELLING = (
    (_NAMESPACE, "text", Kind.ARGUMENT),
    (_NO_MODULE, "text", Kind.MODULE),
    (_NO_LOGGER, "text", Kind.LOGGER),
    (_DENIED, "text", Kind.PLACE),
    (_SERVICE, "type", Kind.SERVICE),
)
"""What an exception's text or type says surely enough to look no further."""

_TYPES = (
    (re.compile(r"Can only use \.str accessor"), ColumnType.STRING),
    (re.compile(r"Can only use \.dt accessor"), ColumnType.DATETIME),
    (
        re.compile(r"Unknown label type: ?\(?['\"]?continuous|classification targets"),
        ColumnType.INT,
    ),
    (re.compile(r"time data|Unknown datetime string|does not match format"), ColumnType.DATE),
    (re.compile(r"could not convert string to float"), ColumnType.FLOAT),
)
_MOST_NAMES = 200


def clues(ending: Ending) -> Iterator[Clue]:
    """Give what the exceptions of a run say, what raised first before what came of it."""
    for raised in ending.errors:
        yield from _of(raised)
    # Who catches everything and leaves with a status has often logged the reason.
    for entry in ending.logged:
        yield from _of_text(entry.text)


def _of(raised: Raised) -> Iterator[Clue]:
    inside = [frame for frame in raised.frames if frame.inside]
    code = inside[-1].code if inside else ""
    if raised.type == "KeyError":
        yield from _of_key(raised, code)
        return
    for pattern, text, known in _TELLING:
        found = pattern.search(raised.type if text == "type" else raised.text)
        if found is not None:
            yield Clue(kind=known, name=found[1] if found.groups() else raised.type)
            return
    for pattern, kind in _TYPES:
        if pattern.search(raised.text):
            yield Clue(kind=Kind.TYPE, name=code, type=kind)
    yield from _of_text(raised.text)


def _of_key(raised: Raised, code: str) -> Iterator[Clue]:
    text = raised.text
    simple = re.fullmatch(_QUOTED, text)
    if simple is None:
        yield from _of_text(text.strip("\"'"))
        return
    name = next(part for part in simple.groups() if part is not None)
    if raised.frames and raised.frames[-1].file.endswith("/os.py"):
        yield Clue(kind=Kind.VARIABLE, name=name)
    elif any("pandas" in frame.file or "polars" in frame.file for frame in raised.frames):
        yield from _of_pandas(name)
    elif re.search(r"environ\w*\s*\[", code):
        yield Clue(kind=Kind.VARIABLE, name=name)
    elif re.search(r"\binput\w*\s*\[", code):
        yield Clue(kind=Kind.INPUT, name=name)
    elif re.search(r"\boutput\w*\s*\[", code):
        yield Clue(kind=Kind.OUTPUT, name=name)
    elif " " in name:
        yield from _of_text(name)
    else:
        yield Clue(kind=Kind.KEY, name=name)


def _of_pandas(name: str) -> Iterator[Clue]:
    found = list(_of_columns(name)) if "[" in name or " " in name else []
    yield from found or [Clue(kind=Kind.COLUMN, name=name)]


def _of_text(text: str) -> Iterator[Clue]:
    found = [*_of_named(text)] or [*_of_columns(text)] or [*_of_choices(text)]
    yield from found
    if found:
        return
    opened = Kind.FOLDER if "Is a directory" in text else Kind.FILE
    for path in _PATH.findall(f" {text}"):
        yield Clue(kind=opened, name=path.rstrip(". )"))


def _of_named(text: str) -> Iterator[Clue]:
    variable = _VARIABLE_TEXT.search(text)
    if variable is not None:
        yield Clue(kind=Kind.VARIABLE, name=variable["name"] or variable["other"])
        return
    kinds = (
        (_PARAMETER, Kind.ARGUMENT),
        (_INPUT, Kind.INPUT),
        (_OUTPUT, Kind.OUTPUT),
        (_DENIED, Kind.PLACE),
    )
    for pattern, kind in kinds:
        found = pattern.search(text)
        if found is not None:
            yield Clue(kind=kind, name=found[1])
            return


def _of_columns(text: str) -> Iterator[Clue]:
    prefix = _PREFIX.search(text)
    if prefix is not None:
        yield from (Clue(kind=Kind.COLUMN, name=f"{prefix[1]}{number}") for number in (0, 1))
        return
    for pattern in _COLUMN_TEXTS:
        found = pattern.search(text)
        if found is None:
            continue
        groups = found.groupdict()
        kind = Kind.KEY if re.search(r"\bkeys?\b", found[0]) else Kind.COLUMN
        for name in _names(groups.get("names") or groups.get("bare") or ""):
            yield Clue(kind=kind, name=name)
        return


def _of_choices(text: str) -> Iterator[Clue]:
    found = _CHOICES.search(text)
    if found is not None:
        yield Clue(kind=Kind.VALUE, name=text, choices=tuple(_names(found["listed"])))


def _names(listed: str) -> list[str]:
    quoted = [
        next(part for part in found if part) for found in re.findall(_QUOTED, listed) if any(found)
    ]
    if not quoted:
        quoted = [part.strip() for part in listed.strip("[]{}() .").split(",")]
    return [name for name in quoted if name and len(name) < 100 and "\n" not in name][:_MOST_NAMES]
