"""Lines around a fault, cut from the project's files while they are as the run saw them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck import repository_file
from ci_scriptcheck.errors import cut_out
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.errors import Excerpt, Place
    from ci_scriptcheck.model.result import Finding

_AROUND = 2
_LARGEST_FILE = 5_000_000


def with_excerpt(finding: Finding, root: Path) -> Finding:
    """Add the five lines around the place of a finding, where there is such a line."""
    if finding.excerpt is not None or finding.place is None or finding.place.line is None:
        return finding
    return replace(finding, excerpt=_cut(root, finding.place, finding.place.line))


def _cut(root: Path, place: Place, line: int) -> Excerpt | None:
    # A script can make its code seem to come from anywhere, from a pipe too.
    try:
        if (root / place.file).stat().st_size > _LARGEST_FILE:
            return None
        content = repository_file.read(str(root), place.file)
    except OSError:
        return None
    text = content.decode(errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    return cut_out(text, line, around=_AROUND)
