"""Real hosts and a real reader serve the engine, and their loss costs an attempt at most."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from ci_scriptcheck.model.contract import (
    Column,
    ColumnType,
    Dataset,
    Format,
    GeneratedBy,
    Schema,
    Synthesized,
    TableFile,
)
from ci_scriptcheck.model.project import Settings
from ci_scriptcheck.model.result import TaskResult
from ci_scriptcheck.model.source import Copied, Synthetic
from ci_scriptcheck.run import record, reuse
from ci_scriptcheck.run.service import Service
from ci_scriptcheck.run.site import Site
from ci_scriptcheck.run.worker_hosts import opened
from tests.functional.run.bench import TODAY, Bench, libraries


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@contextmanager
def served(bench: Bench) -> Iterator[tuple[Service, Path]]:
    """Begin a run and start what it needs."""
    bench.runs += 1
    run_directory = bench.root / ".scriptcheck" / "runs" / str(bench.runs)
    record.write_plan(run_directory, bench.plan())
    site = Site(
        root=str(bench.root),
        store=str(bench.store().folder),
        began=time.time(),
        today="2026-01-01",
        versions={"": libraries(None)},
    )
    record.write_site(run_directory, site)
    tasks = [task.id for task in bench.tasks]
    with Service(bench.plan(), run_directory, tasks) as service:
        yield service, run_directory


def run_all(bench: Bench) -> dict[str, TaskResult]:
    with (
        served(bench) as (service, run_directory),
        opened(run_directory, service.addresses, "gw0") as pull,
    ):
        return {task.id: pull(task.id) for task in bench.tasks}


def test_a_pipeline_runs_on_synthetic_generated_and_copied_data(bench: Bench) -> None:
    schema = Schema(columns=(Column(name="a", type=ColumnType.INT, min=0, max=9),))
    files = (TableFile(name="raw.csv", format=Format.CSV),)
    bench.given["datasets"] = {
        "raw": Dataset(name="raw", schema=schema, files=files, origin=Synthesized()),
        "own": Dataset(
            name="own",
            schema=schema,
            files=files,
            origin=GeneratedBy(file="tools/gen.py", function="rows"),
        ),
    }
    (bench.root / "tools").mkdir()
    (bench.root / "tools" / "gen.py").write_text(
        "def rows(rows, rng, scenario):\n    return 'a\\n' + '1\\n' * rows\n"
    )
    (bench.root / "data").mkdir()
    (bench.root / "data" / "more.csv").write_text("a\n5\n")
    bench.step("drawn", Synthetic(dataset="raw", node="drawn"))
    bench.step("generated", Synthetic(dataset="own", node="generated"))
    bench.step("copied", Copied(path="data"))
    bench.step("joined", "drawn", "generated", "copied")

    results = run_all(bench)

    assert {name: (one.outcome.value, one.findings) for name, one in results.items()} == {
        task.id: ("passed", ()) for task in bench.tasks
    }
    assert [results[f"flow/{name}"].outputs["out"].rows for name in ("drawn", "generated")] == [
        1000,
        1000,
    ]
    assert results["flow/joined"].protections != ()
    assert all(given.read for given in results["flow/joined"].inputs.values())
    again = reuse.reusable(bench.plan(), bench.root, bench.store(), libraries, today=TODAY)
    assert list(again) == list(results)


NOSY = """
import pathlib
def main(input_paths, output_paths, environ_vars, job_args):
    pathlib.Path(output_paths["out"], "data.csv").write_text("a\\n1\\n")
    pathlib.Path(environ_vars["SECRET"]).read_text()
"""


def test_a_script_cannot_read_the_store_or_other_tasks(bench: Bench) -> None:
    secret = bench.store().folder / "secret"
    secret.parent.mkdir(parents=True)
    secret.write_text("?")
    bench.step("nosy", code=NOSY, settings=Settings(env={"SECRET": str(secret)}))

    result = run_all(bench)["flow/nosy"]

    if "hidden folders: Landlock" not in result.protections:
        pytest.skip("this kernel cannot hide folders")
    assert result.findings[0].message.startswith("PermissionError")


def test_a_host_that_is_killed_costs_one_attempt(bench: Bench) -> None:
    bench.step("slow", code="import time\ndef main(): time.sleep(0.5)\n", outputs=())
    with (
        served(bench) as (service, run_directory),
        opened(run_directory, service.addresses, None) as pull,
    ):
        mine = psutil.Process()
        killer = threading.Timer(0.4, lambda: kill_hosts(mine))
        killer.start()
        result = pull("flow/slow")
        killer.join()

    assert (result.outcome, result.attempts) == ("passed", 2)
    # One that has ended and waits to be collected runs no more.
    running = [one for one in mine.children(recursive=True) if is_alive(one)]
    assert running == []


def is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def kill_hosts(process: psutil.Process) -> None:
    for child in process.children():
        os.kill(child.pid, signal.SIGKILL)


def test_closing_interrupts_what_runs_and_blames_nobody(bench: Bench) -> None:
    bench.step("slow", code="import time\ndef main(): time.sleep(60)\n", outputs=())
    with (
        served(bench) as (service, run_directory),
        opened(run_directory, service.addresses, None) as pull,
    ):
        closer = threading.Timer(0.5, service.close)
        closer.start()
        result = pull("flow/slow")
        closer.join()

        assert (result.outcome, result.why_not) == ("not_run", "interrupted")
        assert record.read_result(run_directory, "flow/slow") is None
