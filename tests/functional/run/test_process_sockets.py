"""Sockets that lie as files: a script reaches its own, and those of nobody else."""

from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.model.project import Network
from ci_scriptcheck.run.process.request import Ended
from tests.functional.run.process_stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.run.process.hosts import Hosts

PROTECTION = "sockets of others: seccomp"
NATIVE = """
        import ctypes, socket
        def attempt(address):
            # Python would tell of it, and be refused before the system is asked.
            system = ctypes.CDLL(None, use_errno=True)
            told = b"\\1\\0" + (address.encode() if isinstance(address, str) else address) + b"\\0"
            with socket.socket(socket.AF_UNIX) as own:
                if system.connect(own.fileno(), told, len(told)) == 0:
                    return "connected"
            return type(OSError(ctypes.get_errno(), "")).__name__
"""


@pytest.fixture
def short() -> Iterator[Path]:
    """Give a folder with a short path: that of a socket has 108 bytes."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


@pytest.fixture
def service() -> Iterator[Path]:
    """Listen as a service of this machine does, beside the runs."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, socket.socket(socket.AF_UNIX) as own:
        place = Path(folder) / "service.sock"
        own.bind(str(place))
        own.listen()
        own.setblocking(False)
        yield place
        with pytest.raises(BlockingIOError):
            own.accept()


def connecting(stage: Stage, address: str, before: str = "pass") -> str | None:
    ending = stage.run(
        f"""
        import os
        {NATIVE}
        def main(input_paths, output_paths, environ_vars, job_args):
            {before}
            return attempt({address})
        """
    )
    assert PROTECTION in ending.protections
    assert ending.how is Ended.RETURNED, ending
    return ending.returned


def test_a_service_of_the_machine_is_out_of_reach(stage: Stage, service: Path) -> None:
    assert connecting(stage, repr(str(service))) == "'PermissionError'"


@pytest.mark.parametrize(
    ("address", "before"),
    [
        ("os.path.relpath({service!r})", "pass"),
        ("'link'", "os.symlink({service!r}, 'link')"),
        (
            "'folder/' + os.path.basename({service!r})",
            "os.symlink(os.path.dirname({service!r}), 'folder')",
        ),
        ("b'/proc/self/root' + os.fsencode({service!r})", "pass"),
        ("f'/proc/self/fd/{{found}}'", "found = os.open({service!r}, os.O_PATH)"),
        (
            "'x'",
            "os.chdir(os.path.dirname({service!r})); os.symlink = 0; return attempt('service.sock')",
        ),
    ],
    ids=[
        "relative",
        "a link",
        "a link to its folder",
        "another root",
        "a descriptor",
        "beside it",
    ],
)
def test_no_other_path_leads_there(stage: Stage, service: Path, address: str, before: str) -> None:
    told = {"service": str(service)}

    assert connecting(stage, address.format(**told), before.format(**told)) == "'PermissionError'"


def test_neither_a_thread_nor_another_program_leads_there(stage: Stage, service: Path) -> None:
    ending = stage.run(
        f"""
        import concurrent.futures, subprocess, sys
        {NATIVE}
        CODE = "import socket, sys\\ntry: socket.socket(socket.AF_UNIX).connect(sys.argv[1])\\n" \\
            "except OSError as error: print(type(error).__name__)"
        def main():
            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                found = set(pool.map(attempt, [{str(service)!r}] * 50))
            command = [sys.executable, "-c", CODE, {str(service)!r}]
            return found, subprocess.run(command, capture_output=True, text=True).stdout
        """
    )

    assert ending.returned == "({'PermissionError'}, 'PermissionError\\n')"


def test_the_sockets_of_its_host_are_out_of_reach(stage: Stage) -> None:
    assert connecting(stage, repr(stage.address.socket)) == "'PermissionError'"


def test_a_socket_without_a_file_is_refused_whoever_it_belongs_to(stage: Stage) -> None:
    with socket.socket(socket.AF_UNIX) as own:
        own.bind(f"\0scriptcheck-{os.getpid()}")
        own.listen()

        assert connecting(stage, f"'\\0scriptcheck-{os.getpid()}'") == "'PermissionError'"


