"""Whoever is killed, no process of a script survives for two seconds."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.model.codec import from_json, to_json
from ci_scriptcheck.run.inside import census
from ci_scriptcheck.run.process.calls import call
from ci_scriptcheck.run.process.hosts import Hosts
from ci_scriptcheck.run.process.request import Address, Ended, Ending
from tests.functional.run.process_stage import WARM, Stage, left_in

if TYPE_CHECKING:
    from collections.abc import Iterator

BUSY = """
    import os, subprocess, time
    def main(input_paths, output_paths, environ_vars, job_args):
        subprocess.Popen(["/bin/sleep", "62"])
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.execv("/bin/sleep", ["sleep", "63"])
            os._exit(0)
        open(output_paths["out"] + "/pid", "w").write(str(os.getpid()))
        time.sleep(64)
"""

WORKER = """
import json, sys
from ci_scriptcheck.model.codec import from_json
from ci_scriptcheck.run.process.calls import call
from ci_scriptcheck.run.process.request import Address, Call
address, wanted = json.loads(sys.argv[1])
call(from_json(Address, address), from_json(Call, wanted))
"""

CONTROLLER = """
import json, sys, time
from ci_scriptcheck.model.codec import to_json
from ci_scriptcheck.run.process.hosts import Hosts
from ci_scriptcheck.run.process.request import HostSpec
spec = HostSpec(python=sys.executable, preload=tuple(sys.argv[1:2]), path=tuple(sys.argv[2:]))
hosts = Hosts([spec], repository=None)
print(json.dumps([to_json(address) for address in hosts.addresses.values()]), flush=True)
time.sleep(60)
"""


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    with Hosts([WARM], repository=None) as started:
        yield started


def pid_of(stage: Stage) -> int:
    """Wait until the script runs, and give its process."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if stage.output("pid").exists() and stage.output("pid").read_text():
            return int(stage.output("pid").read_text())
        time.sleep(0.01)
    raise AssertionError("the script did not start")


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[1])


def started(stage: Stage, endings: list[Ending], address: Address | None = None) -> Thread:
    wanted = stage.prepare(BUSY)
    thread = Thread(target=lambda: endings.append(call(address or stage.address, wanted)))
    thread.start()
    return thread


def test_killing_the_supervisor_ends_its_run_and_no_other(stage: Stage, tmp_path: Path) -> None:
    endings: list[Ending] = []
    thread = started(stage, endings)

    os.kill(parent_of(pid_of(stage)), signal.SIGKILL)

    thread.join()
    assert endings[0].how is Ended.LOST
    assert left_in(tmp_path) == []
    assert stage.run("def main():\n    return 1\n").returned == "1"


def test_killing_the_host_ends_all_runs(stage: Stage, tmp_path: Path) -> None:
    endings: list[Ending] = []
    thread = started(stage, endings)

    os.kill(parent_of(parent_of(pid_of(stage))), signal.SIGKILL)

    thread.join()
    assert endings[0].how is Ended.LOST
    assert left_in(tmp_path) == []
    assert stage.run("def main():\n    return 1\n").how is Ended.LOST


def test_killing_the_worker_ends_its_run(stage: Stage, tmp_path: Path) -> None:
    words = json.dumps([to_json(stage.address), to_json(stage.prepare(BUSY))])
    worker = subprocess.Popen([sys.executable, "-c", WORKER, words])
    pid_of(stage)

    worker.kill()

    worker.wait()
    assert left_in(tmp_path) == []


def test_killing_the_controller_ends_hosts_and_runs(tmp_path: Path) -> None:
    controller = subprocess.Popen([sys.executable, "-c", CONTROLLER], stdout=subprocess.PIPE)
    assert controller.stdout is not None
    address = from_json(Address, json.loads(controller.stdout.readline())[0])
    stage = Stage(tmp_path, Hosts([], repository=None), WARM)
    endings: list[Ending] = []
    thread = started(stage, endings, address)
    host = parent_of(parent_of(pid_of(stage)))

    controller.kill()

    controller.wait()
    controller.stdout.close()
    thread.join()
    assert left_in(tmp_path) == []
    deadline = time.monotonic() + 2
    while census.command(host) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert census.command(host) is None
    assert not Path(address.socket).parent.exists()
    stage.hosts.close()


def test_killing_the_controller_ends_a_host_that_still_imports(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(
        "import os, time\n"
        "open(os.path.dirname(__file__) + '/pid', 'w').write(str(os.getpid()))\n"
        "time.sleep(60)\n"
    )
    words = [sys.executable, "-c", CONTROLLER, "slow", str(tmp_path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as controller:
        assert controller.stdout is not None
        address = from_json(Address, json.loads(controller.stdout.readline())[0])
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            time.sleep(0.01)
        controller.kill()

    assert left_in(tmp_path) == []
    assert not Path(address.socket).parent.exists()


def test_closing_the_hosts_ends_everything_at_once(stage: Stage, tmp_path: Path) -> None:
    endings: list[Ending] = []
    thread = started(stage, endings)
    pid_of(stage)

    stage.hosts.close()

    thread.join()
    assert left_in(tmp_path, 0.0) == []


def test_a_host_that_cannot_start_says_why(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 'no such library' >&2\nexit 1\n")
    python.chmod(0o755)
    spec = WARM.__class__(python=str(python))
    with Hosts([spec], repository=None) as hosts:
        ending = Stage(tmp_path, hosts, spec).run("def main(): pass\n")

    assert (ending.how, ending.detail) == (Ended.LOST, "no such library")


def test_who_does_not_know_the_token_is_not_served(stage: Stage) -> None:
    stranger = Address(socket=stage.address.socket, token="guess", log=stage.address.log)  # noqa: S106  (a wrong one)

    ending = call(stranger, stage.prepare("def main(): return 1\n"))

    assert ending.how is Ended.LOST
    assert stage.run("def main(): return 1\n").returned == "1"
