"""One script's rounds: what was made up is laid out, and what a run missed is made up for the next."""

from __future__ import annotations

import copy
import shutil
from typing import TYPE_CHECKING

from ci_scriptcheck.data import reader
from ci_scriptcheck.draft import clues, guesses
from ci_scriptcheck.draft.bench import space_of
from ci_scriptcheck.draft.clues import Kind
from ci_scriptcheck.model.scenario import BUILT_IN, STANDARD
from ci_scriptcheck.run import calling
from ci_scriptcheck.run.process.request import Ended, Ending, Script
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from ci_scriptcheck.draft.bench import Bench, Supplied
    from ci_scriptcheck.draft.clues import Clue
    from ci_scriptcheck.draft.trial import Content, Trial
    from ci_scriptcheck.run.process.request import Call

_ROWS = 300
_LONGEST = 160


class _UnmakeableError(Exception):
    """What was made up cannot be made as data; the text says why."""


class Loop:
    """The folders of one script, laid out anew for each round."""

    def __init__(self, bench: Bench, trial: Trial, supplied: Supplied) -> None:
        self.trial = trial
        self._supplied = supplied
        self._root = bench.root
        self._ask = bench.ask
        self._space = space_of(bench, trial.step)
        self._roots = tuple(
            str(bench.root / bench.project / path) for path in trial.step.settings.path
        )
        self._in_package = bench.closures[trial.step.script or ""].is_in_package()
        self._resorts = [trial.fill_up, trial.add_features]

    def run(self, bench: Bench, timeout: float) -> Ending:
        """Run the script on what has been made up so far; where that cannot be made, it is not run."""
        try:
            call = self._call(bench, timeout)
        except _UnmakeableError as error:
            return Ending(how=Ended.NO_RESULT, detail=f"data made up for it fail: {error}")
        return bench.run(self.trial.step, call)

    def _call(self, bench: Bench, timeout: float) -> Call:
        space, trial, settings = self._space, self.trial, self.trial.step.settings
        space.clear()
        inputs = {name: self._lay_out(one) for name, one in trial.contents.items()}
        outputs = {}
        for port in trial.step.outputs:
            out = space.output(port.name)
            out.mkdir(parents=True)
            file = port.file or trial.out_files.get(port.parameter)
            parameter = trial.out_names.get(port.name, port.parameter)
            outputs[parameter] = str(out / file) if file else str(out)
        settings = replace(
            settings, env={**settings.env, **trial.env}, timeout=min(settings.timeout, timeout)
        )
        target = Script(
            file=str(self._root / (trial.step.script or "")),
            roots=self._roots,
            in_package=self._in_package,
            input_paths=inputs,
            output_paths=outputs,
            environ_vars=settings.env,
            job_args={**settings.args, **trial.args},
            call={**settings.call, **trial.call},
        )
        return calling.call_of(target, settings, space, tree=self._root, hidden=bench.hidden)

    def learn(self, ending: Ending) -> bool:
        """Make up what the last run missed; says whether it is worth another one."""
        if ending.how is Ended.RETURNED:
            found = [clue for clue in clues.clues(ending) if clue.kind is Kind.PLACE]
            if any(self.trial.follow(clue) for clue in found):
                return True
            return bool(self.empty()) and self._from_files(ending)
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
        if clue.kind in {Kind.COLUMN, Kind.KEY}:
            return self._want_column(clue, opened)
        return self.trial.follow(clue)

    def _want_column(self, clue: Clue, opened: frozenset[str]) -> bool:
        """Add a column or key, in what other scripts wrote by having them write it."""
        if clue.kind is Kind.KEY and self.trial.add_key(clue.name):
            return True
        supplied = [
            one
            for one in self.trial.contents.values()
            if one.supplied is not None and (one.port in opened or not opened)
        ]
        for content in supplied:
            folder = self._supplied.more(content.port, clue.name)
            if folder is not None:
                content.supplied = folder
                return True
        if self.trial.add_column(clue.name, opened):
            return True
        return any(self._made_up_instead(one, clue.name) for one in supplied)

    def _made_up_instead(self, content: Content, column: str) -> bool:
        """Make up the like of what another script wrote, with a column that it does not write."""
        folder = content.supplied
        found = self._ask(reader.measuring(folder)).get("files", {}) if folder is not None else {}
        tables = {
            name: facts
            for name, facts in found.items()
            if facts.get("columns") and column not in facts["columns"] and content.add(name)
        }
        if not any(name in content.tables for name in tables):
            return False
        content.supplied = None
        names = dict.fromkeys(name for facts in tables.values() for name in facts["columns"])
        content.columns = {name: guesses.column(name) for name in [*names, column]}
        return True

    def empty(self) -> tuple[str, ...]:
        """Name the outputs to which nothing was written."""
        return tuple(
            port.name
            for port in self.trial.step.outputs
            if port.required
            and not any(path.is_file() for path in self._space.output(port.name).rglob("*"))
        )

    def completed(
        self, bench: Bench, complete: Callable[[], bool], before: Ending, *, timeout: float
    ) -> Ending:
        """Make something up that was not missed, unless it does harm; gives the last run that ended well."""
        contents = copy.deepcopy(self.trial.contents)
        if not complete():
            return before
        ending = self.run(bench, timeout)
        if ending.how is Ended.RETURNED:
            return ending
        self.trial.contents = contents
        return before

    def name_columns(self) -> bool:
        """Have the columns that variables name, in what other scripts wrote where there is no other."""
        supplied = [one for one in self.trial.contents.values() if one.supplied is not None]
        if not supplied or any(one.tables for one in self.trial.contents.values()):
            return self.trial.name_columns()
        is_new = False
        for content in supplied:
            there = self._columns_of(content)
            for name in self.trial.named_columns() if there else ():
                folder = None if name in there else self._supplied.more(content.port, name)
                if folder is not None:
                    content.supplied = folder
                    is_new = True
        return is_new

    def _columns_of(self, content: Content) -> set[str]:
        found = self._ask(reader.measuring(content.supplied)) if content.supplied else {}
        files = found.get("files", {}).values()
        return {str(name) for facts in files for name in facts.get("columns") or ()}

    def _fill(self) -> bool:
        """Make up what nobody asked for in words, the likeliest first; the last resort."""
        while self._resorts:
            if self._resorts.pop(0)():
                return True
        return False

    def _lay_out(self, content: Content) -> str:
        folder = self._space.input(content.port)
        folder.mkdir(parents=True, exist_ok=True)
        if content.supplied is not None:
            shutil.copytree(content.supplied, folder, dirs_exist_ok=True)
        elif content.tables or content.texts:
            dataset = content.dataset(content.port)
            answer = self._ask(
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
            why = answer.get("unmakeable") or answer.get("error")
            if why is not None:
                raise _UnmakeableError(why)
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
    """Give the line that says most: the last one of a traceback, else the first."""
    if text.startswith("Traceback"):
        return text.strip().rpartition("\n")[2]
    return text.partition("\n")[0]
