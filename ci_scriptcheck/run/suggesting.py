"""Which change of the settings would make what is made like the real data that a run has seen.

It is written once for each dataset, when all tasks have ended: to write it, the settings are read again, and many
tasks may be given the same data. What changes in one file is one change, which stands with the last of its datasets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck import repository_file
from ci_scriptcheck.model import schema_suggestion
from ci_scriptcheck.model.contract import Dataset
from ci_scriptcheck.model.plan import Side
from ci_scriptcheck.model.schema_suggestion import ColumnChange
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ci_scriptcheck.model.frozen import Belonging
    from ci_scriptcheck.model.port_profile import PortProfile
    from ci_scriptcheck.model.result import TaskResult
    from ci_scriptcheck.model.run_record import RunRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What there is to say of the schema of a dataset.

    Attributes:
        task: Where its real data were first given.
        port: Of that task.
        notes: What no schema can say for it.
    """

    task: str
    port: str
    dataset: Dataset
    changes: tuple[ColumnChange, ...]
    notes: tuple[str, ...]


def told(record: RunRecord, root: Path, belonging: Sequence[Belonging] = ()) -> RunRecord:
    """Add to the first port that was given real data of each dataset what would make its schema like them.

    Args:
        record: The record of a run that has just ended.
        root: The repository; its folder still holds what was run.
        belonging: Which columns repeat those of others, and do not say so.
    """
    found = {one.dataset.name: one for one in _found(record, belonging)}
    files: dict[str | None, list[_Said]] = {}
    for _, one in sorted(found.items()):
        files.setdefault(one.dataset.place.file if one.dataset.place else None, []).append(one)
    written: dict[str, tuple[str, tuple[str, ...]]] = {}
    for file, several in files.items():
        written |= _written(file, several, root)
    results = (_with_suggestions(one, found, written) for one in record.results)
    return replace(record, results=tuple(results))


def _found(record: RunRecord, belonging: Sequence[Belonging]) -> Iterator[_Said]:
    """Look at the datasets of which real data were given, each once."""
    tasks = record.plan.by_id()
    waiting = dict(record.plan.datasets)
    for result in record.results:
        for profile in result.profiles if tasks[result.task].side is Side.HEAD else ():
            dataset = waiting.get(profile.dataset or "")
            if dataset is None or not profile.made:
                continue
            changes, notes = schema_suggestion.suggested(
                dataset.schema, profile.made, profile.tables, is_sample=profile.is_sample
            )
            for one in belonging:
                if one.dataset == dataset.name:
                    changes = schema_suggestion.with_reference(dataset.schema, changes, one)
            if changes or notes:
                del waiting[dataset.name]
                yield _Said(
                    task=result.task,
                    port=profile.port,
                    dataset=dataset,
                    changes=changes,
                    notes=notes,
                )


def _with_suggestions(
    result: TaskResult,
    found: Mapping[str, _Said],
    written: Mapping[str, tuple[str, tuple[str, ...]]],
) -> TaskResult:
    profiles: list[PortProfile] = []
    for profile in result.profiles:
        said = found.get(profile.dataset or "")
        if said is not None and (said.task, said.port) == (result.task, profile.port):
            suggestion, by_hand = written[said.dataset.name]
            unsaid = (*said.notes, *by_hand)
            profiles.append(replace(profile, suggestion=suggestion, unsaid=unsaid))
        else:
            profiles.append(profile)
    return replace(result, profiles=tuple(profiles)) if profiles else result


def _written(
    file: str | None, several: list[_Said], root: Path
) -> Mapping[str, tuple[str, tuple[str, ...]]]:
    """Give for each dataset of a file what `git apply` takes, and in sentences what has to be written by hand."""
    given: dict[str, tuple[str, tuple[str, ...]]] = {one.dataset.name: ("", ()) for one in several}
    changing = [one for one in several if one.changes]
    if not changing:
        return given
    text, why = _read(file, root)
    if file is None or text is None:
        return given | {
            one.dataset.name: ("", tuple(_by_hand(one.changes, why))) for one in changing
        }
    # Most runs have no real data, and no use for a reader of settings by now.
    from ci_scriptcheck.project.native import schema_change

    new, changed = text, []
    for one in changing:
        name, before = one.dataset.name, new
        new, lost = schema_change.changed(before, name, one.changes, file=file)
        left = [change for change in one.changes if change.name in lost]
        given[name] = "", tuple(_by_hand(left, why))
        changed += [name] if new != before else []
    for name in changed[:-1]:
        note = f"what would bring it nearer is in one change with that of `{changed[-1]}`"
        given[name] = "", (*given[name][1], note)
    for name in changed[-1:]:
        given[name] = schema_change.patch(text, new, file), given[name][1]
    return given


def _read(file: str | None, root: Path) -> tuple[str | None, str]:
    """Give the text of a settings file, if there is one, and why a change may have to be written by hand."""
    if file is None:
        return None, "no file of the settings has its columns"
    try:
        text = repository_file.read(str(root), file).decode()
    except (OSError, UnicodeDecodeError):
        return None, f"{file} cannot be read"
    return text, f"where {file} says it, other things would change, too"


def _by_hand(changes: Iterable[ColumnChange], why: str) -> Iterator[str]:
    from ci_scriptcheck.project.native import schema_change

    for one in changes:
        yield f"`{schema_change.entry(one)}` has to be written by hand: {why}"
