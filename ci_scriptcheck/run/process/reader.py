"""A limited process of our own interpreter that reads what is not to be trusted."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from ci_scriptcheck.model.project import Limits
from ci_scriptcheck.run.inside import wire
from ci_scriptcheck.run.process import calls
from ci_scriptcheck.run.process.request import Address, Call, Ended, HostSpec, Script

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping
    from types import TracebackType


_OUR_CODE = Path(__file__).parents[3]
_MOST_FILES = 100_000
_MOST_BYTES = 6_000_000_000
"""In its own folder, for what fits into no memory, or for one file; what is made for a task has that one's limit."""


def reader_spec(*further: str) -> HostSpec:
    """Describe the host that readers of untrusted files are forked from.

    Args:
        further: Modules that they need beside those that all need.
    """
    return HostSpec(
        python=sys.executable,
        preload=("pyarrow", "pyarrow.parquet", "duckdb", "ci_scriptcheck.data.reader", *further),
        path=(str(_OUR_CODE),),
    )


class Reader:
    """A limited process of our own interpreter that reads what is not to be trusted.

    It is started at the first request, and again after it died or was ended at a limit.

    Attributes:
        ended: How the last request ended it; `None` where it was answered.
    """

    def __init__(
        self,
        address: Address,
        *,
        folder: Path,
        writable: tuple[str, ...] = (),
        hidden: tuple[str, ...] = (),
        timeout: float = 120.0,
        memory: int = 4 * 1024**3,
    ) -> None:
        """Describe it.

        Args:
            address: Of the host of `reader_spec`.
            folder: Where it keeps its log and temporary files.
            writable: Folders it may write to beside that.
            hidden: Folders that it has no business in, as `own_folders.hidden` gives them.
            timeout: Seconds for each request.
            memory: Bytes.
        """
        self._address = address
        self._folder = folder
        self._writable = writable
        self._hidden = hidden
        self._timeout = timeout
        self._memory = memory
        self._connection: socket.socket | None = None
        self.ended: Ended | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        position: TracebackType | None,
    ) -> None:
        self.close()

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Have a request answered by `ci_scriptcheck.data.reader.answer`.

        A process that dies may have died of what it was asked before, so another is asked once
        more; what takes too long or writes too much once does so again.

        Returns:
            The answer; `{"error": text}` where the request raised, or ended the process.
        """
        answer = self._answer(request)
        if self.ended in {None, Ended.TIMED_OUT, Ended.OUTPUT}:
            return answer
        return self._answer(request)

    def _answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        try:
            if self._connection is None:
                self._connection = self._connected()
            wire.send(self._connection.fileno(), {"ask": request})
            message = wire.receive(self._connection.fileno(), wire.Incoming()) or {}
        except (OSError, ValueError) as error:
            message = {"ending": {"how": Ended.LOST, "detail": str(error)}}
        except BaseException:  # Ctrl-C: an answer that comes later must not be taken for the next
            self.close()
            raise
        if "answer" in message:
            self.ended = None
            answer: dict[str, Any] = message["answer"]
            return answer
        self.close()
        ending = message.get("ending", {"how": Ended.LOST})
        self.ended = Ended(ending["how"])
        if self.ended is Ended.TIMED_OUT:
            return {"error": f"not read within {self._timeout:g} s"}
        if self.ended is Ended.OUTPUT:
            return {"error": ending.get("detail") or "wrote too much"}
        words = ending.get("detail") or ending.get("signal") or ""
        return {"error": f"the reader ended ({ending['how']}) {words}".strip()}

    def close(self) -> None:
        """End the process; the next request starts another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> socket.socket:
        folder = self._folder
        server = {
            "kind": "Server",
            "module": "ci_scriptcheck.data.reader",
            "function": "answer",
            "path": [str(_OUR_CODE)],
        }
        call = Call(
            target=Script(file=""),
            folder=str(folder),
            private=str(folder / "private"),
            log=str(folder / "reader.log"),
            tree=str(folder),
            limits=Limits(output_files=_MOST_FILES, output_bytes=_MOST_BYTES),
            timeout=self._timeout,
            memory=self._memory,
            writable=self._writable,
            hidden=self._hidden,
        )
        written = {**calls.written(call), "target": server}
        question = wire.packed({"token": self._address.token, "call": written})
        connection = wire.connected(self._address.socket)
        connection.sendall(question)
        return connection
