"""What hosts import beforehand, and that they stay fit to be forked from."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.model.project import Network
from ci_scriptcheck.run.inside import census
from ci_scriptcheck.run.process.hosts import Hosts
from ci_scriptcheck.run.process.request import Ended, HostSpec, Start
from tests.functional.run.process_stage import WARM, Stage

THREADS = "import os\ndef main():\n    return len(os.listdir('/proc/self/task'))\n"
LOADED = "import sys\ndef main():\n    return [name in sys.modules for name in {names}]\n"


def threads_of(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def test_libraries_are_there_and_the_host_has_one_thread(tmp_path: Path) -> None:
    spec = HostSpec(python=sys.executable, preload=("numpy", "not_there", "pandas", "pyarrow"))
    with Hosts([spec], repository=None) as hosts:
        stage = Stage(tmp_path, hosts, spec)
        ending = stage.run(LOADED.format(names=["numpy", "pandas", "not_there"]))
        (host,) = (pid for pid in census.children(os.getpid()) if "scq-" in _words(pid))

        assert ending.returned == "[True, True, False]"
        assert threads_of(host) == 1


def _words(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


def test_thread_pools_work_in_every_run(tmp_path: Path) -> None:
    spec = HostSpec(python=sys.executable, preload=("numpy", "pandas", "pyarrow"))
    text = """
        import numpy, pandas
        from concurrent.futures import ThreadPoolExecutor
        def main():
            numbers = numpy.ones((400, 400))
            with ThreadPoolExecutor(4) as pool:
                sums = list(pool.map(lambda _: float((numbers @ numbers).sum()), range(8)))
            pandas.DataFrame({"n": sums}).to_parquet("sums.parquet")
            return pandas.read_parquet("sums.parquet")["n"].nunique()
    """
    with Hosts([spec], repository=None) as hosts:
        stage = Stage(tmp_path, hosts, spec)

        assert [stage.run(text).returned for _ in range(3)] == ["1", "1", "1"]


def test_a_library_that_starts_a_thread_is_left_to_the_scripts(tmp_path: Path) -> None:
    (tmp_path / "humming.py").write_text(
        "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    )
    spec = HostSpec(
        python=sys.executable, preload=("colorsys", "humming", "wave"), path=(str(tmp_path),)
    )
    with Hosts([spec], repository=None) as hosts:
        stage = Stage(tmp_path, hosts, spec)
        ending = stage.run(LOADED.format(names=["colorsys", "humming", "wave"]))

    assert ending.returned == "[True, False, True]"


def _lines(file: Path) -> int:
    return len(file.read_text().splitlines()) if file.exists() else 0


def _own_children() -> set[psutil.Process]:
    """Give the hosts below this process; other tests of it may have left theirs."""
    return set(psutil.Process().children())


def test_a_thread_that_a_rehearsal_starts_is_not_there_in_the_run(tmp_path: Path) -> None:
    (tmp_path / "pandas.py").write_text(
        "import threading, time\n"
        "def read_csv(_):\n"
        "    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    )
    spec = HostSpec(python=sys.executable, preload=("pandas",), path=(str(tmp_path),))
    known = _own_children()
    with Hosts([spec], repository=None) as hosts:
        stage = Stage(tmp_path, hosts, spec)
        returned = []
        for _ in range(4):
            time.sleep(0.2)  # in which the next process rehearses
            returned.append(stage.run(THREADS).returned)
        of_hosts = [process.num_threads() for process in _own_children() - known]

    assert returned == ["1", "1", "1", "1"]
    assert of_hosts == [1]


def test_a_host_and_each_process_that_waits_rehearse(tmp_path: Path) -> None:
    noted = tmp_path / "rehearsed"
    (tmp_path / "pandas.py").write_text(
        f"import os\ndef read_csv(_):\n    print(os.getpid(), file=open({str(noted)!r}, 'a'))\n"
    )
    spec = HostSpec(python=sys.executable, preload=("pandas",), path=(str(tmp_path),))
    known = _own_children()
    with Hosts([spec], repository=None) as hosts:
        stage = Stage(tmp_path, hosts, spec)
        deadline = time.monotonic() + 60
        # The host, and the two processes that wait for a call.
        while _lines(noted) < 3 and time.monotonic() < deadline:
            time.sleep(0.02)
        script = stage.run("import os\ndef main():\n    return os.getpid()\n").returned
        (host,) = [process.pid for process in _own_children() - known]

        rehearsed = noted.read_text().split()

    assert rehearsed[0] == str(host)
    assert script in rehearsed


def test_a_script_runs_at_the_priority_that_we_were_given(tmp_path: Path) -> None:
    spec = HostSpec(python=sys.executable)
    text = """
        import os
        def main():
            try:
                group = open("/proc/self/autogroup").read().split()[-1]
            except OSError:
                group = "0"
            return os.getpriority(os.PRIO_PROCESS, 0), group
        """
    with Hosts([spec], repository=None) as hosts:
        stage = Stage(tmp_path, hosts, spec)
        returned = {stage.run(text).returned for _ in range(3)}

    assert returned == {str((os.getpriority(os.PRIO_PROCESS, 0), "0"))}


def test_a_rehearsal_leaves_neither_output_nor_warnings_nor_files(tmp_path: Path) -> None:
    spec = HostSpec(python=sys.executable, preload=("pandas",))
    with Hosts([spec], repository=None) as hosts:
        stage = Stage(tmp_path, hosts, spec)
        for _ in range(3):
            time.sleep(0.2)
            assert stage.run("import pandas\ndef main(): pass\n").how is Ended.RETURNED
            assert stage.log() == ""

        assert Path(stage.address.log).read_text() == ""


def test_a_library_that_ends_the_interpreter_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "leaving.py").write_text("raise SystemExit(3)\n")
    spec = HostSpec(python=sys.executable, preload=("leaving", "wave"), path=(str(tmp_path),))
    with Hosts([spec], repository=None) as hosts:
        ending = Stage(tmp_path, hosts, spec).run(LOADED.format(names=["leaving", "wave"]))

    assert ending.returned == "[False, True]"


@pytest.mark.parametrize("start", list(Start))
def test_variables_that_are_read_while_loading_are_set(tmp_path: Path, start: Start) -> None:
    specs = [
        HostSpec(
            python=sys.executable,
            environ={"PYTHONHASHSEED": seed, "OMP_NUM_THREADS": "2"},
            start=start,
        )
        for seed in ("1", "2", "1")
    ]
    text = "import os\ndef main():\n    return os.environ['OMP_NUM_THREADS'], hash('a')\n"
    with Hosts(specs, repository=None) as hosts:
        drawn = [
            Stage(tmp_path / str(number), hosts, spec).run(text).returned
            for number, spec in enumerate(specs)
        ]
        assert len(hosts.addresses) == 2

    assert drawn[0] is not None
    assert drawn[0].startswith("('2', ")
    assert drawn[0] != drawn[1]
    assert drawn[0] == drawn[2]


def test_an_interpreter_that_is_not_there_is_a_mistake_to_mend() -> None:
    with pytest.raises(UsageError) as failure:
        Hosts([HostSpec(python="/nowhere/bin/python")], repository=None)

    assert "/nowhere/bin/python" in failure.value.what


def test_a_python_that_cannot_watch_processes_ends_hosts_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "pidfd_open", raising=False)
    spec = HostSpec(python=sys.executable)
    with Hosts([spec], repository=None) as hosts:
        assert Stage(tmp_path, hosts, spec).run("def main(): pass\n").how is Ended.RETURNED

    assert [pid for pid in census.children(os.getpid()) if "scq-" in _words(pid)] == []


LOOKING = """
import os
from ci_scriptcheck.run.inside import confine
confine._drop_capabilities()
for name in ("environ", "mem", "maps"):
    try:
        open(f"/proc/{os.getppid()}/{name}", "rb").close()
        print("read", name)
    except PermissionError:
        print("refused", name)
