"""All that is known about one run when it is judged: a value, so that judging opens nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import PurePosixPath

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model.contract import Dataset
from ci_scriptcheck.model.plan import Task
from ci_scriptcheck.model.project import RuleSetting
from ci_scriptcheck.model.result import Artefact, Finding, Level
from ci_scriptcheck.model.rules import RULES
from ci_scriptcheck.model.scenario import BUILT_IN, STANDARD, Scenario
from ci_scriptcheck.run.judgement.exhibits import Misfit, OutOfBounds, RowsDiffer, Scene
from ci_scriptcheck.run.judgement.repeat import Repeat
from ci_scriptcheck.run.privacy.texts import KnownNames
from ci_scriptcheck.run.process.request import Call, Ending
from ci_scriptcheck.values import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One run with what it was given, what it left and what was asked of it.

    Attributes:
        call: What the process was asked to run; its paths tell inside from outside.
        inputs: Port → what lay there, with rows and columns, and whether it was read.
        outputs: Port → what was written; a port where nothing is has no files.
        changed: Input port → names of files there that the script changed, added or removed.
        left_out: Output port → names there that are no files, with what they are.
        repeats: Second runs that showed anything.
        datasets: The plan's, by name.
        today: For failures that are known until a day.
        scene: What lies around the exception that ended the run.
        known: Where its data are private, the names of columns and files that may be told.
        misfits: Where data does not fit its schema.
        out_of_bounds: Bounds on values in JSON outputs that do not hold.
        differing_rows: Outputs that hold other rows than a test expects.
    """

    task: Task
    call: Call
    ending: Ending
    inputs: Mapping[str, Artefact] = field(default_factory=dict)
    outputs: Mapping[str, Artefact] = field(default_factory=dict)
    changed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    left_out: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    repeats: tuple[Repeat, ...] = ()
    datasets: Mapping[str, Dataset] = field(default_factory=dict)
    rules: tuple[RuleSetting, ...] = ()
    scenario: Scenario = BUILT_IN[STANDARD]
    today: date
    scene: Scene = field(default_factory=Scene)
    known: KnownNames | None = None
    misfits: tuple[Misfit, ...] = ()
    out_of_bounds: tuple[OutOfBounds, ...] = ()
    differing_rows: tuple[RowsDiffer, ...] = ()

    @property
    def rows_in(self) -> int:
        """Count the rows of all input tables, those that were never read left out."""
        read = [artefact for artefact in self.inputs.values() if artefact.read is not False]
        return sum(artefact.rows or 0 for artefact in read)

    def told(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Give those names of columns or files that may be told."""
        return names if self.known is None else self.known.told(names)

    def finding(  # noqa: PLR0913  (the parts of a finding)
        self,
        rule: str,
        message: str,
        *,
        subject: str = "",
        port: str | None = None,
        place: Place | None = None,
        frames: tuple[Place, ...] = (),
        evidence: tuple[str, ...] = (),
        advice: str | None = None,
        level: Level | None = None,
        extent: float | None = None,
    ) -> Finding:
        """Say that something is wrong with this run, at the rule's own level unless told."""
        return Finding(
            rule=rule,
            severity=level or RULES[rule].level,
            message=message,
            extent=extent,
            subject=subject,
            step=self.task.step,
            pipeline=self.task.pipeline,
            port=port,
            place=place or self.script,
            frames=frames,
            evidence=evidence,
            advice=advice or RULES[rule].cure,
        )

    @property
    def script(self) -> Place | None:
        """Give the script itself as a place, for what has none of its own."""
        return None if self.task.script is None else Place(file=self.task.script)

    def relative(self, file: str) -> str:
        """Write a path as people know it: relative to the tree that was run, if it lies there."""
        path = PurePosixPath(file)
        return (
            str(path.relative_to(self.call.tree)) if path.is_relative_to(self.call.tree) else file
        )

    def shortened(self, text: str) -> str:
        """Write paths below the folders of this run, and below the tree, without what is above.

        Those names are new in every run, and the same failure is to read the same.
        """
        own = f"{PurePosixPath(self.call.private).parent}/"
        return text.replace(own, "").replace(f"{self.call.tree}/", "")


def shown(names: tuple[str, ...], *, limit: int = 3, untold: int = 0) -> str:
    """List some names in a sentence, and say how many more there are.

    Args:
        names: Of columns, files or the like.
        limit: How many of them are listed.
        untold: How many there are beside them that must not be listed.
    """
    listed = ", ".join(f"`{name}`" for name in names[:limit])
    more = max(len(names) - limit, 0) + untold
    return f"{listed} and {more} more" if more > 0 else listed
