"""What came out: findings, the result of each task, and the record of a whole run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from ci_scriptcheck.errors import Excerpt, Place
from ci_scriptcheck.model.comparison import PortComparison
from ci_scriptcheck.model.port_profile import PortProfile
from ci_scriptcheck.model.production import BesideProduction
from ci_scriptcheck.values import dataclass, field


class Outcome(StrEnum):
    """How a task ended."""

    PASSED = "passed"
    FAILED = "failed"
    VACUOUS = "vacuous"
    CRASHED = "crashed"
    TIMED_OUT = "timed_out"
    NOT_RUN = "not_run"
    REUSED = "reused"


BROKEN = frozenset({Outcome.FAILED, Outcome.VACUOUS, Outcome.CRASHED, Outcome.TIMED_OUT})
"""Outcomes that mean that the script did not do its work."""

ENDED_WELL = frozenset({Outcome.PASSED, Outcome.REUSED})
"""Those that mean that it did, now or before."""


class Level(StrEnum):
    """How much a finding counts."""

    ERROR = "error"
    WARNING = "warning"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Evidence in rows and columns, all cells written out.

    Attributes:
        more: How many rows were left out.
        names: How many of the first columns name what the others are about.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: int = 0
    names: int = 1


_RAISED = "SC201"
_WROTE = frozenset({"SC217", "SC224"})
"""Errors of a run that wrote what it should: by chance, or against what was known of it."""

_ABOUT_DATA = frozenset({"SC4", "SC5"})
"""Groups of errors about data that were written all the same: not as on base, or as in production."""

_ADDRESS = re.compile(r"0x[0-9a-f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found wrong, with place, evidence and advice.

    Attributes:
        rule: Code of a rule in `model.rules`.
        message: What is wrong, in one line and the user's words, without a full stop.
        subject: What it is about (a port, a column, a variable, a joint); with the rule and the
            step it tells findings apart between base and head, where lines move.
        evidence: What we saw, a sentence each.
        frames: The way through the project's files to the place, outermost first.
        extent: In which share of rows, where that is known: in more of them it is another defect.
        lacking: Columns that it asks for and no input has.
        is_of_environment: Its cause is what is installed here, so that it says nothing of the code, nor of
            what base does elsewhere.
        is_told_in_part: Its message is of private data, of which only some names are told, so that it says not
            whether another is of the same defect.
        also_on_base: Base has it too, so that it does not count.
        known: Why it is expected, as the settings say it.
        lapsed: Why another difference of the same was accepted; it counts again.
        is_lapsed_by_data: Whether what is given is other than it was then, so that nobody can say whether the
            difference is another.
    """

    rule: str
    severity: Level
    message: str
    subject: str = ""
    step: str | None = None
    pipeline: str | None = None
    port: str | None = None
    place: Place | None = None
    excerpt: Excerpt | None = None
    frames: tuple[Place, ...] = ()
    evidence: tuple[str, ...] = ()
    table: Table | None = None
    advice: str | None = None
    extent: float | None = None
    lacking: tuple[str, ...] = ()
    is_of_environment: bool = False
    is_told_in_part: bool = False
    also_on_base: bool = False
    known: str | None = None
    lapsed: str | None = None
    is_lapsed_by_data: bool = False

    def identity(self) -> tuple[str, str, str, str]:
        """Give what is equal for the same defect in base and head."""
        about = self.subject or self.message
        if self.rule == _RAISED and not self.is_told_in_part:
            # Another exception at the same place is another defect.
            about = _ADDRESS.sub("", f"{about} {self.message}")
        return (self.rule, self.pipeline or "", self.step or "", about)

    def is_no_worse_than(self, other: Finding) -> bool:
        """Say whether it is the same defect as another, and in no more rows."""
        extents = self.extent or 0.0, 1.0 if other.extent is None else other.extent
        return self.identity() == other.identity() and extents[0] <= extents[1]


