"""Which files differ between two commits, or between a commit and the working folder, and where.

Git's answers are parsed here. Renames are found, names are taken as they are, and lines are told
for the kinds of files in which a person would look for them.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from ci_scriptcheck.change.git import command, overlooked
from ci_scriptcheck.model.change import ChangeKind, FileChange
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

Lines = tuple[tuple[int, int], ...]

SOURCE_SUFFIXES = (
    *(".cfg", ".ini", ".ipynb", ".json", ".md", ".py", ".sh"),
    *(".sql", ".toml", ".txt", ".yaml", ".yml"),
)
"""Files whose changed lines are told; a patch of a data file would be as large as the data."""

MOST_WITH_LINES = 500
"""Files whose lines are told at most: nobody reads those of more."""

LARGEST_SOURCE = 1_000_000
"""Bytes of a new file beyond which nobody looks for its lines."""

_DIFF = (
    "diff",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--no-relative",
    "--ignore-submodules=dirty",
    "--submodule=short",
    f"-O{os.devnull}",
    "-M",
    "-z",
)
_PATCH = ("-p", "-U0", "--inter-hunk-context=0", "--src-prefix=a/", "--dst-prefix=b/")
_RAW = ("--raw", "--no-abbrev")
_KINDS = {
    "A": ChangeKind.ADDED,
    "C": ChangeKind.ADDED,
    "D": ChangeKind.DELETED,
    "R": ChangeKind.RENAMED,
}
_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPE = re.compile(rb'\\([abfnrtv"\\]|[0-7]{3})')
_ESCAPED = {
    b"a": b"\a",
    b"b": b"\b",
    b"f": b"\f",
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"v": b"\v",
}


def between(root: Path, base: str, head: str) -> tuple[FileChange, ...]:
    """List what differs between two commits, sorted by path."""
    changes = parse_raw(command.run(root, *_DIFF, *_RAW, base, head))
    return with_lines(changes, _patched_lines(root, changes, [base, head], {}))


def in_working_folder(
    root: Path, base: str, head: str, *, filters: Mapping[str, str]
) -> tuple[tuple[FileChange, ...], bool]:
    """List what differs between a commit and the working folder, and whether head is not all of it.

    Files that nobody has added to git yet count as added.

    Args:
        root: The repository.
        base: Id of the commit.
        head: Id of the one that is checked out.
        filters: Variables as `command.without_filters` gives them.
    """
    with command.copied_index(root) as index:
        variables = {**index, **filters}
        questions = [
            [*_DIFF, *_RAW, base],
            ["ls-files", "-z", "--others", "--exclude-standard", *overlooked.options(root)],
        ]
        if base != head:
            questions.append([*_DIFF, *_RAW, base, head])
        answers = command.run_together(root, *questions, variables=variables)
        here, untracked, committed = *answers[:2], b"".join(answers[2:])
        changes = parse_raw(here)
        lines = _patched_lines(root, changes, [base], variables)
    new = _untracked(root, untracked)
    # A content that is in no commit has no id in git's answer, so the answers differ.
    return _merged(with_lines(changes, lines), new), bool(new) or here != committed


def parse_raw(answer: bytes) -> tuple[FileChange, ...]:
    """Read the answer of `git diff --raw -z`, sorted by path."""
    words = iter(os.fsdecode(answer).split("\0"))
    changes = []
    for facts in words:
        if not facts:
            break
        status = facts.rpartition(" ")[2][0]
        path = next(words)
        old = path if status in "RC" else None
        if old is not None:
            path = next(words)
        kind = _KINDS.get(status, ChangeKind.MODIFIED)
        if status == "R":
            _, _, before, after, _ = facts.split(" ")
            # Not told by git's own 100 %: it compares lines, and not their order. What nobody has
            # added to git has no id, and is not equal.
            is_same = before == after
            changes.append(FileChange(path=path, kind=kind, old_path=old, is_same=is_same))
        else:
            changes.append(FileChange(path=path, kind=kind))
    return tuple(sorted(changes, key=lambda change: change.path))


def parse_patch(patch: bytes) -> dict[str, Lines]:
    """Read from a patch without context the new or changed lines of each file of head."""
    found: dict[str, Lines] = {}
    path, runs = "", list[tuple[int, int]]()
    lines = iter(patch.split(b"\n"))
    for line in lines:
        if line.startswith(b"+++ "):
            path, runs = _name_of(line[4:]), []
        elif hunk := _HUNK.match(line):
            first, count = int(hunk[2]), int(hunk[3] or 1)
            if count:
                runs.append((first, first + count - 1))
                found[path] = tuple(runs)
            _skip(lines, int(hunk[1] or 1) + count)
    return found


def with_lines(
    changes: tuple[FileChange, ...], lines: Mapping[str, Lines]
) -> tuple[FileChange, ...]:
    """Give the changes with their lines, where some are known."""
    return tuple(
        replace(change, lines=lines[change.path]) if change.path in lines else change
        for change in changes
    )


def _skip(lines: Iterator[bytes], count: int) -> None:
    """Pass over the content of a hunk, which may look like anything."""
    for _ in range(count):
        next(lines, None)


def _name_of(written: bytes) -> str:
    """Read a file's name in a patch: quoted where it holds odd characters, else with a tab behind."""
    if not written.startswith(b'"'):
        return os.fsdecode(written.removesuffix(b"\t"))[2:]
    return os.fsdecode(_ESCAPE.sub(_unescaped, written.strip()[1:-1]))[2:]