def test_its_own_sockets_and_managers_serve_a_script(hosts: Hosts, short: Path) -> None:
    ending = Stage(short, hosts).run(
        """
        import multiprocessing, os, socket
        def double(number):
            return 2 * number
        def main(input_paths, output_paths, environ_vars, job_args):
            found = []
            for place in ("own.sock", output_paths["out"] + "/own.sock"):
                with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as own:
                    server.bind(place)
                    server.listen()
                    own.connect(place)
                    with server.accept()[0] as other:
                        other.send(b"heard")
                        found.append(own.recv(10))
                os.unlink(place)
            with multiprocessing.Manager() as manager:
                shared = manager.list([1])
                shared.append(2)
                found.append(list(shared))
            with multiprocessing.get_context("forkserver").Pool(2) as pool:
                found.append(pool.map(double, [1, 2]))
            return found
        """
    )

    assert ending.returned == "[b'heard', b'heard', [1, 2], [2, 4]]", ending


def test_what_is_not_there_is_told_as_ever(stage: Stage) -> None:
    assert connecting(stage, "'nothing.sock'") == "'FileNotFoundError'"
    assert connecting(stage, "'file'", "open('file', 'w')") == "'ConnectionRefusedError'"


def test_a_full_queue_of_its_own_does_not_hold_up_who_watches(stage: Stage) -> None:
    ending = stage.run(
        """
        import socket, threading
        def main():
            server = socket.socket(socket.AF_UNIX)
            server.bind("own.sock")
            server.listen(0)
            def connect():
                while True:
                    try:
                        socket.socket(socket.AF_UNIX).connect("own.sock")
                    except OSError:
                        pass
            for _ in range(4):
                threading.Thread(target=connect).start()
            connect()
        """,
        timeout=1.0,
    )

    assert ending.how is Ended.TIMED_OUT
    assert stage.run("def main(): return 1\n").returned == "1"


def test_who_answers_for_connections_cannot_be_replaced(stage: Stage, service: Path) -> None:
    ending = stage.run(
        f"""
        import contextlib, os
        {NATIVE}
        TEXT = b'{{"listener": 0}}'
        def main():
            for name in os.listdir("/proc/self/fd"):
                with contextlib.suppress(OSError):
                    os.write(int(name), len(TEXT).to_bytes(4, "big") + TEXT)
            return attempt({str(service)!r})
        """
    )

    assert ending.returned == "'PermissionError'"


def test_what_python_connects_to_is_told(stage: Stage, service: Path) -> None:
    ending = stage.run(
        f"""
        import socket
        def main():
            socket.socket(socket.AF_UNIX).connect({str(service)!r})
        """
    )

    assert ending.refused == (f"unix:{service}",)
    assert "`network: none`" in ending.errors[0].text


def test_a_script_that_may_use_the_network_may_use_sockets(stage: Stage) -> None:
    ending = stage.run("def main(): pass\n", network=Network.ANY)

    assert PROTECTION not in ending.protections


def test_no_datagram_goes_to_a_service_of_the_machine(stage: Stage) -> None:
    with (
        tempfile.TemporaryDirectory(dir="/tmp") as folder,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own,
    ):
        own.bind(f"{folder}/log")
        own.setblocking(False)
        ending = stage.run(
            f"""
            import socket
            def attempt(act, *arguments):
                try:
                    made = act(*arguments)
                    (made[0] if isinstance(made, tuple) else made).sendto(b"x", {own.getsockname()!r})
                except OSError as error:
                    return type(error).__name__
            def main():
                found = []
                for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
                    for flags in (0, socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK):
                        found.append(attempt(socket.socket, socket.AF_UNIX, kind | flags))
                        found.append(attempt(socket.socketpair, socket.AF_UNIX, kind | flags))
                found += [attempt(socket.socket, family, 2) for family in (2, 5, 10, 17, 40)]
                return set(found)
            """
        )

        assert ending.returned == "{'PermissionError'}", ending
        with pytest.raises(BlockingIOError):
            own.recv(1)


def test_pairs_of_sockets_and_a_log_of_the_system_that_is_not_there_harm_no_script(
    stage: Stage,
) -> None:
    ending = stage.run(
        """
        import asyncio, logging, logging.handlers, multiprocessing, socket, syslog
        def answer(pipe):
            pipe.send(pipe.recv() + 1)
        def main():
            one, other = socket.socketpair()
            one.send(b"a")
            syslog.syslog("told to nobody")
            log = logging.getLogger("mine")
            log.addHandler(logging.handlers.SysLogHandler("/dev/log"))
            log.warning("told to nobody")
            near, far = multiprocessing.Pipe()
            worker = multiprocessing.get_context("fork").Process(target=answer, args=(far,))
            worker.start()
            near.send(1)
            found = near.recv()
            worker.join()
            return other.recv(1), found, asyncio.run(asyncio.sleep(0, "slept"))
        """
    )

    assert ending.returned == "(b'a', 2, 'slept')", ending
