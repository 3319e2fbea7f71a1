"""A limited reader for a command that looks at files and runs nothing."""

from __future__ import annotations

import tempfile
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.run.process.hosts import Hosts, host_key
from ci_scriptcheck.run.process.reader import Reader, reader_spec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.data.asking import AskReader, Message

_CUTTING = ("ci_scriptcheck.data.cutting.parquet", "ci_scriptcheck.data.cutting.text")
"""What takes samples of real data; it is imported while the first objects are listed."""


@contextmanager
def reading(
    root: Path | None,
    *,
    writable: tuple[Path, ...] = (),
    timeout: float = 120.0,
    first: Message | None = None,
) -> Iterator[AskReader]:
    """Give the function that has a request answered; see `data.reader` for the requests.

    Args:
        root: The repository that we are in; `None` outside of one.
        writable: Folders that it may write to beside one of its own.
        timeout: Seconds for each request.
        first: What it is asked at once, while other things are done: nobody reads the answer.
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
        one_at_a_time = threading.Lock()

        def ask(request: Message) -> Message:
            with one_at_a_time:
                return reader.ask(request)

        if first is None:
            yield ask
            return
        aside = threading.Thread(target=_quietly, args=(ask, first))
        aside.start()
        try:
            yield ask
        finally:
            if aside.is_alive():
                # Nobody has asked for anything, as it would have been told after this: so nobody waits for it.
                hosts.close()
            aside.join()


def _quietly(ask: AskReader, request: Message) -> None:
    """Ask, and leave it to the next who asks to be told what is wrong."""
    with suppress(Exception):
        ask(request)
