"""What has been made up for one script so far: files, columns, variables, arguments."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ci_scriptcheck.draft import guesses
from ci_scriptcheck.draft.clues import Clue, Kind
from ci_scriptcheck.model.contract import (
    Column,
    ColumnType,
    Dataset,
    Entry,
    Format,
    GivenFile,
    Schema,
    Synthesized,
    TableFile,
)
from ci_scriptcheck.model.project import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TABLES = {
    "csv": Format.CSV,
    "tsv": Format.TSV,
    "parquet": Format.PARQUET,
    "pq": Format.PARQUET,
    "jsonl": Format.JSONL,
}
_TEXTS = {
    "json": "{}",
    "txt": "a\n",
    "text": "a\n",
    "yaml": "{}\n",
    "yml": "{}\n",
    "py": "",
    "md": "",
}
_IN_CODE = re.compile(r"[\w-]*\*?[\w-]*\.(?:csv|tsv|parquet|jsonl|json)\b")
NOTHING = "empty.txt"
"""File of an input in which nothing was looked for."""
FILLING = "row_id"
"""Column of a table of which no column is known yet, since there are no rows without one."""


@dataclass(slots=True, kw_only=True)
class Content:
    """What an input is given.

    Attributes:
        file: Name of the file that the script wants instead of the folder.
        tables: Files that hold the rows.
        columns: By name.
        texts: Files with their content.
        supplied: Folder with what another script wrote, instead of all these.
    """

    port: str
    supplied: Path | None = None
    file: str | None = None
    tables: dict[str, Format] = field(default_factory=dict)
    columns: dict[str, Column] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def is_bare(self) -> bool:
        """Whether nothing lies there."""
        return not self.tables and not self.texts and self.supplied is None

    def dataset(self, name: str) -> Dataset:
        """Give it as a dataset of this name."""
        columns = tuple(self.columns.values()) if self.tables else ()
        filling = Column(name=FILLING, type=ColumnType.STRING, unique=True, pattern="r[0-9]{8}")
        share = 1 / len(self.tables) if self.tables else 1.0
        entries: list[Entry] = [
            TableFile(name=file, format=kind, share=share) for file, kind in self.tables.items()
        ]
        entries.extend(GivenFile(name=file, text=text) for file, text in self.texts.items())
        return Dataset(
            name=name,
            schema=Schema(columns=columns or ((filling,) if self.tables else ())),
            files=tuple(entries),
            origin=Synthesized(),
        )

    def add(self, name: str) -> bool:
        """Add a file by its path below the folder; a kind that cannot be made is not added."""
        path = PurePosixPath(name)
        ending = path.suffix[1:].lower()
        if name in self.tables or name in self.texts or len(self.tables) + len(self.texts) > 40:
            return False
        if ending in _TABLES:
            self.tables[name] = _TABLES[ending]
        elif ending in _TEXTS:
            self.texts[name] = _TEXTS[ending]
        else:
            return False
        return True


@dataclass(slots=True, kw_only=True)
class Trial:
    """All that is tried for one script.

    Attributes:
        code: The script's text, in which the names of its files may stand.
        out_files: Output parameter → file that is wanted instead of a folder.
        out_names: Output port → key under which the script asks for it.
        unmade: Files that were looked for and are of no kind that can be made.
        needs: Modules that it imports and that are not there.
        call: Further parameters of its function.
    """

    step: Step
    code: str
    contents: dict[str, Content]
    env: dict[str, str] = field(default_factory=dict)
    args: dict[str, str] = field(default_factory=dict)
    out_files: dict[str, str] = field(default_factory=dict)
    out_names: dict[str, str] = field(default_factory=dict)
    unmade: list[str] = field(default_factory=list)
    needs: set[str] = field(default_factory=set)
    call: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, step: Step, code: str, supplied: Mapping[str, Path]) -> Trial:
        """Begin with what others wrote, and nothing else that the script cannot do without.

        Args:
            step: Whose script it is.
            code: The script's text.
            supplied: Input parameter → folder with what another script wrote.
        """
        contents = {
            port.parameter: Content(
                port=port.name, file=port.file, supplied=supplied.get(port.parameter)
            )
            for port in step.inputs
            if port.required or port.parameter in supplied
        }
        return cls(step=step, code=code, contents=contents)

    def follow(self, clue: Clue) -> bool:
        """Make up what a clue names, files and columns apart; says whether anything is different."""
        name = clue.name
        ways: dict[Kind, Callable[[], bool]] = {
            Kind.VARIABLE: lambda: _put(self.env, self._given_env(), name, guesses.variable(name)),
            Kind.ARGUMENT: lambda: _put(
                self.args, frozenset(self.step.settings.args), name, guesses.argument(name)
            ),
            Kind.INPUT: lambda: self._input(name),
            Kind.OUTPUT: lambda: self._output(name),
            Kind.SERVICE: self._switch_off,
            Kind.TYPE: lambda: clue.type is not None and self._type(name, clue.type),
            Kind.VALUE: lambda: self._value(name, clue.choices),
            Kind.LOGGER: self._logger,
            Kind.PLACE: lambda: self._own_place(name),
            Kind.MODULE: lambda: self._need(name),
        }
        return clue.kind in ways and ways[clue.kind]()

    def _need(self, module: str) -> bool:
        """Note a module that is not there; nothing can be made up for it."""
        self.needs.add(module)
        return False

    def name_columns(self) -> bool:
        """Add the columns that variables name, to the table of which most is known."""
        tables = [one for one in self.contents.values() if one.tables]
        if not tables:
            return False
        largest = max(tables, key=lambda one: len(one.columns))
        known = {name for one in tables for name in one.columns}
        new = {name: guesses.column(name) for name in self.named_columns() if name not in known}
        largest.columns.update(new)
        return bool(new)

    def named_columns(self) -> list[str]:
        """List the columns that variables name."""
        values = {**self.step.variables, **self.step.settings.env, **self.env}
        return [name for variable, value in values.items() for name in _columns(variable, value)]

    def leave_nothing_bare(self) -> bool:
        """Put a file into every input that nothing was made up for: no dataset is empty."""
        bare = [one for one in self.contents.values() if one.is_bare]
        for content in bare:
            content.texts[NOTHING] = ""
        return bool(bare)

    def list_content(self, parameter: str) -> bool:
        """Put a file into a folder that was listed, named as the code suggests."""
        content = self.contents[parameter]
        suggested = [name.replace("*", "0") for name in _IN_CODE.findall(self.code)]
        names = (name if PurePosixPath(name).stem else f"data{name}" for name in suggested)
        for name in (*names, "data.csv"):
            plain = name if not name.startswith(".") else f"data{name}"
            if plain.endswith(".json") and content.tables:
                continue
            if content.add(plain):
                return True
        return False

    def make_file(self, parameter: str, relative: str) -> bool:
        """Make a file that was looked for below the folder of an input."""
        if self.contents[parameter].add(relative):
            return True
        shown = f"{self.contents[parameter].port}/{relative}"
        if PurePosixPath(relative).suffix and shown not in self.unmade and len(self.unmade) < 20:
            self.unmade.append(shown)
        return False

    def want_file(self, parameter: str) -> bool:
        """Give a file where a folder was given, since the script opens the path itself."""
        content = self.contents[parameter]
        if content.file is not None:
            return False
        suggested = [name for name in _IN_CODE.findall(self.code) if "*" not in name]
        ending = PurePosixPath(suggested[0]).suffix if suggested else ".csv"
        content.file = f"{re.sub(r'[^A-Za-z0-9_-]', '_', content.port)}{ending or '.csv'}"
        content.add(content.file)
        return True

    def want_output_file(self, parameter: str) -> bool:
        """Have a file written where a folder was offered."""
        if parameter in self.out_files:
            return False
        self.out_files[parameter] = f"{re.sub(r'[^A-Za-z0-9_-]', '_', parameter)}.csv"
        return True

    def fill_up(self) -> bool:
        """Set every variable read without a default, give every optional input; the last resort."""
        missing = [
            name
            for name, default in self.step.variables.items()
            if default is None and name not in self.env and name not in self._given_env()
        ]
        self.env.update({name: guesses.variable(name) for name in missing})
        optional = [port for port in self.step.inputs if port.parameter not in self.contents]
        for port in optional:
            self.contents[port.parameter] = Content(port=port.name, file=port.file)
        return bool(missing or optional)

    def add_features(self) -> bool:
        """Give every table some columns more, for scripts that want others than those they name."""
        is_new = False
        for content in self.contents.values():
            for name in guesses.FEATURES if content.tables else ():
                is_new = is_new or name not in content.columns
                content.columns.setdefault(name, guesses.column(name))
        return is_new

    def _given_env(self) -> frozenset[str]:
        return frozenset(self.step.settings.env)

    def _switch_off(self) -> bool:
        """Turn off what is on by default, since what it asks for is out of reach."""
        settings = self.step.settings.env
        values = {**self.step.variables, **settings, **self.env}
        on = [
            name
            for name, value in values.items()
            if name.startswith(("USE_", "ENABLE_")) and (value or "").lower() in {"true", "1"}
        ]
        self.env.update(dict.fromkeys(on, "false"))
        return bool(on)

    def add_column(self, name: str, opened: frozenset[str] = frozenset()) -> bool:
        """Add a column to a table that has it not, of those that were opened if there is one."""
        holders = [one for one in self.contents.values() if one.tables]
        holders.sort(key=lambda one: one.port not in opened)
        for content in reversed(holders) if len(opened) != 1 else holders:
            if name not in content.columns:
                content.columns[name] = guesses.column(name)
                return True
        return False

    def add_key(self, name: str) -> bool:
        """Add a key to a JSON document that has it not."""
        for content in self.contents.values():
            for file, text in content.texts.items():
                if not file.endswith(".json"):
                    continue
                document = json.loads(text)
                if name not in document:
                    content.texts[file] = json.dumps({**document, name: guesses.json_value(name)})
                    return True
        return False

    def _input(self, name: str) -> bool:
        if name in self.contents:
            return False
        known = next((port.name for port in self.step.inputs if port.parameter == name), name)
        self.contents[name] = Content(port=known)
        return True

    def _output(self, name: str) -> bool:
        """Call an output as the script does, where there is one that it does not ask for."""
        known = {port.parameter for port in self.step.outputs} | {*self.out_names.values()}
        free = [port for port in self.step.outputs if port.name not in self.out_names]
        if name in known or not free:
            return False
        self.out_names[free[0].name] = name
        return True

    def _value(self, said: str, choices: tuple[str, ...]) -> bool:
        """Take the first value that is expected for what was guessed otherwise."""
        for where in (self.env, self.args):
            for name, value in where.items():
                is_meant = name in said or re.search(rf"['\"`]{re.escape(value)}['\"`]", said)
                if is_meant and choices and value not in choices:
                    where[name] = choices[0]
                    return True
        return False

    def _logger(self) -> bool:
        """Give a logger to a function that can take one, and uses it without looking."""
        if "logger" in self.call or not re.search(r"def main\([^)]*\blogger\b", self.code):
            return False
        self.call["logger"] = "$logger"
        return True

    def _own_place(self, path: str) -> bool:
        """Have a script work in its own folder where a variable names one elsewhere."""
        values = {**self.step.variables, **self.step.settings.env}
        for name, value in values.items():
            is_meant = value is not None and value.startswith("/") and path.startswith(value)
            if is_meant and name not in self.env:
                self.env[name] = "work"
                return True
        return False

    def _type(self, code: str, kind: ColumnType) -> bool:
        """Change the columns that a line names, or else those whose type is a guess at a label."""
        is_changed = False
        for content in self.contents.values():
            for name, column in content.columns.items():
                if column.type is not kind and (f"'{name}'" in code or f'"{name}"' in code):
                    content.columns[name] = guesses.of_type(name, kind)
                    is_changed = True
        return is_changed


def _columns(variable: str, value: str | None) -> list[str]:
    """Read the columns that the value of a variable names; none where it is not about columns."""
    if not value or not guesses.is_about_columns(variable):
        return []
    names = [part.strip() for part in value.split(",")]
    return [name for name in names if re.fullmatch(r"[A-Za-z_]\w*", name)]


def _put(where: dict[str, str], given: frozenset[str], name: str, value: str) -> bool:
    if name in where or name in given:
        return False
    where[name] = value
    return True
