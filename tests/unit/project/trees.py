"""Trees of files that are given as text."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.project.loader import load_project

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ci_scriptcheck.model.project import Project

SCRIPT = """\
def main(input_paths, output_paths, environ_vars, job_args):
"""


class MemoryTree:
    """A tree whose files are in memory."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = {path: dedent(text).encode() for path, text in files.items()}

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self.files))

    def has(self, path: str) -> bool:
        return path in self.files

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise FileNotFoundError(path)
        return self.files[path]

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        return {path: self.files[path] for path in paths if path in self.files}

    def blob_ids(self, paths: Iterable[str]) -> dict[str, str]:
        return {path: repr(content) for path, content in self.read_many(paths).items()}


def a_script(*, reads: Iterable[str] = (), writes: Iterable[str] = (), more: str = "") -> str:
    """Write a script that reads and writes these ports."""
    body = [f"    open(input_paths[{name!r}])" for name in reads]
    body.extend(f"    open(output_paths[{name!r}], 'w')" for name in writes)
    body.extend(f"    {line}" for line in (more.splitlines() or ["pass"]))
    return SCRIPT + "\n".join(body) + "\n"


def a_project(settings: str, **scripts: str) -> Project:
    """Load a project at the root of a tree; each script is called by its stem."""
    return load_project(a_tree(settings, **scripts))


def a_tree(settings: str, **scripts: str) -> MemoryTree:
    files = {f"{stem}.py": text for stem, text in scripts.items()}
    return MemoryTree({"scriptcheck.yaml": settings, **files})


def the_mistake(settings: str, **scripts: str) -> UsageError:
    """Give the error that loading this project ends with."""
    with pytest.raises(UsageError) as caught:
        a_project(settings, **scripts)
    return caught.value
