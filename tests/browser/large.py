"""A run of many tasks: ten pipelines as large as they get, with all that a page can show of them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from ci_scriptcheck.model.change import After
from ci_scriptcheck.model.plan import Counts, Input
from ci_scriptcheck.model.result import Artefact, FileFacts, Outcome
from ci_scriptcheck.model.source import Upstream
from tests.conftest import a_plan, a_record, a_result, a_task
from tests.unit.report.records import RAISED, WARNING

if TYPE_CHECKING:
    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.model.result import TaskResult
    from ci_scriptcheck.model.run_record import RunRecord

PIPELINES = 10
NODES = 200
WIDE = 5
"""Nodes beside each other."""

TABLE = Artefact(digest="0" * 64, files=(FileFacts(path="a.parquet", bytes=1_000, digest="0"),))


def a_large_record() -> RunRecord:
    """Make the record of 2,000 tasks, 40 of them failing."""
    tasks = [_task(pipeline, node) for pipeline in range(PIPELINES) for node in range(NODES)]
    results = [_result(number, task) for number, task in enumerate(tasks)]
    counts = Counts(files_changed=3, steps=len(tasks), steps_affected=len(tasks))
    return a_record(a_plan(*tasks, counts=counts), *results)


def _task(pipeline: int, node: int) -> Task:
    name = f"pipeline_{pipeline}"
    before = [number for number in (node - WIDE, node - WIDE - 1, node % 7) if 0 <= number < node]
    inputs = tuple(
        Input(
            port=f"port_{number}",
            parameter=f"port_{number}",
            source=Upstream(task=f"{name}/TabularPreprocessing_{number:03}", port="out"),
        )
        for number in before
    )
    told = f"TabularPreprocessing_{node:03}"
    if not before:
        return a_task(told, pipeline=name)
    return a_task(told, pipeline=name, inputs=inputs, reason=After(node=inputs[0].port))


def _result(number: int, task: Task) -> TaskResult:
    log = tuple(f"2026-01-05 12:00:{line:02} INFO read part {line} of 40" for line in range(20))
    given: dict[str, Any] = {
        "seconds": 0.5 + number % 70 / 10,
        "peak_memory_mb": 80.0 + number % 300,
        "inputs": dict.fromkeys((item.port for item in task.inputs), TABLE),
        "outputs": {"out": TABLE},
        "log_tail": log,
        "log_file": f"{task.id}/log.txt",
    }
    if number % 50 == 49:
        raised = dataclasses.replace(RAISED, message=f"KeyError: 'column_{number}'")
        return a_result(task.id, Outcome.FAILED, findings=(raised,), **given)
    if number % 50 == 48:
        return a_result(task.id, Outcome.NOT_RUN, why_not="torch is not installed")
    return a_result(task.id, findings=(WARNING,) if number % 40 == 0 else (), **given)
