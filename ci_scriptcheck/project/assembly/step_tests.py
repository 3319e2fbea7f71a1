"""Literal tests of steps as they are written → as they are meant: rows in files, values in JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NoReturn

from ci_scriptcheck.model import json_path
from ci_scriptcheck.model.contract import (
    Bound,
    CopiedFrom,
    Dataset,
    Entry,
    Format,
    GivenFile,
    Port,
    Schema,
    Stated,
    TableFile,
)
from ci_scriptcheck.model.scenario import BUILT_IN
from ci_scriptcheck.model.step_test import ExpectedRows, StepTest
from ci_scriptcheck.project.assembly.ports import Said
from ci_scriptcheck.project.assembly.settings import frozen
from ci_scriptcheck.project.native.datasets import ENDINGS
from ci_scriptcheck.project.native.documents import PortDocument
from ci_scriptcheck.project.native.reading import Native
from ci_scriptcheck.project.paths import within
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from ci_scriptcheck.errors import Place
    from ci_scriptcheck.model.project import Step
    from ci_scriptcheck.project.native.documents import StepTestDocument
    from ci_scriptcheck.project.native.source_lines import KeyPath

NOT_IN_NAMES = "[]@/"
"""Characters that have a meaning in the ids of tasks."""


def tests_of(native: Native, step: Step, datasets: Mapping[str, Dataset]) -> tuple[StepTest, ...]:
    """Give the tests of a step.

    Raises:
        UsageError: a name is taken, or what is stated cannot be a file.
    """
    stating = _Stating(native=native, step=step.name, inputs=step.inputs, datasets=datasets)
    return tuple(stating.test(name, test) for name, test in _written(native, step.name))


def ports_of_tests(native: Native, step: str) -> tuple[dict[str, Said], dict[str, Said]]:
    """Give the input and output ports that tests speak of, each where it is first named."""
    given: dict[str, Said] = {}
    expected: dict[str, Said] = {}
    for name, test in _written(native, step):
        path: KeyPath = ("steps", step, "tests", name)
        for key, ports, found in (
            ("given", test.given_, given),
            ("expect", _expected(test), expected),
        ):
            for port in ports:
                said = Said(document=PortDocument(), path=(*path, key, port))
                found.setdefault(port, said)
    return given, expected


def _written(native: Native, step: str) -> Iterator[tuple[str, StepTestDocument]]:
    document = native.document.steps.get(step)
    yield from ((document.tests if document is not None else None) or {}).items()


def _expected(document: StepTestDocument) -> Mapping[str, Any]:
    """Give what has to come out by port; nothing where a good end is enough."""
    return {} if isinstance(document.expect, str) else document.expect


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stating:
    """The tests of one step, read against its ports."""

    native: Native
    step: str
    inputs: tuple[Port, ...]
    datasets: Mapping[str, Dataset]

    def test(self, name: str, document: StepTestDocument) -> StepTest:
        path: KeyPath = ("steps", self.step, "tests", name)
        self._check_name(name, path)
        if not document.expect:
            advice = "say `expect:` with its rows, or `expect: success`"
            self._fail(f"the test `{name}` expects nothing", path, advice)
        rows: dict[str, tuple[ExpectedRows, ...]] = {}
        bounds: dict[str, tuple[Bound, ...]] = {}
        for port, wanted in _expected(document).items():
            at = (*path, "expect", port)
            rows[port] = tuple(self._expected_rows(wanted, document, at))
            bounds[port] = tuple(self._expected_values(wanted, document, at))
        args = frozen(document.args or {})
        assert isinstance(args, Mapping)  # noqa: S101  (a mapping stays one; for mypy)
        return StepTest(
            name=name,
            given={
                port: self._given(name, port, rows, (*path, "given", port))
                for port, rows in document.given_.items()
            },
            env=dict(sorted((document.env or {}).items())),
            args=dict(sorted(args.items())),
            rows={port: found for port, found in rows.items() if found},
            bounds={port: found for port, found in bounds.items() if found},
            place=self.native.source.place(path),
        )

    def _check_name(self, name: str, path: KeyPath) -> None:
        if not name or set(name) & set(NOT_IN_NAMES):
            self._fail(
                f"the test `{name}` has a character in its name that ids of tasks need",
                path,
                f"leave out {' '.join(NOT_IN_NAMES)}",
            )
        if name in {*BUILT_IN, *self.native.document.scenarios}:
            self._fail(f"the test `{name}` is called as a scenario is", path, "rename it")

    def _fail(self, what: str, path: KeyPath, advice: str | None = None) -> NoReturn:
        raise self.native.source.mistake(what, path, advice=advice)

    def _given(self, test: str, name: str, written: Any, path: KeyPath) -> Dataset:  # noqa: ANN401  (YAML)
        port = next((one for one in self.inputs if one.name == name), None)
        described = self.datasets.get((port.dataset if port is not None else None) or "")
        layout = _layout(described, port)
        tables: dict[str, tuple[Any, ...]] = {}
        files: dict[str, Entry] = {entry.name: entry for entry in layout}
        if isinstance(written, list):
            self._check_layout(name, layout, path)
            tables[""] = tuple(written)
        else:
            for file, content in written.items():
                self._check_file_name(file, (*path, file))
                if _are_rows(content) and _format(file, described) is not None:
                    self._check_cells(content, (*path, file))
                    tables[file] = tuple(content)
                    files[file] = self._table_file(file, described, layout)
                else:
                    files[file] = GivenFile(name=file, text=_text(content))
        return Dataset(
            name=f"{self.step}[{test}].{name}",
            schema=described.schema if described is not None else Schema(),
            files=tuple(files.values()),
            origin=Stated(tables=tables),
            place=self.native.source.place(path),
        )

    def _check_layout(self, port: str, layout: tuple[Entry, ...], path: KeyPath) -> None:
        tables = [entry.name for entry in layout if isinstance(entry, TableFile)]
        if len(tables) == 1:
            return
        if tables:
            listed = ", ".join(f"`{file}`" for file in tables)
            what = f"`{port}` has the files {listed}, and nothing says which has these rows"
            self._fail(what, path, f"name it: `{port}: {{{tables[0]}: [...]}}`")
        self._fail(
            f"nothing says which file of `{port}` has these rows",
            path,
            f"name it, as in `{port}: {{data.csv: [...]}}`, or give the port a dataset",
        )

    def _check_file_name(self, file: str, path: KeyPath) -> None:
        if within("", file) in {None, ""} or file.startswith("/") or "*" in file:
            self._fail(f"`{file}` is not the name of a file below the port's folder", path)

    def _table_file(
        self, file: str, described: Dataset | None, layout: tuple[Entry, ...]
    ) -> TableFile:
        known = next((one for one in layout if one.name == file), None)
        kind = known.format if isinstance(known, TableFile) else _format(file, described)
        assert kind is not None  # noqa: S101  (the caller has looked; for mypy)
        return TableFile(name=file, format=kind)

    def _expected_rows(
        self,
        written: Any,  # noqa: ANN401  (YAML)
        document: StepTestDocument,
        path: KeyPath,
    ) -> Iterator[ExpectedRows]:
        parts = {None: written} if isinstance(written, list) else written
        for file, rows in parts.items():
            at = path if file is None else (*path, file)
            if not _are_rows(rows):
                continue
            self._check_cells(rows, at)
            yield ExpectedRows(
                file=file,
                rows=tuple(rows),
                ordered=document.ordered,
                tolerance=document.tolerance,
                place=self.native.source.place(at),
            )

    def _check_cells(self, rows: Any, path: KeyPath) -> None:  # noqa: ANN401  (YAML)
        for position, row in enumerate(rows):
            for column, cell in row.items():
                if isinstance(cell, list | dict):
                    self._fail(f"`{column}` is no single value", (*path, position, column))

    def _expected_values(
        self,
        written: Any,  # noqa: ANN401  (YAML)
        document: StepTestDocument,
        path: KeyPath,
    ) -> Iterator[Bound]:
        for file, content in () if isinstance(written, list) else written.items():
            if _are_rows(content):
                continue
            if not file.endswith(".json") or not isinstance(content, dict | list):
                what = f"`{file}` can only be compared by rows, or by values of a `.json` file"
                self._fail(what, (*path, file))
            yield from _values(
                file, content, document.tolerance, self.native.source.place((*path, file))
            )


def _values(
    file: str,
    content: Any,  # noqa: ANN401  (YAML)
    tolerance: float,
    place: Place,
) -> Iterator[Bound]:
    """Take a document apart into what has to stand at each end of it."""
    waiting: list[tuple[str, Any]] = [("", content)]
    while waiting:
        way, value = waiting.pop(0)
        if isinstance(value, list):
            if way:
                yield Bound(file=file, path=way, length=len(value), place=place)
            waiting += [(json_path.joined(way, at), item) for at, item in enumerate(value)]
        elif isinstance(value, dict):
            waiting += [(json_path.joined(way, str(key)), item) for key, item in value.items()]
        else:
            yield Bound(file=file, path=way, values=(value,), tolerance=tolerance, place=place)


def _layout(described: Dataset | None, port: Port | None) -> tuple[Entry, ...]:
    """Give the files that rows of a port lie in, as far as the settings tell."""
    if port is not None and port.file is not None:
        kind = _format(port.file, described)
        return () if kind is None else (TableFile(name=port.file, format=kind),)
    if described is None:
        return ()
    if isinstance(described.origin, CopiedFrom):
        name = PurePosixPath(described.origin.path).name
        kind = ENDINGS.get(name.rpartition(".")[2])
        return () if kind is None else (TableFile(name=name, format=kind),)
    return described.files


def _format(file: str, described: Dataset | None) -> Format | None:
    known = [
        entry.format
        for entry in (described.files if described is not None else ())
        if isinstance(entry, TableFile) and entry.name == file
    ]
    return known[0] if known else ENDINGS.get(file.rpartition(".")[2])


def _text(content: object) -> str:
    return content if isinstance(content, str) else f"{json.dumps(content, indent=2)}\n"


def _are_rows(content: Any) -> bool:  # noqa: ANN401  (YAML)
    return isinstance(content, list) and all(isinstance(row, dict) for row in content)
