"""Whether the values of a JSON file are within their bounds; what is read was written by a script."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, TypeGuard

from ci_scriptcheck.data.numbers_alike import is_alike
from ci_scriptcheck.model import json_path
from ci_scriptcheck.model.mismatch import Breach
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ci_scriptcheck.model.contract import Bound, Scalar

MOST_BYTES = 100_000_000
"""Of a JSON document, which has to lie in memory as a whole."""

_MOST_SHOWN = 5
_LONGEST = 80


def breaches(folder: Path, bounds: Iterable[Bound]) -> tuple[Breach, ...]:
    """Hold the JSON files of a folder against bounds; each file is read once."""
    files = sorted(path.relative_to(folder).as_posix() for path in _files(folder))
    documents: dict[str, object] = {}
    found: list[Breach] = []
    for number, bound in enumerate(bounds):
        fitting = [name for name in files if fnmatchcase(name, bound.file)]
        if not fitting:
            beside = tuple(files[:_MOST_SHOWN])
            found.append(Breach(number=number, file=bound.file, beside=beside, broken=_ABSENT))
        for name in fitting:
            if name not in documents:
                documents[name] = _read(folder / name)
            breach = _breach(number, name, documents[name], bound)
            if breach is not None:
                found.append(breach)
    return tuple(found)


_ABSENT = "is not there"
_EMPTY = "empty (`*` asks for one item at least)"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Broken:
    why: str


def _files(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _read(path: Path) -> object:
    try:
        if path.stat().st_size > MOST_BYTES:
            return _Broken(why=f"is larger than {MOST_BYTES:,} bytes")
        return json.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _Broken(why="is no text in UTF-8")
    except (ValueError, RecursionError) as error:
        return _Broken(why=f"is no JSON: {error}"[:200])
    except OSError as error:
        return _Broken(why=f"cannot be read: {error.strerror}")


def _breach(number: int, name: str, document: object, bound: Bound) -> Breach | None:
    if isinstance(document, _Broken):
        return Breach(number=number, file=name, broken=document.why)
    wrong: list[tuple[str, str]] = []
    for one in json_path.walked(document, json_path.parsed(bound.path)):
        if isinstance(one, json_path.Missing):
            beside = tuple(key[:_LONGEST] for key in one.beside[:1000])
            return Breach(number=number, file=name, missing=one.at[:200], beside=beside)
        if isinstance(one, json_path.Empty):
            wrong.append((one.at[:200] or "*", _EMPTY))
        elif not _holds(one.value, bound):
            wrong.append((one.at[:200], _shown(one.value)))
    if not wrong:
        return None
    return Breach(number=number, file=name, places=tuple(wrong[:_MOST_SHOWN]), count=len(wrong))


def _holds(value: Any, bound: Bound) -> bool:  # noqa: ANN401  (JSON)
    if bound.length is not None:
        return isinstance(value, list) and len(value) == bound.length
    if bound.values and not any(_is_equal(value, one, bound.tolerance) for one in bound.values):
        return False
    return _is_at_least(value, bound.min) and _is_at_most(value, bound.max)


def _is_at_least(value: Any, limit: Scalar) -> bool:  # noqa: ANN401  (JSON)
    return limit is None or (_is_comparable(value, limit) and value >= limit)


def _is_at_most(value: Any, limit: Scalar) -> bool:  # noqa: ANN401  (JSON)
    return limit is None or (_is_comparable(value, limit) and value <= limit)


def _is_equal(value: object, wanted: Scalar, tolerance: float) -> bool:
    if _is_number(value) and _is_number(wanted):
        return is_alike(wanted, value, tolerance)
    return type(value) is type(wanted) and value == wanted


def _is_comparable(value: object, limit: Scalar) -> bool:
    if isinstance(limit, str):
        return isinstance(value, str)
    return _is_number(value)


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: object) -> str:
    if isinstance(value, dict | list):
        kind = "an object" if isinstance(value, dict) else "a list"
        return f"{kind} of {len(value):,}"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
