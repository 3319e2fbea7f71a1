"""An S3 on loopback that does what it is told to do wrong, and remembers what was asked of it."""

from __future__ import annotations

import hashlib
import re
import socket
import threading
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import boto3
from botocore.config import Config

BUCKET = "company-ml"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request for an object.

    Attributes:
        number: Of the requests for this key, counted from 1.
        start: First byte that was asked for.
        end: The first that was not.
        signature: What the request is signed with.
    """

    key: str
    number: int
    start: int
    end: int
    signature: str = ""


@dataclass(frozen=True, kw_only=True)
class Refuse:
    """An error instead of the object."""

    status: int
    code: str


@dataclass(frozen=True, kw_only=True)
class BreakOff:
    """So many bytes of the body, then the end of the connection; `reset` without a farewell."""

    after: int
    reset: bool = False


@dataclass(frozen=True, kw_only=True)
class Spoil:
    """One byte of the body is another."""


Fault = Refuse | BreakOff | Spoil | None


@dataclass
class Store:
    """What lies in the bucket, and what happened to it.

    Attributes:
        fault: Says what goes wrong with a request.
        before: Called before a request is answered.
        ignores_conditions: Whether it gives what is there, whatever version was asked for.
        connections: How many were opened.
    """

    objects: dict[str, bytes | Path] = field(default_factory=dict)
    etags: dict[str, str] = field(default_factory=dict)
    modified: dict[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    former: dict[tuple[str, str], bytes] = field(default_factory=dict)
    fault: Callable[[Asked], Fault] = lambda _: None
    before: Callable[[Asked], None] = lambda _: None
    ignores_conditions: bool = False
    connections: int = 0
    _times: Counter[str] = field(default_factory=Counter)

    def note(self, asked: Asked) -> None:
        """Remember a request."""
        self.asked.append(asked)
        self._times[asked.key] += 1

    def forget(self) -> None:
        """Forget what was asked."""
        self.asked.clear()
        self._times.clear()

    def put(self, key: str, content: bytes | Path, *, etag: str | None = None) -> None:
        """Put an object; one that lies in a file is given an ETag as of several parts."""
        if etag is None and isinstance(content, bytes):
            etag = hashlib.md5(content, usedforsecurity=False).hexdigest()
        self.objects[key] = content
        self.etags[key] = etag or f"{hashlib.sha256(key.encode()).hexdigest()[:32]}-9"

    def size(self, key: str) -> int:
        return _size(self.objects[key])

    def read(self, key: str | None = None) -> int:
        """Count the bytes that were asked for, of one object or of all."""
        return sum(one.end - one.start for one in self.asked if key in {None, one.key})

    def times(self, key: str) -> int:
        """Count the requests for an object."""
        return self._times[
            key
        ]  # kept, as who counts tens of thousands takes longer than who answers


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16
    disable_nagle_algorithm = True  # else a body waits 40 ms behind its headers, as of no real S3
    store: Store
    lock: threading.Lock

    def setup(self) -> None:
        super().setup()
        with self.lock:
            self.store.connections += 1

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the library's)
        pass

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        asked = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        bucket, _, key = urllib.parse.unquote(path).lstrip("/").partition("/")
        if bucket != BUCKET:
            self._refuse(404, "NoSuchBucket")
        elif not key:
            self._list(asked)
        else:
            self._object(key, asked)

    def do_HEAD(self) -> None:
        key = urllib.parse.unquote(self.path.partition("?")[0]).lstrip("/").partition("/")[2]
        if key not in self.store.objects:
            self._refuse(404, "NoSuchKey")
            return
        self.send_response(200)
        self._describe(self.store.etags[key], self.store.size(key))

    def _modified(self, key: str) -> str:
        moment = self.store.modified.get(key)
        return "" if moment is None else f"<LastModified>{moment}</LastModified>"

    def _list(self, asked: dict[str, str]) -> None:
        prefix, most = asked.get("prefix", ""), int(asked.get("max-keys", "1000"))
        after = asked.get("continuation-token", "")
        keys = sorted(key for key in self.store.objects if key.startswith(prefix) and key > after)
        beside = []
        if asked.get("delimiter"):
            below = {key: key[len(prefix) :].partition("/") for key in keys}
            beside = sorted({f"{prefix}{first}/" for first, slash, _ in below.values() if slash})
            keys = [key for key, (_, slash, _) in below.items() if not slash]
        shown, is_more = keys[:most], len(keys) > most
        lines = [
            f"<Contents><Key>{_quoted(key)}</Key><ETag>&quot;{self.store.etags[key]}&quot;</ETag>"
            f"<Size>{self.store.size(key)}</Size>{self._modified(key)}</Contents>"
            for key in shown
        ]
        lines += [
            f"<CommonPrefixes><Prefix>{_quoted(one)}</Prefix></CommonPrefixes>" for one in beside
        ]
        token = (
            f"<NextContinuationToken>{_quoted(shown[-1])}</NextContinuationToken>"
            if is_more
            else ""
        )
        text = (
            "<ListBucketResult><EncodingType>url</EncodingType>"
            f"<IsTruncated>{str(is_more).lower()}</IsTruncated>"
            f"{token}{''.join(lines)}</ListBucketResult>"
        )
        self._send(200, text.encode())

    def _object(self, key: str, asked: dict[str, str]) -> None:
        store = self.store
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        with self.lock:
            start = int(wanted[1]) if wanted else 0
            last = wanted[2] if wanted else ""
            end = int(last) + 1 if last else _size(store.objects.get(key, b""))
            request = Asked(
                key=key,
                number=store.times(key) + 1,
                start=start,
                end=end,
                signature=self.headers.get("Authorization", ""),
            )
            store.note(request)
        store.before(request)
        fault = store.fault(request)
        if isinstance(fault, Refuse):
            self._refuse(fault.status, fault.code)
            return
        content, etag = store.objects.get(key), store.etags.get(key, "")
        if "versionId" in asked:
            content = store.former.get((key, asked["versionId"]))
            etag = hashlib.md5(content or b"", usedforsecurity=False).hexdigest()
        elif not self._is_met(etag):
            self._refuse(412, "PreconditionFailed")
            return
        if content is None:
            self._refuse(404, "NoSuchKey")
            return
        size = _size(content)
        end = min(end, size) if wanted else size
        self.send_response(206 if wanted else 200)
        if wanted:
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{size}")
        self._describe(etag, end - start)
        with suppress(ConnectionError):
            self._give(content, start, end, fault)

    def _is_met(self, etag: str) -> bool:
        wanted = self.headers.get("If-Match")
        return self.store.ignores_conditions or wanted in {None, f'"{etag}"'}

    def _give(self, content: bytes | Path, start: int, end: int, fault: Fault) -> None:
        if isinstance(fault, BreakOff):
            self.wfile.write(_cut(content, start, min(end, start + fault.after)))
            self.wfile.flush()
            self.close_connection = True
            if fault.reset:
                linger = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
        elif isinstance(content, Path):
            self.wfile.flush()
            with content.open("rb") as file:
                self.connection.sendfile(file, start, end - start)
        else:
            body = bytearray(content[start:end])
            if isinstance(fault, Spoil):
                body[len(body) // 2] ^= 1
            self.wfile.write(body)
            self.wfile.flush()

    def _describe(self, etag: str, length: int) -> None:
        self.send_header("ETag", f'"{etag}"')
        self.send_header("Content-Length", str(length))
        self.send_header("Last-Modified", "Mon, 30 Nov 2026 12:00:00 GMT")
        for name, value in self.store.headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _refuse(self, status: int, code: str) -> None:
        self._send(status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that are killed are what some tests are about."""


@contextmanager
def serving(store: Store) -> Iterator[str]:
    """Serve a store; give the address."""
    handler = type("Handler", (_Handler,), {"store": store, "lock": threading.Lock()})
    with _Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def a_client(address: str, *, threads: int = 8) -> Any:
    """Make a client of S3 that takes an error for what it is at once, so that we are seen to try again."""
    return boto3.client(
        "s3",
        endpoint_url=address,
        region_name="eu-west-1",
        aws_access_key_id="AKIAEXAMPLE",
        aws_secret_access_key="not-a-secret",  # noqa: S106  (nobody's)
        config=Config(
            max_pool_connections=threads,
            read_timeout=5,
            retries={"total_max_attempts": 1},
            s3={"addressing_style": "path"},
        ),
    )


def _size(content: bytes | Path) -> int:
    return len(content) if isinstance(content, bytes) else content.stat().st_size


def _cut(content: bytes | Path, start: int, end: int) -> bytes:
    return content[start:end] if isinstance(content, bytes) else content.read_bytes()[start:end]


def _quoted(key: str) -> str:
    return escape(urllib.parse.quote(key, safe="/"))
