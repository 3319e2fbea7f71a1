"""Which columns of the real data that a run was given repeat those of others, where their schemas do not say so.

Only columns that both schemas list are looked at, so no name is told that nobody has written down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.data.freezing import requests
from ci_scriptcheck.model.codec import from_json
from ci_scriptcheck.model.contract import WrittenBy
from ci_scriptcheck.model.fixture import folder_of
from ci_scriptcheck.model.frozen import Belonging, Given
from ci_scriptcheck.model.plan import Side
from ci_scriptcheck.run import own_reader

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ci_scriptcheck.model.contract import Column, Dataset, Schema
    from ci_scriptcheck.model.result import Artefact
    from ci_scriptcheck.model.run_record import RunRecord

_TABLES = frozenset({"csv", "jsonl", "parquet", "tsv"})
_MOST_SECONDS = 15.0
"""A suggestion is worth no more at the end of a run."""


def found(record: RunRecord, root: Path) -> tuple[Belonging, ...]:
    """Look at the real data of a run that has just ended, if any of them may belong together.

    Args:
        record: The record of the run.
        root: The repository, in which they lie.
    """
    plan = record.plan
    given = {
        name: table
        for name, artefact in _fetched(record).items()
        if (table := _given(plan.datasets[name], artefact, root / folder_of(plan.fixtures[name])))
        is not None
    }
    schemas = {name: plan.datasets[name].schema for name in given}
    if not any(_may_belong(one, schemas) for one in schemas):
        return ()
    with own_reader.reading(root, timeout=_MOST_SECONDS) as ask:
        answer = ask(requests.belonging([given[name] for name in sorted(given)]))
    belonging = (from_json(Belonging, one) for one in answer.get("belonging", ()))
    return tuple(one for one in belonging if one.share == 1 and _is_unsaid(one, schemas))


def _fetched(record: RunRecord) -> Mapping[str, Artefact]:
    """Give what was fetched of each dataset from which data are made elsewhere."""
    tasks = record.plan.by_id()
    files: dict[str, Artefact] = {}
    for result in record.results:
        for one in result.profiles if tasks[result.task].side is Side.HEAD else ():
            name = one.dataset or ""
            is_known = name in record.plan.datasets and name in record.plan.fixtures
            if is_known and one.made and one.port in result.inputs:
                files.setdefault(name, result.inputs[one.port])
    return files


def _given(dataset: Dataset, artefact: Artefact, folder: Path) -> Given | None:
    """Name the files of a table; nothing where they are of several formats, or none is a table."""
    kinds = {file.format for file in artefact.files}
    kind = next(iter(kinds)) if len(kinds) == 1 else None
    if kind not in _TABLES or isinstance(dataset.origin, WrittenBy):
        return None
    return Given(
        name=dataset.name,
        files=tuple(str((folder / file.path).absolute()) for file in artefact.files),
        format=kind,
        entries=(),
    )


def _may_belong(name: str, schemas: Mapping[str, Schema]) -> bool:
    """Say whether a schema has a column that is called like a key of another, or like `customer_id` of its `id`."""
    own = {one.name for one in schemas[name].columns if one.references is None}
    for other, schema in schemas.items():
        theirs = {one.name for one in schema.columns if one.unique}
        longer = {f"{start}_{one}" for start in (other, other.removesuffix("s")) for one in theirs}
        if other != name and own & (theirs | longer):
            return True
    return False


def _is_unsaid(one: Belonging, schemas: Mapping[str, Schema]) -> bool:
    """Say whether both columns are in the settings, neither draws on others, and nothing would lead in a circle."""
    owner, _, name = one.references.partition(".")
    if one.dataset not in schemas or owner not in schemas:
        return False  # what reads untrusted files may have been taken over by one
    column = _column(schemas[one.dataset], one.column)
    theirs = _column(schemas[owner], name)
    refers = {other.referred[0] for other in schemas[owner].columns if other.referred is not None}
    return (
        column is not None
        and theirs is not None
        and column.value_type is theirs.value_type
        and column.references is None is theirs.references
        and column.formula is None
        and one.dataset not in refers
    )


def _column(schema: Schema, name: str) -> Column | None:
    return next((one for one in schema.columns if one.name == name), None)
