"""Where one input of a task comes from."""

from __future__ import annotations

from ci_scriptcheck.model.defect import Defect
from ci_scriptcheck.model.production import FromProduction
from ci_scriptcheck.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Synthetic:
    """Made from a dataset's schema, files or generator.

    Attributes:
        dataset: Name of the dataset in the plan.
        node: Whose rows are drawn: the same node draws the same bytes in every pipeline.
        defect: What is wrong with the data, where it is malformed.
    """

    dataset: str
    node: str
    defect: Defect | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A file or folder of the repository."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """What another task of the plan writes to one of its ports."""

    task: str
    port: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """Real data of a dataset, got from where it is kept before the run begins.

    Attributes:
        dataset: Name of the dataset in the plan.
    """

    dataset: str


Source = Synthetic | Copied | Upstream | Fetched | FromProduction