"""


def test_who_starts_hosts_cannot_be_read_by_other_processes_of_its_user() -> None:
    # In a process of its own: it cannot be taken back.
    code = (
        "import subprocess, sys\n"
        "from ci_scriptcheck.run.inside import confine\n"
        "from ci_scriptcheck.run.process.hosts import Hosts\n"
        # As if we were not root, who may read everything.
        "confine._drop_capabilities()\n"
        "looking = [sys.executable, '-c', sys.argv[1]]\n"
        "subprocess.run(looking, check=True)\n"
        "with Hosts(repository=None):\n"
        "    subprocess.run(looking, check=True)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, LOOKING], capture_output=True, text=True, check=True
    )

    seen = ended.stdout.split()[::2]
    assert seen == ["read"] * 3 + ["refused"] * 3


def a_library(folder: Path) -> None:
    for name, text in {
        "__init__": "",
        "extra": "LOADED = object()\n",
        "usual": "from . import other\n",
        "other": "",
    }.items():
        (folder / "library").mkdir(exist_ok=True)
        (folder / "library" / f"{name}.py").write_text(text)


def test_a_script_does_not_have_what_another_one_imports(tmp_path: Path) -> None:
    a_library(tmp_path)
    wished = ("library", "library.extra", "library.usual")
    spec = HostSpec(python=sys.executable, preload=wished, path=(str(tmp_path),))
    text = """
        import library
        def main():
            return [hasattr(library, name) for name in ("extra", "usual", "other")]
        """
    with Hosts([spec], repository=None) as hosts:
        stage = Stage(tmp_path, hosts, spec)

        assert stage.run(text, modules=("library",)).returned == "[False, False, True]"
        assert stage.run(text, modules=("library.extra.LOADED",)).returned == "[True, False, True]"
        assert stage.run(text, modules=None).returned == "[True, True, True]"


def test_what_another_script_imports_comes_back_with_the_first_import(tmp_path: Path) -> None:
    a_library(tmp_path)
    wished = ("library", "library.extra")
    spec = HostSpec(python=sys.executable, preload=wished, path=(str(tmp_path),))
    text = """
        import importlib, library
        def main():
            import library.extra
            again = importlib.import_module("library.extra")
            spec = library.extra.__spec__
            return again is library.extra, spec.name, spec.loader.__class__.__name__
        """
    with Hosts([spec], repository=None) as hosts:
        ending = Stage(tmp_path, hosts, spec).run(text, modules=())

    assert ending.returned == "(True, 'library.extra', 'SourceFileLoader')"


HANGS = """
import os, pathlib, time
HOST = os.getpid()
def read_csv(_):
    if os.getpid() != HOST:
        pathlib.Path(__file__).with_name(f"waiting{os.getpid()}").touch()
        time.sleep(100)