EMPTY_ARCHIVE = "empty archive"
"""The format of an archive that holds no file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """Safe figures about one file.

    Attributes:
        path: Relative to the folder of its port.
        digest: SHA-256 of the content, hexadecimal.
        rows: Number of rows of a table; `None` where it is none.
        columns: Names of its columns, in the file's order.
    """

    path: str
    bytes: int
    digest: str
    format: str | None = None
    rows: int | None = None
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """What lies at one port.

    Attributes:
        digest: One text that is equal when names and contents of all files are.
        read: Whether the script opened any of it; `None` where nothing could tell.
    """

    digest: str
    files: tuple[FileFacts, ...] = ()
    read: bool | None = None

    @property
    def bytes(self) -> int:
        """Sum of the sizes of the files."""
        return sum(file.bytes for file in self.files)

    @property
    def rows(self) -> int | None:
        """Sum of the rows of its tables, or `None` where there is no table."""
        counted = [file.rows for file in self.files if file.rows is not None]
        return sum(counted) if counted else None

    @property
    def columns(self) -> frozenset[str]:
        """Names of all columns of its tables."""
        return frozenset(name for file in self.files for name in file.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartUp:
    """What a script had cost when its function was called: it does not grow with the data."""

    seconds: float
    cpu_seconds: float
    memory_mb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskResult:
    """How one task ended, and what it left.

    Attributes:
        task: The task's id.
        why_not: Why it was not run.
        key: Content key of the run; the same key means the same result.
        seconds: Wall time of the script; where it is reused, of the run that made it.
        cpu_seconds: Processor time of its whole process tree.
        peak_memory_mb: Greatest memory of its process tree, in units of 1024² bytes.
        start_up: What of these it had cost before it was called; `None` where that is not known.
        inputs: Port → what it was given.
        outputs: Port → what it wrote.
        differing: Output ports that do not hold what the same task writes on base.
        by_chance: Those that do not hold the same bytes, and would not if base were run twice either.
        comparisons: How what lies there differs: at all of them where it is the first to differ, else
            at those that no other task reads.
        given: How inputs differ from those on base, where the task failed.
        log_tail: The last lines it printed.
        log_file: Where the whole log lies, relative to the run directory.
        reads: Files of the repository that it opened → digest, or empty where they did not exist.
        protections: Which means of containment were active.
        attempts: How often it was started; more than 1 where a worker died.
        started: Seconds since the run began.
        worker: Which worker ran it.
        is_first_to_differ: Whether what differs begins here, and was not passed on by a supplier.
        is_beside_script: Whether what it is compared with is base's script on head's inputs, and not what
            base did.
        flaky: How runs with the same code and data ended, the earliest first and this one last, where
            some passed and others failed; else empty.
        beside_production: How its outputs lie beside what production wrote, where it does again what that did.
        profiles: What real data, and what was made of them, hold as wholes: at inputs that were fetched, and
            at all outputs.
        is_private: Whether it was given real data, or has opened some, or is compared with what did, so that aggregates
            only are told.
    """

    task: str
    outcome: Outcome
    why_not: str | None = None
    findings: tuple[Finding, ...] = ()
    key: str | None = None
    seconds: float | None = None
    cpu_seconds: float | None = None
    peak_memory_mb: float | None = None
    start_up: StartUp | None = None
    inputs: Mapping[str, Artefact] = field(default_factory=dict)
    outputs: Mapping[str, Artefact] = field(default_factory=dict)
    differing: tuple[str, ...] = ()
    by_chance: tuple[str, ...] = ()
    comparisons: tuple[PortComparison, ...] = ()
    given: tuple[PortComparison, ...] = ()
    log_tail: tuple[str, ...] = ()
    log_file: str | None = None
    reads: Mapping[str, str] = field(default_factory=dict)
    protections: tuple[str, ...] = ()
    attempts: int = 1
    started: float = 0.0
    worker: str | None = None
    is_first_to_differ: bool = False
    is_beside_script: bool = False
    flaky: tuple[Outcome, ...] = ()
    beside_production: tuple[BesideProduction, ...] = ()
    profiles: tuple[PortProfile, ...] = ()
    is_private: bool = False

    @property
    def is_usable(self) -> bool:
        """Say whether others can read what the task wrote.

        A task that passed although its failure was known has failed by that alone, and one whose outputs
        hang on chance, or are not what they are on base, has made them all the same.
        """
        if self.outcome in ENDED_WELL:
            return True
        errors = {one.rule for one in self.findings if one.severity is Level.ERROR}
        is_good = bool(errors) and all(
            rule in _WROTE or rule[:3] in _ABOUT_DATA for rule in errors
        )
        return self.outcome is Outcome.FAILED and is_good
