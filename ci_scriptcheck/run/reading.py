"""Requests to the reader: the limited process that opens what scripts wrote and makes synthetic files.

    {"do": "measure", "folder": F, "files": [path, ...]}
        → {"files": {path: {"format": str | null, "rows": int | null, "columns": [str, ...]}}}
    {"do": "synthesize", "folder": F, "dataset": name, "datasets": {name: Dataset},
     "scenario": Scenario, "rows": int, "seed": int, "node": str}
        → {} after writing the dataset's files below F
    {"do": "arrange", "folder": F, "content": C, "dataset": name, "datasets": {name: Dataset}}
        → {} after writing, in the dataset's layout below F, what a generator left in the file C

`datasets` holds the dataset and those that its columns refer to. `F` and `C` are absolute, paths in `files` relative to `F`. Values of the model are written by
`model.codec`. What cannot be done is answered with {"error": sentence}.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ci_scriptcheck.model.codec import to_json
from ci_scriptcheck.run.keys import related_datasets

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.model.contract import Dataset
    from ci_scriptcheck.model.plan import Plan
    from ci_scriptcheck.model.result import Artefact, FileFacts
    from ci_scriptcheck.model.scenario import Scenario
    from ci_scriptcheck.run.context import AskReader


class Unmakeable(Exception):  # noqa: N818  (a finding about a dataset, not a fault of ours)
    """The data cannot be made; the text says why."""


def measured(ask: AskReader, folder: Path, found: Artefact) -> Artefact:
    """Add format, rows and columns to what is known of files; unreadable ones stay as they are."""
    if not found.files:
        return found
    answer = ask(
        {"do": "measure", "folder": str(folder), "files": [file.path for file in found.files]}
    )
    facts = answer.get("files", {})
    return replace(
        found, files=tuple(_with_facts(file, facts.get(file.path, {})) for file in found.files)
    )


def synthesize(  # noqa: PLR0913  (what is drawn, and all that the draw depends on)
    ask: AskReader,
    plan: Plan,
    dataset: Dataset,
    folder: Path,
    *,
    scenario: Scenario,
    rows: int,
    seed: int,
    node: str,
) -> None:
    """Write the files of a dataset, made from its schema.

    Raises:
        Unmakeable: a formula or a setting of the dataset does not work.
    """
    answer = ask(
        {
            "do": "synthesize",
            "folder": str(folder),
            "dataset": dataset.name,
            "datasets": to_json(related_datasets(plan, dataset.name)),
            "scenario": to_json(scenario),
            "rows": rows,
            "seed": seed,
            "node": node,
        }
    )
    _refuse_error(answer)


def arrange(ask: AskReader, plan: Plan, dataset: Dataset, folder: Path, content: Path) -> None:
    """Write what a generator gave in the layout that its dataset describes.

    Raises:
        Unmakeable: it does not fit.
    """
    answer = ask(
        {
            "do": "arrange",
            "folder": str(folder),
            "content": str(content),
            "dataset": dataset.name,
            "datasets": to_json(related_datasets(plan, dataset.name)),
        }
    )
    _refuse_error(answer)


def _refuse_error(answer: dict[str, Any]) -> None:
    if answer.get("error") is not None:
        raise Unmakeable(str(answer["error"]))


def _with_facts(file: FileFacts, facts: dict[str, Any]) -> FileFacts:
    rows, columns = facts.get("rows"), facts.get("columns") or ()
    return replace(
        file,
        format=facts.get("format"),
        rows=rows if isinstance(rows, int) else None,
        columns=tuple(str(name) for name in columns),
    )
