"""Rows placed by groups: where one column parts a table into groups that differ, such as kinds or labels.

Over all rows, correlations of ranks say little of groups that lie side by side. So ranks are taken down for each
group by itself: as means of ten rows or more, and as correlations of fifty or more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ci_scriptcheck.data.freezing import numbers, together

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Floats = np.ndarray[Any, np.dtype[np.float64]]
    Rng = np.random.Generator

_LEAST = 0.1
"""Share of the spread of the other columns that lies between groups, on average, for these to matter."""
_COVERED = 0.8


def chosen(kinds: Mapping[str, Floats], scores: Mapping[str, Floats]) -> str | None:
    """Give the column whose groups differ most in the others; `None` where those of none do.

    Args:
        kinds: For columns of few values, of each real row the number of its value, or `nan`.
        scores: Normal scores of all columns in the same rows.
    """
    best, found = _LEAST, None
    for name, values in kinds.items():
        known = np.isfinite(values)
        which = values[known].astype(np.intp)
        times = np.bincount(which) if which.size else np.zeros(1, dtype=np.intp)
        large = times >= together.FEWEST
        others = [one[known] for other, one in scores.items() if other != name]
        if large.sum() < 2 or times[large].sum() < _COVERED * values.size or not others:
            continue
        between = float(np.mean([_between(which, times, one) for one in others]))
        if between > best:
            best, found = round(between, 6), name
    return found


def _between(which: np.ndarray[Any, np.dtype[np.intp]], times: Any, scores: Floats) -> float:  # noqa: ANN401  (counts)
    whole = float((scores**2).sum())
    sums = np.bincount(which, weights=scores, minlength=times.size)
    return float((sums**2 / np.maximum(times, 1)).sum()) / whole if whole else 0.0


def latent(
    kind_of_rows: Floats, kinds: Floats, columns: Sequence[Floats], *, rng: Rng
) -> list[Floats]:
    """Give for each column numbers by which the made rows are to be ordered.

    Args:
        kind_of_rows: Of each made row the number of its group; -1 where it has none.
        kinds: Of each real row.
        columns: Values of the real rows, in any unit; `nan` stands for none.
        rng: Where chance comes from.
    """
    scores = [together.normal_scores(one) for one in columns]
    made = [np.zeros(kind_of_rows.size) for _ in columns]
    for kind in np.unique(kind_of_rows).tolist():
        here = np.flatnonzero(kind_of_rows == kind)
        real = kinds == kind
        real = real if real.sum() >= together.FEWEST else np.ones(kinds.size, dtype=np.bool_)
        found = together.orders(
            together.correlations([one[real] for one in columns]), here.size, rng=rng
        )
        for place, (column, score) in enumerate(zip(columns, scores, strict=True)):
            some = score[real & np.isfinite(column)]
            some = some if some.size >= together.FEWEST else score
            spread = numbers.Spread(
                means=numbers.blocks(some), width=0.0, decimals=None, least=None
            )
            places = (np.arange(here.size) + 0.5) / max(here.size, 1)
            made[place][here[found[place]]] = numbers.at(spread, places) + 1e-6 * places
    return made
