"""Content keys: equal keys mean that a run would give the same again, so it need not be made.

What a run opens beyond its closure is not known beforehand; it is observed, kept beside the result,
and compared when the result is to be used again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, assert_never

from ci_scriptcheck.model.codec import to_json
from ci_scriptcheck.model.contract import CopiedFrom, GeneratedBy, Stated, Synthesized, WrittenBy
from ci_scriptcheck.model.production import FromProduction
from ci_scriptcheck.model.source import Copied, Fetched, Synthetic, Upstream
from ci_scriptcheck.run.process import interpreters
from ci_scriptcheck.run.store.digest import of_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ci_scriptcheck.model.contract import Dataset
    from ci_scriptcheck.model.plan import Input, Output, Plan, Task
    from ci_scriptcheck.model.project import Settings
    from ci_scriptcheck.model.scenario import Scenario
    from ci_scriptcheck.run.store.digest import Digests

FORMAT = 3
"""Raised when the same run would now be judged or measured otherwise."""

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))

ABSENT = ""
"""What stands for the digest of a file that is not there."""


class Keys:
    """The keys of one plan's tasks; what several share is worked out once.

    Attributes:
        digests: Of the repository's files.
    """

    def __init__(
        self,
        plan: Plan,
        root: Path,
        digests: Digests,
        libraries: Callable[[str | None], Mapping[str, tuple[str, str]]],
    ) -> None:
        self.digests = digests
        self._plan = plan
        self._root = root
        self._libraries = libraries
        self._shared: dict[tuple[str, ...], Any] = {}
        self._head = self

    @classmethod
    def of_base(cls, head: Keys, plan: Plan, root: Path) -> Keys:
        """Give the keys of tasks of base, which share root inputs and interpreters with those of head.

        Args:
            head: The keys of head.
            plan: As the tasks of base see it.
            root: Where the files of base lie.
        """
        keys = cls(plan, root, head.digests, head._libraries)
        keys._head = head
        return keys

    def of_task(self, task: Task, written: Mapping[str, str]) -> str:
        """Give the key of a task.

        `written` has, by input port, the digest of what an upstream task wrote. Neither the task's
        name nor its pipeline is part of the key: two pipelines that begin alike share results.
        """
        settings = task.settings
        return _digest(
            FORMAT,
            self._plan.version,
            [task.script, self._code(task.script)],
            self._environment(settings.python, task.script),
            [self._input(task, item, written) for item in task.inputs],
            [self._output(item) for item in task.outputs],
            _that_changes_results(settings),
            dict(task.variables),
            list(task.declared),
            self.scenario(task).expect.value,
            self._rules(task.step),
            self._once("copied", make=self._copied),
            task.is_private,
        )

    def of_made(self, source: Synthetic, task: Task) -> str:
        """Give the key of data that are made for a task from a dataset."""
        settings = task.settings
        dataset = self._plan.datasets[source.dataset]
        described = self._once("dataset", source.dataset, make=self._described)
        parts = [
            described,
            to_json(self.scenario(task)),
            source.node,
            to_json(source.defect),
            settings.rows,
            settings.seed,
        ]
        match dataset.origin:
            case GeneratedBy(file=file):
                environment = self._environment(settings.python, file)
                parts += [self._code(file), environment, list(settings.path)]
                parts += [dict(settings.env), settings.network.value]
            case Synthesized() | CopiedFrom() | WrittenBy() | Stated():
                pass
            case _:
                assert_never(dataset.origin)
        return _digest(FORMAT, self._plan.version, "made", parts)

    def scenario(self, task: Task) -> Scenario:
        """Give the scenario of a task, the project's own before the built-in ones."""
        return self._plan.scenario_of(task)

    def closure(self, script: str | None) -> frozenset[str]:
        """Give the files whose content is part of a script's key."""
        if script is None:
            return frozenset()
        known = self._plan.closures.get(script)
        return frozenset({script, *(known.files if known else ())})

    def is_code_as_planned(self, script: str | None) -> bool:
        """Say whether a script's closure still is what its keys were made with."""
        return self._code_now(script) == self._code(script)

    def seen(self, path: str) -> str:
        """Give the digest of a file that a run opened, or of the names in a folder (`path/`)."""
        place = self._root / path
        if path.endswith("/"):
            return self.digests.of_names(place) or ABSENT
        return self.digests.of_file(place) or ABSENT

    def is_current(self, reads: Mapping[str, str]) -> bool:
        """Say whether everything that a run had opened is as it was then."""
        return all(self._once("seen", path, make=self.seen) == was for path, was in reads.items())

    def _input(self, task: Task, item: Input, written: Mapping[str, str]) -> list[Any]:
        content: list[Any]
        match item.source:
            case Upstream():
                content = ["content", written.get(item.port)]
            case Copied(path=path):
                is_there = (self._head._root / path).exists()
                content = ["content", (self._head if is_there else self)._tree(path)]
            case Fetched(dataset=name):
                content = ["fetched", self._head._plan.fixtures[name].digest]
            case FromProduction(parts=parts):
                known = self._head._plan.fixtures
                content = ["fetched", [[one.inside, known[one.fixture].digest] for one in parts]]
            case Synthetic():
                is_known = item.source.dataset in self._head._plan.datasets
                made = (self._head if is_known else self).of_made(item.source, task)
                content = ["made", made]
            case _:
                assert_never(item.source)
        expected = self._expected(item.expects)
        return [item.port, item.parameter, item.file, item.required, expected, content]

    def _output(self, item: Output) -> list[Any]:
        expected = self._expected(item.expects)
        bounds = [to_json(bound) | {"place": None} for bound in item.bounds]
        rows = [to_json(one) | {"place": None} for one in item.rows]
        # Not who they are: two pipelines with equal expectations share results.
        readers = sorted(
            {f"{self._expected(reader.expects)} {reader.is_implied}" for reader in item.readers}
        )
        said = [expected, bounds, rows, readers]
        return [item.port, item.parameter, item.file, item.required, item.pack, said]

    def _expected(self, dataset: str | None) -> str | None:
        if dataset is None:
            return None
        described: str = self._once("dataset", dataset, make=self._described)
        return described

    def _described(self, name: str) -> str:
        """Write down a dataset with all that it refers to, and what of that is copied."""
        related = self._plan.related_datasets(name)
        copied = {
            other: self._tree(item.origin.path)
            for other, item in related.items()
            if isinstance(item.origin, CopiedFrom)
        }
        # Two datasets that refer to each other have equal relations; the name tells them apart.
        return _digest(
            name,
            {other: _written(item) for other, item in related.items()},
            copied,
        )

    def _environment(self, python: str | None, script: str | None) -> list[Any]:
        found: list[Any] = self._once(
            "environment", python or "", script or "", make=self._environment_of
        )
        return found

    def _environment_of(self, python: str, script: str) -> list[Any]:
        named = python or None
        known = self._plan.closures.get(script)
        versions = self._libraries(named)
        used = {
            name: list(versions[name])
            for name in (known.libraries if known else ())
            if name in versions
        }
        path = interpreters.located(self._head._root, self._plan.folder, named)
        return [list(self._once("interpreter", path, make=interpreters.identity)), used]

    def _copied(self) -> list[str]:
        """List what stands in for real data, which no script may read past its ports."""
        origins = [dataset.origin for dataset in self._plan.datasets.values()]
        return sorted(one.path for one in origins if isinstance(one, CopiedFrom))

    def _rules(self, step: str) -> Any:  # noqa: ANN401  (JSON)
        return [to_json(rule) for rule in self._plan.rules if rule.concerns(step)]

    def _code(self, script: str | None) -> str:
        code: str = self._once("code", script or "", make=lambda _: self._code_now(script))
        return code

    def _code_now(self, script: str | None) -> str:
        files = sorted(self.closure(script))
        return _digest([[path, self.digests.of_file(self._root / path)] for path in files])

    def _tree(self, path: str) -> str | None:
        digest: str | None = self._once(
            "tree",
            path,
            make=lambda path: self.digests.of_tree(self._root / path, root=self._root),
        )
        return digest

    def _once(self, *name: str, make: Callable[..., Any]) -> Any:  # noqa: ANN401  (of any part)
        if name not in self._shared:
            self._shared[name] = make(*name[1:])
        return self._shared[name]


def _that_changes_results(settings: Settings) -> list[Any]:
    return [
        dict(settings.env),
        to_json(settings.args),
        to_json(settings.call),
        list(settings.path),
        settings.timeout,
        settings.memory,
        to_json(settings.limits),
        settings.network.value,
        # What the settings say themselves counts more than what is so by itself.
        "network" in settings.origins,
        settings.seed,
        # A pass that was known to fail is a finding; so such results are never stored.
        None if settings.known is None else to_json(settings.known),
    ]


def _written(dataset: Dataset) -> dict[str, Any]:
    """Write down a dataset but for what is fetched of its real data, which is no part of what is made."""
    written = to_json(dataset)
    for name in ("sample", "sample_by"):
        written.pop(name, None)
    return {**written, "place": None}


def _digest(*parts: Any) -> str:  # noqa: ANN401  (JSON)
    return of_text(_CANONICAL.encode(parts))
