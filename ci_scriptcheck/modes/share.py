"""One share of a plan, for several machines that each take one.

Every machine plans the whole, and keeps what it has to run. Which share answers for a task is handed
over from where the plan was cut; where nothing was, it depends on nothing but the task's own name.
Machines know different things, such as how long tasks took, and what they know may have them select
different tasks: that can then neither push a task out of all shares nor into two.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ci_scriptcheck.model.plan import Purpose, Share, Side
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ci_scriptcheck.model.plan import Plan, Task


def by_name(tasks: Iterable[Task], *, of: int) -> Mapping[str, int]:
    """Give each checked task of head → its share, counted from 1.

    Tasks of one pipeline and scenario stay together, since they need each other's outputs.
    """
    return {
        task.id: _place(task, of) + 1
        for task in tasks
        if task.side is Side.HEAD and task.purpose is Purpose.CHECK
    }


def part(whole: Plan, shares: Mapping[str, int], *, number: int, of: int) -> Plan:
    """Give the plan of one share: what it answers for, and all that this needs.

    Args:
        whole: What all shares together run.
        shares: Task → the share that answers for it, counted from 1; what is not among them goes
            with who needs it.
        number: Whose plan this is.
        of: How many shares there are.
    """
    needs = {task.id: task.waits_for() for task in whole.tasks}
    run_by: dict[str, set[int]] = {task.id: set() for task in whole.tasks}
    # Who needs a task comes after it.
    for task in reversed(whole.tasks):
        held = run_by[task.id]
        if task.id in shares:
            held.add(shares[task.id])
        # What nobody needs and nobody was given is not lost.
        held.update({1} if not held else ())
        for name in needs[task.id]:
            if name in run_by:
                run_by[name] |= held
    owners = {name: shares.get(name, min(held)) for name, held in run_by.items()}
    return replace(
        whole,
        tasks=tuple(task for task in whole.tasks if number in run_by[task.id]),
        others_test=any(
            task.blocked is None and number not in run_by[task.id] for task in whole.of_head()
        ),
        share=Share(
            number=number,
            of=of,
            owners=owners,
            others=tuple(task for task in whole.tasks if number not in run_by[task.id]),
        ),
    )


def _place(task: Task, of: int) -> int:
    # `hash()` of a text is another one in each process.
    name = "\0".join((task.pipeline or task.id, task.scenario))
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % of
