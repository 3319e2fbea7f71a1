"""GitHub's API on loopback, which keeps what it is told and holds both sides to the description.

It fails as it is told to: with a status, by closing the connection, before or after the deed.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.github_server.repository import BOT, Invalid, Missing, Person, Repository

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.github_server.contract import Contract

TOKEN = "ghs_secret_of_the_job"  # noqa: S105  (of no server but this)
_ID = r"(\d+)"


@dataclass(kw_only=True)
class Fault:
    """What goes wrong with the next requests of a kind.

    Attributes:
        path: Regular expression, to be found in the path.
        status: Answered instead; `None` closes the connection without a word.
        done: Whether what was asked for is done all the same.
        halfway: Whether the connection breaks in the middle of the true answer.
        body: What stands in the answer instead of what the description wants.
    """

    method: str
    path: str
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    message: str = "Server Error"
    times: int = 1
    done: bool = False
    halfway: bool = False
    body: bytes | None = None


@dataclass(kw_only=True)
class Gate:
    """Where the first requests of one kind wait for each other, so that they take place at once."""

    method: str
    path: str
    barrier: threading.Barrier
    after: bool = False
    """Whether they wait behind the deed, before its answer."""

    passed: int = 0


@dataclass
class Answer:
    """What is sent back; a list is cut into pages."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    under: str | None = None


class GitHubServer:
    """One server with one repository.

    Attributes:
        asked: Every request as `METHOD path`, in the order of their arrival.
        violations: Where a request or an answer was not as the description says.
        page: Items of a page at most; GitHub may give fewer than it was asked for.
    """

    def __init__(self, contract: Contract, prefix: str = "") -> None:
        self.contract = contract
        self.prefix = prefix
        self.repository = Repository(contract)
        self.people: dict[str, Person] = {TOKEN: BOT}
        self.page = 100
        self.knows_viewer = True
        self.faults: list[Fault] = []
        self.gates: list[Gate] = []
        self.asked: list[str] = []
        self.violations: list[str] = []
        self.lock = threading.RLock()
        self._http = _Threads(("127.0.0.1", 0), _Handler)
        self._http.github = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._http.server_address[1])

    @property
    def url(self) -> str:
        """Address of the API, as GITHUB_API_URL has it."""
        return f"http://127.0.0.1:{self.port}{self.prefix}"

    def __enter__(self) -> GitHubServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def fault(self, method: str, path: str) -> Fault | None:
        """Take the fault that is set for a request, if one is."""
        with self.lock:
            for fault in self.faults:
                if fault.times and fault.method == method and re.search(fault.path, path):
                    fault.times -= 1
                    return fault
        return None

    def meet(self, method: str, path: str, *, after: bool) -> None:
        """Wait where a gate stands."""
        for gate in self.gates:
            if gate.after is after and gate.method == method and re.search(gate.path, path):
                with self.lock:
                    gate.passed += 1
                    is_late = gate.passed > gate.barrier.parties
                if not is_late:
                    gate.barrier.wait(10)


