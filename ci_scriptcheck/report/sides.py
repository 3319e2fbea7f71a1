"""What people call the two sides of a comparison, and how what they hold is written beside each other."""

from __future__ import annotations

from decimal import Decimal

from ci_scriptcheck.values import dataclass

NOTHING = "missing"
"""What stands where one side has none."""

MOST_NAME = 40
"""Characters of a way into a JSON file; the end of it says most."""

_LEAST_DIGITS = 5
_ALL_DIGITS = 17
"""That tell any two floating point numbers apart."""
_LARGE = 1e12


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """What people call the two sides of a comparison, as the heads of two columns.

    Attributes:
        also: What is to be known of the first side, too.
        twice: What was run twice, to know what differs by chance.
    """

    before: str
    after: str = "here"
    also: str = ""
    twice: str = "the first"


def of_commits(base: str, head: str | None = None) -> Sides:
    """Call two sides by the names of their commits, or branches; head is here where it has none."""
    return Sides(before=f"on {base}", after="here" if head is None else f"on {head}", twice=base)


def of_scripts(base: str, head: str | None = None) -> Sides:
    """Call two sides by whose script wrote them, both of the same inputs."""
    return Sides(
        before=f"by {base}'s script",
        after="by this one" if head is None else f"by {head}'s script",
        also=f"beside {base}'s script on the same inputs",
        twice=base,
    )


def told_apart(before: str, after: str) -> tuple[str, str]:
    """Write two numbers with as many digits as it takes to tell them apart, and a few more."""
    try:
        one, other = float(before), float(after)
    except ValueError:
        return before, after
    if before.isdecimal() and after.isdecimal():
        return f"{int(before):,}", f"{int(after):,}"
    for digits in range(_LEAST_DIGITS, _ALL_DIGITS):
        if f"{one:.{digits - 2}g}" != f"{other:.{digits - 2}g}":
            return _plain(one, digits), _plain(other, digits)
    return before, after


def _plain(number: float, digits: int) -> str:
    """Write a number as people write amounts; with an exponent only where zeros would have to be counted."""
    written = f"{number:.{digits}g}"
    if "e" in written and not 1 <= abs(number) < _LARGE:
        return written
    return f"{Decimal(written):,f}"


def end_of(way: str) -> str:
    """Cut a way into a JSON file so that there is room for it."""
    return way if len(way) <= MOST_NAME else "…" + way[1 - MOST_NAME :]
