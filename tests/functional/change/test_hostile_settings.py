"""A repository whose own settings name programs: looking at what changed starts none of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.change.git.repository import CommitTree, change_set, listed_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.functional.change.conftest import Repository


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A program that leaves a file when it is started."""
    program = tmp_path / "trap"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\ncat\n")
    program.chmod(0o755)
    return program


def look(repository: Repository) -> None:
    listed_files(repository.root)[0]
    found = change_set(repository.root, base=None, environ={}, default_base=None)
    CommitTree(repository.root, found.head or "").read_many(["a.py", "b.bin"])


@pytest.mark.parametrize(
    "setting",
    [
        "core.fsmonitor",
        "core.pager",
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "filter.evil.clean",
        "filter.Ev=il.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "core.alternateRefsCommand",
        "core.sshCommand",
        "core.gitProxy",
        "remote.origin.uploadpack",
        "credential.helper",
        "gpg.program",
    ],
)
def test_no_program_in_the_settings_is_started(
    repository: Repository, trap: Path, setting: str
) -> None:
    name = setting.split(".")[1] if setting.startswith("filter") else "evil"
    repository.commit(
        {"a.py": "1\n", "b.bin": b"\0\1", ".gitattributes": f"* diff=evil filter={name}\n"}
    )
    repository.branch("topic")
    repository.commit({"a.py": "2\n", "b.bin": b"\0\2"})
    repository.write({"a.py": "3\n", "c.py": "new\n"})
    repository.git("config", f"filter.{name}.required", "true")
    repository.git("config", setting, str(trap))
    # Equal content with a new time makes git look into the file.
    os.utime(repository.root / "b.bin")

    look(repository)

    assert not (trap.parent / "sprung").exists()


def test_no_hook_is_started_and_the_index_is_left_alone(
    repository: Repository, trap: Path
) -> None:
    repository.commit({"a.py": "1\n"})
    hook = repository.root / ".git" / "hooks" / "post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_bytes(trap.read_bytes())
    hook.chmod(0o755)
    os.utime(repository.root / "a.py", (1, 1))
    before = (repository.root / ".git" / "index").read_bytes()

    look(repository)

    assert not (trap.parent / "sprung").exists()
    assert (repository.root / ".git" / "index").read_bytes() == before
