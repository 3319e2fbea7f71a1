"""A fetch that is killed, or finds the disk full, leaves nothing wrong, and the next goes on where it stopped."""

from __future__ import annotations

import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ci_scriptcheck.fixtures.part_file import CHUNK
from tests.s3_server.server import Asked, Store, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]


REQUESTS = 2 * 4 + 50
"""For all that lies in `a_store`."""


def started(address: str, folder: Path, prefix: str, **wish: Any) -> subprocess.Popen[str]:
    module = "tests.aws.fetching_process"
    return subprocess.Popen(
        [sys.executable, "-m", module, address, str(folder), prefix, json.dumps(wish)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    output, _ = process.communicate(timeout=120)
    return process.returncode, output.strip()


def a_store() -> Store:
    store = Store()
    noise = random.Random(1)  # noqa: S311
    for number in range(2):
        store.put(f"raw/large-{number}.bin", noise.randbytes(4 * CHUNK + number))
    for number in range(50):
        store.put(f"raw/small-{number:02}.bin", noise.randbytes(1_000 + number))
    return store


def files(folder: str) -> dict[str, bytes]:
    return {f"raw/{path.name}": path.read_bytes() for path in Path(folder).iterdir()}


def after(number: int, killed: Callable[[], None]) -> Callable[[Asked], None]:
    """Do something once, at a request of this number; give others time to be halfway."""
    left = [number]
    lock = threading.Lock()

    def count(_: Asked) -> None:
        time.sleep(0.01)
        with lock:
            left[0] -= 1
            is_it = left[0] == 0
        if is_it:
            killed()

    return count


@pytest.mark.parametrize("number", [1, 3, 5, 7, 9, 20, 57])
def test_a_fetch_that_is_killed_is_gone_on_with(tmp_path: Path, number: int) -> None:
    store = a_store()
    with serving(store) as address:
        process = started(address, tmp_path, "raw/")
        store.before = after(number, lambda: os.kill(process.pid, signal.SIGKILL))
        code, _ = ended(process)
        assert code == -signal.SIGKILL
        before = len(store.asked)
        store.before = lambda _: None

        code, folder = ended(started(address, tmp_path, "raw/"))

    assert code == 0
    assert files(folder) == store.objects
    requests = REQUESTS
    # What was running when it was killed is asked for twice, and nothing else.
    assert requests <= len(store.asked) <= requests + 8 + 2
    assert before >= number


def test_a_fetch_that_is_killed_again_and_again_ends_at_last(tmp_path: Path) -> None:
    store = a_store()
    folder = ""
    with serving(store) as address:
        for _ in range(40):
            process = started(address, tmp_path, "raw/")
            store.before = after(9, lambda process=process: os.kill(process.pid, signal.SIGKILL))  # type: ignore[misc]
            code, folder = ended(process)
            if code == 0:
                break

        assert files(folder) == store.objects


def test_a_sample_that_is_killed_while_it_is_cut_is_right_in_the_end(tmp_path: Path) -> None:
    table = pa.table(
        {"id": np.arange(1_000_000), "x": np.random.default_rng(1).normal(size=1_000_000)}
    )
    written = io.BytesIO()
    pq.write_table(table, written, row_group_size=50_000)
    store = Store()
    store.put("raw/a.parquet", written.getvalue(), etag=f"{'a' * 32}-3")
    wish = {"most_bytes": 500_000, "by": "id"}
    with serving(store) as address:
        _, expected = ended(started(address, tmp_path / "undisturbed", "raw/", **wish))
        for pause in (1.0, 1.4, 1.8, 2.2):
            process = started(address, tmp_path / "killed", "raw/", **wish)
            time.sleep(pause)
            process.kill()
            ended(process)
        code, folder = ended(started(address, tmp_path / "killed", "raw/", **wish))

    assert code == 0
    assert files(folder) == files(expected)


NO_ROOM = "make room there, or set a smaller `sample:`"


def test_a_file_that_may_not_grow_is_told_and_what_was_fetched_is_kept(tmp_path: Path) -> None:
    store = a_store()
    store.put("raw/early.bin", b"before the large ones")
    with serving(store) as address:
        code, output = ended(
            started(address, tmp_path, "raw/", file_bytes=2 * CHUNK + 5, threads=1)
        )
        assert code == 4
        assert output.splitlines() == [
            f"real data cannot be written to {tmp_path / 'parts'}",
            "File too large",
            "what was fetched so far is kept for the next run",
            NO_ROOM,
        ]
        assert not list((tmp_path / "sets").iterdir())
        store.forget()

        code, folder = ended(started(address, tmp_path, "raw/"))

    assert code == 0
    assert files(folder) == store.objects
    assert store.times("raw/early.bin") == 0


def test_a_disk_that_runs_full_halfway_is_told_and_what_was_fetched_is_kept(
    small_disk: Path,
) -> None:
    store = a_store()
    filler = small_disk / "of-somebody-else"
    with serving(store) as address:
        store.before = after(3, lambda: filled(filler))
        code, output = ended(started(address, small_disk / "cache", "raw/", threads=1))
        assert code == 4
        assert output.splitlines() == [
            f"real data cannot be written to {small_disk / 'cache' / 'parts'}",
            "No space left on device",
            "what was fetched so far is kept for the next run",
            NO_ROOM,
        ]
        assert not list((small_disk / "cache" / "sets").iterdir())
        filler.unlink()
        store.before = lambda _: None
        store.forget()

        code, folder = ended(started(address, small_disk / "cache", "raw/"))

    assert code == 0
    assert files(folder) == store.objects
    assert store.read("raw/large-0.bin") == store.size("raw/large-0.bin") - 2 * CHUNK


def test_what_does_not_fit_onto_the_disk_is_refused_before_any_of_it_is_fetched(
    small_disk: Path,
) -> None:
    store = a_store()
    filled(small_disk / "of-somebody-else", left=100_000_000)
    with serving(store) as address:
        code, output = ended(started(address, small_disk / "cache", "raw/"))

    assert code == 4
    assert output.splitlines()[0].startswith("real data of 67.2 MB does not fit into")
    assert output.splitlines()[-1] == NO_ROOM
    assert store.asked == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a file system of its own, of 200 MB."""
    as_root = [] if os.getuid() == 0 else ["sudo", "-n"]
    place = tmp_path / "disk"
    place.mkdir()
    asked = ["mount", "-t", "tmpfs", "-o", f"size=200m,uid={os.getuid()}", "tmpfs", str(place)]
    try:
        subprocess.run([*as_root, *asked], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no file system can be mounted here: {error}")
    try:
        yield place
    finally:
        subprocess.run([*as_root, "umount", "-l", str(place)], check=True)


def filled(filler: Path, *, left: int = 1_000_000) -> None:
    """Fill a file system, but for some bytes."""
    free = shutil.disk_usage(filler.parent).free - left
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, free)


def test_who_fetches_the_same_at_the_same_time_waits_and_finds_it(tmp_path: Path) -> None:
    store = a_store()
    store.before = lambda _: time.sleep(0.01)
    with serving(store) as address:
        both = [started(address, tmp_path, "raw/") for _ in range(2)]
        (one, first), (other, second) = [ended(process) for process in both]

    assert (one, other) == (0, 0)
    assert first == second
    assert files(first) == store.objects
    assert len(store.asked) == REQUESTS
