"""What to do about a script that left with an exit status, by what it printed last."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.model.result import Finding, TaskResult

LEFT = "SC203"
"""The rule about leaving with an exit status."""

_WAY = "Traceback (most recent call last):"

# What `argparse` prints before it leaves.
_USAGE = re.compile(r"^usage: ")
_LACKING = re.compile(r"error: the following arguments are required: (.+)$")
_STRANGE = re.compile(r"error: unrecognized arguments: (.+)$")
_NAME = re.compile(r"--([A-Za-z][\w-]*)")


def printed(result: TaskResult, errors: Iterable[Finding]) -> tuple[str, ...]:
    """Give the last lines of the log; of a script that left, those before the way to where it did."""
    lines = result.log_tail
    if any(finding.rule == LEFT for finding in errors) and _WAY in lines:
        return lines[: len(lines) - 1 - lines[::-1].index(_WAY)]
    return lines


def advice(task: Task, result: TaskResult, finding: Finding) -> str | None:
    """Tell which arguments the script's command line lacks, if that is why it left."""
    if finding.rule != LEFT or not any(_USAGE.match(line) for line in result.log_tail):
        return None
    for line in reversed(result.log_tail):
        lacking, strange = _LACKING.search(line), _STRANGE.search(line)
        if lacking:
            names = _NAME.findall(lacking[1].partition("/")[0])
            given = ", ".join(f"`{name}`" for name in names) or "what it lacks"
            return f"give {given} a value under `args:` of the step `{task.step}`"
        if strange:
            names = _NAME.findall(strange[1])
            shown = ", ".join(f"`{name}`" for name in names) or f"`{strange[1]}`"
            return f"its parser does not know {shown}: take it out of `args:`, or add it there"
    return f"give it what its usage asks for under `args:` of the step `{task.step}`"
