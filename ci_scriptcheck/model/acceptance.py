"""A difference from base that a person has looked at and says is intended."""

from __future__ import annotations

import hashlib
import json

from ci_scriptcheck.model.codec import to_json
from ci_scriptcheck.model.comparison import PortComparison
from ci_scriptcheck.model.result import Finding
from ci_scriptcheck.values import dataclass

_CHARACTERS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What was accepted, and why; it stands for exactly this difference.

    Attributes:
        about: What the finding is about: a column, a file, a member.
        difference: `identity` of how the output differs; any other difference counts again.
        base: The commit that was compared with, short; for people.
    """

    step: str
    output: str
    rule: str
    about: str
    difference: str
    reason: str
    base: str | None = None

    def covers(self, finding: Finding, comparison: PortComparison) -> bool:
        """Say whether this is what was accepted."""
        return (self.step, self.output, self.rule, self.about, self.difference) == (
            finding.step,
            finding.port,
            finding.rule,
            finding.subject,
            identity(comparison),
        )


def identity(comparison: PortComparison) -> str:
    """Give a short text that is equal for the same difference, to the last figure."""
    files = [to_json(file) for file in comparison.files]
    text = json.dumps([comparison.port, files], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_CHARACTERS]
