"""Texts that match a pattern, the shortest first."""

from __future__ import annotations

from functools import cache

_DRAWN = 200


@cache
def examples(pattern: str) -> tuple[str, ...]:
    """List texts that match, the same at every call; none where the pattern cannot be drawn from."""
    import numpy as np

    from ci_scriptcheck.data import pattern as drawing

    try:
        found = drawing.texts(pattern, _DRAWN, np.random.default_rng(0)).to_pylist()
    except drawing.PatternError:
        return ()
    return tuple(sorted({str(text) for text in found}, key=lambda text: (len(text), text)))
