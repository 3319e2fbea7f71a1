"""One share of a plan, for several machines that each take one.

Machines know different things, such as how long tasks took, and what they know may have them select
different tasks. A group's share therefore depends on nothing but its own name: what one machine
selects and another does not can neither push a group out of all shares nor into two.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ci_scriptcheck.model.plan import Task


def share_of(tasks: Iterable[Task], *, number: int, of: int) -> tuple[Task, ...]:
    """Give the checked tasks of one share, counted from 1, in their order.

    Tasks of one pipeline and scenario stay together, since they need each other's outputs.
    """
    return tuple(task for task in tasks if _place(task, of) == number - 1)


def _place(task: Task, of: int) -> int:
    # `hash()` of a text is another one in each process.
    name = "\0".join((task.pipeline or task.id, task.scenario))
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % of
