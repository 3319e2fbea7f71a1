"""Builders of executions, as values."""

from __future__ import annotations

from typing import Any

from ci_scriptcheck.model.execution import (
    Execution,
    ExecutionPort,
    ExecutionStep,
    Status,
    StepKind,
    execution_name,
)
from ci_scriptcheck.model.s3_place import s3_place

BUCKET = "s3://company-ml/fraud"


def a_port(name: str, place: str | None, **given: Any) -> ExecutionPort:
    return ExecutionPort(name=name, place=None if place is None else s3_place(place), **given)


def a_step(name: str = "preprocess", execution: str = "one", **given: Any) -> ExecutionStep:
    """Make a step of an execution with one input that nobody wrote, and an output below its id."""
    parts: dict[str, Any] = {
        "kind": StepKind.PROCESSING,
        "status": Status.SUCCEEDED,
        "job": f"arn:aws:sagemaker:eu-west-1:123456789012:processing-job/{execution}-{name}-Ab3dE",
        "inputs": (a_port("raw", f"{BUCKET}/raw/"),),
        "outputs": (a_port("features", f"{BUCKET}/{execution}/{name}/features"),),
        "seconds": 300.0,
    }
    return ExecutionStep(name=name, **parts | given)


def an_execution(execution: str, *steps: ExecutionStep, **given: Any) -> Execution:
    parts: dict[str, Any] = {
        "name": execution_name(
            f"arn:aws:sagemaker:eu-west-1:123456789012:pipeline/fraud/execution/{execution}"
        ),
        "status": Status.SUCCEEDED,
        "began": {"one": "2026-11-12T02:00:00+00:00"}.get(execution, "2026-11-19T02:00:00+00:00"),
        "seconds": 2880.0,
    }
    return Execution(steps=steps, **parts | given)
