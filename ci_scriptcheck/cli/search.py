"""`scriptcheck test-script --search`: small tables that its schemas allow, and that break a script."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from ci_scriptcheck import preparation, workflow
from ci_scriptcheck.cli.console import terminal_size
from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.model.counterexample import Effort
from ci_scriptcheck.project.native.quoting import quoted
from ci_scriptcheck.project.paths import FILE_NAME
from ci_scriptcheck.report import counterexample, failure
from ci_scriptcheck.report.page import visible
from ci_scriptcheck.run import record, worker_hosts
from ci_scriptcheck.run.context import Interrupted
from ci_scriptcheck.run.making import Unmakeable
from ci_scriptcheck.run.service import Service
from ci_scriptcheck.search import kept, search, shown, trying
from ci_scriptcheck.search.drawing import Drawing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ci_scriptcheck.cli.console import Console
    from ci_scriptcheck.cli.opening import ProjectFolder
    from ci_scriptcheck.cli.options import Wanted
    from ci_scriptcheck.model.options import Options
    from ci_scriptcheck.model.plan import Plan, Task
    from ci_scriptcheck.model.project import Project, Step
    from ci_scriptcheck.search.search import Standing
    from ci_scriptcheck.workflow import Started


def call(
    asked: Wanted,
    place: ProjectFolder,
    project: Project,
    options: Options,
    console: Console,
    environ: Mapping[str, str],
) -> int:
    """Search, and give the exit code.

    Raises:
        UsageError: no table can be drawn for this script, or it cannot be run.
        KeyboardInterrupt: it was broken off; what was found until then has been told.
    """
    step = _step(project, options)
    if asked.save is not None:
        kept.check_name(step, asked.save)
    prepared = preparation.prepare(options, environ)
    task = _task(prepared.plan, step.name)
    drawn = _drawing(prepared.plan, task, step, asked)
    started = workflow.start(prepared)
    told = _Told(asked, task, started, console, environ)
    try:
        _searched(started, task, drawn, asked, told)
    except (KeyboardInterrupt, Interrupted) as end:
        told.close()
        told.tell_interrupted(drawn)
        raise (end if isinstance(end, KeyboardInterrupt) else KeyboardInterrupt()) from None
    finally:
        told.close()
    found = told.tell_result(drawn)
    if found is not None and asked.save is not None:
        console.tell(_kept(place, step, drawn, found, asked.save))
    return 0 if found is None and not told.is_broken_anyway else 1


def _kept(place: ProjectFolder, step: Step, drawn: Drawing, found: search.Found, name: str) -> str:
    """Make what was found a test, and say so; or say what is to be put where by hand."""
    lines = kept.lines_of(drawn.ports, found, name)
    file = place.root / place.folder / FILE_NAME
    refused = kept.keep(place.tree, place.folder, file, step, (name, lines))
    if refused is None:
        run = shlex.join(["scriptcheck", "run", f"{step.name}[{name}]"])
        return f"\nadded the test `{name}` to {FILE_NAME}; run it with `{run}`\n"
    body = "".join(f"      {line}\n" for line in lines)
    head = f"steps:\n  {quoted(step.name)}:\n    tests:\n"
    return f"\nNot added to {FILE_NAME}: {refused}. What belongs there:\n\n{head}{body}"


def _step(project: Project, options: Options) -> Step:
    if len(options.selectors) != 1:
        several = ", ".join(f"`{one}`" for one in options.selectors)
        raise UsageError(what=f"several steps run this script: {several}", advice="name one")
    return project.steps[options.selectors[0]]


def _drawing(plan: Plan, task: Task, step: Step, asked: Wanted) -> Drawing:
    ports = {port.name: port.dataset for port in step.inputs if port.dataset is not None}
    drawable = trying.drawable(plan, task, ports)
    if not drawable:
        raise _nothing_to_draw(step)
    seed = step.settings.seed if asked.seed is None else asked.seed
    return Drawing(ports=drawable, seed=seed, least=asked.least)


def _task(plan: Plan, name: str) -> Task:
    task = next(one for one in plan.tasks if one.id == name)
    if task.blocked is not None:
        raise UsageError(what=f"`{name}` is not run: {task.blocked}")
    return task


def _nothing_to_draw(step: Step) -> UsageError:
    ports = ", ".join(f"`{port.name}`" for port in step.inputs) or "none at all"
    return UsageError(
        what=f"no input of `{step.name}` has a dataset with columns, so no table can be drawn",
        facts=(f"its inputs are {ports}",),
        advice=f"`scriptcheck infer --script {shlex.quote(step.name)}` drafts one",
    )


def _searched(started: Started, task: Task, drawn: Drawing, asked: Wanted, told: _Told) -> None:
    plan = record.read_plan(started.run_directory)
    needed = [one.id for one in plan.tasks]
    with (
        Service(plan, started.run_directory, needed) as service,
        worker_hosts.context_of(started.run_directory, service.addresses, None) as context,
    ):
        try:
            runner = trying.Trying(context, task, drawn)
        except Unmakeable as error:
            raise UsageError(
                what=f"the usual data of `{task.step}` cannot be made: {error}"
            ) from None
        usual = runner.usual()
        if usual is not None:
            told.tell_broken_anyway(usual)
            return
        search.search(runner, drawn, asked.tables, told)


class _Told:
    """Tells how far a search is, and remembers it for the end."""

    def __init__(
        self,
        asked: Wanted,
        task: Task,
        started: Started,
        console: Console,
        environ: Mapping[str, str],
    ) -> None:
        self.is_broken_anyway = False
        self._asked = asked
        self._task = task
        self._started = started
        self._console = console
        self._environ = environ
        self._standing: Standing | None = None
        self._is_drawn = False

    def __call__(self, standing: Standing) -> None:
        self._standing = standing
        if self._console.moving:
            size = terminal_size(self._console.err, self._environ)
            is_found = standing.found is not None
            text = counterexample.progress(self._effort, is_found=is_found)
            room = size.columns - 1 if size else 79
            self._console.mention(f"\r\x1b[K  {visible(self._task.step)}  {text}"[: room + 4])
            self._is_drawn = True

    def close(self) -> None:
        """Take the moving line away."""
        if self._is_drawn:
            self._console.mention("\r\x1b[K")
            self._is_drawn = False

    def tell_broken_anyway(self, broken: trying.Broken) -> None:
        """Say that the script fails on its usual data, so that there is nothing to search for."""
        self.is_broken_anyway = True
        page = self._console.out_page
        parts = [f"FAILED  {visible(self._task.step)}", *failure.seen(broken.finding, page)]
        parts.append("It fails whatever its tables hold, so none were searched for.")
        self._console.tell("\n\n".join(parts) + "\n")

    def tell_result(self, drawn: Drawing) -> search.Found | None:
        """Write what came of it."""
        standing = self._standing
        if standing is None or standing.found is None:
            if not self.is_broken_anyway:
                self._console.tell(counterexample.nothing(self._task.step, self._effort))
            return None
        told = shown.counterexample(
            standing.found,
            drawn.ports,
            again=self._again(standing.found, drawn),
            run=self._run(standing.found),
        )
        self._console.tell(counterexample.found(told, self._effort, self._console.out_page))
        return standing.found

    def tell_interrupted(self, drawn: Drawing) -> None:
        """Write what was found until the search was broken off."""
        if self._standing is not None and self._standing.found is not None:
            self.tell_result(drawn)
        self._console.tell(
            f"interrupted after {self._effort.tables:,} of {self._asked.tables:,} tables\n"
        )

    @property
    def _effort(self) -> Effort:
        standing = self._standing
        return Effort(
            asked=self._asked.tables,
            tables=standing.tables if standing else 0,
            runs=standing.runs if standing else 0,
            seconds=standing.seconds if standing else 0.0,
        )

    def _again(self, found: search.Found, drawn: Drawing) -> str:
        words = ["scriptcheck"]
        folder = self._started.prepared.plan.folder
        words += ["-C", folder] if folder else []
        words += ["test-script", self._task.step, "--search", str(found.number + 1)]
        words += ["--seed", str(drawn.seed)] if self._asked.seed is not None else []
        words += ["--least-rows", str(drawn.least)] if drawn.least else []
        return shlex.join(words)

    def _run(self, found: search.Found) -> str:
        directory, root = self._started.run_directory, self._started.prepared.root
        shown_as = directory.relative_to(root) if directory.is_relative_to(root) else directory
        log = found.broken.result.log_file or ""
        return f"{shown_as}/{log.rpartition('/')[0]}/"
