"""A job of a workflow that publishes, and the runs for forks that it may be about."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from typing import TYPE_CHECKING, Any

from ci_scriptcheck.cli.main import main
from ci_scriptcheck.model.run_record import RunRecord
from ci_scriptcheck.run import record as run_record
from tests.github_server.repository import HEAD, NAME
from tests.github_server.server import TOKEN, GitHubServer

if TYPE_CHECKING:
    from pathlib import Path

PULL = 42
RUN = 7
MERGE = "e" * 40


class Job:
    """A job of a workflow: its variables, and the files that its runner reads."""

    def __init__(self, folder: Path, server: GitHubServer) -> None:
        self.folder = folder
        self.server = server
        self.variables = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": server.url,
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": NAME,
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_EVENT_PATH": str(folder / "event.json"),
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
            "GITHUB_RUN_ID": str(RUN),
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_SHA": MERGE,
            "GITHUB_TOKEN": TOKEN,
        }
        self.about(
            {"pull_request": {"number": PULL, "head": {"sha": HEAD}, "base": {"ref": "main"}}}
        )

    def about(self, payload: object, event: str = "pull_request") -> None:
        """Say what started it."""
        (self.folder / "event.json").write_text(json.dumps(payload))
        self.variables["GITHUB_EVENT_NAME"] = event

    def publish(self, *words: str) -> int:
        return main(["publish", *words], self.variables)

    def run_directory(self, record: RunRecord, name: str = "run") -> str:
        """Write a record as a run does."""
        folder = self.folder / name
        folder.mkdir()
        run_record.write_record(folder, record)
        return str(folder)

    def told(self, file: str) -> str:
        """Give what was written into a file for the runner."""
        path = self.folder / file
        return path.read_text() if path.exists() else ""


def fork(job: Job, server: GitHubServer, *archives: bytes, head: str = HEAD, **run: Any) -> None:
    """Let a run for a fork have ended, which left these archives."""
    server.repository.add_pull(
        PULL, head=head, branch="better", repository="mallory/fraud", base="main"
    )
    server.repository.add_pull(
        1, head="a" * 40, branch="innocent", repository="acme/fraud", base="main"
    )
    for number, content in enumerate(archives):
        name = f"scriptcheck-{number:03}" if number else "scriptcheck"
        server.repository.add_artifact(77, name, content)
    payload = {
        "id": 77,
        "run_attempt": 2,
        "event": "pull_request",
        "head_sha": HEAD,
        "head_branch": "better",
        "head_repository": {"full_name": "mallory/fraud"},
        "pull_requests": [],
    }
    job.about({"workflow_run": payload | run}, "workflow_run")


def archive(record: RunRecord | bytes) -> bytes:
    content = io.BytesIO()
    if isinstance(record, RunRecord):
        record = json.dumps(
            {"format": 1, "written_by": "1", **run_record.to_public(record)}
        ).encode()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("record.json", record)
        packed.writestr("junit.xml", "<x/>")
    return content.getvalue()


def archive_lying_at(place: int) -> bytes:
    """Pack a record of which the archive's list says in 64 bits where it lies."""
    name, content = b"record.json", b"{}"
    sizes = (0x21, 0, len(content), len(content), len(name))
    member = struct.pack("<4s5H3L2H", b"PK\3\4", 45, 0, 0, 0, *sizes, 0) + name + content
    further = struct.pack("<HHQ", 1, 8, place)
    places = (len(further), 0, 0, 0, 0, 0xFFFFFFFF)
    listed = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 45, 3, 45, 0, 0, 0, 0, *sizes, *places)
    listed += name + further
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(listed), len(member), 0)
    return member + listed + end
