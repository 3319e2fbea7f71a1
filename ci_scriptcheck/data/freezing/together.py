"""How the columns of a table go together, and rows that do so alike.

What is kept are correlations of ranks: made rows are placed by them, so none is a real one.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from ci_scriptcheck.model.frozen import FEWEST_TOGETHER

if TYPE_CHECKING:
    from collections.abc import Sequence

    Floats = np.ndarray[Any, np.dtype[np.float64]]
    Order = np.ndarray[Any, np.dtype[np.intp]]
    Rng = np.random.Generator

_SHRUNK = 0.98
FEWEST = FEWEST_TOGETHER
"""Rows below which it is chance how columns go together."""


def correlations(columns: Sequence[Floats]) -> Floats:
    """Give the correlations of the ranks of some columns, where `nan` stands for no value."""
    number = len(columns)
    if not number or columns[0].size < FEWEST:
        return np.eye(number)
    scores = np.vstack([normal_scores(column) for column in columns])
    spread = np.sqrt((scores**2).sum(axis=1))
    spread[spread == 0] = 1
    found = (scores @ scores.T) / np.outer(spread, spread)
    found = _SHRUNK * np.round(found, 2)
    np.fill_diagonal(found, 1.0)
    return found


def orders(found: Floats, rows: int, *, rng: Rng) -> list[Order]:
    """Give for each column which row has its least value, which the next, and so on.

    Args:
        found: Correlations.
        rows: How many rows there are.
        rng: Where chance comes from.
    """
    number = found.shape[0]
    if not number:
        return []
    values, vectors = np.linalg.eigh(found)
    # The symmetric root is the only one that does not hang on the signs of vectors, and so on the machine; its last
    # digits do.
    root = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    latent = np.round(rng.standard_normal((rows, number)) @ root.T, 6)
    return [np.argsort(latent[:, place], kind="stable") for place in range(number)]


def normal_scores(values: Floats) -> Floats:
    """Replace values by normal scores of their ranks; equal values have equal ones, and no value has the middle one."""
    known = np.isfinite(values)
    scores = np.zeros(values.size)
    count = int(known.sum())
    if count == 0:
        return scores
    _, place, times = np.unique(values[known], return_inverse=True, return_counts=True)
    ends = np.cumsum(times)
    middles = (ends - times / 2) / count
    normal = NormalDist()
    table = np.array([normal.inv_cdf(min(max(one, 1e-6), 1 - 1e-6)) for one in middles])
    scores[known] = table[place]
    scores[known] -= scores[known].mean()
    return scores


def order_of_parts(parts: Floats, number: int, others: Sequence[Floats]) -> tuple[int, ...]:
    """Give the parts of a category the order of their means in the scores that differ most between them.

    Args:
        parts: Of each row the number of its part, or `nan`.
        number: How many parts there are.
        others: Normal scores of columns of the same rows.
    """
    best, chosen = -1.0, np.zeros(number, dtype=np.float64)
    known = np.isfinite(parts)
    which = parts[known].astype(np.intp)
    times = np.bincount(which, minlength=number)
    for scores in others:
        sums = np.bincount(which, weights=scores[known], minlength=number)
        means = sums / np.maximum(times, 1)
        between = float((times * means**2).sum())
        if between > best * (1 + 1e-9):
            best, chosen = between, np.asarray(np.round(means, 9), dtype=np.float64)
    ranked = np.where(times > 0, chosen, np.inf)
    return tuple(int(one) for one in np.argsort(ranked, kind="stable"))
