"""Bounds on values in JSON outputs: those of a node are laid over those of its step, value by value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ci_scriptcheck.model import json_path
from ci_scriptcheck.model.contract import Bound

if TYPE_CHECKING:
    from ci_scriptcheck.errors import Place
    from ci_scriptcheck.project.native.documents import BoundDocument
    from ci_scriptcheck.project.native.source_lines import KeyPath, Source

Written = Mapping[str, Mapping[str, "BoundDocument | None"] | None]
"""File → way to a value → what must hold of it; `None` takes back what was said before."""


def bounds_of(levels: Iterable[tuple[Written, KeyPath]], source: Source) -> tuple[Bound, ...]:
    """Lay what several parts of the file say over each other, the most general first.

    Raises:
        UsageError: a way cannot be read, or bounds contradict each other.
    """
    found: dict[tuple[str, str], tuple[dict[str, Any], Place]] = {}
    for written, path in levels:
        for file, values in written.items():
            if values is None:
                found = {key: value for key, value in found.items() if key[0] != file}
            for way, document in (values or {}).items():
                _check_way(way, source, (*path, file, way))
                if document is None:
                    found.pop((file, way), None)
                    continue
                before = found.get((file, way), ({}, None))[0]
                keys = {**before, **document.given()}
                _check(way, keys, source, (*path, file, way))
                found[file, way] = (keys, source.place((*path, file, way)))
    return tuple(
        _bound(file, way, keys, place) for (file, way), (keys, place) in sorted(found.items())
    )


def _bound(file: str, way: str, keys: Mapping[str, Any], place: Place) -> Bound:
    return Bound(
        file=file,
        path=way,
        min=keys.get("min"),
        max=keys.get("max"),
        values=tuple(keys.get("values") or ()),
        place=place,
    )


def _check_way(way: str, source: Source, path: KeyPath) -> None:
    try:
        json_path.parsed(way)
    except ValueError as error:
        raise source.mistake(
            f"the way `{way}` {error}", path, advice="write it as `folds[*].auc`"
        ) from None


def _check(way: str, keys: Mapping[str, Any], source: Source, path: KeyPath) -> None:
    least, most = keys.get("min"), keys.get("max")
    if least is None and most is None and not keys.get("values"):
        raise source.mistake(
            f"nothing is said of `{way}`", path, advice="say `min`, `max` or `values`"
        )
    if least is None or most is None:
        return
    if isinstance(least, str) != isinstance(most, str):
        raise source.mistake(f"`min` and `max` of `{way}` are of different kinds", (*path, "max"))
    if least > most:
        raise source.mistake(f"`min` of `{way}` is greater than its `max`", (*path, "min"))
