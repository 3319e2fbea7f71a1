"""What the limited process that opens what scripts wrote, and makes synthetic files, is asked for.

`data.reader` says how requests and answers are written. A dataset that cannot be made is answered
with {"unmakeable": sentence}, a reader that ended with {"error": sentence}.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ci_scriptcheck.data import reader
from ci_scriptcheck.run.store.keys import related_datasets
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.model.contract import Dataset
    from ci_scriptcheck.model.defect import Defect
    from ci_scriptcheck.model.plan import Synthetic, Task
    from ci_scriptcheck.model.result import Artefact, FileFacts
    from ci_scriptcheck.run.context import AskReader, Context


class Unmakeable(Exception):  # noqa: N818  (a finding about a dataset, not a fault of ours)
    """The data cannot be made; the text says why."""


def measured(ask: AskReader, place: Path, found: Artefact) -> Artefact:
    """Add format, rows and columns to what is known of the files at a place.

    What the reader cannot make out stays as it is.
    """
    if not found.files:
        return found
    answer = ask(reader.measuring(place))
    facts = answer.get("files", {})
    if "error" in answer and place.is_dir():
        # One of the files ends the reader; the others are none the worse for it.
        for file in found.files:
            alone = ask(reader.measuring(place / file.path)).get("files", {})
            facts[file.path] = next(iter(alone.values()), {})
    return replace(
        found, files=tuple(_with_facts(file, facts.get(file.path, {})) for file in found.files)
    )


def difference(ask: AskReader, one: Path, other: Path) -> str | None:
    """Say how a file of a second run differs from that of the first; `None` where neither does."""
    answer = ask(reader.telling_apart(one, other))
    if "error" in answer:
        return f"cannot be compared: {answer['error']}"
    found: str | None = answer["differs"]
    return found


def synthesize(context: Context, task: Task, source: Synthetic, folder: Path) -> None:
    """Write the files of a dataset, made from its schema.

    Raises:
        Unmakeable: a formula or a setting of the dataset does not work.
    """
    answer = context.ask(
        reader.synthesizing(
            source.dataset,
            node=source.node,
            datasets=related_datasets(context.plan, source.dataset),
            scenario=context.keys.scenario(task),
            seed=task.settings.seed,
            rows=task.settings.rows,
            root=context.root,
            folder=folder,
            defect=source.defect,
        )
    )
    _refuse_error(answer)


def lay_out(
    ask: AskReader,
    dataset: Dataset,
    *,
    content: Path,
    folder: Path,
    defect: Defect | None = None,
) -> None:
    """Write what a generator gave in the layout that its dataset describes.

    Raises:
        Unmakeable: it does not fit.
    """
    _refuse_error(ask(reader.laying_out(dataset, content=content, folder=folder, defect=defect)))


def _refuse_error(answer: dict[str, Any]) -> None:
    for name in ("unmakeable", "error"):
        if answer.get(name) is not None:
            raise Unmakeable(str(answer[name]))


def _with_facts(file: FileFacts, facts: dict[str, Any]) -> FileFacts:
    rows, columns = facts.get("rows"), facts.get("columns") or ()
    return replace(
        file,
        format=facts.get("format"),
        rows=rows if isinstance(rows, int) else None,
        columns=tuple(str(name) for name in columns),
    )
