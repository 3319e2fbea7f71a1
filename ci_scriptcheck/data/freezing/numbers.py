"""Numbers like real ones, made from what at least ten rows say together.

The values of a column are sorted and cut into blocks of ten rows or more; what is kept is the mean of each. So a
quantile is nobody's value, and the ends are the means of the ten least and of the ten greatest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ci_scriptcheck.model.frozen import FEWEST
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    Floats = np.ndarray[Any, np.dtype[np.float64]]
    Rng = np.random.Generator

_MOST_BLOCKS = 100
_MOST_DECIMALS = 6
_SPIKE = 0.05
"""Share of a column that one number must have to be one on which something hangs, as on 0."""
_TRIES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How the numbers of a column lie.

    Attributes:
        means: Of the blocks, ascending; one alone where the numbers are few.
        width: How far they lie around their mean, where there is one block.
        decimals: Digits behind the point; `None` for more than can be meant.
        least: What none may go below: 0 or 1 where the real ones are not below, which is the sign and no value.
        spikes: Numbers that many rows have, and their share.
        is_whole: Whether they are whole.
    """

    means: tuple[float, ...]
    width: float
    decimals: int | None
    least: float | None
    spikes: tuple[tuple[float, float], ...] = ()
    is_whole: bool = False


def spread_of(values: Floats, *, is_whole: bool, with_spikes: bool = True) -> Spread:
    """See how the numbers of a column lie.

    Args:
        values: At least one.
        is_whole: Whether whole numbers are wanted.
        with_spikes: Whether a number that many rows have is kept.
    """
    spikes = _spikes(values) if with_spikes else ()
    rest = values[~np.isin(values, [value for value, _ in spikes])] if spikes else values
    least = None if values.min() < 0 else float(min(np.floor(values.min()), 1.0))
    means, width = _blocks(rest if rest.size >= FEWEST or not spikes else values)
    return Spread(
        means=means,
        width=width,
        decimals=0 if is_whole else _decimals(values),
        least=least,
        spikes=spikes,
        is_whole=is_whole,
    )


def tells_apart(values: Floats) -> bool:
    """Say whether some numbers are as long as those that name things: accounts, telephones, postcodes."""
    whole = values[values == np.floor(values)]
    return any(
        len(f"{abs(one):.0f}".rstrip("0")) > _LONGEST_COUNT for one in np.unique(whole).tolist()
    )


def common(values: Floats) -> tuple[tuple[float, int], ...] | None:
    """Give the numbers of a column and how many rows have each, where few numbers are nearly all."""
    found, counts = np.unique(values, return_counts=True)
    if found.size <= 2 and set(found.tolist()) <= {0.0, 1.0}:
        return tuple(zip(found.tolist(), counts.tolist(), strict=True))
    is_common = counts >= FEWEST
    if np.count_nonzero(is_common) > _MOST_COMMON or counts[is_common].sum() < 0.9 * values.size:
        return None
    return tuple(zip(found[is_common].tolist(), counts[is_common].tolist(), strict=True))


_MOST_COMMON = 20
_LONGEST_COUNT = 4
"""Digits, but zeros at the end, of a whole number that counts or measures something; more can name somebody."""


def drawn(
    spread: Spread, number: int, *, rng: Rng, real: Floats, is_unique: bool = False
) -> Floats:
    """Make so many numbers that lie like the real ones, ascending.

    Args:
        spread: How those lie.
        number: How many.
        rng: Where chance comes from.
        real: The real ones; what is equal to one of them, and no spike, is drawn again, as far as there are others.
        is_unique: Whether none may come twice.
    """
    spiked = quotas([share for _, share in spread.spikes], number)
    parts = [
        np.full(times, value) for (value, _), times in zip(spread.spikes, spiked, strict=True)
    ]
    rest = number - sum(spiked)
    places = (np.arange(rest) + rng.random(rest)) / max(rest, 1)
    made = at(spread, places)
    for _ in range(_TRIES):
        again = np.isin(made, real)
        if is_unique:
            again |= _repeated(made)
        if not again.any():
            break
        # Near their place at first, as many lie like the real ones then.
        places[again] = np.clip(places[again] + rng.normal(0, 0.02, again.sum()), 0, 1)
        made[again] = at(spread, places[again])
    if is_unique:
        made = _set_apart(made, spread)
    return np.sort(np.concatenate([*parts, made]))


def quotas(shares: Sequence[float], number: int) -> list[int]:
    """Part a number by shares, each rounded up or down; what is below 1 together leaves a rest."""
    if not shares:
        return []
    exact = np.asarray(shares, dtype=np.float64) * number
    whole = np.floor(exact).astype(int)
    left = round(float(exact.sum())) - int(whole.sum())
    for place in np.argsort(-(exact - whole), kind="stable")[:left]:
        whole[place] += 1
    return [int(one) for one in whole]