class _Threads(ThreadingHTTPServer):
    # Its threads are waited for at the end, so that all they found is known.
    daemon_threads = False
    github: GitHubServer

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._open: list[socket.socket] = []

    def get_request(self) -> Any:
        """Keep what is open: a client that holds its connection must not hold the test."""
        connection, address = super().get_request()
        self._open.append(connection)
        return connection, address

    def server_close(self) -> None:
        """End every connection, and wait until its thread has seen it."""
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        super().server_close()

    def handle_error(self, *_: Any) -> None:
        """Note what goes wrong in the server itself, instead of printing it."""
        error = sys.exc_info()[1]
        if not isinstance(error, ConnectionError):
            self.github.violations.append(f"the server failed: {error!r}")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout: ClassVar[float | None] = 10
    server: Any

    @property
    def _github(self) -> GitHubServer:
        found: GitHubServer = self.server.github
        return found

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815  (http.server calls them so)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _serve(self) -> None:
        github, parts = self._github, urlsplit(self.path)
        path = parts.path.removeprefix(github.prefix)
        query = parse_qsl(parts.query)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        github.asked.append(f"{self.command} {path}")
        if path.startswith("/blobs/"):
            self._blob(int(path.rpartition("/")[2]), dict(query))
            return
        if path in {"/graphql", "/api/graphql"}:
            fault = github.fault(self.command, path)
            if fault is None:
                self._send(self._viewer(), path)
            else:
                self._fail(fault, path)
            return
        headers = dict(self.headers.items())
        wrong = github.contract.wrong_in_request(self.command, path, query, headers, body)
        if wrong:
            github.violations += wrong
            self._send(_invalid(wrong[0]), path)
            return
        fault = github.fault(self.command, path)
        if fault is not None and not (fault.done or fault.halfway):
            self._fail(fault, path)
            return
        github.meet(self.command, path, after=False)
        answer = self._answered(path, dict(query), body)
        github.meet(self.command, path, after=True)
        if fault is not None and not fault.halfway:
            self._fail(fault, path)
            return
        self._send(answer, path, dict(query), halfway=fault is not None)

    def _answered(self, path: str, query: Mapping[str, str], body: bytes) -> Answer:
        github = self._github
        person = github.people.get((self.headers.get("Authorization") or "").rpartition(" ")[2])
        if person is None:
            return _error(401, "Bad credentials")
        if self.command != "GET" and not person.may_write:
            return _error(403, "Resource not accessible by integration")
        repository, rest = github.repository, f"/repos/{github.repository.name}"
        with github.lock:
            for method, pattern, act in _ROUTES:
                found = re.fullmatch(re.escape(rest) + pattern, path)
                if found and method == self.command:
                    given = json.loads(body) if body else {}
                    try:
                        return act(repository, found.groups(), query, given, person)
                    except Missing:
                        return _error(404, "Not Found")
                    except Invalid as problem:
                        return _invalid(str(problem))
        return _error(404, "Not Found")

    def _viewer(self) -> Answer:
        github = self._github
        person = github.people.get((self.headers.get("Authorization") or "").rpartition(" ")[2])
        if person is None or not github.knows_viewer:
            return _error(403, "Resource not accessible by integration")
        return Answer(body={"data": {"viewer": {"login": person.login}}})

    def _blob(self, number: int, query: Mapping[str, str]) -> None:
        github = self._github
        if self.headers.get("Authorization"):
            github.violations.append("the token was sent to where artifacts are kept")
        archive = github.repository.archives.get(number)
        if archive is None or query.get("sig") != "secret":
            self._raw(403, b"", {})
            return
        fault = github.fault("GET", self.path)
        self._raw(200, archive, {"Content-Type": "application/zip"}, halfway=fault is not None)

    def _fail(self, fault: Fault, path: str) -> None:
        if fault.body is not None:
            self._raw(fault.status or 200, fault.body, {"Content-Type": "application/json"})
            return
        if fault.status is None:
            self._break()
            return
        answer = _error(fault.status, fault.message)
        answer.headers |= fault.headers
        self._send(answer, path)

    def _send(
        self,
        answer: Answer,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        halfway: bool = False,
    ) -> None:
        github = self._github
        body, headers = answer.body, dict(answer.headers)
        if isinstance(body, list):
            body, link = _cut(body, query or {}, github.page, github.url)
            headers |= {"Link": link} if link else {}
            if answer.under:
                body = {"total_count": len(answer.body), answer.under: body}
        if answer.status == 302:
            headers["Location"] = f"http://localhost:{github.port}{headers['Location']}"
        data = b"" if body is None else json.dumps(body).encode()
        if data:
            headers["Content-Type"] = "application/json"
        if not path.endswith("/graphql"):
            github.violations += github.contract.wrong_in_answer(
                self.command, path, answer.status, headers, data
            )
        self._raw(answer.status, data, headers, halfway=halfway)

    def _raw(
        self, status: int, data: bytes, headers: Mapping[str, str], *, halfway: bool = False
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if halfway else data)
        if halfway:
            self._break()

    def _break(self) -> None:
        """Reset the connection, as a server or a proxy does that goes down."""
        self.wfile.flush()
        reset = b"\x01\x00\x00\x00\x00\x00\x00\x00"  # linger for no time: RST instead of FIN
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
        self.close_connection = True
        self.connection.close()


