"""Which change of the settings would make what is made like the real data that a run has seen.

It is written once for each dataset, when all tasks have ended: to write it, the settings are read again, and many
tasks may be given the same data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck import repository_file
from ci_scriptcheck.model import schema_suggestion
from ci_scriptcheck.model.plan import Side
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.model.contract import Dataset
    from ci_scriptcheck.model.port_profile import PortProfile
    from ci_scriptcheck.model.run_record import RunRecord
    from ci_scriptcheck.model.schema_suggestion import ColumnChange


def told(record: RunRecord, root: Path) -> RunRecord:
    """Add to the first port that was given real data of each dataset what would make its schema like them.

    Args:
        record: The record of a run that has just ended.
        root: The repository; its folder still holds what was run.
    """
    tasks = record.plan.by_id()
    waiting = dict(record.plan.datasets)
    results = []
    for result in record.results:
        if tasks[result.task].side is Side.HEAD and any(one.made for one in result.profiles):
            profiles = tuple(_with_suggestion(one, waiting, root) for one in result.profiles)
            results.append(replace(result, profiles=profiles))
        else:
            results.append(result)
    return replace(record, results=tuple(results))


def _with_suggestion(profile: PortProfile, waiting: dict[str, Dataset], root: Path) -> PortProfile:
    """Add what there is to say, and take its dataset from those that wait for it."""
    dataset = waiting.get(profile.dataset or "")
    if dataset is None or not profile.made:
        return profile
    changes, notes = schema_suggestion.suggested(
        dataset.schema, profile.made, profile.tables, is_sample=profile.is_sample
    )
    if not changes and not notes:
        return profile
    del waiting[dataset.name]
    suggestion, by_hand = _written(dataset, changes, root) if changes else ("", ())
    return replace(profile, suggestion=suggestion, unsaid=(*notes, *by_hand))


def _written(
    dataset: Dataset, changes: tuple[ColumnChange, ...], root: Path
) -> tuple[str, tuple[str, ...]]:
    """Give what `git apply` takes, and in sentences what has to be written by hand."""
    # Most runs have no real data, and no use for a reader of settings by now.
    from ci_scriptcheck.project.native import schema_change

    if dataset.place is None:
        return "", _by_hand(changes, "no file of the settings has its columns")
    file = dataset.place.file
    try:
        text = repository_file.read(str(root), file).decode()
    except (OSError, UnicodeDecodeError):
        return "", _by_hand(changes, f"{file} cannot be read")
    new, lost = schema_change.changed(text, dataset.name, changes, file=file)
    left = tuple(one for one in changes if one.name in lost)
    why = f"where {file} says it, other things would change, too"
    return schema_change.patch(text, new, file), _by_hand(left, why)


def _by_hand(changes: tuple[ColumnChange, ...], why: str) -> tuple[str, ...]:
    from ci_scriptcheck.project.native import schema_change

    return tuple(
        f"`{schema_change.entry(one)}` has to be written by hand: {why}" for one in changes
    )
