"""`pytest --scriptcheck`: the tasks of projects as items beside a user's own tests.

The controller plans before anything is collected, as `-k` and the like take items away, and with
them what a plan made of items would know of their order.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ci_scriptcheck import preparation, workflow
from ci_scriptcheck.errors import ScriptcheckError
from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.options import Options
from ci_scriptcheck.model.plan import Mode
from ci_scriptcheck.project.paths import FILE_NAME
from ci_scriptcheck.pytest_plugin.controller import Controller
from ci_scriptcheck.pytest_plugin.course import Course
from ci_scriptcheck.pytest_plugin.items import ProjectItem
from ci_scriptcheck.pytest_plugin.work import SCRIPTS, Brief
from ci_scriptcheck.pytest_plugin.workbench import Workbench
from ci_scriptcheck.report import lines, summary
from ci_scriptcheck.report.page import PLAIN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ci_scriptcheck.model.run_record import RunRecord
    from ci_scriptcheck.pytest_plugin.work import RunningHosts


class Projects:
    """Plans and starts the runs of a session, and writes their records at its end."""

    def __init__(self, config: pytest.Config) -> None:
        """Plan what the command line asks for.

        Raises:
            ScriptcheckError: a project cannot be planned.
        """
        self._config = config
        self._resources = ExitStack()
        files = _files(config)
        self._started = {
            file: workflow.start(
                preparation.supply(
                    preparation.prepare(
                        _options(config, file.parent, number if len(files) > 1 else None),
                        os.environ,
                    ),
                    os.environ,
                )
            )
            for number, file in enumerate(files, 1)
        }
        self._hosts: list[RunningHosts] = []
        self._records: list[RunRecord] = []

    def begin(self) -> None:
        """Start the hosts, and take part in the session."""
        courses = tuple(
            _course(self._config, file, started) for file, started in self._started.items()
        )
        only_collected = self._config.getoption("collectonly")
        addresses = {} if only_collected else self._addresses(courses)
        brief = Brief(courses=courses, opened=SCRIPTS.opened, addresses=addresses)
        controller = Controller(brief, on_event=lambda _: None, on_interrupt=self._close_hosts)
        manager = self._config.pluginmanager
        manager.register(controller, "scriptcheck-controller")
        if only_collected or not self._config.getoption("tx", []):
            join(self._config, Workbench(brief, worker=None))
        self._controller = controller

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """End the hosts, and write the records, also of what was not reached.

        That a change affects nothing is a good end; pytest takes it for tests that were not found.
        """
        self._resources.close()
        if session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and self._is_all_unaffected():
            session.exitstatus = pytest.ExitCode.OK
        if self._config.getoption("collectonly"):
            return
        for started in self._started.values():
            record = self._concluded(started)
            if record is not None:
                self._records.append(record)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what the change did to data, where the records lie, and which projects it does not touch."""
        for started in self._started.values():
            if not started.prepared.plan.tasks:
                plan = started.prepared.plan
                terminalreporter.write_line(f"{plan.project}: {lines.scope(plan)}")
        for record in self._records:
            for told in (summary.changed_data(record, PLAIN), summary.flaky(record, PLAIN)):
                if told:
                    terminalreporter.write_line(f"{told}\n")
            terminalreporter.write_line(f"record  {record.run}/record.json")

    def _concluded(self, started: workflow.Started) -> RunRecord | None:
        fault = self._controller.fault
        if fault is not None:
            return workflow.salvage(started, _as_error(fault))
        signalled = self._controller.interruption is not None
        return workflow.conclude(started, interrupted="SIGINT" if signalled else None)

    def _is_all_unaffected(self) -> bool:
        plans = [started.prepared.plan for started in self._started.values()]
        return bool(plans) and not any(plan.tasks for plan in plans)

    def _addresses(self, courses: Iterable[Course]) -> dict[str, Any]:
        addresses = {}
        for course in courses:
            hosts = self._resources.enter_context(SCRIPTS.hosts(course))
            self._hosts.append(hosts)
            addresses[str(course.run_directory)] = hosts.addresses
        return addresses

    def _close_hosts(self) -> None:
        for hosts in self._hosts:
            hosts.close()


