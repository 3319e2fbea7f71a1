"""What production did, where a task does it again: which step of an execution, what it was given, and what it wrote."""

from __future__ import annotations

from collections.abc import Mapping

from ci_scriptcheck.model.comparison import FileComparison
from ci_scriptcheck.model.drift import Drift
from ci_scriptcheck.values import dataclass, field

SLIGHT = 1e-4
"""Share of itself by which a number may differ through other libraries or machines: it looks the same to four digits."""

AHEAD = "production has not run this change yet"
"""How the reason begins for which a failure on what production gave is expected."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class FixturePart:
    """Real data that fill a port, or a folder of it.

    Attributes:
        fixture: Name of the fixture in the plan: the place in S3, as it is written.
        inside: Folder of the port that they fill; empty for all of it.
    """

    fixture: str
    inside: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FromProduction:
    """What a step of an execution was given, fetched before the run begins."""

    parts: tuple[FixturePart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The step of an execution that a task does again.

    Attributes:
        execution: Its ARN; of a step that was cached, that of the execution that ran it.
        step: As the execution calls it; `None` where none of its steps is known to be this one.
        why_not: Why none is; the task is given what others write then.
        ended: When its job had ended, in ISO 8601 and UTC.
        taken: Names of variables and arguments that have the values that production gave.
        kept: Those for which `scriptcheck.yaml` says another value, which holds.
        withheld: Those that are not taken over, as their names or values speak of secrets.
        not_given: Input port → why the task is not given what production was.
        written_here: Input port → why the task is given what the step before it writes, and not what production was.
        spare: Inputs of its job that no input of the task is known to be, by their names there; only where one that the
            step before it writes may be one of them.
        written_again: Input ports of which something was written since; what lay there before, nobody has.
        uncompared: Output port → why what production wrote there cannot be looked at.
    """

    execution: str
    step: str | None = None
    why_not: str | None = None
    ended: str | None = None
    taken: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    not_given: Mapping[str, str] = field(default_factory=dict)
    written_here: Mapping[str, str] = field(default_factory=dict)
    spare: Mapping[str, FixturePart] = field(default_factory=dict)
    written_again: tuple[str, ...] = ()
    uncompared: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideProduction:
    """How what a task wrote to a port lies beside what production wrote there.

    Attributes:
        is_sample: Whether it was given, or is held against, something else than all that production had; numbers
            of rows and metrics say nothing then.
        others: Inputs for which the task was given what is not known to be production's, or nothing.
        alike: Inputs that the step before it wrote → the input of the job in production that held the same, and is
            called otherwise.
        drift: How the data lie otherwise, as a whole.
        files: How they differ row by row and value by value, where nothing is a sample.
        lies_alike: Whether rows differ, and columns and metrics lie as production's do all the same.
        is_slight: Whether no number differs by more than `SLIGHT`, and nothing else does.
        opaque: Files that are not the same, and of which nobody can say how they differ, such as models.
        why_not: Why they were not compared.
        is_as_base: Whether base writes the same there, so that the change is not why it differs; `None` where
            base was not run.
        is_base_as_production: Whether base, which writes something else there, writes what production wrote, as
            far as that can be compared.
    """

    port: str
    is_sample: bool = False
    others: tuple[str, ...] = ()
    alike: Mapping[str, str] = field(default_factory=dict)
    drift: Drift = field(default_factory=Drift)
    files: tuple[FileComparison, ...] = ()
    lies_alike: bool = False
    is_slight: bool = False
    opaque: tuple[str, ...] = ()
    why_not: str | None = None
    is_as_base: bool | None = None
    is_base_as_production: bool = False

    @property
    def why_sample(self) -> str:
        """Say why rows and metrics say nothing, where they do."""
        if not self.others:
            return "its data were samples"
        names = ", ".join(f"`{one}`" for one in self.others)
        is_one = len(self.others) == 1
        return f"its input{'s' * (not is_one)} {names} {'is' if is_one else 'are'} not known to be what production had"

    @property
    def may_be_chance(self) -> bool:
        """Say whether something speaks for it that chance is all that differs.

        Base, too, writes something else than production, which lies alike; and no rows are more or fewer.
        """
        tables = (one.table for one in self.files)
        is_as_long = all(one is None or one.rows_before == one.rows_after for one in tables)
        return self.lies_alike and self.is_as_base is True and is_as_long

    @property
    def differs(self) -> bool:
        """Say whether anything is known to be otherwise; what could not be looked into is not."""
        found = self.drift
        return bool(found.tables or found.numbers or found.untold or found.programs or self.files)

    @property
    def is_as_written(self) -> bool:
        """Say whether all rows and values are known to be as production wrote them."""
        is_known = self.why_not is None and not self.opaque and not self.drift.unread
        return is_known and not self.is_sample and not self.differs
