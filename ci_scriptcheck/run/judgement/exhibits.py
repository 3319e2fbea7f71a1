"""What looking at a run has found, as it is laid before the judgement: values only."""

from __future__ import annotations

from collections.abc import Mapping

from ci_scriptcheck.model.contract import Bound
from ci_scriptcheck.model.mismatch import Breach, Mismatch
from ci_scriptcheck.model.plan import Reader
from ci_scriptcheck.model.result import Table
from ci_scriptcheck.model.step_test import ExpectedRows
from ci_scriptcheck.values import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """Where data at a port does not fit a dataset.

    Attributes:
        is_input: Whether the data was given to the script, by a copy or a generator.
        dataset: Whose schema it is.
        readers: Who expects it; none where the port itself does.
    """

    port: str
    is_input: bool = False
    dataset: str
    readers: tuple[Reader, ...] = ()
    mismatch: Mismatch


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfBounds:
    """A bound of an output, and how it does not hold."""

    port: str
    bound: Bound
    breach: Breach


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsDiffer:
    """Rows of an output that are not those that a test expects.

    Attributes:
        unreadable: Why there are none to compare.
        absent: Columns that no row has.
    """

    port: str
    expected: ExpectedRows
    unreadable: str | None = None
    equal: int = 0
    missing: int = 0
    further: int = 0
    changed: int = 0
    absent: tuple[str, ...] = ()
    table: Table | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What lay around a failure while all was as the run saw it.

    Attributes:
        python: The interpreter of the script, absolute.
        beside: Folder, absolute → names in it, sorted.
        elsewhere: Where a relative path that is missing would have been found, relative to the
            repository.
        roots: Folders that hold the missing module, relative to the project.
    """

    python: str = ""
    beside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    elsewhere: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
