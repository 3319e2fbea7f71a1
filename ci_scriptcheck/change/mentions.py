"""Where a change speaks of what a failure names: the line that took the column away.

A failure often shows far from its cause. The words it quotes are looked for in the lines that the
change took away or put there, and the first place is told with the failure.
"""

from __future__ import annotations

import contextlib
import difflib
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from ci_scriptcheck import repository_file
from ci_scriptcheck.change.git.repository import CommitTree
from ci_scriptcheck.errors import Place, ScriptcheckError
from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.acceptance import FILE_NAME
from ci_scriptcheck.model.result import Level
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ci_scriptcheck.model.change import ChangeSet
    from ci_scriptcheck.model.result import Finding, TaskResult
    from ci_scriptcheck.model.run_record import RunRecord

MOST_FILES = 200
MOST_BYTES = 500_000
"""Beyond these a change is not read: what it means to one failure would be a guess."""

# pandas puts words before the name where a group lacks the column.
_QUOTED = re.compile(r"(['\"`])(?:Column not found: )?([A-Za-z_][\w.-]{2,80})\1")
_HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))?")

Lines = tuple[tuple[Place, str], ...]
"""Each line that was taken away or put there, with where that is in head."""


def told(record: RunRecord, root: Path) -> RunRecord:
    """Add to the failures of a record where the change speaks of what they name.

    Args:
        record: The record of a run that has just ended.
        root: The repository; its folder still holds what was run.
    """
    failing = {task.id for task, _ in verdict.failures(record)}
    if not failing or record.plan.changes.base is None:
        return record
    try:
        lines = changed_lines(root, record.plan.changes)
    except (OSError, ScriptcheckError):
        return record
    results = tuple(
        _explained(result, lines) if result.task in failing else result
        for result in record.results
    )
    return replace(record, results=results)


def changed_lines(root: Path, changes: ChangeSet) -> Lines:
    """Read the lines that differ between base and the working folder, file by file.

    Raises:
        ChangeError: base cannot be read.
    """
    # What was accepted speaks of a difference, and makes none.
    changed = [change for change in changes.files if PurePosixPath(change.path).name != FILE_NAME]
    files = {change.path: change.old_path or change.path for change in changed[:MOST_FILES]}
    tree = CommitTree(root, str(changes.base))
    try:
        before = tree.read_many(files.values())
    finally:
        tree.close()
    after = {path: _now(root, path) for path in files}
    return tuple(
        line
        for path, old in files.items()
        for line in _of_file(path, before.get(old, b""), after[path])
    )


def first_mention(
    message: str, lines: Lines, *, port: str | None = None
) -> tuple[str, Place] | None:
    """Find the first quoted name of a message that these lines hold as a whole word.

    Args:
        message: What is wrong.
        lines: What the change took away or put there.
        port: Where it is wrong: it is named beside what is, and every line of settings may name it.
    """
    for name in (name for _, name in _QUOTED.findall(message) if name != port):
        word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
        for place, text in lines:
            if word.search(text):
                return name, place
    return None


def _now(root: Path, path: str) -> bytes:
    with contextlib.suppress(FileNotFoundError, IsADirectoryError):
        return repository_file.read(str(root), path)
    return b""


def _of_file(path: str, before: bytes, after: bytes) -> Iterator[tuple[Place, str]]:
    if max(len(before), len(after)) > MOST_BYTES or b"\0" in before or b"\0" in after:
        return
    old = before.decode(errors="replace").splitlines()
    new = after.decode(errors="replace").splitlines()
    gone = put = last = 0
    for text in list(difflib.unified_diff(old, new, n=0, lineterm=""))[2:]:
        hunk = _HUNK.match(text)
        if hunk:
            gone = put = max(int(hunk[1]), 1)
            last = put + max(int(hunk[2] or 1) - 1, 0)
        elif text.startswith("+"):
            yield Place(file=path, line=put), text[1:]
            put += 1
        else:
            # What stands in its place now, as far as that can be told.
            yield Place(file=path, line=min(gone, last)), text[1:]
            gone += 1


def _explained(result: TaskResult, lines: Lines) -> TaskResult:
    return replace(result, findings=tuple(_with_mention(item, lines) for item in result.findings))


def _with_mention(finding: Finding, lines: Lines) -> Finding:
    if finding.severity is not Level.ERROR:
        return finding
    found = first_mention(finding.message, lines, port=finding.port)
    if found is None or found[1] == finding.place:
        return finding
    sentence = f"`{found[0]}` appears in this change at {found[1]}."
    return replace(finding, evidence=(*finding.evidence, sentence))
