"""What kept a task that is given real data from running is told by its rule alone, while others still run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.model.contract import Dataset, GeneratedBy, Schema
from ci_scriptcheck.model.plan import Input
from ci_scriptcheck.model.source import Synthetic, Upstream
from ci_scriptcheck.pytest_plugin.items import in_short
from ci_scriptcheck.run import engine
from tests.functional.run.bench import Bench

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ci_scriptcheck.model.result import TaskResult

NAME = "Kowalczyk-7319"
SPLITTING = f"""
import pathlib
def main(input_paths, output_paths, environ_vars, job_args):
    pathlib.Path(output_paths["out"], "{NAME}.csv").write_text("a\\n1\\n")
"""


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def with_other_files_than_it_reads(bench: Bench) -> TaskResult:
    bench.step("load", code=SPLITTING, is_private=True)
    source = Upstream(task="flow/load", port="out")
    wanted = Input(port="report", parameter="report", source=source, file="report.json")
    bench.step("read", inputs=(wanted,), is_private=True)
    return engine.pull(bench.run(), "flow/read")


def without_its_data(bench: Bench) -> TaskResult:
    code = f"def rows(n, rng, scenario): raise ValueError({NAME!r})"
    (bench.root / "bad.py").write_text(code)
    origin = GeneratedBy(file="bad.py", function="rows")
    bench.given["datasets"] = {
        "bad": Dataset(name="bad", schema=Schema(columns=()), files=(), origin=origin)
    }
    bench.step("read", Synthetic(dataset="bad", node="n"), is_private=True)
    return engine.pull(bench.run(), "flow/read")


def with_a_process_that_dies(bench: Bench) -> TaskResult:
    bench.step("read", is_private=True)
    context = bench.run()
    bench.lost = engine.MOST_STARTS
    bench.last_words = f"fatal: cannot go on after {NAME}"
    return engine.pull(context, "flow/read")


@pytest.mark.parametrize(
    ("rule", "not_run"),
    [
        ("SC228 an input is not what the task expects", with_other_files_than_it_reads),
        ("SC227 the input data cannot be made", without_its_data),
        ("SC223 the process that ran this task died twice", with_a_process_that_dies),
    ],
)
def test_pytest_is_told_no_name_of_private_data(
    bench: Bench, rule: str, not_run: Callable[[Bench], TaskResult]
) -> None:
    result = not_run(bench)

    assert NAME in in_short(replace(result, is_private=False)), "there is something to be withheld"
    assert in_short(result) == rule
