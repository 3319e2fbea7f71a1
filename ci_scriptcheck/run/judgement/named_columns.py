"""Variables that name columns: a script that is told of a column which is not there often guesses.

A variable counts when its own name says that it names columns (`LABEL_FIELD`, `ID_COLUMNS`), and
its value when it can be the name of one. Columns that the script itself writes are its own affair.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import nearest
from ci_scriptcheck.model.column_names import named
from ci_scriptcheck.model.result import Level
from ci_scriptcheck.run.judgement.case import shown
from ci_scriptcheck.run.process.request import Ended

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.model.result import Finding
    from ci_scriptcheck.run.judgement.case import Case

_NAMES_COLUMNS = re.compile(
    r"(^|_)(FIELD|FIELDS|COLUMN|COLUMNS|COL|COLS)(_LIST|_NAME|_NAMES)?$"
    r"|(^|_)(LABEL|TARGET|FEATURE|KEY)_NAMES?$",
    re.IGNORECASE,
)
# What is written, left out or only tested for need not be there.
_NOT_READ = re.compile(
    r"(^|_)(OUTPUT|OUT|NEW|RESULT|PREDICTION|EXCLUDE|EXCLUDED|DROP|IGNORE|OPTIONAL|MISSING|ENABLE|DISABLE|NUM|MAX|MIN)(_|$)",
    re.IGNORECASE,
)


def look(case: Case) -> Iterator[Finding]:
    """Find variables whose columns are in no table that went in or came out."""
    inputs = frozenset(name for item in case.inputs.values() for name in item.columns)
    if not inputs:
        return
    written = frozenset(name for item in case.outputs.values() for name in item.columns)
    for variable, value in sorted(case.task.variables.items()):
        if _NAMES_COLUMNS.search(variable) and not _NOT_READ.search(variable):
            missing = tuple(name for name in named(value) if name not in inputs | written)
            if missing:
                yield _finding(case, variable, missing, inputs)


def _finding(
    case: Case, variable: str, missing: tuple[str, ...], columns: frozenset[str]
) -> Finding:
    near = nearest(missing[0], columns)
    hint = f"Set `{variable}` under `env:` to a column that is there"
    # After a bad end it may explain the end; what the script would have written is not known then.
    level = None if case.ending.how is Ended.RETURNED else Level.WARNING
    return case.finding(
        "SC219",
        f"`{variable}` names {shown(missing)}, which no input has",
        subject=variable,
        evidence=(f"the inputs have {shown(tuple(sorted(columns)), limit=8)}",),
        advice=f"{hint}; did you mean `{near}`?" if near else f"{hint}.",
        level=level,
    )
