"""Which variables a host is given before anything confines it, and how many hosts there are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.model.project import Settings
from ci_scriptcheck.run.process import hosting
from tests.conftest import a_plan, a_task

if TYPE_CHECKING:
    from ci_scriptcheck.model.plan import Task

ROOT = Path("/repository")


def a_task_with(node: str = "train", **env: str) -> Task:
    return a_task(node, settings=Settings(env=env))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OMP_NUM_THREADS", "4,2"),
        ("MKL_DOMAIN_NUM_THREADS", "MKL_BLAS=2"),
        ("CUDA_VISIBLE_DEVICES", ""),
        ("PYTHONHASHSEED", "17"),
    ],
)
def test_what_libraries_read_while_they_load_makes_another_host(name: str, value: str) -> None:
    task = a_task_with(**{name: value, "MODE": "fast"})

    assert hosting.host_of(a_plan(task), ROOT, task).environ == {name: value}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OMP_X", "1"),
        ("OMP_TOOL_LIBRARIES", "evil.so"),
        ("OMP_NUM_THREADS", "1" * 65),
        ("OMP_NUM_THREADS", "../evil"),
        ("XLA_FLAGS", "--xla_dump_to=here"),
        ("PYTHONHASHSEED", "x"),
        ("PYTHONMALLOC", "x"),
        ("PYTHONPATH", "lib"),
    ],
)
def test_other_variables_are_the_scripts_alone(name: str, value: str) -> None:
    task = a_task_with(**{name: value})

    assert hosting.host_of(a_plan(task), ROOT, task).environ == {}


def test_there_are_some_hosts_and_no_more() -> None:
    tasks = [a_task_with(f"n{number}", OMP_NUM_THREADS=str(number)) for number in range(9)]

    assert len(hosting.hosts_for(a_plan(*tasks[:8]), ROOT, tasks[:8])) == 8
    with pytest.raises(UsageError, match="9 different sets of variables"):
        hosting.hosts_for(a_plan(*tasks), ROOT, tasks)