def _cut(
    items: list[Any], query: Mapping[str, str], most: int, url: str
) -> tuple[list[Any], str | None]:
    """Cut out one page; the addresses of the others name the repository by its number, as GitHub's do."""
    size, page = min(int(query.get("per_page", "30")), most), int(query.get("page", "1"))
    last = max(1, -(-len(items) // size))
    shown = items[(page - 1) * size : page * size]
    if page >= last:
        return shown, None

    def to(number: int, name: str) -> str:
        asked = urlencode({**query, "page": number})
        return f'<{url}/repositories/1300192/list?{asked}>; rel="{name}"'

    return shown, f"{to(page + 1, 'next')}, {to(last, 'last')}"


def _error(status: int, message: str) -> Answer:
    url = "https://docs.github.com/rest"
    return Answer(status, {"message": message, "documentation_url": url, "status": str(status)})


def _invalid(message: str) -> Answer:
    answer = _error(422, "Validation Failed")
    answer.body["errors"] = [
        {"resource": "IssueComment", "code": "unprocessable", "field": "data", "message": message}
    ]
    return answer


def _blob_of(repository: Repository, parts: tuple[str, ...]) -> Answer:
    number = int(parts[0])
    if number not in repository.artifacts:
        raise Missing
    return Answer(302, None, {"Location": f"/blobs/{number}?sig=secret"})


def _post_comment(
    repository: Repository, parts: tuple[str, ...], given: dict[str, Any], person: Person
) -> Answer:
    made = repository.add_comment(int(parts[0]), given["body"], person)
    return Answer(201, made, {"Location": made["url"]})


def _delete_comment(repository: Repository, parts: tuple[str, ...]) -> Answer:
    del repository.comments[repository.comment(int(parts[0]))["id"]]
    return Answer(204)


def _artifacts(repository: Repository, run: int) -> Answer:
    found = [one for one in repository.artifacts.values() if one["workflow_run"]["id"] == run]
    return Answer(body=found, under="artifacts")


def _pulls(repository: Repository, query: Mapping[str, str]) -> Answer:
    state, head = query.get("state", "open"), query.get("head")
    return Answer(
        body=[
            pull
            for pull in repository.pulls
            if state in {"all", pull["state"]} and head in {None, pull["head"]["label"]}
        ]
    )


_ROUTES: tuple[tuple[str, str, Callable[..., Answer]], ...] = (
    (
        "GET",
        rf"/issues/{_ID}/comments",
        lambda r, p, _q, _g, _o: Answer(body=r.comments_of(int(p[0]))),
    ),
    ("POST", rf"/issues/{_ID}/comments", lambda r, p, _q, g, o: _post_comment(r, p, g, o)),
    (
        "GET",
        rf"/issues/comments/{_ID}",
        lambda r, p, _q, _g, _o: Answer(body=r.comment(int(p[0]))),
    ),
    (
        "PATCH",
        rf"/issues/comments/{_ID}",
        lambda r, p, _q, g, _o: Answer(body=r.change_comment(int(p[0]), g["body"])),
    ),
    ("DELETE", rf"/issues/comments/{_ID}", lambda r, p, _q, _g, _o: _delete_comment(r, p)),
    ("POST", "/check-runs", lambda r, _p, _q, g, _o: Answer(201, r.add_check(g))),
    ("GET", rf"/check-runs/{_ID}", lambda r, p, _q, _g, _o: Answer(body=r.check(int(p[0])))),
    (
        "PATCH",
        rf"/check-runs/{_ID}",
        lambda r, p, _q, g, _o: Answer(body=r.change_check(int(p[0]), g)),
    ),
    (
        "GET",
        r"/commits/(\w+)/check-runs",
        lambda r, p, q, _g, _o: Answer(
            body=r.checks_of(p[0], q.get("check_name")), under="check_runs"
        ),
    ),
    ("GET", "/pulls", lambda r, _p, q, _g, _o: _pulls(r, q)),
    ("GET", rf"/actions/runs/{_ID}/artifacts", lambda r, p, _q, _g, _o: _artifacts(r, int(p[0]))),
    ("GET", rf"/actions/artifacts/{_ID}/zip", lambda r, p, _q, _g, _o: _blob_of(r, p)),
    ("GET", r"/git/commits/(\w+)", lambda r, p, _q, _g, _o: Answer(body=r.commit(p[0]))),
)
