"""The side of pytest that hands out tasks, keeps their results, and tells how the run goes."""

from __future__ import annotations

import contextlib
import pickle
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from ci_scriptcheck.model import not_run, project
from ci_scriptcheck.model.plan import Side
from ci_scriptcheck.model.result import Finding, Outcome, TaskResult
from ci_scriptcheck.model.rules import RULES
from ci_scriptcheck.pytest_plugin import reports, work
from ci_scriptcheck.pytest_plugin.agenda import Agenda, Blocked, JobEnded
from ci_scriptcheck.pytest_plugin.event import OnFailure, TaskFinished, TaskStarted
from ci_scriptcheck.pytest_plugin.handover import HANDED_OVER
from ci_scriptcheck.pytest_plugin.items import in_short
from ci_scriptcheck.pytest_plugin.workbench import FAULT
from ci_scriptcheck.run import reasons, record
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.pytest_plugin.course import Course
    from ci_scriptcheck.pytest_plugin.event import Event
    from ci_scriptcheck.pytest_plugin.scheduler import LongestPathScheduling
    from ci_scriptcheck.pytest_plugin.work import Brief


class Controller:
    """A pytest plugin, and the scheduler's witness.

    Attributes:
        fault: The error for which the run cannot go on, where there was one.
        interruption: What interrupted the session, such as Ctrl-C.
    """

    def __init__(
        self,
        brief: Brief,
        *,
        on_event: Callable[[Event], None],
        on_interrupt: Callable[[], None],
    ) -> None:
        """Take what is to be done; `on_interrupt` ends all scripts that are running, at once."""
        courses = brief.courses
        self._brief = brief
        self._courses = courses
        self._course = {course.item(task): course for course in courses for task in course.tasks}
        self._on_event = on_event
        self._on_interrupt = on_interrupt
        self._worker: dict[str, str] = {}
        self._processes: list[Any] = []
        self._has_failed = False
        self._begun: Counter[str] = Counter()
        self._told: set[str] = set()
        self._config: pytest.Config | None = None
        self._session: pytest.Session | None = None
        self.fault: BaseException | None = None
        self.interruption: BaseException | None = None

    # What pytest calls.

    def pytest_configure(self, config: pytest.Config) -> None:
        """Take note of the session that this belongs to."""
        self._config = config

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Take note of who counts the items."""
        self._session = session

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:  # noqa: ANN401  (untyped)
        """Tell a worker what it is to run."""
        node.workerinput[HANDED_OVER] = work.to_worker(self._brief)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_newgateway(self, gateway: Any) -> None:  # noqa: ANN401  (untyped)
        """Take note of a worker's process, so that it can be ended."""
        self._processes.append(gateway._io.popen)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config) -> LongestPathScheduling | None:
        """Hand out tasks in our own order, unless the user asks for a certain other one."""
        if config.getvalue("dist") != "load":
            return None
        from ci_scriptcheck.pytest_plugin.scheduler import LongestPathScheduling

        return LongestPathScheduling(self, workers=len(config.getvalue("tx")))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Tell that a task has begun."""
        course = self._course.get(nodeid)
        if course is not None:
            self._begun[nodeid] += 1
            self._on_event(TaskStarted(task=course.task(nodeid), worker=self._worker.get(nodeid)))

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Tell that a task has ended, where no scheduler does."""
        if nodeid in self._course and nodeid not in self._worker:
            self.ended(nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep an error of ours that a worker met."""
        self._has_failed = self._has_failed or report.failed
        if self.fault is not None or report.nodeid not in self._course or not report.failed:
            return
        pickled = getattr(report, FAULT, None)
        if pickled is not None:
            self.fault = pickle.loads(pickled)  # noqa: S301  (from our own worker)
        elif self._result(report.nodeid) is None:
            self.fault = RuntimeError(report.longreprtext)

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        """Keep an error of pytest or of ours; true, so that pytest does not print it."""
        self.fault = self.fault or excinfo.value
        self._kill_workers()
        return True

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """End everything that runs, before pytest waits for its workers."""
        # xdist also calls it an interrupt when `-x` ends a run, and means no signal then.
        session: Any = self._the_config().pluginmanager.getplugin("dsession")
        if session is None or not getattr(session, "shouldstop", False):
            self.interrupted(excinfo.value)

    # What the scheduler calls.

    def agenda(self, collected: Sequence[str]) -> Agenda:
        """Give the tasks among the collected items, with what they wait for."""
        jobs = [job for course in self._courses for job in course.jobs()]
        done = frozenset[str]().union(*(course.done() for course in self._courses))
        return Agenda(jobs, wanted=self._course.keys() & set(collected), done=done)

    def sent(self, item: str, worker: str) -> None:
        """Take note of which worker gets a task."""
        self._worker[item] = worker

    def begun(self, item: str) -> int:
        """Say how often workers have reported the beginning of a task."""
        return self._begun[item]

    def ended(self, item: str) -> JobEnded:
        """Tell how a task ended, and say so."""
        result = self._result(item)
        if result is None:
            return JobEnded.BADLY
        self._tell(item, result)
        # Who is compared with base is run whatever became of that; the engine tells the others why not.
        is_of_base = self._task(item).side is Side.BASE
        return JobEnded.WELL if is_of_base or result.is_usable else JobEnded.BADLY

    def lost(self, item: str, attempts: int, worker: str) -> JobEnded:
        """Write the result of a task whose worker died for the last time, and tell pytest."""
        if self._result(item) is not None:
            return self.ended(item)  # it died behind the last line
        result = self._lost(item, attempts, worker)
        self._report(reports.broken(item, in_short(result)))
        self._count_failure()
        return JobEnded.BADLY

    def blocked(self, blocked: Blocked) -> None:
        """Write that a task is not run because of another, and tell pytest."""
        course = self._course[blocked.job]
        tasks = course.plan.by_id()
        task = tasks[course.task(blocked.job)]
        for need in task.needs():
            result = record.read_result(course.run_directory, need)
            if result is not None and not result.is_usable:
                self._leave_out(blocked.job, reasons.because_of(task, tasks[need], result))
                return
        # What lies between the two is left out of this session.
        self._leave_out(blocked.job, not_run.needs(course.task(blocked.cause)))

    def collected(self, items: int) -> None:
        """Have pytest show progress without the idle item."""
        if self._session is not None:
            self._session.testscollected = items

    def collected_otherwise(self, worker: str, difference: str) -> None:
        """Report that a worker has other items than the first one."""
        report = pytest.CollectReport(
            nodeid=worker, outcome="failed", longrepr=difference, result=[]
        )
        self._hook().pytest_collectreport(report=report)

    # What whoever made it calls.

    def interrupted(self, by: BaseException) -> None:
        """End all scripts and workers at once."""
        self.interruption = by
        self._on_interrupt()
        self._kill_workers()

    def rest(self, course: Course, on_failure: OnFailure) -> Course:
        """Give the part of a course that another session has to do, where this one broke off."""
        if self._has_failed and on_failure is OnFailure.STOP:
            return replace(course, tasks=frozenset())
        left = frozenset(task for task in course.tasks if course.item(task) not in self._told)
        return replace(course, tasks=left)

    def leave_out_the_rest(self, why: str) -> None:
        """Write for each task without a result that it was not run, and why."""
        for item, course in self._course.items():
            if item in self._told:
                continue
            result = self._result(item)
            if result is None:
                result = reasons.left_out(course.task(item), why)
                self._write(item, result)
            self._tell(item, result)

    def give_up_the_rest(self) -> None:
        """Write for each task without a result that whoever was to run it is gone."""
        for item in self._course:
            if item not in self._told:
                result = self._result(item)
                if result is None:
                    self._lost(item, attempts=self._begun[item], worker=None)
                else:
                    self._tell(item, result)

    def _lost(self, item: str, attempts: int, worker: str | None) -> TaskResult:
        result = TaskResult(
            task=self._course[item].task(item),
            outcome=Outcome.CRASHED,
            findings=self._findings_of_loss(item),
            attempts=attempts,
            worker=worker,
        )
        self._write(item, result)
        self._tell(item, result)
        return result

    def _leave_out(self, item: str, why: str) -> None:
        result = reasons.left_out(self._course[item].task(item), why)
        self._write(item, result)
        self._tell(item, result)
        self._report(reports.not_run(item, why))

    def _findings_of_loss(self, item: str) -> tuple[Finding, ...]:
        course, task = self._course[item], self._task(item)
        rule = RULES["SC223"]
        finding = Finding(
            rule=rule.code,
            severity=rule.level,
            message=rule.title,
            step=task.step,
            pipeline=task.pipeline,
            advice=rule.cure,
        )
        return project.levelled(course.plan.rules, [finding])

    def _task(self, item: str) -> Task:
        course = self._course[item]
        return course.plan.by_id()[course.task(item)]

    def _result(self, item: str) -> TaskResult | None:
        course = self._course[item]
        return record.read_result(course.run_directory, course.task(item))

    def _write(self, item: str, result: TaskResult) -> None:
        record.write_result(self._course[item].run_directory, result)

    def _tell(self, item: str, result: TaskResult) -> None:
        if item not in self._told:
            self._told.add(item)
            self._on_event(TaskFinished(result=result, worker=self._worker.get(item)))

    def _report(self, report: pytest.TestReport) -> None:
        self._hook().pytest_runtest_logreport(report=report)

    def _count_failure(self) -> None:
        # xdist itself counts no crashes, so that `-x` would not stop at them.
        session: Any = self._the_config().pluginmanager.getplugin("dsession")
        session.countfailures += 1
        if session.maxfail and session.countfailures >= session.maxfail:
            session.shouldstop = f"stopping after {session.countfailures} failures"

    def _hook(self) -> Any:  # noqa: ANN401  (pluggy's)
        return self._the_config().hook

    def _the_config(self) -> pytest.Config:
        if self._config is None:
            raise RuntimeError("the session has not begun")
        return self._config

    def let_go(self) -> None:
        """End and close what is left of workers: execnet waits for none that has died."""
        for process in self._processes:
            process.kill()
            for stream in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    stream.close()
            process.wait()
        self._processes.clear()

    def _kill_workers(self) -> None:
        # Asked politely, xdist would wait ten seconds for a worker that does not listen.
        for process in self._processes:
            process.kill()
