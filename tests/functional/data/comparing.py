"""Folders with one file each, compared: what tests of comparison share."""

from __future__ import annotations

import io
import tarfile
import zipfile
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from ci_scriptcheck.data.compare.comparison import compare
from ci_scriptcheck.data.compare.terms import CompareTerms
from ci_scriptcheck.data.validate.terms import Evidence

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.model.comparison import ColumnComparison, FileComparison, TableComparison

Content = Any
"""Text, bytes, or a table of Arrow."""


def write(path: Path, content: Content) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, str):
        path.write_text(content, encoding="utf-8", newline="")
    elif isinstance(content, bytes):
        path.write_bytes(content)
    else:
        pq.write_table(content, path)


def differing(  # noqa: PLR0913  (terms of comparing)
    folder: Path,
    name: str,
    before: Content,
    after: Content,
    *,
    key: tuple[str, ...] = (),
    evidence: Evidence = Evidence.VALUES,
    ways: tuple[str, ...] = (),
) -> FileComparison | None:
    """Compare two contents of one file; `None` where they hold the same."""
    write(folder / "base" / name, before)
    write(folder / "head" / name, after)
    keys = {name: key} if key else {}
    terms = CompareTerms(keys=keys, evidence=evidence, ways=ways)
    found = compare(folder / "base", folder / "head", terms)
    assert len(found) <= 1
    return found[0] if found else None


def table(
    folder: Path, name: str, before: Content, after: Content, **given: Any
) -> TableComparison:
    """Compare two tables that differ."""
    found = differing(folder, name, before, after, **given)
    assert found is not None
    assert found.table is not None, found
    return found.table


def column(compared: TableComparison, name: str) -> ColumnComparison:
    return next(one for one in compared.columns if one.name == name)


def names(compared: TableComparison) -> list[str]:
    return [one.name for one in compared.columns]


def figures(compared: ColumnComparison) -> dict[str, tuple[str | None, str | None]]:
    return {one.name: (one.before, one.after) for one in compared.figures}


def values(found: FileComparison | None) -> list[tuple[str, str, str | None, str | None]]:
    assert found is not None
    return [(one.path, one.fate.value, one.before, one.after) for one in found.values]


def a_tar(*members: tuple[str, bytes], moment: int = 1) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.uid = len(content), moment, moment
            archive.addfile(member, io.BytesIO(content))
    return target.getvalue()


def a_zip(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()
