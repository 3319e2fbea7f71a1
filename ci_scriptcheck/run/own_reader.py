"""A limited reader for a command that looks at files and runs nothing."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.run.process.hosts import Hosts, host_key
from ci_scriptcheck.run.process.reader import Reader, reader_spec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.data.asking import AskReader

_CUTTING = ("ci_scriptcheck.data.cutting.parquet", "ci_scriptcheck.data.cutting.text")
"""What takes samples of real data; it is imported while the first objects are listed."""


@contextmanager
def reading(
    root: Path | None, *, writable: tuple[Path, ...] = (), timeout: float = 120.0
) -> Iterator[AskReader]:
    """Give the function that has a request answered; see `data.reader` for the requests.

    Args:
        root: The repository that we are in; `None` outside of one.
        writable: Folders that it may write to beside one of its own.
        timeout: Seconds for each request.
    """
    spec = reader_spec(*_CUTTING)
    with (
        tempfile.TemporaryDirectory(prefix="scriptcheck-") as folder,
        Hosts([spec], repository=root) as hosts,
        Reader(
            hosts.addresses[host_key(spec)],
            folder=Path(folder),
            writable=tuple(str(one.resolve()) for one in writable),
            timeout=timeout,
        ) as reader,
    ):
        yield reader.ask
