"""The generators of random numbers that all code shares; stands alone, Python 3.9 and later.

They are seeded, so that a run can be repeated. On the platform nobody does so: a script that draws
from them and did not seed them itself gives another result there each time.
"""

from __future__ import annotations

import random
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from . import importing

if TYPE_CHECKING:
    from types import ModuleType


class Generators:
    """Those of the standard library and of numpy, from their seeding to the end of a script."""

    def __init__(self, seed: int) -> None:
        """Seed them, numpy's as soon as it is there."""
        self._seed = seed
        random.seed(seed)
        self._standard = random.getstate()
        self._numpy: Any = None
        importing.after_import("numpy.random", self._begin_numpy)

    def moved(self) -> list[str]:
        """Name those that are not as they were seeded: somebody drew from them, or seeded them."""
        found = [] if random.getstate() == self._standard else ["random"]
        if self._numpy is not None:
            with suppress(Exception):  # whatever a script has put in their place
                module, before = self._numpy
                if _comparable(module) != before:
                    found.append("numpy.random")
        return found

    def _begin_numpy(self, module: ModuleType) -> None:
        module.seed(self._seed % 2**32)
        self._numpy = (module, _comparable(module))


def _comparable(module: ModuleType) -> tuple[Any, ...]:
    name, numbers, *others = module.get_state()
    return (name, numbers.tobytes(), *others)
