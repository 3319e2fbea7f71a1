"""A second run of a script on the same inputs, and what it showed: values only."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model.difference import Difference
from ci_scriptcheck.run.process.request import Ended, Ending
from ci_scriptcheck.values import dataclass, field


class Variation(StrEnum):
    """What is otherwise in a second run; on the platform all of these are, each time."""

    NONE = "none"
    """Nothing but the time, and what a script draws for itself."""
    NUMBERS = "numbers"
    """Shared generators of random numbers are seeded otherwise."""
    HASHES = "hashes"
    """Texts have other hashes, so that sets of them have another order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """One second run, as far as it differs from the first by its variation.

    Attributes:
        differing: Output port → the files that came out differently → how.
        places: Where the code makes use of what was varied, as far as that is known.
        generators: Those that were seeded otherwise.
    """

    variation: Variation = Variation.NONE
    ending: Ending
    differing: Mapping[str, Mapping[str, Difference]] = field(default_factory=dict)
    places: tuple[Place, ...] = ()
    generators: tuple[str, ...] = ()

    @property
    def is_equal(self) -> bool:
        """Say whether it ended and wrote as the first one did."""
        return self.ending.how is Ended.RETURNED and not any(self.differing.values())
