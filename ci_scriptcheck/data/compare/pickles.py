"""What a pickle would import, read from its instructions; none is ever loaded."""

from __future__ import annotations

import pickletools
from typing import TYPE_CHECKING

from ci_scriptcheck.model.comparison import Fate, ValueComparison

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 200_000_000
_MOST_INSTRUCTIONS = 2_000_000
_MOST_NAMES = 1_000
_LONGEST = 100

_TEXTS = frozenset(
    {"SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "UNICODE", "STRING", "SHORT_BINSTRING"}
)
_KEPT = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})
_FETCHED = frozenset({"GET", "BINGET", "LONG_BINGET"})


def names(path: Path) -> frozenset[str]:
    """Give the classes and functions that a pickle names, as far as its instructions can be read.

    What joblib writes breaks off at its first array, and the rest is not looked at.
    """
    if path.stat().st_size > MOST_BYTES:
        return frozenset()
    found: set[str] = set()
    texts: list[str] = []
    memo: dict[int, str] = {}
    try:
        with path.open("rb") as file:
            for number, (code, argument, _) in enumerate(pickletools.genops(file)):
                if number > _MOST_INSTRUCTIONS or len(found) >= _MOST_NAMES:
                    break
                _follow(code.name, argument, texts, memo, found)
    # The instructions of strangers: what a reader of them raises is no closed set.
    except Exception:  # noqa: BLE001, S110
        pass
    return frozenset(found)


def _follow(
    code: str, argument: object, texts: list[str], memo: dict[int, str], found: set[str]
) -> None:
    if code == "GLOBAL":
        found.add(".".join(str(argument).split(" ", 1))[:_LONGEST])
    elif code == "STACK_GLOBAL":
        found.add(".".join(texts[-2:])[:_LONGEST])
    elif code in _TEXTS:
        texts[:] = [*texts[-1:], str(argument)[:_LONGEST]]
    elif code == "MEMOIZE":
        memo[len(memo)] = texts[-1] if texts else ""
    elif code in _KEPT and isinstance(argument, int):
        memo[argument] = texts[-1] if texts else ""
    elif code in _FETCHED and isinstance(argument, int):
        texts[:] = [*texts[-1:], memo.get(argument, "")]


def compared(before: Path, after: Path) -> tuple[ValueComparison, ...]:
    """Give the classes and functions that only one of two pickles names."""
    here, there = names(before), names(after)
    fates = dict.fromkeys(here - there, Fate.GONE) | dict.fromkeys(there - here, Fate.NEW)
    return tuple(ValueComparison(path=name, fate=fate) for name, fate in sorted(fates.items()))
