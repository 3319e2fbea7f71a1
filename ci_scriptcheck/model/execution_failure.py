"""Why a job failed, as far as it may be told: what a script has said may hold a value of the data.

SageMaker hands on what a container printed behind `AlgorithmError`; what begins otherwise, such as `CapacityError`,
it says itself.
"""

from __future__ import annotations

import builtins
import re

WITHHELD = "its text is withheld, as it may hold values of the data"
LONGEST = 200

_OWN = ("CapacityError", "ClientError", "InternalServerError")
_KINDS = re.compile(r"AlgorithmError(?:: ExecuteUserScriptError)?")
_CODE = re.compile(r"[Ee]xit ?[Cc]ode:? (\d+)")
_RAISED = re.compile(r"^ErrorMessage \"([A-Z][A-Za-z]*)\s*:", re.MULTILINE)


def told(failure: str) -> str:
    """Give the reason of a failure without what a script has said."""
    if failure.startswith(_OWN):
        line = " ".join(failure.split())
        return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
    kinds, code = _KINDS.match(failure), _CODE.search(failure.partition("ErrorMessage")[0])
    parts = [
        "" if kinds is None else kinds[0],
        "" if code is None else f"exit code {code[1]}",
        _raised(failure),
    ]
    known = ", ".join(part for part in parts if part)
    return f"{known} ({WITHHELD})" if known else f"({WITHHELD})"


def _raised(failure: str) -> str:
    """Give the class of what was raised, where it is Python's own: another may be named by data."""
    found = _RAISED.search(failure)
    kind = None if found is None else getattr(builtins, found[1], None)
    is_error = isinstance(kind, type) and issubclass(kind, BaseException)
    return found[1] if found is not None and is_error else ""
