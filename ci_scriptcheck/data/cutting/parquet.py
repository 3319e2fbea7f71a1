"""Parquet files of which only some bytes are here: where row groups lie, and a smaller file of some.

The file has its true size, and holes where nothing was fetched. The footer says where everything is,
and may lie; a read that reaches into a hole is refused, so no zeros are taken for data.
"""

from __future__ import annotations

import io
import itertools
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np

from ci_scriptcheck.data.cutting import keys
from ci_scriptcheck.errors import did_you_mean
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa
    import pyarrow.parquet as pq

Range = tuple[int, int]

MOST_CELLS = 500_000_000
"""Written into one sample; a few bytes can stand for any number of rows."""
MOST_GROUPS = 100_000
_BATCH = 1 << 16
_MOST_BATCH_CELLS = 1 << 22
_BUFFER = 1 << 16
_MOST_DICTIONARY = 1 << 17
"""Bytes; what is more varied than that is written plainly, as trying takes most of the time."""
_GROUP = 1 << 20
"""Rows of a row group that is written; batches fill it one after the other, and need no more memory."""


class HoleError(Exception):
    """A read reached where nothing was fetched.

    Attributes:
        at: The first byte that is not here.
    """

    def __init__(self, at: int) -> None:
        super().__init__(f"nothing was fetched at {at}")
        self.at = at


class NotCutError(Exception):
    """A file cannot be cut; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where row groups lie; of each of them in their order.

    Attributes:
        spans: Their bytes.
        keys: The bytes of their keys, where a key was asked for.
    """

    rows: tuple[int, ...]
    spans: tuple[Range, ...]
    keys: tuple[Range, ...]


Chunk = tuple[int, int, int]
"""Of one column of a row group: its first byte, where its first page of data begins, and its end."""


def layout(path: Path, present: Sequence[Range], column: str | None) -> Layout:
    """Say where the row groups of a file lie, of which at least the footer is here.

    Args:
        path: The file.
        present: The bytes of it that are here.
        column: The key's.

    Raises:
        NotCutError: it is damaged, or has no such column.
        HoleError: the footer is not all here.
    """
    with _opened(path, present) as file:
        count = file.metadata.num_row_groups
        if count > MOST_GROUPS:
            raise NotCutError(f"it has {count} row groups")
        key = None if column is None else _chunk_of(file, column)
        size = path.stat().st_size
        # To look at every column of every row group takes longer than to fetch some megabytes, and whoever wrote
        # the first row group wrote the others alike. Where one is otherwise, bytes that are missing are asked for.
        is_in_order = count > 0 and _is_in_order(_chunks(file.metadata.row_group(0), size))
        rows, spans, keys = [], [], []
        for number in range(count):
            group = file.metadata.row_group(number)
            rows.append(group.num_rows)
            spans.append(_span(group, size, is_in_order=is_in_order))
            if key is not None:
                start, _, end = _chunk(group, key, size)
                keys.append((start, end))
    return Layout(rows=tuple(rows), spans=tuple(spans), keys=tuple(keys))


def chunks(
    path: Path, present: Sequence[Range], numbers: Sequence[int]
) -> tuple[tuple[Chunk, ...], ...]:
    """Say where the columns of some row groups lie.

    Raises:
        NotCutError: it is damaged.
        HoleError: the footer is not all here.
    """
    with _opened(path, present) as file:
        size = path.stat().st_size
        return tuple(tuple(_chunks(file.metadata.row_group(one), size)) for one in numbers)


def groups_with(
    path: Path, present: Sequence[Range], column: str, keep: int, *, name: str
) -> tuple[int, ...]:
    """Count for each row group the rows whose key is kept; only the keys are read.

    Raises:
        NotCutError: it is damaged, or the column is no key.
        HoleError: the keys are not all here.
    """
    with _opened(path, present) as file:
        numbers = range(file.metadata.num_row_groups)
        return tuple(int(kept.sum()) for kept in _kept(file, numbers, column, keep, name))


