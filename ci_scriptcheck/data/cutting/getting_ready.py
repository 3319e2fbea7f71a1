"""What a first footer costs besides being read, paid before one is there.

A process that was just forked pays for each page of memory when it first writes to it, and for each function of a
library when it is first called. For a large footer that takes as long again as to read it, while a server, a person
and an empty network wait.
"""

from __future__ import annotations

import io

_FOOTER_UNPACKED = 8 << 20
"""Bytes that a footer of half a megabyte takes in memory, about."""
_PAGE = 4096
"""Bytes that a machine gives at a time, at least."""


def get_ready() -> None:
    """Read a Parquet file without rows, with memory at hand for the footer of one with very many."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    # The allocator gives large blocks back as they are freed; of the second of a size it has learned to keep it.
    for _ in range(2):
        block = bytearray(_FOOTER_UNPACKED)
        block[::_PAGE] = b"\1" * len(block[::_PAGE])
        del block
    file = io.BytesIO()
    # Nothing of pandas is imported for a schema, as it would be for an array, and that takes half a second.
    pq.ParquetWriter(file, pa.schema([pa.field("any", pa.int64())])).close()
    file.seek(0)
    pq.ParquetFile(file).close()
