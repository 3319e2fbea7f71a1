"""Two NumPy arrays compared: shape, type and figures. None is ever unpickled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ci_scriptcheck.data.compare.telling import SHOWN_FROM, are_many
from ci_scriptcheck.data.compare.terms import ROUNDING
from ci_scriptcheck.data.validate.scan import UnreadableError
from ci_scriptcheck.data.validate.terms import Evidence
from ci_scriptcheck.model.comparison import Fate, ValueComparison
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np

    Array = np.ndarray[Any, Any]

MOST_BYTES = 1_000_000_000
"""Of an array; of a larger one, shape and type are told."""
_CHUNK = 1_000_000
_NUMBERS = "biuf"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Figures:
    count: int
    mean: float | None
    least: float | None
    most: float | None
    nans: int

    def named(self, evidence: Evidence) -> dict[str, str]:
        may_show = evidence is Evidence.VALUES
        shown = {"mean": self.mean} if may_show or self.count >= SHOWN_FROM else {}
        if may_show:
            shown |= {"min": self.least, "max": self.most}
        texts = {
            name: "none" if value is None else f"{value:.6g}" for name, value in shown.items()
        }
        return texts | {"nan": f"{self.nans:,}"}


def compared(
    before: Path, after: Path, evidence: Evidence
) -> tuple[tuple[ValueComparison, ...], str | None]:
    """Give what differs between two `.npy` files, and how many elements do as a sentence.

    Raises:
        UnreadableError: one is broken, or holds Python objects.
    """
    one, other = _opened(before, "base"), _opened(after, "head")
    told = {
        "shape": (str(one.shape), str(other.shape)),
        "dtype": (_type(one.dtype, evidence), _type(other.dtype, evidence)),
    }
    note, moved = None, abs(one.size - other.size)
    if one.dtype != other.dtype and len(set(told["dtype"])) == 1:
        note = "its fields are called otherwise"
    # An element may take no byte at all, and there may be any number of them.
    if max(one.nbytes, other.nbytes, one.size, other.size) <= MOST_BYTES:
        if one.shape == other.shape and _are_comparable(one, other):
            moved = sum(
                _differing(a, b) for a, b in zip(_pieces(one), _pieces(other), strict=True)
            )
            note = f"{moved:,} of {one.size:,} elements differ" if moved else None
        if one.dtype.kind in _NUMBERS and other.dtype.kind in _NUMBERS:
            figures = [_figures(array) for array in (one, other)]
            left, right = (side.named(evidence) for side in figures)
            told |= {name: (left[name], right[name]) for name in left if name in right}
            counts = abs(figures[0].count - figures[1].count)
            if evidence is not Evidence.VALUES and not are_many(moved, counts):
                told.pop("mean", None)
    values = [
        ValueComparison(path=name, fate=Fate.CHANGED, before=a, after=b)
        for name, (a, b) in told.items()
        if a != b
    ]
    return tuple(values), note


def _type(dtype: np.dtype[Any], evidence: Evidence) -> str:
    """Write a type; of real data without the names of its fields, which may be values."""
    if evidence is Evidence.VALUES:
        return str(dtype)
    if dtype.subdtype is not None:
        return f"{_type(dtype.subdtype[0], evidence)}{dtype.subdtype[1]}"
    if dtype.names is None:
        return str(dtype)
    return f"({', '.join(_type(dtype[name], evidence) for name in dtype.names)})"


def _opened(path: Path, side: str) -> Array:
    import numpy as np

    try:
        # Mapped, so that a file that claims to be large takes no memory.
        array: Array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError, TypeError, OverflowError, MemoryError):
        raise UnreadableError(f"no array that can be read on {side}") from None
    return array


def _are_comparable(one: Array, other: Array) -> bool:
    both_numbers = one.dtype.kind in _NUMBERS and other.dtype.kind in _NUMBERS
    return both_numbers or one.dtype == other.dtype


def _pieces(array: Array) -> Iterator[Array]:
    """Cut into short arrays, in the order of the axes, whatever the order in the file."""
    flat = array.flat
    for start in range(0, array.size, _CHUNK):
        yield flat[start : start + _CHUNK]


def _differing(one: Array, other: Array) -> int:
    import numpy as np

    if one.dtype.kind in "fc" and other.dtype.kind in "fc":
        is_close = np.isclose(one, other, ROUNDING, 0, equal_nan=True)
        are_whole = (one != other) & (np.trunc(one.real) == one) & (np.trunc(other.real) == other)
        return int(np.count_nonzero(~is_close | are_whole))
    if one.dtype.kind in "mM":
        # A moment or a time that is missing is not equal to itself.
        return int(np.count_nonzero((one != other) & ~(np.isnat(one) & np.isnat(other))))
    return int(np.count_nonzero(one != other))


def _figures(array: Array) -> _Figures:
    import numpy as np

    total, count, nans = 0.0, 0, 0
    ends: list[float] = []
    for piece in _pieces(array):
        numbers = piece.astype(float)
        nans += int(np.count_nonzero(np.isnan(numbers)))
        finite = numbers[np.isfinite(numbers)]
        if finite.size:
            total, count = total + float(finite.sum()), count + finite.size
            ends += [float(finite.min()), float(finite.max())]
    if not count:
        return _Figures(count=0, mean=None, least=None, most=None, nans=nans)
    return _Figures(count=count, mean=total / count, least=min(ends), most=max(ends), nans=nans)
