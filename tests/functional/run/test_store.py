"""The store under bad conditions: kills, damage, a full disk, a read-only folder, many at once."""

import contextlib
import errno
import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from ci_scriptcheck.model.result import Artefact, FileFacts, Outcome, TaskResult
from ci_scriptcheck.run import workspace
from ci_scriptcheck.run.store import locks
from ci_scriptcheck.run.store.digest import Digests, of_text
from ci_scriptcheck.run.store.store import Damaged, Store

KEY = of_text("key")


def written(folder: Path, **contents: str) -> Artefact:
    """Write files and take stock of them, as after a run."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in contents.items():
        (folder / name).write_text(text)
    return workspace.collect(folder, most=100)


def saved(store: Store, folder: Path, key: str = KEY, **contents: str) -> TaskResult:
    artefact = written(folder, **contents)
    result = TaskResult(task="load", outcome=Outcome.PASSED, outputs={"out": artefact})
    assert store.save(key, result, {"out": folder}) is None
    return result


def found(store: Store, key: str = KEY) -> TaskResult | None:
    return Store(store.folder).find(key, lambda _: True)


def test_a_result_is_found_with_its_outputs_and_the_store_ignores_itself(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    result = saved(store, tmp_path / "out", a="1", b="2")

    assert found(store) == result
    for file in result.outputs["out"].files:
        store.bring(file, tmp_path / file.path)
    assert (tmp_path / "b").read_text() == "2"
    assert (tmp_path / "store" / ".gitignore").read_text() == "*\n"


def test_the_environment_can_name_another_place(tmp_path: Path) -> None:
    assert Store.of(tmp_path, {}).folder == tmp_path / ".scriptcheck" / "store"
    assert Store.of(tmp_path, {"SCRIPTCHECK_STORE": "/big/store"}).folder == Path("/big/store")


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", '{"format": 2, "variants": []}', "\0"])
def test_an_entry_that_is_damaged_is_absent_and_can_be_written_again(
    tmp_path: Path, damage: str
) -> None:
    store = Store(tmp_path / "store")
    result = saved(store, tmp_path / "out", a="1")
    (entry,) = (store.folder / "v1" / "results").glob("*/*")

    entry.write_text(damage)
    assert found(store) is None

    saved(store, tmp_path / "out", a="1")
    assert found(store) == result


def test_a_content_that_is_gone_or_shorter_makes_its_result_absent(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    saved(store, tmp_path / "out", a="12")
    (blob,) = (store.folder / "v1" / "blobs").glob("*/*")

    blob.write_text("1")

    assert found(store) is None


def test_a_content_that_is_not_what_its_name_says_is_refused_and_removed(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    result = saved(store, tmp_path / "out", a="12")
    (blob,) = (store.folder / "v1" / "blobs").glob("*/*")
    blob.write_text("21")

    with pytest.raises(Damaged):
        store.bring(result.outputs["out"].files[0], tmp_path / "copy")

    assert not (tmp_path / "copy").exists()
    assert not blob.exists()


def test_an_entry_cannot_lead_out_of_the_folder_it_is_restored_to(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    result = saved(store, tmp_path / "out", a="12")
    out = replace(result.outputs["out"].files[0], path="../a")
    store.save(
        KEY,
        replace(result, outputs={"out": Artefact(digest="d", files=(out,))}),
        {"out": tmp_path / "out" / "x"},
    )

    assert found(store) is None


def test_outputs_that_change_while_they_are_kept_are_not_kept(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    artefact = written(tmp_path / "out", a="1")
    (tmp_path / "out" / "a").write_text("2")
    result = TaskResult(task="load", outcome=Outcome.PASSED, outputs={"out": artefact})

    assert "changed after the run" in (store.save(KEY, result, {"out": tmp_path / "out"}) or "")
    assert found(store) is None


def test_a_place_that_cannot_be_written_keeps_nothing_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file is in the way")
    store = Store(tmp_path / "store")
    artefact = written(tmp_path / "out", a="1")
    result = TaskResult(task="load", outcome=Outcome.PASSED, outputs={"out": artefact})

    assert (store.save(KEY, result, {"out": tmp_path / "out"}) or "").startswith("not kept")
    assert store.find(KEY, lambda _: True) is None
    with store.lock(KEY, patience=0) as held:
        assert not held
    assert store.trim() == 0


def test_a_full_disk_keeps_nothing_and_leaves_nothing_half(tmp_path: Path) -> None:
    script = """
        import resource, sys
        from pathlib import Path
        from ci_scriptcheck.model.result import *
        from ci_scriptcheck.run import workspace
        from ci_scriptcheck.run.store.store import Store
        import signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        folder = Path(sys.argv[1])
        (folder / "out").mkdir()
        (folder / "out" / "big").write_bytes(b"x" * 200_000)
        made = workspace.collect(folder / "out", most=9)
        # As a disk that takes 100 kB more, for this process.
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        result = TaskResult(task="t", outcome=Outcome.PASSED, outputs={"out": made})
        print(Store(folder / "store").save("k" * 64, result, {"out": folder / "out"}))
    """
    said = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout

    assert os.strerror(errno.EFBIG) in said
    files = [path.name for path in (tmp_path / "store").rglob("*") if path.is_file()]
    assert files == [".gitignore"]


def test_least_recently_used_results_go_first(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    keys = [of_text(str(number)) for number in range(4)]
    for number, key in enumerate(keys):
        saved(store, tmp_path / str(number), key, a=str(number) * 10_000)
        (entry,) = (store.folder / "v1" / "results").glob(f"*/{key}.json")
        os.utime(entry, (number, number))
    found(store, keys[0])

    assert 20_000 < store.trim(cap=30_000, grace=-1.0) < 22_000

    assert [found(store, key) is not None for key in keys] == [True, False, False, True]
    assert store.trim(cap=30_000, grace=-1.0) == 0


def test_what_names_no_content_counts_and_goes_as_well(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    measured = [Artefact(digest=of_text(f"tree {number}")) for number in range(20)]
    for number, one in enumerate(measured):
        store.save_facts(one)
        saved(store, tmp_path / str(number), of_text(f"key {number}"))
    for path in (store.folder / "v1").rglob("*.json"):
        os.utime(path, (1, 1))
    assert store.facts(measured[0].digest) == measured[0]

    assert store.trim(cap=1000) > 0

    kept = [path for path in (store.folder / "v1").rglob("*.json") if path.is_file()]
    assert sum(path.stat().st_size for path in kept) <= 1000
    assert store.facts(measured[0].digest) == measured[0]
    assert store.facts(measured[1].digest) is None


def test_a_lock_that_is_held_stays_however_old_it_is(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    place = store.folder / "v1" / "locks"
    with store.lock("held", patience=0), store.lock("left", patience=0):
        pass
    for path in place.glob("*"):
        os.utime(path, (1, 1))

    with store.lock("held", patience=0) as held:
        store.trim()

        assert held
        assert {path.name for path in place.glob("*")} == {"held", "trim"}


def test_a_lock_that_was_swept_away_before_it_was_taken_is_taken_anew(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    waiting = threading.Event()
    with locks.held(path):
        thread = threading.Thread(target=_wait_for, args=(path, waiting))
        thread.start()
        time.sleep(0.1)  # in which the other one opens the file
        path.unlink()
    assert waiting.wait(5)

    with locks.held(path, patience=0) as held:
        assert not held
    waiting.clear()
    thread.join()


def _wait_for(path: Path, got: threading.Event) -> None:
    """Hold a lock until the event is cleared again."""
    with locks.held(path):
        got.set()
        while got.is_set():
            time.sleep(0.01)


def test_what_may_just_be_on_its_way_is_not_trimmed(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    saved(store, tmp_path / "out", a="1" * 1000)
    for entry in (store.folder / "v1" / "results").glob("*/*"):
        entry.unlink()

    assert store.trim(cap=10) == 0


WRITER = """
import random, sys
from pathlib import Path
from ci_scriptcheck.model.result import *
from ci_scriptcheck.run import workspace
from ci_scriptcheck.run.store.digest import of_text
from ci_scriptcheck.run.store.store import Store
folder = Path(sys.argv[1])
store = Store(folder / "store")
draw = random.Random(sys.argv[2])
print("go", flush=True)
while True:
    number = draw.randrange(50)
    out = folder / "writer" / str(number)
    out.mkdir(parents=True, exist_ok=True)
    for name in "ab":
        (out / name).write_text(f"{number}{name}" * 20_000)
    made = workspace.collect(out, most=9)
    result = TaskResult(task=str(number), outcome=Outcome.PASSED, outputs={"out": made})
    store.save(of_text(str(number)), result, {"out": out})
