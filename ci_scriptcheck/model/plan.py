"""What is to be run: tasks with known sources and checks, in the order of their links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model.acceptance import Acceptance
from ci_scriptcheck.model.change import ChangeSet, Closure, LibraryChanged, Reason
from ci_scriptcheck.model.contract import Bound, Dataset, Stated
from ci_scriptcheck.model.fixture import Fixture, is_whole
from ci_scriptcheck.model.production import FixturePart, FromProduction, Original
from ci_scriptcheck.model.project import RuleSetting, Settings
from ci_scriptcheck.model.result import Finding
from ci_scriptcheck.model.scenario import BUILT_IN, STANDARD, Scenario
from ci_scriptcheck.model.source import Fetched, Source, Upstream
from ci_scriptcheck.model.step_test import ExpectedRows
from ci_scriptcheck.values import dataclass, field, replace


class Mode(StrEnum):
    """Which question the run answers."""

    ISOLATION = "isolation"
    PIPELINE = "pipeline"
    DEEP_DIVE = "deep-dive"


class Purpose(StrEnum):
    """Whether a task is checked, only gives inputs to one that is, or shows what base does."""

    CHECK = "check"
    SUPPLY = "supply"
    COMPARE = "compare"


class Side(StrEnum):
    """Whose code and settings a task runs with."""

    HEAD = "head"
    BASE = "base"


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input of a task, with where it comes from.

    Attributes:
        parameter: The key in `input_paths`.
        file: Name of the file that the script wants instead of the folder.
        expects: Dataset that the content is checked against.
        here: What writes it on this branch, where it is given what production gave it.
        not_asked: The same where that task is not in the plan.
    """

    port: str
    parameter: str
    source: Source
    required: bool = True
    file: str | None = None
    expects: str | None = None
    here: Upstream | None = None
    not_asked: Upstream | None = None


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Reader:
    """An input of another node that gets what is written here.

    Attributes:
        expects: Dataset that the content is checked against.
        is_implied: Whether that is only what its data are made from where it runs alone; the names
            of the files are no promise then.
    """

    node: str
    port: str
    expects: str
    is_implied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One output of a task.

    Attributes:
        parameter: The key in `output_paths`.
        file: Name of the file that the script wants instead of the folder.
        expects: Dataset that the content is checked against.
        pack: Archive into which the content is packed afterwards.
        bounds: What must hold of values in its JSON files.
        rows: Rows that have to come out, where a test states them.
        readers: Who reads it in the pipeline and expects something of it.
        production: What production wrote there, where the task does again what it did.
    """

    port: str
    parameter: str
    required: bool = True
    file: str | None = None
    expects: str | None = None
    pack: str | None = None
    bounds: tuple[Bound, ...] = ()
    rows: tuple[ExpectedRows, ...] = ()
    readers: tuple[Reader, ...] = ()
    production: tuple[FixturePart, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One step or node to be run once.

    Attributes:
        id: `pipeline/node`, or the step's name alone; see `task_id`.
        node: Name of the node, or of the step where it runs alone.
        variant: Name of the test, or the settings, that it is beside the step's usual tasks.
        is_test: Whether it runs on the rows of a test, which says itself what has to come out.
        script: Path relative to the repository.
        variables: Environment variables that the script reads → the value it gets, defaults in its
            code included, for the rule about variables that name columns.
        declared: Environment variables that its contract or the settings speak of; empty where
            neither speaks of any.
        blocked: Why it cannot be run, where that is known beforehand.
        beside: The task of base that it is compared with, by its id.
        across: The one that runs base's script on head's inputs, where both the script and its inputs
            can differ: what differs from that is the script's own doing.
        ends: Output ports that no other task of head reads, where it is compared with base.
        is_drawn_anew: Whether the change has it given data otherwise than on base: as other rows, from another
            seed, in a scenario of other contents, or files of the repository that base does not give it.
        other_library: A library of which base has another version than what is installed here, so that what
            base does cannot be seen here.
        is_private: Whether it is given real data, or what was made of them, so that reports tell
            nothing that is one row's.
        is_fetched: Whether it is given data that were fetched, or what was made of them, so that what it
            writes is kept nowhere beyond the run.
        original: The step of an execution that it does again, on what production gave that.
        weight: Seconds it is expected to take, from earlier runs.
    """

    id: str
    mode: Mode
    step: str
    node: str
    pipeline: str | None = None
    scenario: str = STANDARD
    variant: str | None = None
    is_test: bool = False
    purpose: Purpose = Purpose.CHECK
    side: Side = Side.HEAD
    reason: Reason
    script: str | None = None
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    settings: Settings
    variables: Mapping[str, str] = field(default_factory=dict)
    declared: tuple[str, ...] = ()
    blocked: str | None = None
    beside: str | None = None
    across: str | None = None
    ends: tuple[str, ...] = ()
    is_drawn_anew: bool = False
    other_library: LibraryChanged | None = None
    is_private: bool = False
    is_fetched: bool = False
    original: Original | None = None
    weight: float = 1.0
    place: Place | None = None

    def needs(self) -> tuple[str, ...]:
        """List the tasks whose outputs it reads, sorted."""
        return tuple(
            sorted({item.source.task for item in self.inputs if isinstance(item.source, Upstream)})
        )

    def waits_for(self) -> tuple[str, ...]:
        """List the tasks that have to have ended before it does, well or not."""
        here = {item.here.task for item in self.inputs if item.here is not None}
        others = (self.beside, self.across, *sorted(here))
        return (*self.needs(), *(name for name in others if name is not None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much of the project the run is about, for the first lines of a report."""

    files_changed: int = 0
    steps: int = 0
    steps_affected: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BasePart:
    """What tasks of base need of its project, where it is not the same as in head.

    Attributes:
        commit: Whose files they run with.
        closures: Script → the files it depends on there.
        datasets: All that their ports expect, by name.
        gone: Steps, and nodes as `pipeline/node`, that head does not have any more.
    """

    commit: str
    closures: Mapping[str, Closure] = field(default_factory=dict)
    datasets: Mapping[str, Dataset] = field(default_factory=dict)
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Which part of a plan a run is, where several machines each take one.

    Attributes:
        number: Counted from 1.
        of: How many there are.
        owners: Each task of the whole plan, in its order → the share that answers for it.
        others: Those of them that only other machines run.
        attempt: Of the job; what a later one finds stands for what an earlier one found.
        began: When the run began, seconds since 1970: the later of two equal attempts.
    """

    number: int
    of: int
    owners: Mapping[str, int] = field(default_factory=dict)
    others: tuple[Task, ...] = ()
    attempt: int = 1
    began: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The tasks of one run, each after those it needs.

    Attributes:
        folder: The project's folder, relative to the repository.
        tasks: In dependency order.
        closures: Script → the files it depends on.
        datasets: All that tasks refer to, by name.
        fixtures: Real data that were fetched, by dataset; those of executions by their place.
        findings: What was found without running anything.
        rules: How much each rule counts.
        start: `warm` or `new`, how a script's process is started.
        strict: Whether defects that base has too count.
        reuse: Whether results of earlier runs may stand for new ones.
        twice: Whether every task is run a second time, to find what differs.
        others_test: Whether this is one share of what was asked for, and others have what can be run.
        base: What tasks of base need; `None` where there are none.
        acceptances: Differences from base that are intended.
        share: Which part of a larger plan this is; `None` where it is the whole.
    """

    version: str
    project: str
    folder: str = ""
    modes: tuple[Mode, ...]
    changes: ChangeSet
    counts: Counts
    tasks: tuple[Task, ...] = ()
    closures: Mapping[str, Closure] = field(default_factory=dict)
    datasets: Mapping[str, Dataset] = field(default_factory=dict)
    fixtures: Mapping[str, Fixture] = field(default_factory=dict)
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    rules: tuple[RuleSetting, ...] = ()
    start: str = "warm"
    strict: bool = False
    reuse: bool = True
    twice: bool = False
    others_test: bool = False
    base: BasePart | None = None
    acceptances: tuple[Acceptance, ...] = ()
    share: Share | None = None

    def by_id(self) -> Mapping[str, Task]:
        """Give the tasks by their id."""
        return {task.id: task for task in self.tasks}

    def of_head(self) -> tuple[Task, ...]:
        """List the tasks that the run is about; those of base only show what is compared with."""
        return tuple(task for task in self.tasks if task.side is Side.HEAD)

    def on_base(self) -> Plan:
        """Give the plan as the tasks of base see it."""
        if self.base is None:
            return self
        return replace(self, closures=self.base.closures, datasets=self.base.datasets)

    def wanted(self) -> tuple[str, ...]:
        """List the datasets of which real data are needed, sorted."""
        sources = (
            item.source for task in self.tasks if task.blocked is None for item in task.inputs
        )
        return tuple(sorted({one.dataset for one in sources if isinstance(one, Fetched)}))

    def sources_of(self, task: Task) -> Iterator[Source]:
        """Give where the inputs of a task come from, at first and at second hand."""
        unseen, waiting = dict(self.by_id()), [task]
        while waiting:
            for item in waiting.pop().inputs:
                yield item.source
                if isinstance(item.source, Upstream) and item.source.task in unseen:
                    waiting.append(unseen.pop(item.source.task))

    def is_sampled(self, *sources: Source) -> bool:
        """Say whether only a part was taken of what any of these sources give of real data."""
        names: list[str] = []
        for source in sources:
            if isinstance(source, Fetched):
                names.append(source.dataset)
            elif isinstance(source, FromProduction):
                names += [part.fixture for part in source.parts]
        taken = [self.fixtures[name] for name in names if name in self.fixtures]
        return not all(is_whole(one) for one in taken)

    def scenario_of(self, task: Task) -> Scenario:
        """Give the scenario of a task, the project's own before the built-in ones."""
        known = self.scenarios.get(task.scenario) or BUILT_IN.get(task.scenario)
        return known or Scenario(name=task.scenario)

    def related_datasets(self, name: str) -> Mapping[str, Dataset]:
        """Give a dataset, all that its columns refer to, and what refers to those, by name.

        A column that another dataset refers to is drawn alike for all nodes; so both sides must know.
        """
        found: dict[str, Dataset] = {}
        waiting = [name]
        while waiting:
            dataset = self.datasets.get(waiting.pop())
            if dataset is not None and dataset.name not in found:
                found[dataset.name] = dataset
                waiting += _referred(dataset)
        referring = {
            dataset.name: dataset
            for dataset in self.datasets.values()
            # What a test states draws nothing that others could refer to.
            if not isinstance(dataset.origin, Stated)
            and not found.keys().isdisjoint(_referred(dataset))
        }
        return found | referring


def _referred(dataset: Dataset) -> list[str]:
    return [column.referred[0] for column in dataset.schema.columns if column.referred is not None]