def holes(share: float, number: int) -> int:
    """Say how many of so many rows have no value: at least one where some real ones have none, and never all."""
    found = round(share * number)
    if number > 1 and 0 < share < 1:
        return min(max(found, 1), number - 1)
    return found


def fan_out(counts: Floats, parents: int, children: int, *, rng: Rng) -> list[int]:
    """Part children among parents as in the real data, in an order of chance.

    Args:
        counts: Children of each real parent; 0 where it has none.
        parents: How many there are in the sample; at least one.
        children: How many of theirs.
        rng: Where chance comes from.
    """
    means, width = _blocks(counts)
    spread = Spread(means=means, width=width, decimals=None, least=0.0)
    weights = at(spread, (np.arange(parents) + rng.random(parents)) / parents)
    with_some = round(parents * float(np.count_nonzero(counts)) / max(counts.size, 1))
    with_some = min(max(with_some, 1), parents, children) if children else 0
    order = np.argsort(-weights, kind="stable")
    parted = np.zeros(parents, dtype=int)
    parted[order[:with_some]] = 1
    chosen = order[:with_some]
    left = children - with_some
    if left > 0:
        above = np.maximum(weights[chosen] - 1, 0) + 1e-9
        parted[chosen] += quotas((above / above.sum()).tolist(), left)
    return [int(one) for one in rng.permutation(parted)]


def _blocks(values: Floats) -> tuple[tuple[float, ...], float]:
    ordered = np.sort(values)
    number = min(max(ordered.size // FEWEST, 1), _MOST_BLOCKS)
    means = tuple(float(block.mean()) for block in np.array_split(ordered, number))
    if number > 1:
        return means, 0.0
    width = float(ordered.std())
    if ordered.size < FEWEST:
        # Of so few only the size of things is told.
        return (_rough(means[0]),), _rough(width)
    return means, width


def _rough(value: float) -> float:
    return float(f"{value:.1g}")


def blocks(values: Floats) -> tuple[float, ...]:
    """Give the means of blocks of ten rows or more, ascending."""
    return _blocks(values)[0]


def at(spread: Spread, places: Floats) -> Floats:
    """Give the numbers that so large shares of all numbers lie below."""
    if len(spread.means) == 1:
        made = spread.means[0] + spread.width * 1.7 * (2 * places - 1)
    else:
        known = (np.arange(len(spread.means)) + 0.5) / len(spread.means)
        within = known[0] + places * (known[-1] - known[0])
        made = np.interp(within, known, spread.means)
    if spread.least is not None:
        made = np.maximum(made, spread.least)
    return _rounded(made, spread.decimals)


def _rounded(values: Floats, decimals: int | None) -> Floats:
    if decimals is not None:
        return np.round(values, decimals) + 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.floor(np.log10(np.abs(values)))
    size = np.where(np.isfinite(size), size, 0)
    scale = 10.0 ** (_MOST_DECIMALS - size)
    return np.round(values * scale) / scale


def _decimals(values: Floats) -> int | None:
    some = values[:: max(values.size // 10_000, 1)]
    for decimals in range(_MOST_DECIMALS + 1):
        if np.allclose(np.round(some, decimals), some, rtol=1e-12, atol=1e-12):
            return decimals
    return None


def _spikes(values: Floats) -> tuple[tuple[float, float], ...]:
    found, counts = np.unique(values, return_counts=True)
    many = max(FEWEST, _SPIKE * values.size)
    if found.size <= 1:
        return ()
    # Where all numbers are frequent they are no spikes, but how such numbers lie.
    chosen = (counts >= many) & (counts >= 5 * np.median(counts))
    return tuple(
        (float(value), float(count) / values.size)
        for value, count in zip(found[chosen], counts[chosen], strict=True)
        if not tells_apart(np.array([value]))
    )


def _repeated(values: Floats) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Mark all but the first of equal numbers."""
    _, first = np.unique(values, return_index=True)
    marked = np.ones(values.size, dtype=np.bool_)
    marked[first] = False
    return marked


def _set_apart(values: Floats, spread: Spread) -> Floats:
    """Move numbers that still come twice by as little as can be written."""
    taken = set[float]()
    for place, value in enumerate(values.tolist()):
        step = abs(value) * (1e-5 if spread.decimals is None else 2.0**-50)
        step = max(step, 0.0 if spread.decimals is None else 10.0**-spread.decimals, 1e-12)
        moved = value
        while moved in taken:
            moved = float(_rounded(np.array([moved + step]), spread.decimals)[0])
        taken.add(moved)
        values[place] = moved
    return values
