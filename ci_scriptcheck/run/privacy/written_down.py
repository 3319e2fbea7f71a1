"""What somebody has written down in the repository: the words of its code and settings."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from ci_scriptcheck import repository_file
from ci_scriptcheck.model.codec import to_json
from ci_scriptcheck.model.contract import CopiedFrom
from ci_scriptcheck.model.plan import Side
from ci_scriptcheck.run.privacy.classes import Code
from ci_scriptcheck.run.privacy.words import is_number, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from ci_scriptcheck.model.change import Closure
    from ci_scriptcheck.model.contract import Dataset
    from ci_scriptcheck.model.plan import Plan
    from ci_scriptcheck.model.run_record import RunRecord

ENDINGS = frozenset({".py", ".yaml", ".yml", ".json", ".toml", ".ini", ".cfg", ".sql"})
"""Of files of the repository in which names of columns are written down."""
_MOST_BYTES = 1_000_000


def words(root: Path, files: Iterable[str], datasets: Iterable[Dataset]) -> frozenset[str]:
    """Give the words of files of the repository, but for those that are data of these datasets."""
    return words_of(_texts(root, files, datasets))


def code(root: Path, closures: Iterable[Closure], datasets: Iterable[Dataset]) -> Code:
    """Say what is known of code, by what its scripts depend on.

    Args:
        root: The repository.
        closures: Of the scripts.
        datasets: A script that names their data has these among the files that it depends on.
    """
    closures = tuple(closures)
    files = {file for one in closures for file in (one.script, *one.files)}
    return Code(
        words=words(root, files, datasets),
        modules=frozenset(
            part for file in files for part in PurePosixPath(file).with_suffix("").parts
        ),
        libraries=frozenset(name for one in closures for name in one.libraries),
    )


def asked_for(root: Path, closure: Closure) -> frozenset[str]:
    """Give what the code of a script may ask a table for, as it is written: its whole texts, and names of attributes."""
    files = {one for one in (closure.script, *closure.files) if one.endswith(".py")}
    return frozenset(
        name
        for text in _texts(root, files, ())
        for name in _asked_for(text)
        if name.isprintable() and name.strip() and not is_number(name)
    )


def _asked_for(source: str) -> Iterator[str]:
    import ast  # only where something failed on private data; a run with nothing to do needs none of it

    try:
        tree = ast.parse(source)
    # Code of another Python, or nested deeper than can be read.
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Attribute):
            yield node.attr


def of_plan(plan: Plan, root: Path) -> frozenset[str]:
    """Give the words of the code of a plan, and of its settings."""
    return stated(plan) | code(root, plan.closures.values(), plan.datasets.values()).words


def stated(plan: Plan) -> frozenset[str]:
    """Give the words of the settings of head and of base."""
    return words_of([json.dumps([to_json(one) for one in (plan.datasets, plan.tasks, plan.base)])])


def of_record(record: RunRecord, root: Path, base_root: Path | None = None) -> Code:
    """Say what is known by the code and the settings of both sides of a run, and by what they opened of the repository.

    Args:
        record: Of the run.
        root: The repository; its folder still holds what was run.
        base_root: Where base is laid out, if it is.
    """
    plan = record.plan
    sides = [(root, plan, Side.HEAD)]
    if base_root is not None:
        sides.append((base_root, plan.on_base(), Side.BASE))
    found = stated(plan)
    modules: frozenset[str] = frozenset()
    libraries: frozenset[str] = frozenset()
    for folder, of_side, side in sides:
        datasets = of_side.datasets.values()
        of_code = code(folder, of_side.closures.values(), datasets)
        others = words(folder, _others(record, of_side, side), datasets)
        found |= of_code.words | others
        modules |= of_code.modules
        libraries |= of_code.libraries
    return Code(words=found, modules=modules, libraries=libraries)


def _others(record: RunRecord, plan: Plan, side: Side) -> Iterator[str]:
    """Give the scripts, and what was opened of the repository and may hold names."""
    tasks = record.plan.by_id()
    for result in record.results:
        if tasks[result.task].side is side:
            yield from (path for path in result.reads if PurePosixPath(path).suffix in ENDINGS)
    yield from (task.script for task in plan.tasks if task.script is not None)


def _texts(root: Path, files: Iterable[str], datasets: Iterable[Dataset]) -> Iterator[str]:
    data = [one.origin.path for one in datasets if isinstance(one.origin, CopiedFrom)]
    for path in sorted(set(files)):
        if not any(PurePosixPath(path).is_relative_to(place) for place in data):
            with suppress(OSError):
                yield repository_file.read(str(root), path)[:_MOST_BYTES].decode(errors="replace")
