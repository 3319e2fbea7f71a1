"""Good data with one defect put in: what the `malformed` scenario gives to scripts."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, assert_never

import pyarrow as pa

from ci_scriptcheck.model.contract import Format, TableFile
from ci_scriptcheck.model.defect import Defect, DefectKind, wrong_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ci_scriptcheck.model.contract import Entry

_DELIMITERS = {Format.CSV: b",", Format.TSV: b"\t", Format.JSONL: b"}"}
_BROKEN = b"\xff\xfe\x00\x80"
_FOOTER = 8
"""A Parquet file ends with the length of its footer and `PAR1`, four bytes each."""


def of_table(table: pa.Table, defect: Defect) -> pa.Table:
    """Put a defect of a column into a table; one of a file, or of another table, changes nothing."""
    if defect.column not in table.column_names:
        return table
    match defect.what:
        case DefectKind.MISSING_COLUMN:
            return table.drop_columns([defect.column])
        case DefectKind.WRONG_TYPE:
            text = wrong_text(defect.type or "")
            cells = pa.array(
                [f"{text} {row}" for row in range(1, table.num_rows + 1)], pa.string()
            )
            place = table.column_names.index(defect.column)
            return table.set_column(place, defect.column, cells)
        case _:
            return table


def of_files(folder: Path, entries: Sequence[Entry], defect: Defect) -> None:
    """Put a defect of a file into the files of a dataset; one of a column changes nothing."""
    if defect.file is None:
        return
    path = folder / defect.file
    content = path.read_bytes()
    match defect.what:
        case DefectKind.TRUNCATED:
            path.write_bytes(_cut(content, _format_of(defect.file, entries)))
        case DefectKind.EMPTY:
            path.write_bytes(b"")
        case DefectKind.BROKEN_BYTES:
            path.write_bytes(_broken(content))
        case DefectKind.MISSING_COLUMN | DefectKind.WRONG_TYPE:
            pass
        case _:
            assert_never(defect.what)


def _format_of(file: str, entries: Sequence[Entry]) -> Format:
    """Tell how a file is written; packed files and contents given in place are just bytes."""
    for entry in entries:
        if isinstance(entry, TableFile) and file in entry.names():
            return Format.ANY if PurePosixPath(file).suffix == ".gz" else entry.format
    return Format.ANY


def _cut(content: bytes, kind: Format) -> bytes:
    """Cut content in the middle, and where rows are lines, inside of a row."""
    if kind not in _DELIMITERS:
        return content[: len(content) // 2]
    first = content.find(b"\n") + 1 if kind is not Format.JSONL else 0
    if first >= len(content):
        first = 0  # no rows: the head is cut
    start = max(first, content.rfind(b"\n", 0, len(content) // 2) + 1)
    end = content.find(b"\n", start)
    row = content[start : end if end >= 0 else None]
    # A line without the mark is part of a quoted text, which then never ends.
    mark = row.rfind(_DELIMITERS[kind])
    return content[: start + (mark if mark >= 0 else len(row) // 2)]


def _broken(content: bytes) -> bytes:
    """Overwrite bytes where no reader can overlook it: in a Parquet file's footer, else halfway."""
    if content.endswith(b"PAR1"):
        length = int.from_bytes(content[-_FOOTER:-4], "little")
        place = len(content) - _FOOTER - length
    else:
        place = len(content) // 2
    return content[:place] + _BROKEN + content[place + len(_BROKEN) :]
