"""The limited process in which drafting opens files and makes data, for as long as it is needed."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ci_scriptcheck.run.process.hosts import Hosts, host_key
from ci_scriptcheck.run.process.reader import Reader, reader_spec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def reading() -> Iterator[Callable[[dict[str, Any]], dict[str, Any]]]:
    """Give the function that has a request answered; see `data.reader` for the requests."""
    spec = reader_spec()
    with (
        tempfile.TemporaryDirectory(prefix="scriptcheck-") as folder,
        Hosts([spec]) as hosts,
        Reader(hosts.addresses[host_key(spec)], folder=Path(folder)) as reader,
    ):
        yield reader.ask
