"""Steps, pipelines and settings of one project, and what follows from how they are joined."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from enum import StrEnum
from fnmatch import fnmatchcase

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model.aws import AwsSettings
from ci_scriptcheck.model.contract import Dataset, Json, Port
from ci_scriptcheck.model.result import Finding, Level
from ci_scriptcheck.model.s3_place import S3Place, s3_place
from ci_scriptcheck.model.scenario import STANDARD, Scenario
from ci_scriptcheck.model.step_test import StepTest, Variation
from ci_scriptcheck.values import dataclass, field, replace

MOST_OUTPUT_BYTES = 20_000_000_000
"""Of outputs, whatever the settings say: all of them are read once, to know them again."""


class Network(StrEnum):
    """Which addresses a script may connect to."""

    NONE = "none"
    LOOPBACK = "loopback"
    ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the whole process tree of one run may use, beside time and memory."""

    processes: int = 64
    log_bytes: int = 10_000_000
    output_bytes: int = 5_000_000_000
    output_files: int = 10_000

    @property
    def most_bytes(self) -> int:
        """Bytes of all outputs together: what is asked for, but no more than can be read in a minute or so.

        A file may have a size of terabytes and no content on disk.
        """
        return min(self.output_bytes, MOST_OUTPUT_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """Up to where a difference from base is no finding.

    Attributes:
        rows: Share of the rows of a table that may come or go.
        nulls: Share of the rows that may lose the value of a column.
        values: Share of the rows that may hold another value of a column.
        numbers: By which share of itself a number in a JSON file may move.
        slower: How many times as long as on base a script may take.
        memory: How many times as much memory as on base it may hold.
    """

    rows: float = 0.0
    nulls: float = 0.0
    values: float = 0.0
    numbers: float = 0.0
    slower: float = 1.5
    memory: float = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A failure that the team knows of, by its rules: it does not count until the day (ISO 8601)."""

    rules: tuple[str, ...]
    reason: str
    until: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a script is called and what it may use, after all levels were laid over each other.

    Attributes:
        python: Interpreter of the scripts, relative to the project; `None` is our own.
        requirements: Files that name the versions of its libraries.
        path: Import roots, relative to the project, searched after the script's own folder.
        timeout: Seconds one run may take.
        memory: Bytes the process tree may hold.
        rows: Rows of a synthetic table, where its schema does not say.
        seed: Seed of everything that is drawn for this project.
        env: Environment of the script, unset variables left out.
        args: Attributes of `job_args`.
        call: Further parameters of the script's function; `$logger` stands for a logger.
        tolerance: Up to where what it does otherwise than on base is no finding.
        needs: Modules without which the step is not run.
        skip: Why the step is not run at all.
    """

    python: str | None = None
    requirements: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    timeout: float = 300.0
    memory: int = 2 * 1024**3
    limits: Limits = field(default_factory=Limits)
    network: Network = Network.NONE
    rows: int = 1000
    seed: int = 0
    scenarios: tuple[str, ...] = (STANDARD,)
    env: Mapping[str, str] = field(default_factory=dict)
    args: Mapping[str, Json] = field(default_factory=dict)
    call: Mapping[str, Json] = field(default_factory=dict)
    tolerance: Tolerance = field(default_factory=Tolerance)
    needs: tuple[str, ...] = ()
    skip: str | None = None
    known: Known | None = None
    origins: Mapping[str, Place] = field(default_factory=dict, compare=False)
    """Dotted name of a setting → where its value comes from; built-in defaults are missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One script with its contract: what it reads, writes and needs.

    Attributes:
        script: Path relative to the repository; `None` where the platform itself does the work.
        variables: Environment variables that the script reads → the default in its code.
        declared: Environment variables that its contract speaks of, defaults or none.
        undeclared: Those that its script asks for and nothing declares, reported without running.
        tests: Literal tests: rows that go in, and what has to come out.
        variations: Other values of some settings, with which it is run alone, too.
    """

    name: str
    script: str | None
    variables: Mapping[str, str | None] = field(default_factory=dict)
    inputs: tuple[Port, ...] = ()
    outputs: tuple[Port, ...] = ()
    settings: Settings = field(default_factory=Settings)
    declared: tuple[str, ...] = ()
    undeclared: tuple[str, ...] = ()
    tests: tuple[StepTest, ...] = ()
    variations: tuple[Variation, ...] = ()
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A step's place in a pipeline; ports and settings are the step's with the node's own laid over."""

    name: str
    step: str
    inputs: tuple[Port, ...] = ()
    outputs: tuple[Port, ...] = ()
    settings: Settings = field(default_factory=Settings)
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Link:
    """An output port of a node that feeds an input port of another."""

    producer: str
    output: str
    consumer: str
    input: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """Nodes and links.

    Attributes:
        edges: Producer and consumer of every joint, those that carry nothing included.
        scenarios: Which scenarios run through it.
    """

    name: str
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    edges: tuple[tuple[str, str], ...]
    scenarios: tuple[str, ...] = (STANDARD,)
    place: Place | None = field(default=None, compare=False)

    def node(self, name: str) -> Node:
        """Give the node of this name.

        Raises:
            KeyError: there is none.
        """
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(name)

    def feeding(self, name: str) -> Mapping[str, Link]:
        """Give the links into a node, by input port."""
        return {link.input: link for link in self.links if link.consumer == name}

    def downstream(self, names: Iterable[str]) -> frozenset[str]:
        """Give these nodes and all that follow them."""
        return _reachable(names, self.edges)

    def upstream(self, names: Iterable[str]) -> frozenset[str]:
        """Give these nodes and all that feed them."""
        return _reachable(names, [(consumer, producer) for producer, consumer in self.edges])

    def order(self) -> tuple[str, ...]:
        """List the nodes so that each comes after what feeds it; ties in the file's order.

        Nodes on a cycle, and those behind it, are missing: a cycle is a finding.
        """
        rank = {node.name: number for number, node in enumerate(self.nodes)}
        waiting = dict.fromkeys(rank, 0)
        for _, consumer in self.edges:
            waiting[consumer] += 1
        ready = [rank[name] for name, count in waiting.items() if count == 0]
        heapq.heapify(ready)
        ordered: list[str] = []
        while ready:
            name = self.nodes[heapq.heappop(ready)].name
            ordered.append(name)
            for producer, consumer in self.edges:
                if producer == name:
                    waiting[consumer] -= 1
                    if waiting[consumer] == 0:
                        heapq.heappush(ready, rank[consumer])
        return tuple(ordered)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSetting:
    """How much a rule, or a group of rules by its first letters, counts; for some steps or for all."""

    rule: str
    level: Level
    steps: tuple[str, ...] = ()

    def concerns(self, step: str | None) -> bool:
        """Say whether it holds for a step, or for what belongs to none."""
        if not self.steps:
            return True
        return step is not None and any(fnmatchcase(step, pattern) for pattern in self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """All steps, datasets, pipelines and settings under one `scriptcheck.yaml`.

    Attributes:
        folder: Where the file lies, relative to the repository; empty at its root.
        base: Branch that changes are compared with; `None` is the remote's default branch.
        findings: What was found wrong while reading.
        files: Every file that was read to make this value, relative to the repository.
    """

    name: str
    folder: str = ""
    base: str | None = None
    steps: Mapping[str, Step] = field(default_factory=dict)
    datasets: Mapping[str, Dataset] = field(default_factory=dict)
    pipelines: Mapping[str, Pipeline] = field(default_factory=dict)
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    aws: AwsSettings = field(default_factory=AwsSettings)
    rules: tuple[RuleSetting, ...] = ()
    findings: tuple[Finding, ...] = field(default=(), compare=False)
    files: tuple[str, ...] = field(default=(), compare=False)

    def readable(self) -> tuple[S3Place, ...]:
        """Give the places in S3 of which a run may read; there are no others."""
        if self.aws.prefixes:
            return self.aws.prefixes
        return tuple(sorted({s3_place(one.real) for one in self.datasets.values() if one.real}))

    def with_stated(self) -> Mapping[str, Dataset]:
        """Give the datasets together with those that literal tests state."""
        stated = {
            dataset.name: dataset
            for step in self.steps.values()
            for test in step.tests
            for dataset in test.given.values()
        }
        return {**self.datasets, **stated} if stated else self.datasets


def level_of(rules: tuple[RuleSetting, ...], rule: str, step: str | None, default: Level) -> Level:
    """Say how much a finding counts.

    Of the settings that fit, the longest code wins, then one that names steps, then the last.
    """
    fitting = [
        (len(setting.rule), bool(setting.steps), position, setting.level)
        for position, setting in enumerate(rules)
        if rule.startswith(setting.rule) and setting.concerns(step)
    ]
    return max(fitting)[3] if fitting else default


def levelled(rules: tuple[RuleSetting, ...], findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Give the findings that count at all, each as much as the rules say; errors come first."""
    found = [
        replace(one, severity=level_of(rules, one.rule, one.step, one.severity))
        for one in findings
    ]
    counting = [one for one in found if one.severity is not Level.OFF]
    return tuple(sorted(counting, key=lambda one: one.severity is not Level.ERROR))


def _reachable(names: Iterable[str], edges: Iterable[tuple[str, str]]) -> frozenset[str]:
    following: dict[str, list[str]] = {}
    for source, target in edges:
        following.setdefault(source, []).append(target)
    found = set(names)
    open_ends = list(found)
    while open_ends:
        for target in following.get(open_ends.pop(), ()):
            if target not in found:
                found.add(target)
                open_ends.append(target)
    return frozenset(found)
