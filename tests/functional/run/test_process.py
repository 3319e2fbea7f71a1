"""What a script is given, and how its ending is told."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.run.process.hosts import Hosts
from ci_scriptcheck.run.process.request import Ended, HostSpec
from tests.functional.run.process_stage import NEW, WARM, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAIN = "def main(input_paths, output_paths, environ_vars, job_args):"


@pytest.fixture(scope="module")
def hosts() -> Iterator[Hosts]:
    with Hosts([WARM, NEW], repository=None) as started:
        yield started


@pytest.fixture(params=[WARM, NEW], ids=["warm", "new"])
def stage(hosts: Hosts, tmp_path: Path, request: pytest.FixtureRequest) -> Stage:
    spec: HostSpec = request.param
    return Stage(tmp_path, hosts, spec)


def test_a_script_gets_paths_variables_and_arguments_and_returns(stage: Stage) -> None:
    ending = stage.run(f"""
        import os, sys
        {MAIN}
            rows = open(input_paths["data"] + "/rows.csv").read()
            with open(output_paths["out"] + "/copy.csv", "w") as file:
                file.write(rows)
            print(os.environ["MODE"], environ_vars["MODE"], job_args.job_type, sys.argv)
            return 7
    """)

    assert (ending.how, ending.returned) == (Ended.RETURNED, "7")
    assert stage.output("copy.csv").read_text() == "a\n1\n"
    assert stage.log() == f"fast fast training ['{stage.tree}/step.py']\n"
    assert {path.rpartition("/")[2] for path in ending.read} == {"rows.csv", "step.py"}
    assert [path.rpartition("/")[2] for path in ending.written] == ["copy.csv"]
    assert ending.peak_memory > 1_000_000


def test_a_main_without_parameters_is_called_without_any(stage: Stage) -> None:
    assert stage.run("def main():\n    return 'done'\n").returned == "'done'"


def test_a_main_without_parameters_reads_its_arguments_from_the_command_line(stage: Stage) -> None:
    ending = stage.run(
        "import sys\ndef main():\n    return sys.argv[1:]\n",
        job_args={"graph-name": "orders", "parts": 2, "quick": True, "deep": False},
    )

    assert ending.returned == "['--graph-name', 'orders', '--parts', '2', '--quick']"


def test_further_parameters_are_given_and_logger_stands_for_one(stage: Stage) -> None:
    ending = stage.run(
        """
        def main(input_paths, output_paths, environ_vars, job_args, logger=None, depth=1):
            return (type(logger).__name__, depth)
        """,
        call={"logger": "$logger", "depth": 3},
    )

    assert ending.returned == "('Logger', 3)"


def test_an_exception_comes_with_its_frames_and_its_cause(stage: Stage) -> None:
    stage.write("lib/prices.py", "def of(row):\n    return row['amount_usd']\n")
    ending = stage.run(
        f"""
        from lib import prices
        {MAIN}
            try:
                prices.of({{}})
            except KeyError as error:
                raise ValueError("no price") from error
        """,
        roots=(".",),
    )

    assert ending.how is Ended.RAISED
    assert [(error.type, error.text) for error in ending.errors] == [
        ("ValueError", "no price"),
        ("KeyError", "'amount_usd'"),
    ]
    last = ending.errors[1].frames[-1]
    assert (last.file, last.line, last.inside) == (f"{stage.tree}/lib/prices.py", 2, True)
    assert last.code == "return row['amount_usd']"
    assert "ValueError: no price" in stage.log()


def test_the_processor_time_and_the_memory_of_a_script_are_told(stage: Stage) -> None:
    ending = stage.run("""
        import time
        def main():
            numbers = bytearray(50_000_000)
            end = time.process_time() + 0.3
            while time.process_time() < end:
                pass
    """)

    assert 0.25 < ending.cpu_seconds < 5
    assert ending.peak_memory > 50_000_000


def test_what_starting_a_script_costs_is_told_apart_from_what_its_function_does(
    stage: Stage,
) -> None:
    ending = stage.run("""
        import time

        time.sleep(0.2)
        HELD = b"x" * 30_000_000

        def main():
            time.sleep(0.2)
            return len(b"x" * 50_000_000)
    """)

    assert 0.2 <= ending.seconds_before <= ending.seconds - 0.2
    assert 30_000_000 < ending.memory_before <= ending.peak_memory - 40_000_000
    assert ending.cpu_seconds_before <= ending.cpu_seconds


def test_language_and_time_zone_of_the_machine_do_not_reach_a_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    monkeypatch.setenv("LC_ALL", "C")
    spec = HostSpec(python=sys.executable)
    with Hosts([spec], repository=None) as hosts:
        ending = Stage(tmp_path, hosts, spec).run("""
            import os, time
            def main():
                return [time.timezone, os.environ.get("LC_ALL"), os.environ["LANG"]]
        """)

    assert ending.returned == "[0, None, 'C.UTF-8']"