def _unescaped(found: re.Match[bytes]) -> bytes:
    mark = found[1]
    return bytes([int(mark, 8)]) if mark.isdigit() else _ESCAPED.get(mark, mark)


def _patched_lines(
    root: Path,
    changes: tuple[FileChange, ...],
    commits: list[str],
    variables: Mapping[str, str],
) -> dict[str, Lines]:
    """Ask for the lines of the source files among the changes, and of no other file."""
    sources = [change for change in changes if change.path.endswith(SOURCE_SUFFIXES)]
    paths: list[str] = []
    for change in sources[:MOST_WITH_LINES]:
        paths += [change.path] if change.old_path is None else [change.path, change.old_path]
    if not paths:
        return {}
    # Without the refresh, git looks at these files only.
    options = ["--literal-pathspecs", "-c", "diff.autoRefreshIndex=false"]
    (patch,) = command.run_together(
        root, [*options, *_DIFF, *_PATCH, *commits, "--", *paths], variables=variables
    )
    return parse_patch(patch)


def _untracked(root: Path, answer: bytes) -> tuple[FileChange, ...]:
    # A name that ends in a slash is a repository of its own inside this one.
    paths = [path for path in os.fsdecode(answer).split("\0") if path and not path.endswith("/")]
    return tuple(
        FileChange(path=path, kind=ChangeKind.ADDED, lines=_all_lines(root / path))
        for path in paths
    )


def _all_lines(file: Path) -> Lines:
    if file.suffix not in SOURCE_SUFFIXES:
        return ()
    try:
        if file.stat().st_size > LARGEST_SOURCE:
            return ()
        content = file.read_bytes()
    except OSError:
        return ()
    return ((1, len(content.splitlines())),) if content else ()


def _merged(
    tracked: tuple[FileChange, ...], untracked: tuple[FileChange, ...]
) -> tuple[FileChange, ...]:
    """Join both lists; a file that was taken out of git and is still there is modified."""
    new = {change.path: change for change in untracked}
    joined = []
    for change in tracked:
        again = new.pop(change.path, None)
        joined.append(change if again is None else replace(again, kind=ChangeKind.MODIFIED))
    return tuple(sorted([*joined, *new.values()], key=lambda change: change.path))
