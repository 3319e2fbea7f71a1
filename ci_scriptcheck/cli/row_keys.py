"""What `--key` of `scriptcheck diff` says: by which columns the rows of all tables, or of those of one file, are paired."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_OF_ALL = "*"
_PACKED = frozenset({".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz"})
"""Endings of files that may hold others, whose names are not known yet."""

Keys = dict[str, tuple[str, ...]]


def row_keys(written: Iterable[str]) -> Keys:
    """Read `COLUMN`, which holds for each table, and `FILE=COLUMN`, which holds before it.

    Returns:
        File, or pattern with `*` → its columns; that of all tables is the last.

    Raises:
        UsageError: nothing stands before or behind the sign.
    """
    found: Keys = {}
    for one in written:
        file, sign, column = one.rpartition("=")
        if not column or (sign and not file):
            raise UsageError(
                what=f"`--key {one}` names no {'file' if column else 'column'}",
                advice="write `--key COLUMN`, or `--key FILE=COLUMN` for the tables of one file",
            )
        name = file or _OF_ALL
        found[name] = (*found.get(name, ()), column)
    of_all = found.pop(_OF_ALL, None)
    # A name without folders is that of a file in any of them.
    found |= {f"*/{name}": columns for name, columns in found.items() if "/" not in name}
    return found if of_all is None else {**found, _OF_ALL: of_all}


def check_files(keys: Mapping[str, tuple[str, ...]], files: Iterable[str]) -> None:
    """See to it that each file that has a key of its own is among those that are compared.

    Raises:
        UsageError: one is not.
    """
    known = sorted(set(files))
    if any(PurePosixPath(one).suffix.lower() in _PACKED for one in known):
        return
    for name in keys:
        alike = {name, name.removeprefix("*/")}
        if not any(fnmatchcase(file, one) for file in known for one in (*alike, f"*/{name}")):
            own = name.removeprefix("*/")
            raise UsageError(
                what=f"`--key` names `{own}`, and no such file is compared",
                facts=(f"there are {', '.join(f'`{one}`' for one in known[:8])}",)
                if known
                else (),
                advice=did_you_mean(own, known),
            )
