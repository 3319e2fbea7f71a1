"""The hidden second line of a comment, by which a publisher sees which run wrote it."""

from __future__ import annotations

import re

from ci_scriptcheck.values import dataclass

_UNKNOWN = "-"
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_LINE = re.compile(
    r"<!-- scriptcheck run=(?P<run>\d{1,19}|-) attempt=(?P<attempt>\d{1,9}|-)"
    r" head=(?P<head>[0-9a-f]{7,64}|-) -->"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Which run of a workflow wrote a comment; each part may be unknown.

    Attributes:
        run: Its id; a later run of a repository has a greater one.
        attempt: How often it was started by then.
        head: The pull request's commit that was checked.
    """

    run: int | None = None
    attempt: int | None = None
    head: str | None = None


def written(stamp: Stamp) -> str:
    """Write a stamp as a line that is not shown."""
    head = stamp.head if stamp.head and _COMMIT.fullmatch(stamp.head) else _UNKNOWN
    return f"<!-- scriptcheck run={_number(stamp.run)} attempt={_number(stamp.attempt)} head={head} -->"


def read(body: str) -> Stamp | None:
    """Read the stamp of a comment; `None` where its second line is none."""
    # An API may give line ends as a browser sends them.
    second = body.split("\n", 2)[1:2]
    found = _LINE.fullmatch(second[0].rstrip()) if second else None
    if found is None:
        return None
    run, attempt, head = (
        None if found[name] == _UNKNOWN else found[name] for name in ("run", "attempt", "head")
    )
    return Stamp(
        run=None if run is None else int(run),
        attempt=None if attempt is None else int(attempt),
        head=head,
    )


def _number(number: int | None) -> str:
    return _UNKNOWN if number is None or number < 0 else str(number)
