"""`kill -9` of the tool, of a worker and of a host at random moments."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.kills.victim import GRAPH, Victim

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.kills.victim import Run

ENDED_WITHIN = 2.0
"""Seconds after which nothing of a killed tool may be left."""

LONGEST_WAIT = 0.8
"""Seconds after a target has appeared within which it is killed."""


KILLED: list[int] = []
"""Processes that were alive when they were killed."""

INSIDE: list[int] = []
"""Moments at which a write to the store was cut short."""


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Victim:
    return Victim(tmp_path_factory.mktemp("victim"))


def changed(victim: Victim, moment: int) -> Random:
    random = Random(moment)  # noqa: S311  (repeatable)
    victim.salt(random.choice(["load", *GRAPH]), 2 + moment)
    return random


def wait_for(found: Callable[[], list[int]], run: Run) -> int | None:
    while run.process.poll() is None:
        pids = found()
        if pids:
            return pids[0]
    return None


def kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
        KILLED.append(pid)


def kill_one(found: Callable[[], list[int]], run: Run, random: Random) -> None:
    """Kill a process of this kind, at some moment after the first of them is there."""
    wait_for(found, run)
    time.sleep(random.uniform(0, LONGEST_WAIT))
    if pids := found():
        kill(random.choice(pids))


def assert_nothing_is_left(run: Run) -> None:
    deadline = time.monotonic() + ENDED_WITHIN
    while (left := run.processes()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == [], [process.cmdline() for process in left]


def assert_run_is_right(victim: Victim, run: Run) -> None:
    output = run.finish()

    assert run.process.returncode == 0, output
    victim.assert_right()
    assert_nothing_is_left(run)


@pytest.mark.parametrize("moment", range(24))
def test_a_killed_tool_leaves_no_process_and_nothing_stale(victim: Victim, moment: int) -> None:
    random = changed(victim, moment)
    run = victim.start(workers=1 + moment % 2)

    time.sleep(random.uniform(0, 2 * LONGEST_WAIT))
    if run.process.poll() is None:
        kill(run.process.pid)
    run.finish()

    assert_nothing_is_left(run)
    assert_run_is_right(victim, victim.start(workers=2))


@pytest.mark.parametrize("moment", range(100, 114))
def test_a_killed_worker_costs_an_attempt_and_nothing_else(victim: Victim, moment: int) -> None:
    random = changed(victim, moment)
    victim.salt("load", moment)  # so that there is enough to do for two
    run = victim.start(workers=2)

    kill_one(run.workers, run, random)

    assert_run_is_right(victim, run)


@pytest.mark.parametrize("moment", range(200, 214))
def test_a_killed_host_costs_an_attempt_and_nothing_else(victim: Victim, moment: int) -> None:
    random = changed(victim, moment)
    run = victim.start(workers=1 + moment % 2)

    kill_one(run.hosts, run, random)

    assert_run_is_right(victim, run)


@pytest.mark.parametrize("moment", range(300, 326))
def test_a_kill_inside_a_write_to_the_store_leaves_it_whole(victim: Victim, moment: int) -> None:
    changed(victim, moment)
    for left in (victim.store / "v1" / "aside").glob("*"):
        left.unlink()
    run = victim.start(workers=1 + moment % 2)

    writer = wait_for(run.writers, run)
    if writer is not None:
        kill(writer)
    run.finish()

    if run.writers():
        INSIDE.append(moment)  # what it was writing is still there
    assert_nothing_is_left(run)
    assert_run_is_right(victim, victim.start(workers=2))


def test_enough_was_killed_for_all_this_to_mean_something() -> None:
    assert len(KILLED) >= 60
    assert len(INSIDE) >= 20
