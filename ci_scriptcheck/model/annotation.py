"""A few words at a line of a file, as a list of changes shows them beside the code."""

from __future__ import annotations

from enum import StrEnum

from ci_scriptcheck.errors import Place
from ci_scriptcheck.values import dataclass


class Weight(StrEnum):
    """How an annotation is drawn, the heaviest first."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """Something to be known at a place.

    Attributes:
        place: `None` where it is about no file.
    """

    weight: Weight
    title: str
    message: str
    place: Place | None = None
