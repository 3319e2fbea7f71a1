"""Whatever changes in a repository: exactly the steps whose closure has it, and all that follows."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from ci_scriptcheck.change.affected import select
from ci_scriptcheck.change.closure.base_closures import closures_in_base
from ci_scriptcheck.change.closure.entry_points import entry_points
from ci_scriptcheck.change.closure.imports import closures
from ci_scriptcheck.change.git.repository import CommitTree, change_set
from ci_scriptcheck.model.change import After, Closure, Selection
from tests.functional.change.conftest import Repository
from tests.unit.change.projects import a_pipeline, a_project, a_step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ci_scriptcheck.model.project import Project

STEPS = 6
MODULES = 12


class Situation:
    """A repository with random imports and a random pipeline, and what must follow from them."""

    def __init__(self, seed: int, folder: Path) -> None:
        chance = random.Random(seed)  # noqa: S311  (a test's own)
        self.imports = {
            f"lib/m{number}.py": sorted(
                {f"lib/m{chance.randrange(MODULES)}.py" for _ in range(chance.randrange(3))}
            )
            for number in range(MODULES)
        }
        for number in range(STEPS):
            self.imports[f"scripts/s{number}.py"] = sorted(
                {f"lib/m{chance.randrange(MODULES)}.py" for _ in range(chance.randrange(3))}
            )
        edges = [
            f"s{one}>s{other}"
            for one in range(STEPS)
            for other in range(one + 1, STEPS)
            if chance.random() < 0.3
        ]
        nodes: dict[str, dict[str, object]] = {f"s{number}": {} for number in range(STEPS)}
        self.project: Project = a_project(
            [a_step(f"s{number}") for number in range(STEPS)],
            a_pipeline("daily", *edges, nodes=nodes),
        )
        self.repository = Repository(folder)
        self.repository.git("init", "--quiet", "--initial-branch=main")
        self.repository.commit({name: self.source(name) for name in self.imports})

    def source(self, name: str) -> str:
        modules = [Path(other).stem for other in self.imports[name]]
        return "".join(f"from lib import {module}\n" for module in modules) + "x = 1\n"

    def reached(self, script: str) -> set[str]:
        found, open_ends = {script}, [script]
        while open_ends:
            for other in self.imports[open_ends.pop()]:
                if other not in found:
                    found.add(other)
                    open_ends.append(other)
        return found

    def selection(self) -> Selection:
        root = self.repository.root
        changes = change_set(root, base=None, environ={}, default_base=None)
        head_tree = CommitTree(root, self.repository.git("rev-parse", "HEAD"))
        base_tree = CommitTree(root, changes.base or "")
        scripts = dict.fromkeys(entry_points(self.project), ("",))
        head = closures(head_tree, scripts, cache=None)
        base = closures(base_tree, scripts, cache=None)
        spared = closures_in_base(
            base_tree,
            scripts,
            head=head_tree,
            head_scripts=scripts,
            head_closures=head,
            changes=changes,
            cache=None,
        )
        assert files_of(spared) == files_of(base)
        return select(
            self.project, self.project, changes, head_closures=head, base_closures=base, reads={}
        )


def files_of(found: Mapping[str, Closure]) -> dict[str, tuple[str, ...]]:
    return {script: closure.files for script, closure in found.items()}


@given(
    seed=st.integers(0, 10**6), which=st.integers(0, MODULES + STEPS - 1), how=st.integers(0, 2)
)
@settings(max_examples=20, deadline=None)
def test_a_change_affects_exactly_the_steps_that_depend_on_the_file(
    seed: int, which: int, how: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        situation = Situation(seed, Path(folder))
        name = sorted(situation.imports)[which]
        situation.repository.branch("topic")
        if how == 0:
            more = "y = 2\n" if seed % 2 else "from lib import m0\n"
            situation.repository.commit({name: situation.source(name) + more})
        elif how == 1 and name.startswith("lib/"):
            situation.repository.commit({name: None})
        else:
            situation.repository.commit({"docs/notes.md": "more\n", "lib/unused.py": "x\n"})
            name = ""

        selection = situation.selection()

        expected = {
            step.name
            for step in situation.project.steps.values()
            if name in situation.reached(step.script or "")
        }
        assert set(selection.steps) == expected
        pipeline = situation.project.pipelines["daily"]
        following = {f"daily/{node}" for node in pipeline.downstream(expected)}
        assert set(selection.nodes) == following
        for node, reason in selection.nodes.items():
            assert isinstance(reason, After) == (node.removeprefix("daily/") not in expected)
            if isinstance(reason, After):
                assert (reason.node, node.removeprefix("daily/")) in pipeline.edges
                assert f"daily/{reason.node}" in selection.nodes
