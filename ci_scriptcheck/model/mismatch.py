"""Where data, or what is promised of it, does not fit what is expected or has to hold."""

from __future__ import annotations

from ci_scriptcheck.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """One thing about data that is not as a schema says.

    Attributes:
        rule: Code of a rule, SC301 and following.
        column: The column it is about; several of a key with commas between.
        file: Relative to the folder of the data; a pattern where several files are one table.
        expected: What should be, as part of a sentence: `float`, `at most 5 % without a value`.
        found: What is, in the same way: `text such as "n/a"`, `12 % without a value`.
        rows: In how many rows it is so; `None` where it is about the whole.
        of_rows: How many rows were looked at.
    """

    rule: str
    column: str | None = None
    file: str | None = None
    expected: str
    found: str
    rows: int | None = None
    of_rows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A bound that does not hold.

    Attributes:
        number: Of the bound, in the order in which they were given.
        file: Where it does not, relative to the folder; the bound's own where there is no such file.
        places: Way to each such value, and what stands there; the first few.
        count: How many there are.
        missing: Way to what is not there at all.
        beside: What is there instead of it.
        broken: Why the file cannot be read.
    """

    number: int
    file: str
    places: tuple[tuple[str, str], ...] = ()
    count: int = 0
    missing: str | None = None
    beside: tuple[str, ...] = ()
    broken: str | None = None
