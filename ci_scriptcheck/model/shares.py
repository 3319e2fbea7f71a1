"""Shares of rows in which a schema lets something be: whether they are exceeded, and how much room a suggested one needs."""

from __future__ import annotations

import math

from ci_scriptcheck.values import dataclass

_SURELY = 3.0
"""Standard deviations by which a share may exceed another by chance: that happens once in some hundred times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsSeen:
    """The rows of a table that were looked at.

    Attributes:
        is_sample: Whether they are some of its rows, which hold a little more of something than all do by chance.
    """

    rows: int
    is_sample: bool = False

    def exceeds(self, count: int, allowed: float) -> bool:
        """Say whether something is in more rows than may be, in a sample: in more than could be by chance."""
        most = most_by_chance if self.is_sample else most_of_all
        return count > most(allowed, self.rows)


def most_of_all(allowed: float, rows: int) -> float:
    """Give in how many rows something may be that may be in a share of them."""
    return allowed * rows + 1e-9


def most_by_chance(allowed: float, rows: int) -> float:
    """Give in how many rows something may be by chance of which a share of all rows is; in none where it may never be."""
    if not allowed:
        return most_of_all(allowed, rows)
    deviation = math.sqrt(rows * allowed * (1 - allowed))
    return most_of_all(allowed, rows) + _SURELY * deviation + 1


def with_room(count: int, rows: int) -> float:
    """Give a share that is worth suggesting where something is in so many rows: the next data hold a little more of it.

    It is the upper end of Wilson's interval, rounded up to two digits that say something.
    """
    share, spread = count / rows, _SURELY**2 / rows
    deviation = math.sqrt(share * (1 - share) * spread + spread**2 / 4)
    return rounded_up((share + spread / 2 + deviation) / (1 + spread))


def rounded_up(share: float) -> float:
    """Round a share up to two digits that say something, so that what was seen is allowed."""
    digits = 1 - math.floor(math.log10(share))
    scale = float(10**digits)
    return min(round(math.ceil(round(share * scale, 9)) / scale, digits), 1.0)