"""


@pytest.mark.slow
def test_a_process_that_does_not_come_to_take_its_call_is_not_blamed_on_the_script(
    tmp_path: Path,
) -> None:
    libraries = tmp_path / "libraries"
    libraries.mkdir()
    (libraries / "pandas.py").write_text(HANGS)
    spec = HostSpec(python=sys.executable, preload=("pandas",), path=(str(libraries),))
    with Hosts([spec], repository=None) as hosts:
        stage = Stage(tmp_path, hosts, spec)
        deadline = time.monotonic() + 20
        while len(list(libraries.glob("waiting*"))) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)

        # More than a pipe holds.
        ending = stage.run("def main(): pass\n", timeout=2.0, env={"LONG": "x" * 300_000})

    assert ending.how is Ended.LOST
    assert ending.detail == "the process that was to run it did not come to take its call"


def test_a_call_that_is_larger_than_a_pipe_arrives(stage: Stage) -> None:
    text = "def main(input_paths, output_paths, environ_vars, job_args):\n    return len(job_args.long)"

    ending = stage.run(text, job_args={"long": "x" * 3_000_000})

    assert ending.returned == "3000000"


SILENT = """
    import glob, socket, time
    def main():
        kept = []
        for place in glob.glob({place!r}) * {times}:
            own = socket.socket(socket.AF_UNIX)
            own.settimeout(5)
            own.connect(place)
            kept.append(own)
        {then}
"""


def test_scripts_that_connect_to_a_host_are_sent_away_at_once(tmp_path: Path) -> None:
    with Hosts([WARM], repository=None) as hosts:
        stage = Stage(tmp_path, hosts, WARM)
        assert stage.run("def main(): pass\n").how is Ended.RETURNED
        before = len(psutil.Process().children(recursive=True))
        began = time.monotonic()
        ending = stage.run(
            SILENT.format(
                place=stage.address.socket, times=100, then="return [own.recv(1) for own in kept]"
            ),
            network=Network.LOOPBACK,
        )
        below = len(psutil.Process().children(recursive=True))

    assert ending.returned == str([b""] * 100), ending
    assert time.monotonic() - began < 10
    assert below <= before + 2


def test_who_connects_and_says_nothing_costs_no_process_and_little_time(tmp_path: Path) -> None:
    with Hosts([WARM], repository=None) as hosts:
        stage = Stage(tmp_path, hosts, WARM)
        assert stage.run("def main(): pass\n").how is Ended.RETURNED
        before = len(psutil.Process().children(recursive=True))
        silent = [socket.socket(socket.AF_UNIX) for _ in range(6)]
        for one in silent:
            one.connect(stage.address.socket)
        time.sleep(0.2)
        below = len(psutil.Process().children(recursive=True))
        began = time.monotonic()
        ending = stage.run("def main(): pass\n")
        took = time.monotonic() - began
        for one in silent:
            one.close()

    assert ending.how is Ended.RETURNED
    assert took < 8
    assert below <= before + 2
