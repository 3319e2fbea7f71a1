"""Values of private documents of which is told only that they differ: how a number of them can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.comparison import NAME_WITHHELD, Fate
from ci_scriptcheck.project.native.quoting import quoted
from ci_scriptcheck.report.page import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.model.comparison import PortComparison


def sentences(comparison: PortComparison) -> Iterator[str]:
    """Say once for an output why a value is not told, and what to write so that a number is."""
    # Who reads this may know which of several are numbers; of what is named, no other thing is told.
    for file, way in _untold(comparison):
        asked = f"{{{quoted(file)}: {{{quoted(way)}: {{min: …}}}}}}"
        command = visible(f"outputs: {{{quoted(comparison.port)}: {{values: {asked}}}}}")
        yield f"of real data a number is told where its step names it: `{command}`"
        return


def _untold(comparison: PortComparison) -> Iterator[tuple[str, str]]:
    for file in comparison.files:
        if not file.format_before == file.format_after == "json":
            continue
        for value in file.values:
            is_untold = value.fate is Fate.CHANGED and (value.before, value.after) == (None, None)
            named = f"{file.path} {value.path}"
            if is_untold and NAME_WITHHELD not in named and "`" not in named:
                yield file.path, value.path
