"""How texts say dates and times, so that made ones are written alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ci_scriptcheck.data.sample import cell_of, literal
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

SECOND = 1_000_000
"""In microseconds, as moments are reckoned."""
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_ZONE = r"(Z|[-+][0-9]{2}(?::?[0-9]{2})?)$"
_OTHERS = (
    "%Y%m%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%Y/%m/%d",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M",
)
"""Ways to write a moment that are not those of ISO 8601."""
_LOOKED_AT = 500
_FIRST = "timestamp '1900-01-01'"
_LAST = "timestamp '2100-01-01'"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a column of texts says moments.

    Attributes:
        kind: `date` or `datetime`.
        pattern: As `strftime` reads it, without fractions of a second and time zone; of another way than ISO 8601
            if it is not `None`.
        middle: What stands between date and time.
        seconds: Whether there are any.
        fraction: Digits behind their point.
        zone: What stands at the end.
    """

    kind: str
    pattern: str | None = None
    middle: str = " "
    seconds: bool = True
    fraction: int = 0
    zone: str = ""

    def text(self, micros: int) -> str:
        """Write a moment, in microseconds since 1970."""
        moment = _EPOCH + timedelta(microseconds=micros)
        if self.pattern is not None:
            return moment.strftime(self.pattern)
        if self.kind == "date":
            return f"{moment:%Y-%m-%d}"
        text = f"{moment:%Y-%m-%d}{self.middle}{moment:%H:%M}"
        if self.seconds:
            text += f"{moment:%S}".rjust(3, ":")
        if self.fraction:
            text += f".{moment.microsecond:06}"[: self.fraction + 1].ljust(self.fraction + 1, "0")
        return text + self.zone


def form_of(
    connection: duckdb.DuckDBPyConnection, relation: str, name: str, kind: str
) -> Form | None:
    """Tell how texts say moments; `None` where they say none."""
    cell = cell_of(name)
    if kind == "date":
        return Form(kind="date")
    if kind == "datetime":
        found = connection.execute(
            f"select {cell}[11:11], length(regexp_extract({cell}, {literal(_CLOCK)})) > 5, "  # noqa: S608  (quoted)
            f"greatest(length(regexp_extract({cell}, {literal(_FRACTION)})) - 1, 0), regexp_extract({cell}, {literal(_ZONE)}) "
            f"from {relation} where {cell} is not null group by all order by count(*) desc, 1, 2, 3, 4 limit 1"
        ).fetchall()[0]
        middle, seconds, fraction, zone = found or (" ", True, 0, "")
        if not middle:
            return Form(kind="date")
        return Form(
            kind="datetime",
            middle=str(middle),
            seconds=bool(seconds),
            fraction=int(fraction),
            zone=str(zone),
        )
    return _other(connection, relation, cell)


_CLOCK = r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?"
_FRACTION = r"\.[0-9]+"


def _other(connection: duckdb.DuckDBPyConnection, relation: str, cell: str) -> Form | None:
    some = f"(select {cell} as one from {relation} where {cell} is not null limit {_LOOKED_AT})"  # noqa: S608  (quoted)
    whole = f"(select {cell} as one from {relation} where {cell} is not null)"  # noqa: S608  (quoted)
    # Most columns are none of it, which their first cells tell.
    for pattern in _fitting(connection, some, _OTHERS):
        if _fitting(connection, whole, (pattern,)):
            return Form(kind="datetime" if "%H" in pattern else "date", pattern=pattern)
    return None


def _fitting(
    connection: duckdb.DuckDBPyConnection, cells: str, patterns: Sequence[str]
) -> list[str]:
    """Give the patterns by which all cells say a moment."""
    told = ["count(*)"]
    for pattern in patterns:
        moment = f"try_strptime(one, {literal(pattern)})"
        is_same = f"strftime({moment}, {literal(pattern)}) = one"
        told.append(f"count(*) filter ({is_same} and {moment} between {_FIRST} and {_LAST})")
    filled, *counts = connection.execute(f"select {', '.join(told)} from {cells}").fetchall()[0]  # noqa: S608  (quoted)
    return [one for one, count in zip(patterns, counts, strict=True) if count == filled]


def micros(name: str, form: Form | None) -> str:
    """Write a column's moments as microseconds since 1970, by the clock that they show."""
    if form is not None and form.pattern is not None:
        moment = f"try_strptime({cell_of(name)}, {literal(form.pattern)})"
    else:
        plain = f"regexp_replace({cell_of(name)}, {literal(r'(:[0-9]{2}(?:[.][0-9]+)?)' + _ZONE)}, '\\1')"
        # A zone behind hours and minutes, as in 12:00Z.
        plain = f"regexp_replace({plain}, {literal(r'(T[0-9]{2}:[0-9]{2}| [0-9]{2}:[0-9]{2})' + _ZONE)}, '\\1')"
        moment = f"try_cast({plain} as timestamp)"
    return f"epoch_us({moment})"
