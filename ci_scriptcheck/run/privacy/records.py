"""The record of a run on private data, with labels in place of the names that nobody has written down.

It is made once, when all tasks have ended, of the code that ran, the settings, and the heads of the real tables.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from ci_scriptcheck.model.production import FromProduction
from ci_scriptcheck.model.source import Fetched, Synthetic, Upstream
from ci_scriptcheck.run import history, observed
from ci_scriptcheck.run.privacy import results, written_down
from ci_scriptcheck.run.privacy.words import is_known, is_number
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from ci_scriptcheck.model.comparison import PortComparison
    from ci_scriptcheck.model.plan import Input, Plan
    from ci_scriptcheck.model.result import TaskResult
    from ci_scriptcheck.model.run_record import RunRecord
    from ci_scriptcheck.run.privacy.classes import Code

_OURS = ".scriptcheck"
"""Where runs, and data that were fetched, lie in a repository."""
_DECLARED = frozenset({"parquet", "feather", "arrow"})
"""Formats in which names of columns are no row of the table."""
_LEAST_LISTED = 0.75
"""Share of the first line of a text that has to be columns of its dataset, at least, for it to be its head and no row."""


def withheld(record: RunRecord, root: Path, base_root: Path | None) -> RunRecord:
    """Put labels in place of the names that nobody has written down, in all results on private data.

    Args:
        record: The record of a run that has just ended.
        root: The repository; its folder still holds what was run.
        base_root: Where base is laid out, if it is.
    """
    names = private_tasks(record)
    private = {result.task: result for result in record.results if result.task in names}
    if not private:
        return record
    code = written_down.of_record(record, root, base_root)
    heads = {name for result in private.values() for name in _heads(record, result)}
    roots = [one for one in (root, base_root) if one is not None]

    def may_tell(name: str) -> bool:
        return name in heads or is_known(name, code.words) or _is_there(name, roots)

    labels = results.labels_for(
        tuple(private.values()),
        may_tell,
        code,
        cells={name for result in private.values() for name in _cells(result)},
        share=record.plan.share.number if record.plan.share else None,
    )
    told = tuple(
        _without_searches(results.without(result, labels), may_tell)
        if result.task in private
        else result
        for result in record.results
    )
    return replace(record, results=told)


def compared(
    found: Sequence[PortComparison],
    records: Sequence[RunRecord],
    code: Code,
) -> tuple[PortComparison, ...]:
    """Put labels into comparisons of what the private tasks of finished runs wrote, as their records have them.

    Args:
        found: How it differs.
        records: Of those runs, in which names are withheld; what one of them tells may be told.
        code: What is known of the code and the settings.
    """
    told = {name for record in records for one in record.results for name in results.named_in(one)}
    names = {name for one in found for name in results.named_in(one)} - told
    labels = results.labels_for(
        found,
        lambda name: name in told or is_known(name, code.words),
        code,
        cells={name for name in names if is_number(name)},
    )
    return tuple(results.without(one, labels) for one in found)


def private_tasks(record: RunRecord) -> frozenset[str]:
    """Give the tasks that were given private data, or have read some all the same."""
    return frozenset(
        [
            *(task.id for task in record.plan.tasks if task.is_private),
            *(result.task for result in record.results if result.is_private),
        ]
    )


def _is_there(name: str, roots: Iterable[Path]) -> bool:
    """Say whether a name is that of a file of the repository, which who may read reports may read as well."""
    path = PurePosixPath(name)
    if path.is_absolute() or _OURS in path.parts or ".." in path.parts or "\0" in name:
        return False
    with suppress(OSError):
        return any((root / path).exists() for root in roots)
    return False


def _without_searches(result: TaskResult, may_tell: Callable[[str], bool]) -> TaskResult:
    """Leave out what a script looked for in vain by names of its data; it counts as having read anything."""
    told = {path: digest for path, digest in result.reads.items() if may_tell(path)}
    if len(told) == len(result.reads):
        return result
    return replace(result, reads={history.ANY_FILE: observed.UNSTABLE, **told})


def _heads(record: RunRecord, result: TaskResult) -> Iterator[str]:
    """Give the names that the files have which no script has made, and those of their columns where they have a head.

    What production gave to a step may be what another step wrote, so it is no such file.
    """
    task = record.plan.by_id()[result.task]
    for item in task.inputs:
        if isinstance(item.source, Upstream | FromProduction) or item.port not in result.inputs:
            continue
        listed = _listed(record.plan, item)
        for file in result.inputs[item.port].files:
            yield file.path
            if file.format in _DECLARED or is_head(file.columns, listed):
                yield from file.columns


def _listed(plan: Plan, item: Input) -> frozenset[str]:
    """Give the columns that the settings of head and of base list for the data of an input."""
    names = {item.expects or ""}
    if isinstance(item.source, Synthetic | Fetched):
        names.add(item.source.dataset)
    sides = (plan.datasets, plan.base.datasets if plan.base else {})
    return frozenset(
        column.name
        for datasets in sides
        for name in names & datasets.keys()
        for column in datasets[name].schema.columns
    )


def is_head(line: tuple[str, ...], listed: frozenset[str]) -> bool:
    """Say whether the first line of a text names its columns, and is no row: most of it are columns that are listed.

    Words of the code prove nothing, as rows hold such: the code speaks of `paid` and `open`, and a row is `paid,open,Jane`.
    """
    if any(map(is_number, line)) or len(set(line)) < len(line):
        return False
    return sum(name in listed for name in line) >= len(line) * _LEAST_LISTED


def _cells(result: TaskResult) -> Iterator[str]:
    """Give the numbers that stand where the tables of a result should have the names of their columns."""
    for artefact in (*result.inputs.values(), *result.outputs.values()):
        for file in artefact.files:
            if file.format not in _DECLARED:
                found = [name for name in file.columns if is_number(name)]
                yield from () if _is_counted(found) else found


def _is_counted(names: list[str]) -> bool:
    """Say whether numbers are those that pandas gives to columns without names, or of months and the like."""
    first = names[0] if names else ""
    return first in {"0", "1"} and names == [
        str(number) for number in range(int(first), int(first) + len(names))
    ]
