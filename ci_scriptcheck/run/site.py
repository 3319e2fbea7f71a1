"""Where a run takes place: what workers must know beside the plan, and agree about."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from ci_scriptcheck.run.store.store import Store
from ci_scriptcheck.values import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where a run takes place.

    Attributes:
        root: The repository, absolute.
        store: Folder of the store, absolute.
        began: When the run began, seconds since 1970.
        today: The day, as ISO 8601, for failures that are known until a day.
        versions: Interpreter as settings name it (empty: our own) → module → its distribution and
            version. Looked up once, so that all keys of a run are made with the same.
        base_root: Where the files of base are laid out, absolute; `None` where nothing is compared.
    """

    root: str
    store: str
    began: float
    today: str
    versions: Mapping[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)
    base_root: str | None = None

    def libraries(self, python: str | None) -> Mapping[str, tuple[str, str]]:
        """Give the modules that an interpreter has, each with its distribution and version."""
        return self.versions.get(python or "", {})

    def clock(self) -> float:
        """Give the seconds since the run began."""
        return time.time() - self.began

    def opened_store(self) -> Store:
        """Give the store."""
        return Store(Path(self.store))
