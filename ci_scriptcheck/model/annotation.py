"""A few words at a line of a file, as a list of changes shows them beside the code."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import Place
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from ci_scriptcheck.errors import ScriptcheckError
    from ci_scriptcheck.model.stopped import Stopped

COULD_NOT_CHECK = "scriptcheck could not check anything"

_WORD = re.compile(r"[a-z]+(?=[ ,?!])")


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


def of_error(
    error: ScriptcheckError | Stopped,
    *,
    weight: Weight = Weight.ERROR,
    title: str = COULD_NOT_CHECK,
) -> Annotation:
    """Show at its place why something could not be done."""
    return Annotation(
        weight=weight,
        title=title,
        message=in_sentences(error.what, *error.facts, error.advice),
        place=error.where,
    )


def in_sentences(*texts: str | None) -> str:
    """Write what stands in lines elsewhere as one paragraph."""
    return " ".join(_sentence(text) for text in texts if text)


def _sentence(text: str) -> str:
    # Names and paths that a text begins with stay as they are.
    first = text[0].upper() if _WORD.match(text) else text[0]
    return f"{first}{text[1:]}{'' if text.endswith(('.', '?', '!')) else '.'}"