class ProjectFiles:
    """Collects `scriptcheck.yaml` as a file whose items are the tasks of its plan."""

    def __init__(self, workbench: Workbench) -> None:
        self._workbench = workbench
        self._courses = {course.prefix: course for course in workbench.courses}

    def pytest_collect_file(
        self, file_path: Path, parent: pytest.Collector
    ) -> pytest.Collector | None:
        """Recognize the files of the projects that are part of this session."""
        if file_path.name != FILE_NAME:
            return None
        file = ProjectFile.from_parent(parent, path=file_path)
        course = self._courses.get(_prefix(file.nodeid))
        if course is None:
            return None
        file.course, file.workbench = course, self._workbench
        return file


class ProjectFile(pytest.File):
    """One `scriptcheck.yaml`."""

    course: Course
    workbench: Workbench

    def collect(self) -> list[pytest.Item]:
        """Make an item of each task, and one of what was found without running any."""
        items: list[pytest.Item] = [*self.workbench.items(self.course, self)]
        plan = self.course.plan
        if any(verdict.counts(finding, plan) for finding in plan.findings):
            items.insert(0, ProjectItem.from_parent(self, name="(project)", plan=plan))
        return items


def join(config: pytest.Config, workbench: Workbench) -> None:
    """Make the items of all projects part of a session that runs them."""
    manager = config.pluginmanager
    manager.register(workbench, "scriptcheck-workbench")
    manager.register(ProjectFiles(workbench), "scriptcheck-collection")
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        # `testpaths` may leave out the folder in which the settings lie.
        for course in workbench.courses:
            file = (config.rootpath / course.prefix.removesuffix("::")).resolve()
            if not any(file.is_relative_to(_place(config, word)) for word in config.args):
                config.args.append(str(file))


def _as_error(fault: BaseException) -> ScriptcheckError:
    """Give an error with which a run cannot go on, also where it is a fault of ours."""
    if isinstance(fault, ScriptcheckError):
        return fault
    last = str(fault).strip().rpartition("\n")[2]
    return ScriptcheckError(what=f"the run cannot go on: {last or type(fault).__name__}")


def _files(config: pytest.Config) -> list[Path]:
    """List the settings files that are named, or lie directly in a folder that is."""
    named = config.args_source is pytest.Config.ArgsSource.ARGS
    places = [_place(config, word) for word in config.args] if named else []
    places = places or [_place(config, FILE_NAME)]
    files = [place / FILE_NAME if place.is_dir() else place for place in places]
    found = [file for file in files if file.name == FILE_NAME and (file.is_file() or not named)]
    return list(dict.fromkeys(found))


def _place(config: pytest.Config, word: str) -> Path:
    return (config.invocation_params.dir / word.partition("::")[0]).resolve()


def _options(config: pytest.Config, project: Path, number: int | None) -> Options:
    """Say what is asked for of one project; `number` tells several of them apart."""
    modes = tuple(Mode(name) for name in config.getoption("scriptcheck_mode") or ())
    folder = config.getoption("scriptcheck_run_directory")
    return Options(
        project=project,
        modes=modes or (Mode.ISOLATION, Mode.PIPELINE),
        base=config.getoption("scriptcheck_base"),
        everything=config.getoption("scriptcheck_all"),
        compare=not config.getoption("scriptcheck_no_compare"),
        workers=len(config.getoption("tx", [])) or 1,
        output=None
        if folder is None
        else Path(folder, *([] if number is None else [str(number)])),
    )


def _course(config: pytest.Config, file: Path, started: workflow.Started) -> Course:
    plan = started.prepared.plan
    # As pytest names files: from its own root, which may lie below.
    node = os.path.relpath(file, config.rootpath.resolve())  # noqa: TID251  (pathlib cannot walk up)
    return Course(
        plan=plan,
        run_directory=started.run_directory,
        # Those of base are nobody's tests: each runs along with the one that is compared with it.
        tasks=frozenset(task.id for task in plan.of_head()),
        ready=frozenset(started.ready),
        prefix=_prefix(Path(node).as_posix()),
    )


def _prefix(node: str) -> str:
    return f"{node}::"
