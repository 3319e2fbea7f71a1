"""What all tests share: builders of values that fill in what does not matter, and golden files."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from ci_scriptcheck.model.change import ChangeKind, ChangeSet, FileChange, ScriptChanged
from ci_scriptcheck.model.plan import Counts, Mode, Plan, Task
from ci_scriptcheck.model.project import Settings
from ci_scriptcheck.model.result import Outcome, TaskResult
from ci_scriptcheck.model.run_record import Machine, RunRecord
from ci_scriptcheck.model.scenario import STANDARD
from ci_scriptcheck.model.task_ids import task_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.github_server.contract import Contract
    from tests.github_server.server import GitHubServer

GOLDEN = Path(__file__).parent / "golden"

# A shell that starts these tests in the background has them ignore Ctrl-C, and so all that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A pull request must not fail for what it has no part in: the same examples are tried each time.
# `nox -s laws` searches on, with others each time.
# How long one takes says more of what else the machine does than of what is tried.
SLOW = [HealthCheck.too_slow]
settings.register_profile(
    "same", derandomize=True, deadline=None, max_examples=60, suppress_health_check=SLOW
)
settings.register_profile(
    "search",
    settings.get_profile("default"),
    derandomize=False,
    deadline=None,
    suppress_health_check=SLOW,
)
settings.load_profile("same")

# A test says itself where it runs. What the machine that runs the tests says of its own job (that
# it is one, of which pull request, with which token) would make other results there than here.
OF_A_JOB = ("ACTIONS_", "GITHUB_", "RUNNER_")
for name in [name for name in os.environ if name == "CI" or name.startswith(OF_A_JOB)]:
    del os.environ[name]


def a_change(*files: str, **given: Any) -> ChangeSet:
    """Make a change set of modified files between two commits."""
    changes = tuple(
        FileChange(path=file, kind=ChangeKind.MODIFIED, lines=((40, 42),)) for file in files
    )
    parts: dict[str, Any] = {
        "base": "9c1e2f4" + "0" * 33,
        "head": "1f0c9ab" + "0" * 33,
        "base_name": "main",
        "files": changes,
    }
    return ChangeSet(**parts | given)


def a_task(node: str = "train", *, pipeline: str | None = None, **given: Any) -> Task:
    """Make a task whose script changed; `pipeline` makes it a node's."""
    script = f"scripts/{node}.py"
    parts: dict[str, Any] = {
        "id": task_id(node=node, pipeline=pipeline, scenario=given.get("scenario", STANDARD)),
        "mode": Mode.ISOLATION if pipeline is None else Mode.PIPELINE,
        "step": node,
        "node": node,
        "pipeline": pipeline,
        "script": script,
        "reason": ScriptChanged(file=script),
        "settings": Settings(),
    }
    return Task(**parts | given)


def a_result(task: str = "train", outcome: Outcome = Outcome.PASSED, **given: Any) -> TaskResult:
    """Make the result of a task that passed in two seconds."""
    parts: dict[str, Any] = {"task": task, "outcome": outcome}
    if outcome not in {Outcome.NOT_RUN, Outcome.REUSED}:
        parts["seconds"] = 2.0
    return TaskResult(**parts | given)


def a_plan(*tasks: Task, **given: Any) -> Plan:
    """Make a plan of these tasks in a project of nine steps where one file changed."""
    parts: dict[str, Any] = {
        "version": "1.0.0",
        "project": "fraud",
        "modes": (Mode.ISOLATION, Mode.PIPELINE),
        "changes": a_change("scripts/train.py"),
        "counts": Counts(files_changed=1, steps=9, steps_affected=len({t.step for t in tasks})),
        "tasks": tasks,
    }
    return Plan(**parts | given)


def a_record(plan: Plan | None = None, *results: TaskResult, **given: Any) -> RunRecord:
    """Make the record of a plan; tasks without a result passed."""
    plan = plan or a_plan(a_task())
    known = {result.task: result for result in results}
    parts: dict[str, Any] = {
        "plan": plan,
        "run": ".scriptcheck/runs/7f3a1c",
        "results": tuple(known.get(task.id) or a_result(task.id) for task in plan.tasks),
        "seconds": 6.9,
        "machine": Machine(system="Linux", python="3.11.7", processors=2, workers=4),
    }
    return RunRecord(**parts | given)


@pytest.fixture(scope="session")
def contract() -> Contract:
    """GitHub's description of its API; without it the tests fail, as they could not say anything."""
    from tests.github_server.contract import Contract

    return Contract()


@pytest.fixture
def server(contract: Contract) -> Iterator[GitHubServer]:
    """Start a GitHub of our own; at the end no request and no answer may have been against the description."""
    from tests.github_server.server import GitHubServer

    with GitHubServer(contract) as running:
        yield running
    assert running.violations == []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write what the tool prints now to tests/golden, for a person to read",
    )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str], object]:
    """Give what a file below `tests/golden` holds, to be compared with a text."""
    if request.config.getoption("--update-golden"):
        return lambda name: _Rewritten(GOLDEN / name)

    def content(name: str) -> str:
        path = GOLDEN / name
        assert path.is_file(), f"{path} is missing; run pytest --update-golden and read it"
        return path.read_text(encoding="utf-8")

    return content


class _Rewritten:
    """A golden file that becomes whatever it is compared with."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __eq__(self, text: object) -> bool:
        assert isinstance(text, str)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(text, encoding="utf-8")
        return True

    def __hash__(self) -> int:
        return hash(self._path)
