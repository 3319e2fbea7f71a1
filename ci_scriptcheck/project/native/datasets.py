"""Datasets as they are written → datasets as they are meant: extensions laid over each other."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from ci_scriptcheck.errors import did_you_mean
from ci_scriptcheck.model.contract import (
    Column,
    ColumnType,
    CopiedFrom,
    Dataset,
    Entry,
    Format,
    GeneratedBy,
    GivenFile,
    Json,
    Origin,
    Said,
    Schema,
    Synthesized,
    TableFile,
    WrittenBy,
    parted,
)
from ci_scriptcheck.project.native.column_bounds import wrong_bounds
from ci_scriptcheck.project.native.documents import ColumnDocument, DatasetDocument
from ci_scriptcheck.project.native.reading import Native
from ci_scriptcheck.project.native.references import References
from ci_scriptcheck.project.native.source_lines import KeyPath
from ci_scriptcheck.project.paths import within, written_relative
from ci_scriptcheck.values import dataclass, field, replace

ENDINGS: Mapping[str, Format] = {
    "csv": Format.CSV,
    "tsv": Format.TSV,
    "parquet": Format.PARQUET,
    "pq": Format.PARQUET,
    "jsonl": Format.JSONL,
    "ndjson": Format.JSONL,
    "json": Format.JSON,
    "txt": Format.TEXT,
    "text": Format.TEXT,
}
ORIGINS = ("copy", "generator", "from")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """A dataset with all that it extends, still in the words of the file.

    Attributes:
        values: Key of the file → value, nearest first.
        columns: Column → its keys.
        paths: Where each key stands, for messages.
    """

    values: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, dict[str, Any]] = field(default_factory=dict)
    checks: dict[str, str] = field(default_factory=dict)
    paths: dict[str, KeyPath] = field(default_factory=dict)


def read_datasets(
    native: Native, folder: str, references: References, root: Path | None = None
) -> dict[str, Dataset]:
    """Give every dataset of a settings file, with the columns that variables name.

    Args:
        native: The file.
        folder: Where it lies in the repository.
        references: What names with `$` stand for.
        root: The repository, where it lies on a disk.

    Raises:
        UsageError: one extends or references what is not there, or contradicts itself.
    """
    written = {
        name: document or DatasetDocument() for name, document in native.document.datasets.items()
    }
    made = _Making(native=native, folder=folder, written=written, references=references, root=root)
    found = {name: made.dataset(name) for name in written}
    for name, dataset in found.items():
        made.check_references(name, dataset, found)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Making:
    native: Native
    folder: str
    written: Mapping[str, DatasetDocument]
    references: References
    root: Path | None

    def dataset(self, name: str) -> Dataset:
        whole = self._with_names(name, self._whole(name, ()))
        columns = tuple(
            self._column(name, column, keys, whole) for column, keys in whole.columns.items()
        )
        values = whole.values
        schema = Schema(
            columns=columns,
            key=values.get("key") or (),
            rows=values.get("rows"),
            closed=bool(values.get("closed")),
            checks=whole.checks,
        )
        self._check_key(name, schema, whole)
        return Dataset(
            name=name,
            schema=schema,
            files=self._files(name, whole, schema),
            origin=self._origin(whole),
            real=values.get("real"),
            sample=values.get("sample"),
            sample_by=self._sampled_by(name, schema, whole),
            public=bool(values.get("public")),
            place=self.native.source.place(("datasets", name)),
        )

    def _with_names(self, name: str, whole: _Written) -> _Written:
        """Put columns in the place of the variables that name them."""
        path: KeyPath = ("datasets", name)
        names = self.references
        key = whole.values.get("key") or ()
        at = whole.paths.get("key", path)
        parts = (key,) if isinstance(key, str) else tuple(key)
        over = whole.paths.get("columns", path)
        columns = names.spread(name, whole.columns, over)
        for column, keys in columns.items():
            for one in ("formula", "references"):
                if keys.get(one) is not None:
                    keys[one] = self._referred(name, one, keys[one], (*over, column, one))
        return replace(
            whole,
            values={
                **whole.values,
                "key": tuple(one for part in parts for one in names.columns(name, part, at)),
            },
            columns=columns,
            checks={
                title: names.sql(name, text, (*path, "checks", title))
                for title, text in whole.checks.items()
            },
        )

    def _referred(self, dataset: str, key: str, text: str, path: KeyPath) -> str:
        if key == "formula":
            return self.references.sql(dataset, text, path)
        owner, column = parted(text)
        return ".".join((owner, *self.references.columns(owner, column, path)[:1]))

    def check_references(self, name: str, dataset: Dataset, found: Mapping[str, Dataset]) -> None:
        """See to it that each reference ends at a column that does not lead back."""
        known = self._columns(found)
        for column in dataset.schema.columns:
            way = [f"{name}.{column.name}"]
            target = column.references
            while target is not None:
                path = ("datasets", name, "columns", column.name, "references")
                owner = found.get(parted(target)[0])
                if owner is not None and not owner.schema.columns:
                    # What columns a copied or written dataset has is known when it is there.
                    break
                if target not in known:
                    self._fail(f"there is no column `{target}`", path, did_you_mean(target, known))
                if target in way:
                    self._fail(f"{' -> '.join([*way, target])} references itself", path)
                way.append(target)
                target = known[target].references

    def _columns(self, found: Mapping[str, Dataset]) -> dict[str, Column]:
        return {
            f"{name}.{column.name}": column
            for name, dataset in found.items()
            for column in dataset.schema.columns
        }

    def _fail(self, what: str, path: KeyPath, advice: str | None = None) -> NoReturn:
        raise self.native.source.mistake(what, path, advice=advice)

    def _whole(self, name: str, before: tuple[str, ...]) -> _Written:
        document = self.written[name]
        path: KeyPath = ("datasets", name)
        below = _Written()
        if document.extends is not None:
            parent = document.extends
            if parent not in self.written:
                advice = did_you_mean(parent, self.written)
                self._fail(f"there is no dataset `{parent}`", (*path, "extends"), advice)
            if parent in (*before, name):
                circle = " -> ".join([*before, name, parent])
                self._fail(f"{circle} extends itself", (*path, "extends"))
            below = self._whole(parent, (*before, name))
        return self._laid_over(below, document, path)

    def _laid_over(self, below: _Written, document: DatasetDocument, path: KeyPath) -> _Written:
        given = {key.rstrip("_"): value for key, value in document.given().items()}
        origins = [key for key in ORIGINS if given.get(key) is not None]
        if len(origins) > 1:
            both = " and ".join(f"`{key}`" for key in origins)
            self._fail(f"`{path[-1]}` has both {both}", (*path, origins[1]), "keep one of them")
        kept = {
            key: value for key, value in below.values.items() if not (origins and key in ORIGINS)
        }
        checks = {**below.checks, **(document.checks or {})}
        return _Written(
            values={**kept, **{key: value for key, value in given.items() if key != "extends"}},
            columns=self._columns_over(below.columns, document, path),
            checks={key: text for key, text in checks.items() if text is not None},
            paths={**below.paths, **{key: (*path, key) for key in given}},
        )

    def _columns_over(
        self, below: Mapping[str, dict[str, Any]], document: DatasetDocument, path: KeyPath
    ) -> dict[str, dict[str, Any]]:
        columns = {name: dict(keys) for name, keys in below.items()}
        for name, written in (document.columns or {}).items():
            if written is not None:
                columns.setdefault(name, {}).update(written.given())
            elif columns.pop(name, None) is None:
                advice = did_you_mean(name, below) or "remove the line"
                self._fail(
                    f"there is no column `{name}` to drop", (*path, "columns", name), advice
                )
        return columns

    def _column(self, dataset: str, name: str, keys: Mapping[str, Any], whole: _Written) -> Column:
        at = (*whole.paths.get("columns", ("datasets", dataset)), name)
        given = {key: value for key, value in keys.items() if value is not None}
        if "type" not in given:
            known = ", ".join(f"`{kind}`" for kind in ColumnType)
            self._fail(f"the column `{name}` needs a `type`", at, f"the types are {known}")
        for key, what, advice in wrong_bounds(name, given):
            self._fail(what, (*at, key), advice)
        least, most = given.get("min"), given.get("max")
        if least is not None and most is not None:
            if isinstance(least, str) != isinstance(most, str):
                self._fail(f"`min` and `max` of `{name}` are of different kinds", (*at, "max"))
            if least > most:
                self._fail(f"`min` of `{name}` is greater than its `max`", (*at, "min"))
        self._check_pattern(name, given.get("pattern"), at)
        return Column(name=name, **{**given, "values": tuple(given.get("values") or ())})

    def _check_pattern(self, name: str, pattern: str | None, at: KeyPath) -> None:
        try:
            with warnings.catch_warnings():
                # What a later Python may read otherwise is for the script's own tests to say.
                warnings.simplefilter("ignore")
                re.compile(pattern or "")
        except (re.error, RecursionError, OverflowError) as error:
            self._fail(
                f"the pattern of `{name}` is no regular expression: {error}", (*at, "pattern")
            )

    def _check_key(self, name: str, schema: Schema, whole: _Written) -> None:
        columns = [column.name for column in schema.columns]
        for part in schema.key if columns else ():
            if part not in columns:
                path = whole.paths.get("key", ("datasets", name))
                self._fail(f"the key `{part}` is no column", path, did_you_mean(part, columns))

    def _sampled_by(self, name: str, schema: Schema, whole: _Written) -> str | None:
        column: str | None = whole.values.get("sample_by")
        known = [one.name for one in schema.columns]
        if column is not None and known and column not in known:
            path = whole.paths.get("sample_by", ("datasets", name))
            self._fail(f"`sample_by: {column}` is no column", path, did_you_mean(column, known))
        return column

    def _origin(self, whole: _Written) -> Origin:
        values = whole.values
        if values.get("copy") is not None:
            path = within(self.folder, values["copy"])
            if path is None:
                self._fail_outside(values["copy"], whole.paths["copy"])
            return CopiedFrom(path=path)
        if values.get("generator") is not None:
            return self._generator(values["generator"], whole.paths["generator"])
        if values.get("from") is not None:
            return self._writer(values["from"], whole.paths["from"])
        return Synthesized()

    def _fail_outside(self, written: str, path: KeyPath) -> NoReturn:
        inside = written_relative(self.root, self.folder, written) if self.root else None
        if inside is None:
            self._fail(f"`{written}` leads out of the repository", path)
        self._fail(
            f"`{written}` holds for this machine only", path, f"write it relative: `{inside}`"
        )

    def _generator(self, written: str, path: KeyPath) -> GeneratedBy:
        file, _, function = written.rpartition(":")
        inside = within(self.folder, file) if file else None
        if inside is None or not function.isidentifier():
            self._fail(f"`{written}` is not `file.py:function`", path)
        return GeneratedBy(file=inside, function=function)

    def _writer(self, written: str, path: KeyPath) -> WrittenBy:
        # The names of pipelines may hold `/`, those of nodes neither `/` nor, here, a dot.
        pipeline, _, rest = written.rpartition("/")
        node, _, port = rest.partition(".")
        if not (pipeline and node and port):
            self._fail(f"`{written}` is not `pipeline/node.port`", path)
        return WrittenBy(pipeline=pipeline, node=node, port=port)

    def _files(self, name: str, whole: _Written, schema: Schema) -> tuple[Entry, ...]:
        written = whole.values.get("files")
        path = whole.paths.get("files", ("datasets", name))
        if written is None:
            if not schema.columns:
                return ()
            wanted = Format(whole.values.get("format") or Format.CSV)
            ending = "txt" if wanted is Format.TEXT else wanted.value
            said = Said.FORMAT if whole.values.get("format") else Said.NOTHING
            return (TableFile(name=f"data.{ending}", format=wanted, said=said),)
        if isinstance(written, str):
            return (self._table(written, 1.0, whole, path),)
        entries = tuple(
            self._entry(file, value, whole, (*path, file))
            for file, value in written.items()
            if value is not None
        )
        shares = sum(entry.share for entry in entries if isinstance(entry, TableFile))
        if shares > 1.0001:
            self._fail(f"the shares of `{name}` add up to {shares:g}, which is more than 1", path)
        return entries

    def _entry(self, file: str, value: object, whole: _Written, path: KeyPath) -> Entry:
        if isinstance(value, bool):
            self._fail(f"`{file}` must be a share of the rows, or the file's content", path)
        if isinstance(value, int | float):
            if not 0 <= value <= 1:
                self._fail(f"the share of `{file}` must be between 0 and 1", path)
            return self._table(file, float(value), whole, path)
        self._check_file_name(file, path)
        text = value if isinstance(value, str) else f"{json.dumps(value, indent=2)}\n"
        return GivenFile(name=file, text=text)

    def _table(self, file: str, share: float, whole: _Written, path: KeyPath) -> TableFile:
        self._check_file_name(file, path)
        wanted = whole.values.get("format")
        found = Format(wanted) if wanted is not None else ENDINGS.get(file.rpartition(".")[2])
        if found is None:
            known = ", ".join(f"`{kind}`" for kind in Format)
            self._fail(
                f"the name `{file}` does not tell its format", path, f"say `format:` {known}"
            )
        return TableFile(name=file, format=found, share=share)

    def _check_file_name(self, file: str, path: KeyPath) -> None:
        if within("", file) in {None, ""} or file.startswith("/"):
            self._fail(f"`{file}` is not a name below the dataset's folder", path)


def column_keys(columns: Mapping[str, ColumnDocument]) -> dict[str, Mapping[str, Json]]:
    """Give the keys of columns that a scenario changes, as the synthesizer lays them over."""
    return {
        name: {
            key: tuple(value) if isinstance(value, list) else value  # type: ignore[misc]  # scalars
            for key, value in sorted(document.given().items())
        }
        for name, document in columns.items()
    }
