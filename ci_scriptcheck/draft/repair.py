"""The repair loop: run a script with nothing, make what it missed, and run it again.

What comes of it is a draft for a person, never a test: that a script ended well on made-up data says
little about what it does with its own.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ci_scriptcheck.data import reader
from ci_scriptcheck.draft import clues
from ci_scriptcheck.draft.clues import Kind
from ci_scriptcheck.draft.trial import Trial
from ci_scriptcheck.model.change import Closure
from ci_scriptcheck.model.scenario import BUILT_IN, STANDARD
from ci_scriptcheck.run.process.request import Call, Ended, Script
from ci_scriptcheck.run.workspace import Workspace
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from ci_scriptcheck.draft.clues import Clue
    from ci_scriptcheck.draft.trial import Content
    from ci_scriptcheck.model.project import Step
    from ci_scriptcheck.run.process.request import Ending

    Ask = Callable[[dict[str, Any]], dict[str, Any]]
    Run = Callable[[Step, Call], Ending]

ROUNDS = 60
SECONDS = 60.0
"""How often and for how long one script is tried, unless told otherwise."""

_ROWS = 300
_LONGEST = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How often a script is started at most, and for how many seconds in all."""

    rounds: int = ROUNDS
    seconds: float = SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """What the loop came to.

    Attributes:
        trial: What was made up in the end.
        empty: Outputs to which nothing was written.
        last: How the last run ended, where not well, in one line.
        rounds: How often the script was started.
    """

    trial: Trial
    empty: tuple[str, ...]
    last: str | None
    rounds: int
    seconds: float

    @property
    def is_well(self) -> bool:
        """Whether the script ended without an error; it may have written nothing."""
        return self.last is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Where and with what scripts are tried.

    Attributes:
        root: The repository, absolute.
        project: The project's folder in it.
        folder: Where data are made and scripts work; its content does not last.
        closures: Script → the files it depends on.
        run: Starts a script in the host of its step.
        ask: Has data made in the limited process.
    """

    root: Path
    project: str
    folder: Path
    closures: Mapping[str, Closure]
    run: Run
    ask: Ask


def repair(bench: Bench, step: Step, budget: Budget) -> Repaired:
    """Try a step's script until it ends well, nothing more can be made up, or the budget is used."""
    code = (bench.root / (step.script or "")).read_text(encoding="utf-8", errors="replace")
    loop = _Loop(bench, Trial.of(step, code))
    began = time.monotonic()
    rounds = 0
    while True:
        rounds += 1
        left = budget.seconds - (time.monotonic() - began)
        ending = bench.run(step, loop.call(max(left, 1.0)))
        is_spent = rounds >= budget.rounds or time.monotonic() - began >= budget.seconds
        if is_spent or not loop.learn(ending):
            break
    if ending.how is Ended.RETURNED:
        for complete in (loop.trial.name_columns, loop.trial.leave_nothing_bare):
            rounds += 1
            ending = loop.completed(bench, complete, ending)
    return Repaired(
        trial=loop.trial,
        empty=loop.empty() if ending.how is Ended.RETURNED else (),
        last=loop.in_words(ending),
        rounds=rounds,
        seconds=time.monotonic() - began,
    )