def write(
    path: Path,
    present: Sequence[Range],
    target: Path,
    *,
    numbers: Sequence[int],
    first_rows: int | None,
) -> int:
    """Write some row groups, or the first rows of each, as a file of their own; count its rows.

    Raises:
        NotCutError: it is damaged, or holds too much.
        HoleError: not all that is needed is here.
    """
    with _opened(path, present) as file:
        return _written(file, target, (_rows_of(file, number, first_rows) for number in numbers))


def write_kept(  # noqa: PLR0913  (everything that a sample depends on)
    path: Path,
    present: Sequence[Range],
    target: Path,
    *,
    numbers: Sequence[int] | None,
    column: str,
    keep: int,
    name: str,
) -> int:
    """Write the rows whose key is kept as a file of their own; count them.

    Args:
        path: The file.
        present: The bytes of it that are here.
        target: The smaller file.
        numbers: Of the row groups in which such rows are; `None` where that is not known.
        column: The key's.
        keep: Of 1,000 keys.
        name: Of the object.

    Raises:
        NotCutError: it is damaged, holds too much, or the column is no key.
        HoleError: not all that is needed is here.
    """
    with _opened(path, present) as file:
        if numbers is None:
            numbers = range(file.metadata.num_row_groups)
        found = _kept(file, numbers, column, keep, name)
        groups = (
            _filtered(file, number, kept)
            for number, kept in zip(numbers, found, strict=True)
            if kept.any()
        )
        return _written(file, target, groups)


class _Holey(io.RawIOBase):
    """A file whose holes are refused."""

    def __init__(self, file: BinaryIO, present: Sequence[Range]) -> None:
        self._file = file
        self._present = sorted(tuple(one) for one in present)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401  (any buffer)
        at = self._file.tell()
        end = min(at + len(buffer), self._file.seek(0, io.SEEK_END))
        self._file.seek(at)
        if at >= end:
            return 0
        for start, stop in self._present:
            if start <= at < stop:
                if stop >= end:
                    return cast("io.FileIO", self._file).readinto(buffer) or 0
                raise HoleError(stop)
        raise HoleError(at)

    def close(self) -> None:
        self._file.close()
        super().close()


class _opened:  # noqa: N801  (a context, used like a function)
    """A Parquet file with holes; what Arrow raises about it is told as one error."""

    def __init__(self, path: Path, present: Sequence[Range]) -> None:
        self._source = _Holey(path.open("rb", buffering=0), present)

    def __enter__(self) -> pq.ParquetFile:
        import pyarrow.parquet as pq

        try:
            # Buffered: pages are read as they are needed, not whole chunks of a column.
            return pq.ParquetFile(self._source, buffer_size=_BUFFER, pre_buffer=False)
        except BaseException as error:
            self._source.close()
            ours = _as_ours(error)
            if ours is error:
                raise
            raise ours from error

    def __exit__(self, kind: object, error: BaseException | None, position: object) -> None:
        self._source.close()
        if error is not None and (ours := _as_ours(error)) is not error:
            raise ours from error


def _as_ours(error: BaseException) -> BaseException:
    import pyarrow as pa

    if isinstance(error, keys.NoKeyError):
        return NotCutError(str(error))
    if isinstance(error, pa.ArrowException | OSError):
        return NotCutError(str(error).partition("\n")[0])
    return error


def _chunk_of(file: pq.ParquetFile, column: str) -> int:
    schema = file.metadata.schema
    for number in range(len(schema)):
        if schema.column(number).path == column:
            return number
    names = file.schema_arrow.names
    if column in names:
        raise NotCutError(f"its column `{column}` holds records or lists, which are no keys")
    meant = did_you_mean(column, names)
    raise NotCutError(f"it has no column `{column}`" + (f"; {meant}" if meant else ""))


def _is_in_order(chunks: Sequence[Chunk]) -> bool:
    return all(one[2] <= next_[0] for one, next_ in itertools.pairwise(chunks))


def _span(group: Any, size: int, *, is_in_order: bool) -> Range:  # noqa: ANN401  (Arrow's)
    """Give the bytes of a row group, from its first and its last column where they lie in order."""
    numbers = range(group.num_columns)
    if is_in_order:
        numbers = numbers[:: max(1, len(numbers) - 1)]
    found = [_chunk(group, number, size) for number in numbers]
    return min((one[0] for one in found), default=0), max((one[2] for one in found), default=0)


