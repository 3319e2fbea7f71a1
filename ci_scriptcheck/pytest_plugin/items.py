"""Tasks as pytest items, and the idle item that a worker holds between two of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.plan import Purpose
from ci_scriptcheck.model.result import BROKEN, Level, Outcome
from ci_scriptcheck.model.rules import RULES
from ci_scriptcheck.pytest_plugin.agenda import IDLE

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.model.plan import Plan, Task
    from ci_scriptcheck.model.result import Finding, TaskResult
    from ci_scriptcheck.pytest_plugin.work import Pull

_ERRORS = frozenset({Outcome.CRASHED, Outcome.TIMED_OUT})
"""What pytest and JUnit call an error rather than a failure."""


class TaskItem(pytest.Item):
    """One task: an error where it crashed, a failure where the script did not do its work.

    It runs while pytest sets it up, because pytest calls an error what goes wrong then.
    """

    def __init__(self, *, plan: Plan, task: Task, pull: Pull, **given: Any) -> None:  # noqa: ANN401  (pytest's own)
        super().__init__(**given)
        self._plan = plan
        self._task = task
        self._pull = pull
        self._result: TaskResult | None = None

    def setup(self) -> None:
        """Run the task."""
        result = self._pull(self._task.id)
        self._result = result
        if result.outcome is Outcome.NOT_RUN:
            pytest.skip(result.why_not or "not run")
        if result.outcome in _ERRORS and self._counts(result):
            pytest.fail(in_short(result), pytrace=False)

    def runtest(self) -> None:
        """Say how it ended."""
        result = self._result
        if result is None:
            return
        if self._counts(result):
            pytest.fail(in_short(result), pytrace=False)
        if result.outcome in BROKEN:
            pytest.xfail(_excuse(self._task, result))

    def reportinfo(self) -> tuple[Path, None, str]:
        """Name the task where pytest would name a line."""
        return self.path, None, self._task.id

    def _counts(self, result: TaskResult) -> bool:
        return verdict.is_failure(self._task, result, self._plan)


class ProjectItem(pytest.Item):
    """What was found wrong with a project without running anything."""

    def __init__(self, *, plan: Plan, **given: Any) -> None:  # noqa: ANN401  (pytest's own)
        super().__init__(**given)
        self._plan = plan

    def runtest(self) -> None:
        """Fail with the findings that count."""
        counting = [item for item in self._plan.findings if verdict.counts(item, self._plan)]
        pytest.fail("\n\n".join(_paragraph(finding) for finding in counting), pytrace=False)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Name the project where pytest would name a line."""
        return self.path, None, self._plan.project


class IdleItem(pytest.Item):
    """Does and reports nothing."""

    def runtest(self) -> None:
        """Do nothing."""

    @classmethod
    def below(cls, session: pytest.Session) -> IdleItem:
        """Make the one of a session."""
        return cls.from_parent(session, name=IDLE, nodeid=IDLE)


def in_short(result: TaskResult) -> str:
    """Say what is wrong with a task: its findings with their places, a paragraph for each.

    Of private data it says which rules, and no more: which names may be told is only known when all tasks have ended.
    """
    errors = [finding for finding in result.findings if finding.severity is Level.ERROR]
    if result.is_private:
        told = [f"{one.rule} {RULES[one.rule].title}" for one in errors]
    else:
        told = [_paragraph(finding) for finding in errors]
    return "\n\n".join(told) or f"{result.task} {result.outcome.value.replace('_', ' ')}"


def _paragraph(finding: Finding) -> str:
    lines = [f"{finding.rule} {finding.message}"]
    if finding.place is not None:
        lines.append(f"--> {finding.place}")
    if finding.excerpt is not None:
        lines.extend(
            f"{'>' if number == finding.excerpt.marked else ' '} {number} | {line}"
            for number, line in enumerate(finding.excerpt.lines, start=finding.excerpt.first)
        )
    lines.extend(finding.evidence)
    if finding.advice is not None:
        lines.append(f"help: {finding.advice}")
    return "\n".join(lines)


def _excuse(task: Task, result: TaskResult) -> str:
    known = [finding.known for finding in result.findings if finding.known is not None]
    if known:
        return known[0]
    if any(finding.also_on_base for finding in result.findings):
        return "also on base"
    if task.purpose is Purpose.SUPPLY:
        return "only gives inputs"
    return "not counted"
