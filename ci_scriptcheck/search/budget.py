"""What a table that breaks a script may cost, from when it is found until it is told in full."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SHRINKING_SECONDS = 120.0
BLAMING_SECONDS = 60.0
"""For all attempts to make it smaller, and to see which of its cells it is."""

SHRINKING_RUNS = 400
BLAMING_RUNS = 40

MOST_TIMEOUTS = 5
"""Of either: a run that hangs takes as long as it may, and most smaller tables hang, too."""


class Budget:
    """Attempts, as long as there are runs and seconds left and few of them hang."""

    def __init__(
        self,
        timeouts: Callable[[], int],
        *,
        runs: int,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin to count.

        Args:
            timeouts: Says how many runs were ended because they took too long.
            runs: How many there may be.
            seconds: After which no further one is begun.
            clock: Says how late it is, in seconds.
        """
        self.is_spent = False
        self._timeouts = timeouts
        self._most_timeouts = timeouts() + MOST_TIMEOUTS
        self._runs = runs
        self._clock = clock
        self._end = clock() + seconds

    def allows_another(self) -> bool:
        """Take one attempt from what is left; says whether there was one."""
        self.is_spent = (
            self._runs <= 0
            or self._clock() >= self._end
            or self._timeouts() >= self._most_timeouts
        )
        self._runs -= 1
        return not self.is_spent
