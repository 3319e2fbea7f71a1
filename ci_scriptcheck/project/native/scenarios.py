"""Scenarios of the project's own, each laid over the one it extends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.errors import did_you_mean
from ci_scriptcheck.model.scenario import BUILT_IN, REAL, Scenario
from ci_scriptcheck.project.native.datasets import column_keys
from ci_scriptcheck.project.native.documents import PipelineDocument, ScenarioDocument
from ci_scriptcheck.project.native.reading import settings_parts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from ci_scriptcheck.project.native.reading import Native
    from ci_scriptcheck.project.native.source_lines import KeyPath


def read_scenarios(native: Native) -> dict[str, Scenario]:
    """Give the built-in scenarios and the project's own.

    Raises:
        UsageError: one extends, or a step or pipeline asks for, what is not there.
    """
    written = {
        name: document or ScenarioDocument()
        for name, document in native.document.scenarios.items()
    }
    found: dict[str, Scenario] = dict(BUILT_IN)
    for name in written:
        if name == REAL:
            raise native.source.mistake(
                f"`{REAL}` is what real data are called, so no scenario can have this name",
                ("scenarios", name),
                advice="give it another one",
            )
        found[name] = _scenario(native, written, name, ())
    for name, path in _asked_for(native):
        if name not in found:
            raise native.source.mistake(
                f"there is no scenario `{name}`", path, advice=did_you_mean(name, found)
            )
    return found


def check_columns(native: Native, columns: Collection[str]) -> None:
    """See to it that scenarios change columns that some dataset has, by their own names.

    Raises:
        UsageError: one does not; a name with `$` stands for another in each dataset.
    """
    for name, document in native.document.scenarios.items():
        for column in (document.columns if document else None) or ():
            if column not in columns:
                raise native.source.mistake(
                    f"no dataset has a column `{column}`",
                    ("scenarios", name, "columns", column),
                    advice=did_you_mean(column, columns),
                )


def _scenario(
    native: Native, written: Mapping[str, ScenarioDocument], name: str, before: tuple[str, ...]
) -> Scenario:
    document = written[name]
    path: KeyPath = ("scenarios", name, "extends")
    parent = document.extends
    if parent in BUILT_IN and (parent == name or parent not in written):
        below = BUILT_IN[parent]
    elif parent not in written:
        known = (*BUILT_IN, *written)
        raise native.source.mistake(
            f"there is no scenario `{parent}`", path, advice=did_you_mean(parent, known)
        )
    elif parent in (*before, name):
        circle = " -> ".join([*before, name, parent])
        raise native.source.mistake(f"{circle} extends itself", path)
    else:
        below = _scenario(native, written, parent, (*before, name))
    columns = dict(below.columns)
    for column, keys in column_keys(document.columns or {}).items():
        columns[column] = {**columns.get(column, {}), **keys}
    return Scenario(
        name=name,
        condition=below.condition,
        expect=document.expect or below.expect,
        rows=below.rows if document.rows is None else document.rows,
        columns=columns,
    )


def _asked_for(native: Native) -> Iterator[tuple[str, KeyPath]]:
    for name, written in native.document.pipelines.items():
        if isinstance(written, PipelineDocument):
            for position, scenario in enumerate(written.scenarios or ()):
                yield scenario, ("pipelines", name, "scenarios", position)
    for part, path in settings_parts(native.document):
        for position, scenario in enumerate(part.scenarios or ()):
            yield scenario, (*path, "scenarios", position)
