"""Which tasks do the same: the later of two is reused, so they belong on one machine and cost once.

What is told here before anything ran is what content keys tell later: equal scripts with equal
settings on equal inputs. It may miss some that turn out equal, and takes none for equal that is not.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from ci_scriptcheck.model.codec import to_json
from ci_scriptcheck.model.source import Upstream
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ci_scriptcheck.model.plan import Input, Output, Task

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def same(tasks: Iterable[Task]) -> Mapping[str, str]:
    """Give each task's id → a text that tasks which do the same have in common.

    Args:
        tasks: Each after those it needs.
    """
    found: dict[str, str] = {}
    for task in tasks:
        found[task.id] = _signature(task, found)
    return found


def _signature(task: Task, known: Mapping[str, str]) -> str:
    parts = [
        task.side.value,
        task.script,
        task.scenario,
        task.blocked,
        task.is_private,
        [_input(item, known) for item in task.inputs],
        [_output(item) for item in task.outputs],
        # Where a setting comes from differs where the same is said twice.
        to_json(replace(task.settings, origins={})),
        dict(task.variables),
        list(task.declared),
    ]
    return hashlib.sha256(_CANONICAL.encode(parts).encode()).hexdigest()


def _input(item: Input, known: Mapping[str, str]) -> list[Any]:
    source = item.source
    if isinstance(source, Upstream):
        # One that is not in the plan blocks the task, which then does nothing.
        given = [known.get(source.task, source.task), source.port]
    else:
        given = to_json(source)
    return [item.port, item.parameter, item.required, item.file, item.expects, given]


def _output(item: Output) -> list[Any]:
    # Not who they are: two pipelines with equal expectations share results.
    readers = sorted({(reader.expects, reader.is_implied) for reader in item.readers})
    bounds = [to_json(bound) | {"place": None} for bound in item.bounds]
    rows = [to_json(one) | {"place": None} for one in item.rows]
    said = [item.expects, bounds, rows, readers, to_json(item.production)]
    return [item.port, item.parameter, item.required, item.file, item.pack, said]