class _Loop:
    """The folders of one script, laid out anew for each round."""

    def __init__(self, bench: Bench, trial: Trial) -> None:
        self.trial = trial
        self._root = bench.root
        self._ask = bench.ask
        self._space = Workspace(bench.folder / "trial")
        self._roots = tuple(
            str(bench.root / bench.project / path) for path in trial.step.settings.path
        )
        self._in_package = bench.closures[trial.step.script or ""].is_in_package()
        self._is_filled = False

    def call(self, timeout: float) -> Call:
        """Lay out what has been made up so far, and say how the script is called on it."""
        space, trial, settings = self._space, self.trial, self.trial.step.settings
        space.clear()
        inputs = {name: self._lay_out(one) for name, one in trial.contents.items()}
        outputs = {}
        for port in trial.step.outputs:
            out = space.output(port.name)
            out.mkdir(parents=True)
            file = port.file or trial.out_files.get(port.parameter)
            outputs[port.parameter] = str(out / file) if file else str(out)
        env = {**settings.env, **trial.env}
        target = Script(
            file=str(self._root / (trial.step.script or "")),
            roots=self._roots,
            in_package=self._in_package,
            input_paths=inputs,
            output_paths=outputs,
            environ_vars=env,
            job_args={**settings.args, **trial.args},
            call=settings.call,
        )
        return Call(
            target=target,
            folder=str(space.work),
            private=str(space.private),
            log=str(space.log),
            env=env,
            seed=settings.seed,
            timeout=min(settings.timeout, timeout),
            memory=settings.memory,
            limits=settings.limits,
            network=settings.network,
            tree=str(self._root),
            writable=(str(space.folder / "in"), str(space.folder / "out")),
            outputs=(str(space.folder / "out"),),
        )

    def learn(self, ending: Ending) -> bool:
        """Make up what the last run missed; says whether it is worth another one."""
        if ending.how is Ended.RETURNED:
            if not self.empty():
                return False
            return self._from_files(ending)
        if ending.how not in {Ended.RAISED, Ended.EXITED, Ended.IMPORT_FAILED}:
            return False
        opened = frozenset(
            content.port
            for content in self.trial.contents.values()
            if any(path.startswith(self._place(content)) for path in ending.read)
        )
        for clue in clues.clues(ending):
            if self._follow(clue, opened):
                return True
        return self._from_files(ending) or self._fill()

    def in_words(self, ending: Ending) -> str | None:
        """Say in one line how a run ended that did not end well."""
        said = _in_words(ending)
        # Where it was tried is gone when this is read.
        return said and said.replace(f"{self._space.folder}/", "")[:_LONGEST]

    def _follow(self, clue: Clue, opened: frozenset[str]) -> bool:
        if clue.kind is Kind.FILE:
            return self._from_path(clue.name)
        if clue.kind is Kind.FOLDER:
            return self._from_folder(clue.name)
        return self.trial.follow(clue, opened)

    def empty(self) -> tuple[str, ...]:
        """Name the outputs to which nothing was written."""
        return tuple(
            port.name
            for port in self.trial.step.outputs
            if port.required
            and not any(path.is_file() for path in self._space.output(port.name).rglob("*"))
        )

    def completed(self, bench: Bench, complete: Callable[[], bool], before: Ending) -> Ending:
        """Make something up that was not missed, unless it does harm; gives the last run that ended well."""
        contents = copy.deepcopy(self.trial.contents)
        if not complete():
            return before
        step = self.trial.step
        ending = bench.run(step, self.call(step.settings.timeout))
        if ending.how is Ended.RETURNED:
            return ending
        self.trial.contents = contents
        return before

    def _fill(self) -> bool:
        if self._is_filled:
            return False
        self._is_filled = True
        return self.trial.fill_up()

    def _lay_out(self, content: Content) -> str:
        folder = self._space.input(content.port)
        folder.mkdir(parents=True, exist_ok=True)
        if content.tables or content.texts:
            dataset = content.dataset(content.port)
            self._ask(
                reader.synthesizing(
                    dataset.name,
                    node=self.trial.step.name,
                    datasets={dataset.name: dataset},
                    scenario=BUILT_IN[STANDARD],
                    seed=0,
                    rows=_ROWS,
                    root=self._root,
                    folder=folder,
                )
            )
        return str(folder / content.file) if content.file else str(folder)

    def _place(self, content: Content) -> str:
        return str(self._space.input(content.port))

    def _from_path(self, path: str) -> bool:
        """Make a file that a message names, or fill the folder."""
        for parameter, content in self.trial.contents.items():
            place = self._place(content)
            if path == place:
                return self.trial.list_content(parameter)
            if path.startswith(f"{place}/"):
                return self._below(parameter, path.removeprefix(f"{place}/"))
        return False

    def _from_folder(self, path: str) -> bool:
        """Give a file where a script opened the path of a folder."""
        for parameter, content in self.trial.contents.items():
            if path == self._place(content):
                return self.trial.want_file(parameter)
        for port in self.trial.step.outputs:
            if path == str(self._space.output(port.name)):
                return self.trial.want_output_file(port.parameter)
        return False

    def _below(self, parameter: str, relative: str) -> bool:
        if "*" in relative:
            relative = relative.replace("**/", "").replace("*", "0")
        if "." not in relative.rpartition("/")[2]:
            return self.trial.make_file(parameter, f"{relative}/data.csv")
        return self.trial.make_file(parameter, relative)

    def _from_files(self, ending: Ending) -> bool:
        """Make files that were looked for in vain, and fill folders that were listed and empty."""
        for parameter, content in self.trial.contents.items():
            place = f"{self._place(content)}/"
            missed = [
                path.removeprefix(place) for path in ending.looked_for if path.startswith(place)
            ]
            missed.sort(key=lambda path: (_rank(path), path))
            if any(self._below(parameter, path) for path in missed if not path.endswith("/")):
                return True
        for parameter, content in self.trial.contents.items():
            if self._place(content) in ending.listed and self.trial.list_content(parameter):
                return True
        return False


def _rank(path: str) -> int:
    """Prefer formats that are easily read where several were looked for."""
    endings = (".csv", ".parquet", ".tsv", ".jsonl", ".json")
    return next(
        (rank for rank, ending in enumerate(endings) if path.endswith(ending)), len(endings)
    )


def _in_words(ending: Ending) -> str | None:
    if ending.how is Ended.RETURNED or (ending.how is Ended.EXITED and not ending.exit_status):
        return None
    if ending.errors and ending.how is not Ended.EXITED:
        raised = ending.errors[0]
        return f"{raised.type}: {_first_line(raised.text)}"
    said = ending.detail or (ending.logged[-1].text if ending.logged else "")
    words = ending.how.value.replace("_", " ")
    return f"{words}: {_first_line(said)}" if said else words


def _first_line(text: str) -> str:
    return text.partition("\n")[0]