"""


def test_kills_in_the_middle_of_writes_leave_whole_results_or_none(tmp_path: Path) -> None:
    draw = random.Random(5)  # noqa: S311  (moments, no secrets)
    for attempt in range(25):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(attempt)], stdout=subprocess.PIPE
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(draw.uniform(0.001, 0.03))
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
    store = Store(tmp_path / "store")

    whole = 0
    for number in range(50):
        result = store.find(of_text(str(number)), lambda _: True)
        if result is not None:
            whole += 1
            for file in result.outputs["out"].files:
                store.bring(file, tmp_path / "copy")
                assert (tmp_path / "copy").read_text() == f"{number}{file.path}" * 20_000
    assert whole > 0
    saved(store, tmp_path / "out", of_text("1"), a="1")


def test_a_lock_is_let_go_by_a_kill_and_waited_for_until_then(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys,time\nfrom pathlib import Path\nfrom ci_scriptcheck.run.store import locks\n"
            "with locks.held(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)",
            str(tmp_path / "lock"),
        ],
        stdout=subprocess.PIPE,
    )
    with contextlib.closing(holder.stdout or sys.stdin) as output:
        output.readline()
        with locks.held(tmp_path / "lock", patience=0.05) as had:
            assert not had
        holder.kill()
        with locks.held(tmp_path / "lock", patience=30) as had:
            assert had
        holder.wait()


def test_digests_are_remembered_until_the_file_changes(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("x = 1")
    os.utime(file, (1, 1))
    time.sleep(2.1)  # the change of its times must be older than a tick, too
    memory = tmp_path / "store" / "digests.json"
    first = Digests(memory)
    was = first.of_file(file)
    first.save()
    assert memory.stat().st_size > 60

    file.write_text("x = 2")
    os.utime(file, (1, 1))

    assert Digests(memory).of_file(file) != was
    memory.write_text("{")
    assert Digests(memory).of_file(file) == Digests().of_file(file)


def test_a_file_that_was_just_written_is_not_remembered(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1")
    memory = tmp_path / "digests.json"
    digests = Digests(memory)
    digests.of_file(tmp_path / "a.py")
    digests.save()

    assert not memory.exists()


def test_a_tree_has_another_digest_when_a_name_or_a_content_changes(tmp_path: Path) -> None:
    (tmp_path / "data" / "deep").mkdir(parents=True)
    (tmp_path / "data" / "deep" / "a").write_text("1")
    (tmp_path / "data" / "loop").symlink_to(tmp_path / "data")
    seen = {Digests().of_tree(tmp_path / "data", root=tmp_path)}

    (tmp_path / "data" / "deep" / "a").write_text("2")
    seen.add(Digests().of_tree(tmp_path / "data", root=tmp_path))
    (tmp_path / "data" / "deep" / "a").rename(tmp_path / "data" / "a")
    seen.add(Digests().of_tree(tmp_path / "data", root=tmp_path))
    seen.add(Digests().of_tree(tmp_path / "nothing", root=tmp_path))

    assert len(seen) == 4
    assert None in seen


def test_what_was_measured_of_a_tree_is_kept_by_its_digest(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    measured = Artefact(digest="d" * 64, files=(FileFacts(path="a", bytes=1, digest="e", rows=3),))

    assert store.facts("d" * 64) is None
    store.save_facts(measured)

    assert store.facts("d" * 64) == measured