def _chunks(group: Any, size: int) -> list[Chunk]:  # noqa: ANN401  (Arrow's)
    return [_chunk(group, number, size) for number in range(group.num_columns)]


def _chunk(group: Any, number: int, size: int) -> Chunk:  # noqa: ANN401  (Arrow's)
    column = group.column(number)
    data = column.data_page_offset
    # Some writers name a dictionary at 0 where there is none; Arrow takes it so, too.
    start = column.dictionary_page_offset or data
    end = start + column.total_compressed_size
    if not 0 <= start <= data <= end <= size or column.file_path:
        raise NotCutError("its footer names bytes that it does not have")
    return start, data, end


def _kept(
    file: pq.ParquetFile, numbers: Sequence[int], column: str, keep: int, name: str
) -> Iterator[np.ndarray[Any, np.dtype[np.bool_]]]:
    """Tell for each of some row groups which of its rows are kept."""
    counts = [file.metadata.row_group(one).num_rows for one in range(file.metadata.num_row_groups)]
    if sum(counts[number] for number in numbers) > MOST_CELLS:
        raise NotCutError(f"it has more than {MOST_CELLS:,} rows")
    places = [0, *itertools.accumulate(counts)]
    for number in numbers:
        # Many rows at a time: a run of one key may stand for more than memory holds.
        first = places[number]
        batches = file.iter_batches(
            _BATCH, row_groups=[number], columns=[column], use_threads=False
        )
        found = []
        for batch in batches:
            found.append(keys.is_kept(batch.column(0), keep, name=name, first=first))
            first += batch.num_rows
        kept = np.concatenate(found) if found else np.zeros(0, dtype=bool)
        if len(kept) != counts[number]:
            raise NotCutError("it has fewer rows than its footer says")
        yield kept


def _rows_of(
    file: pq.ParquetFile, number: int, first_rows: int | None
) -> Iterator[pa.RecordBatch]:
    left = file.metadata.row_group(number).num_rows if first_rows is None else first_rows
    size = max(1, min(_batch(file), left))
    for batch in file.iter_batches(size, row_groups=[number], use_threads=False):
        yield batch.slice(0, left)
        left -= batch.num_rows
        if left <= 0:
            return


def _filtered(
    file: pq.ParquetFile, number: int, kept: np.ndarray[Any, np.dtype[np.bool_]]
) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    at = 0
    for batch in file.iter_batches(_batch(file), row_groups=[number], use_threads=False):
        mask = kept[at : at + batch.num_rows]
        if mask.any():
            yield batch.filter(pa.array(mask))
        at += batch.num_rows


def _batch(file: pq.ParquetFile) -> int:
    columns: int = file.metadata.num_columns
    return max(1, min(_BATCH, _MOST_BATCH_CELLS // max(1, columns)))


def _written(
    file: pq.ParquetFile, target: Path, groups: Iterator[Iterator[pa.RecordBatch]]
) -> int:
    """Write rows with the schema, and the compression, of the file they are of."""
    import pyarrow.parquet as pq

    metadata = file.metadata
    first = metadata.row_group(0) if metadata.num_row_groups else None
    kinds = {
        metadata.schema.column(number).physical_type for number in range(len(metadata.schema))
    }
    # What was too varied for a dictionary there is so here.
    with_dictionary = (
        [
            first.column(number).path_in_schema
            for number in range(first.num_columns)
            if first.column(number).has_dictionary_page
        ]
        if first is not None
        else []
    )
    packing = first.column(0).compression if first is not None and first.num_columns else "SNAPPY"
    rows = 0
    with pq.ParquetWriter(
        target,
        file.schema_arrow,
        compression="NONE" if packing == "UNCOMPRESSED" else packing,
        use_dictionary=with_dictionary,
        dictionary_pagesize_limit=_MOST_DICTIONARY,
        use_deprecated_int96_timestamps="INT96" in kinds,
    ) as writer:
        for group in groups:
            for batch in group:
                rows += batch.num_rows
                if rows * max(1, metadata.num_columns) > MOST_CELLS:
                    raise NotCutError(f"its sample has more than {MOST_CELLS:,} cells")
                writer.write_batch(batch, row_group_size=_GROUP)
    return rows
