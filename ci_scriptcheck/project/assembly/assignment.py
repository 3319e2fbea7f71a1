"""The best pairing of outputs with the inputs of one node, and whether there is just one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ci_scriptcheck.model.project import Link

MOST_STATES = 50_000
"""Partial pairings that are looked at; a node that needs more has no obvious pairing."""

Score = tuple[int, int, int, int, int, int]
"""Required inputs fed, edges used, ports joined by name, minus the sum of tiers, nodes of equal
type of job joined at required inputs, and at all inputs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An output that could feed an input.

    Attributes:
        tier: How surely it is meant, 1 the surest.
        strong: Whether names alone say so.
        chosen: Whether the settings name it.
    """

    link: Link
    tier: int
    strong: bool
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """What feeds a node.

    Attributes:
        links: Those that every best pairing has.
        contested: Those that some of the best pairings have and others do not.
    """

    links: tuple[Link, ...] = ()
    contested: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """What decides between candidates, besides the candidates themselves.

    Attributes:
        required: Inputs that the node cannot do without.
        suffixes: Every node → its type of job.
        fed_by: Producers whose edge carries something already.
    """

    required: frozenset[str]
    suffixes: Mapping[str, str]
    fed_by: frozenset[str] = frozenset()


def pair(candidates: tuple[Candidate, ...], consumer: Consumer) -> Pairing:
    """Find the pairing that feeds most required inputs, then uses most edges, and so on.

    Each input and each output is used once. In this order: required inputs fed, edges used, ports
    joined by name or alias, lowest sum of tiers, nodes of equal type of job joined: first at
    required inputs, which carry the job's own data, while what is optional is often made once and
    used by every job. A weak candidate feeds an optional input only where its edge would
    otherwise carry nothing.
    """
    first = _Search.of(candidates, consumer)
    contested: set[Link] = set()
    for candidate in first.found:
        others = tuple(other for other in candidates if other != candidate)
        rival = _Search.of(others, consumer)
        if rival.score == first.score:
            contested |= {item.link for item in {*first.found} ^ {*rival.found}}
    if first.states > MOST_STATES:
        contested |= {candidate.link for candidate in first.found}
    sure = {candidate.link for candidate in first.found} - contested
    return Pairing(links=tuple(sorted(sure)), contested=tuple(sorted(contested)))


@dataclass(slots=True)
class _Search:
    """Branch and bound over the inputs, the required ones first."""

    inputs: tuple[tuple[Candidate, ...], ...]
    consumer: Consumer
    found: tuple[Candidate, ...] = ()
    score: Score = (-1, 0, 0, 0, 0, 0)
    states: int = 0
    chosen: list[Candidate] = field(default_factory=list)

    @classmethod
    def of(cls, candidates: Iterable[Candidate], consumer: Consumer) -> _Search:
        """Search to the end; one best pairing is then in `found`."""
        by_input: dict[str, list[Candidate]] = {}
        for candidate in candidates:
            by_input.setdefault(candidate.link.input, []).append(candidate)
        order = sorted(by_input, key=lambda name: (name not in consumer.required, name))
        search = cls(
            tuple(
                tuple(sorted(by_input[name], key=lambda item: (item.tier, item.link)))
                for name in order
            ),
            consumer,
        )
        search.extend(0)
        return search

    def extend(self, depth: int) -> None:
        """Try every candidate of the next input, and none."""
        self.states += 1
        if self.states > MOST_STATES:
            return
        if depth == len(self.inputs):
            reached = self._score(self.chosen)
            if reached > self.score:
                self.score, self.found = reached, tuple(self.chosen)
            return
        if self._bound(depth) <= self.score:
            return
        used = {(item.link.producer, item.link.output) for item in self.chosen}
        for candidate in self.inputs[depth]:
            if (candidate.link.producer, candidate.link.output) not in used:
                self.chosen.append(candidate)
                self.extend(depth + 1)
                self.chosen.pop()
        self.extend(depth + 1)

    def _score(self, chosen: Iterable[Candidate]) -> Score:
        links = [item.link for item in chosen]
        alike = [link for link in links if self._is_same_job(link)]
        return (
            sum(link.input in self.consumer.required for link in links),
            len({link.producer for link in links} - self.consumer.fed_by),
            sum(item.strong for item in chosen),
            -sum(item.tier for item in chosen),
            sum(link.input in self.consumer.required for link in alike),
            len(alike),
        )

    def _is_same_job(self, link: Link) -> bool:
        suffixes = self.consumer.suffixes
        return suffixes[link.producer] == suffixes[link.consumer]

    def _bound(self, depth: int) -> Score:
        """Say what the open inputs can add at most, each taken by itself."""
        open_inputs = self.inputs[depth:]
        fed, edges, strong, tiers, alike_required, alike = self._score(self.chosen)
        used = self.consumer.fed_by.union(item.link.producer for item in self.chosen)
        reachable = {item.link.producer for items in open_inputs for item in items} - used
        required = sum(items[0].link.input in self.consumer.required for items in open_inputs)
        return (
            fed + required,
            edges + min(len(reachable), len(open_inputs)),
            strong + sum(any(item.strong for item in items) for items in open_inputs),
            tiers,
            alike_required + required,
            alike + len(open_inputs),
        )
