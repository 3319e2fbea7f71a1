"""What the kernel lets a script do to devices, to shared memory and with root's rights."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.run.process.request import Ended

if TYPE_CHECKING:
    from tests.functional.run.process_stage import Stage

MAIN = "def main(input_paths, output_paths, environ_vars, job_args):"


def test_devices_are_written_only_where_nothing_hangs_on_them(stage: Stage) -> None:
    # To open one of these does no harm, if that is possible.
    tried = ("null", "zero", "full", "urandom", "fuse", "hwrng", "kvm", "net/tun", "vsock")
    ending = stage.run(
        f"""
        import os
        def main():
            found = []
            for name in {tried!r}:
                try:
                    os.close(os.open(f"/dev/{{name}}", os.O_WRONLY | os.O_NONBLOCK))
                except PermissionError:
                    continue
                except OSError:
                    pass
                found.append(name)
            return found
        """
    )

    absent = [name for name in tried[4:] if not Path("/dev", name).exists()]
    assert "writes outside: Landlock" in ending.protections
    assert ending.returned == repr([*tried[:4], *absent])


def test_a_script_makes_files_but_no_folders_or_links_in_shared_memory(stage: Stage) -> None:
    ending = stage.run(
        """
        import os
        from multiprocessing.shared_memory import SharedMemory
        def main():
            refused = []
            place = f"/dev/shm/scriptcheck-test-{os.getpid()}"
            for make in (os.mkdir, os.mkfifo, lambda path: os.symlink("/bin/sh", path)):
                try:
                    make(place)
                except PermissionError:
                    refused.append(True)
                else:
                    os.rmdir(place) if os.path.isdir(place) else os.unlink(place)
            memory = SharedMemory(create=True, size=1000)
            memory.buf[0] = 1
            memory.close()
            memory.unlink()
            return refused
        """
    )

    assert ending.returned == "[True, True, True]", ending


def test_multiprocessing_has_its_semaphores_and_queues(stage: Stage) -> None:
    ending = stage.run(
        """
        import multiprocessing
        def double(numbers, doubled, gate):
            with gate:
                doubled.put(2 * numbers.get())
        def main():
            context = multiprocessing.get_context("fork")
            numbers, doubled, gate = context.Queue(), context.Queue(), context.Semaphore(1)
            numbers.put(21)
            worker = context.Process(target=double, args=(numbers, doubled, gate))
            worker.start()
            found = doubled.get(timeout=10)
            worker.join()
            with multiprocessing.get_context("spawn").Pool(2) as pool:
                return found, pool.map(abs, [-1, 2])
        """
    )

    assert ending.returned == "(42, [1, 2])", ending


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has such rights")
def test_root_keeps_its_rights_over_files_and_none_over_users(stage: Stage) -> None:
    ending = stage.run(
        f"""
        import os
        {MAIN}
            for line in open("/proc/self/status"):
                if line.startswith("CapEff"):
                    held = int(line.split()[1], 16)
            file = output_paths["out"] + "/a"
            open(file, "w").close()
            os.chmod(file, 0o600)
            os.chown(file, os.getuid(), os.getgid())
            os.utime(file, (1, 1))
            refused = 0
            for act in (lambda: os.chown(file, 1, 1), lambda: os.setuid(1), lambda: os.setgid(1)):
                try:
                    act()
                except PermissionError:
                    refused += 1
            return hex(held), refused
        """
    )

    assert ending.returned == "('0x26', 3)", ending


def test_no_program_that_runs_as_somebody_else_is_left(stage: Stage) -> None:
    ending = stage.run(
        f"""
        import os, shutil
        {MAIN}
            for folder in (output_paths["out"], os.getcwd(), os.environ["HOME"]):
                os.makedirs(folder + "/deep")
                shutil.copy("/bin/true", folder + "/deep/program")
                os.chmod(folder + "/deep/program", 0o6755)
                os.chmod(folder + "/deep", 0o2700)
        """
    )

    assert ending.how is Ended.RETURNED
    found = list(Path(stage.output("")).parent.rglob("program"))
    assert len(found) == 3
    for program in found:
        assert stat.S_IMODE(program.stat().st_mode) == 0o755
