"""Hands tasks to pytest-xdist's workers as they become ready, longest remaining path first.

A worker asks for its next item before it runs the current one, so a task that waits for the
current one could never be sent. One hidden idle item is what a worker holds meanwhile: it is sent
behind each piece of work, any number of times, and does and reports nothing.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from xdist.report import report_collection_diff

from ci_scriptcheck.pytest_plugin.agenda import IDLE, Agenda

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ci_scriptcheck.pytest_plugin.agenda import Blocked, JobEnded


class Gateway(Protocol):
    """The way to a worker's process."""

    id: str


class Worker(Protocol):
    """What pytest-xdist calls a node, as far as it is used here."""

    gateway: Gateway

    @property
    def shutting_down(self) -> bool:
        """Whether it gets no more work."""
        ...

    def send_runtest_some(self, indices: Sequence[int]) -> None:
        """Put items at the end of its queue.

        Raises:
            OSError: its process is gone.
        """
        ...


class Witness(Protocol):
    """Who sees what workers report, and keeps the results. Items are named by their node ids."""

    def agenda(self, collected: Sequence[str]) -> Agenda:
        """Give the tasks among the collected items, with what they wait for."""
        ...

    def sent(self, item: str, worker: str) -> None:
        """Take note of which worker gets a task."""
        ...

    def begun(self, item: str) -> int:
        """Say how often workers have reported the beginning of a task."""
        ...

    def ended(self, item: str) -> JobEnded:
        """Count a task as done by its worker, and say how it ended."""
        ...

    def lost(self, item: str, attempts: int, worker: str) -> JobEnded:
        """Report a task whose worker died for the last time, and say how it ended."""
        ...

    def blocked(self, blocked: Blocked) -> None:
        """Report a task that cannot be run any more."""
        ...

    def collected(self, items: int) -> None:
        """Take note of how many items there are to be run, the idle one left out."""
        ...

    def collected_otherwise(self, worker: str, difference: str) -> None:
        """Report that a worker has other items than the first one."""
        ...


@dataclass(slots=True)
class _Queue:
    """What one worker has been sent and has not completed, the idle item left out."""

    sent: deque[int] = field(default_factory=deque)
    is_collected: bool = False
    is_reachable: bool = True


class LongestPathScheduling:
    """pytest-xdist's `Scheduling` protocol.

    Tests that are none of ours go out behind all tasks that are ready, in runs of one file, so
    that a module's fixtures are seldom made again.
    """

    def __init__(self, witness: Witness, *, workers: int) -> None:
        self._witness = witness
        self._planned = workers
        self._queues: dict[Worker, _Queue] = {}
        self._collection: list[str] = []
        self._index: dict[str, int] = {}
        self._agenda = Agenda((), wanted=())
        self._tasks: frozenset[str] = frozenset()
        self._others: deque[list[int]] = deque()

    @property
    def nodes(self) -> list[Worker]:
        """The workers that xdist is to shut down in the end."""
        return list(self._queues)

    @property
    def collection_is_completed(self) -> bool:
        """Whether work can be handed out: all have the same items, so the first to come will do."""
        return bool(self._collection)

    @property
    def tests_finished(self) -> bool:
        """Whether nothing is left to be handed out or waited for."""
        return self.collection_is_completed and not self.has_pending

    @property
    def has_pending(self) -> bool:
        """Whether work is left, that which is being done included."""
        sent = any(queue.sent for queue in self._queues.values())
        return sent or bool(self._others) or not self._agenda.is_finished

    def add_node(self, node: Worker) -> None:
        """Take note of a worker that has started and is about to collect."""
        self._queues[node] = _Queue()

    def add_node_collection(self, node: Worker, collection: Sequence[str]) -> None:
        """Take note of what a worker has collected; only equal collections get work."""
        items = list(collection)
        if not self._collection:
            self._begin(items)
        elif items != self._collection:
            first = next(iter(self._queues)).gateway.id
            difference = report_collection_diff(self._collection, items, first, node.gateway.id)
            self._witness.collected_otherwise(node.gateway.id, str(difference))
            return
        self._queues[node].is_collected = True
        self._witness.collected(len(items) - 1)

    def schedule(self) -> None:
        """Hand out what is ready to every worker that has nothing to do."""
        for node, queue in self._queues.items():
            if self._is_free(node, queue) and not self._send_next(node, queue):
                return

    def mark_test_complete(
        self,
        node: Worker,
        item_index: int,
        duration: float = 0,  # noqa: ARG002  (xdist's protocol)
    ) -> None:
        """Count an item as done, and hand out what that made ready."""
        queue = self._queues.get(node)
        if queue is None or item_index not in queue.sent:
            return  # the idle item
        queue.sent.remove(item_index)
        item = self._collection[item_index]
        if item in self._tasks:
            self._finish(item, self._witness.ended(item))
        self.schedule()

    def mark_test_pending(self, item: str) -> None:
        """Hand out a test of the user's once more, as plugins ask that repeat after a crash."""
        self._others.appendleft([self._index[item]])
        self.schedule()

    def remove_pending_tests_from_node(self, node: Worker, indices: Sequence[int]) -> None:
        """Refuse what only answers to stealing, which never happens here."""
        raise NotImplementedError

    def remove_node(self, node: Worker) -> str | None:
        """Take back what a worker that is gone had, and name the user's test that it died in.

        A task is begun once more; xdist is not told of it, as it would report a failed test.
        """
        queue = self._queues.pop(node)
        crashed = None
        if queue.sent:
            item = self._collection[queue.sent[0]]
            if item in self._tasks:
                self._take_back(item, node.gateway.id)
            else:
                crashed = item
                queue.sent.popleft()
                if queue.sent:
                    self._others.appendleft(list(queue.sent))
        self.schedule()
        return crashed

    def _begin(self, collection: list[str]) -> None:
        self._collection = collection
        self._index = {item: number for number, item in enumerate(collection)}
        self._agenda = self._witness.agenda(collection)
        self._tasks = frozenset(self._agenda.left())
        others = [item for item in collection if item not in self._tasks and item != IDLE]
        most = max(1, len(others) // (4 * self._planned))
        for _, items in groupby(others, key=lambda item: item.partition("::")[0]):
            numbers = [self._index[item] for item in items]
            self._others.extend(
                numbers[start : start + most] for start in range(0, len(numbers), most)
            )

    def _take_back(self, item: str, worker: str) -> None:
        agenda = self._agenda
        if self._witness.begun(item) < agenda.attempts(item):
            agenda.put_back(item)  # its worker died before it came to this one
        elif not agenda.retry(item):
            self._finish(item, self._witness.lost(item, agenda.attempts(item), worker))

    def _finish(self, item: str, how: JobEnded) -> None:
        for blocked in self._agenda.finish(item, how):
            self._witness.blocked(blocked)

    def _is_free(self, node: Worker, queue: _Queue) -> bool:
        return (
            queue.is_collected and queue.is_reachable and not queue.sent and not node.shutting_down
        )

    def _send_next(self, node: Worker, queue: _Queue) -> bool:
        task = self._agenda.take()
        if task is not None:
            self._witness.sent(task, node.gateway.id)
            numbers = [self._index[task]]
        elif self._others:
            numbers = self._others.popleft()
        else:
            return False
        try:
            node.send_runtest_some([*numbers, self._index[IDLE]])
        except OSError:
            # It has died, and xdist will say so; none of this was begun.
            queue.is_reachable = False
            if task is not None:
                self._agenda.put_back(task)
            else:
                self._others.appendleft(numbers)
        else:
            queue.sent.extend(numbers)
        return True
