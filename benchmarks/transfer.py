"""Real data from an S3 on loopback, beside boto3's own transfer manager on the same server.

Each side runs in a new process, one after the other, with as many connections. The server is a process of
its own, so on a machine with few cores both sides wait for it, and for each other's clients never.

A sample is held against objects as many and as large as the pieces that it is made of: the footer, and two row groups, or the
first rows of one in each of its columns, with their dictionaries, or by key the keys of all row groups and five of those.
Listing and choosing are in our time. In rows of their own, samples of 20 MB are held against one single object as well, of as
many bytes as are read, or of 20 MB, so that what is read beyond counts for nothing. What is done then, looking for keys, writing the smaller file and
its digest, has no counterpart, and is told apart. Processor time is that of the process that fetches.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

MANY, SMALL_BYTES = 10_000, 10_000
LARGE_BYTES = 2_000_000_000
SAMPLE = 20_000_000
GROUP, KEYS = 9_460_000, 3_400
"""Bytes of a row group of 50,000 rows of 20 columns, and of the keys in it."""
TAIL = 500_000
"""Bytes of the end of a file with 200 row groups, in which its footer is."""
BEGINNING, FOOTER = 1_396_000, 65_536
"""Bytes of a column that the first of 800,000 rows take with their dictionary, about, and of a small file's end."""
GOAL, MOST_MB, MOST_READ = 0.8, 400, 0.03
CONNECTIONS = 10

_COMMON = """
import json, os, resource, sys, time
from pathlib import Path
from benchmarks import validation
from tests.s3_server.means import means, wanted
from tests.s3_server.server import BUCKET, a_client
address, folder, keys, given = sys.argv[1], Path(sys.argv[2]), sys.argv[3].split(), json.loads(sys.argv[4])
"""
_END = """
print(json.dumps({"seconds": seconds, "cpu": cpu, "bytes": count, "peak_mb": validation.peak_mb(), **more}))
"""
_BOTO3 = """
from boto3.s3.transfer import TransferConfig, create_transfer_manager
client = a_client(address, threads=CONNECTIONS)
def pages(prefix):
    # As ours lists: a paginator of botocore costs some 50 ms before it asks for anything.
    asked = {"Bucket": BUCKET, "Prefix": prefix}
    while True:
        yield (page := client.list_objects_v2(**asked))
        if not page["IsTruncated"]:
            return
        asked["ContinuationToken"] = page["NextContinuationToken"]
began, before = time.perf_counter(), time.process_time()
listed = [
    item["Key"]
    for key in keys
    for page in pages(key)
    for item in page.get("Contents", ())
]
config = TransferConfig(max_concurrency=CONNECTIONS)
with create_transfer_manager(client, config) as manager:
    futures = []
    for number, key in enumerate(listed):
        futures.append(manager.download(BUCKET, key, str(folder / str(number))))
    for future in futures:
        future.result()
seconds, cpu = time.perf_counter() - began, time.process_time() - before
count = sum(path.stat().st_size for path in folder.iterdir())
more = {}
"""
_OURS = """
from ci_scriptcheck.fixtures import cache
from ci_scriptcheck.fixtures.fetching import fetch
from ci_scriptcheck.run import own_reader
given_means = means(address, folder, budget=10**12)
client = a_client(address, threads=CONNECTIONS)
from dataclasses import replace
with given_means.cache.held():
    pass
from ci_scriptcheck.data.cutting import requests
with own_reader.reading(None, writable=(given_means.cache.cut,), first=requests.getting_ready()) as ask:
    cutting = 0.0
    def apart(do, *given):
        global cutting
        at = time.perf_counter()
        try:
            return do(*given)
        finally:
            cutting += time.perf_counter() - at
    def timed(request):
        is_cutting = request["do"] in {"cut", "count kept"}
        return apart(ask, request) if is_cutting else ask(request)
    digest_of_file = cache.digest_of_file
    cache.digest_of_file = lambda path: apart(digest_of_file, path)
    given_means = replace(given_means, ask=timed, link=replace(given_means.link, client=client))
    ask({"do": "measure", "folder": str(folder / "cut")})
    began, before = time.perf_counter(), time.process_time()
    found = fetch([wanted(key, key, **given) for key in keys], given_means)
    seconds, cpu = time.perf_counter() - began, time.process_time() - before
    count = sum(one.fixture.read for one in found)
children = resource.getrusage(resource.RUSAGE_CHILDREN)
more = {
    "cutting": cutting,
    "reader_mb": children.ru_maxrss / 1000,
    "rows": sum(one.fixture.rows or 0 for one in found),
    "of_rows": sum(one.fixture.of_rows.number for one in found if one.fixture.of_rows),
    "ways": sorted({type(taken.way).__name__ for one in found for taken in one.fixture.taken}),
}
"""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Ours beside the transfer manager.

    Attributes:
        what: What was fetched.
        ours: Median, bytes that are wanted a second, without the time in which it was cut.
        theirs: Median, bytes a second; where ours took a part, of an object of the size that is wanted.
        ratio: Median of the ratios of runs that were timed together.
        cpu_ratio: The same of bytes for a second of processor time, which a busy machine changes less.
        seconds: Median of ours, all in all.
        cutting: Median of those in which the reader looked for keys and wrote, and the sample's digest was made.
        read: Bytes that we asked for.
        of: Bytes that there are.
        peak_mb: Greatest memory of our process.
        reader_mb: Greatest memory of the limited reader, with its libraries.
        rows: In the sample, and in all.
    """

    what: str
    ours: float
    theirs: float
    ratio: float
    cpu_ratio: float
    seconds: float
    cutting: float
    read: int
    of: int
    peak_mb: float
    reader_mb: float
    rows: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Case:
    """Something to fetch, and what the transfer manager fetches beside it.

    Attributes:
        prefix: Of the objects that ours fetches.
        peer: Of those of the transfer manager.
        given: How ours is sampled.
        like_pieces: Whether the peer's objects are as many and as large as the pieces that ours reads, so that
            all that is read counts, and not what is wanted.
        again: Times as many rounds; what is done in a moment varies more.
    """

    what: str
    prefix: str
    peer: str
    given: dict[str, Any]
    like_pieces: bool = False
    again: int = 1


_TO_20_MB = {"most_bytes": SAMPLE}
CASES = (
    Case(what="10,000 objects of 10 KB, whole", prefix="small/", peer="small/", given={}),
    Case(what="2 GB, whole", prefix="groups/", peer="groups/", given={}),
    Case(
        what="2 GB of Parquet, row groups of 8 MB, to 20 MB, beside as many pieces",
        prefix="groups/",
        peer="two/",
        given=_TO_20_MB,
        like_pieces=True,
        again=7,
    ),
    Case(
        what="the same beside one object of 20 MB",
        prefix="groups/",
        peer="sample/",
        given=_TO_20_MB,
        again=7,
    ),
    Case(
        what="2 GB of Parquet, to 20 MB by key",
        prefix="groups/",
        peer="pieces/",
        given={**_TO_20_MB, "by": "customer_id"},
        like_pieces=True,
    ),
    Case(
        what="2 GB of Parquet, row groups of 128 MB, to 20 MB, beside as many pieces",
        prefix="large/",
        peer="columns/",
        given=_TO_20_MB,
        like_pieces=True,
        again=7,
    ),
    Case(
        what="the same beside one object of as many bytes",
        prefix="large/",
        peer="read/",
        given=_TO_20_MB,
        like_pieces=True,
        again=7,
    ),
    Case(
        what="the same beside one object of 20 MB",
        prefix="large/",
        peer="sample/",
        given=_TO_20_MB,
        again=7,
    ),
)


def measured(rounds: int) -> list[Figure]:
    """Fetch many small objects, a large one, and samples of large ones."""
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        store = Path(place, "store")
        _fill(store)
        with _serving(store) as address:
            return [_figure(address, store, place, case, rounds) for case in CASES]


def _figure(address: str, store: Path, place: str, case: Case, rounds: int) -> Figure:
    pairs = [
        (
            _run(_OURS, address, place, case.prefix, case.given),
            _run(_BOTO3, address, place, case.peer, {}),
        )
        for _ in range(rounds * case.again)
    ]
    first = pairs[0][0]
    there = sum(path.stat().st_size for path in (store / case.peer).iterdir())
    assert all(other["bytes"] == there for _, other in pairs)  # noqa: S101  (else it is no peer)
    read = first["bytes"]
    useful = read if case.like_pieces else min(read, case.given.get("most_bytes", read))
    ours = [useful / (one["seconds"] - one["cutting"]) for one, _ in pairs]
    theirs = [other["bytes"] / other["seconds"] for _, other in pairs]
    cpu_ratios = [useful / one["cpu"] / (other["bytes"] / other["cpu"]) for one, other in pairs]
    return Figure(
        what=case.what,
        ours=statistics.median(ours),
        theirs=statistics.median(theirs),
        ratio=statistics.median(one / other for one, other in zip(ours, theirs, strict=True)),
        cpu_ratio=statistics.median(cpu_ratios),
        seconds=statistics.median(one["seconds"] for one, _ in pairs),
        cutting=statistics.median(one["cutting"] for one, _ in pairs),
        read=first["bytes"],
        of=sum(path.stat().st_size for path in (store / case.prefix).iterdir()),
        peak_mb=max(one["peak_mb"] for one, _ in pairs),
        reader_mb=max(one["reader_mb"] for one, _ in pairs),
        rows=(first["rows"], first["of_rows"]),
    )


def _run(
    code: str, address: str, place: str, prefix: str, given: dict[str, Any]
) -> dict[str, Any]:
    # What runs before have left to be written is, so that nobody waits for it here.
    os.sync()
    with tempfile.TemporaryDirectory(dir=place) as folder:
        text = f"{_COMMON}CONNECTIONS = {CONNECTIONS}\n{code}{_END}"
        done = subprocess.run(  # noqa: S603  (our own interpreter)
            [sys.executable, "-c", text, address, folder, prefix, json.dumps(given)],
            check=True,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(["."])},
        )
    data: dict[str, Any] = json.loads(done.stdout)
    return data


def _fill(store: Path) -> None:
    """Write the objects; what is random is not packed, and a sorted key lies in few row groups."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    noise = np.random.default_rng(1)
    for name in ("small", "groups", "large", "sample", "two", "pieces", "columns", "read"):
        (store / name).mkdir(parents=True)
    for number in range(MANY):
        (store / "small" / f"part-{number:05}.csv").write_bytes(
            b"a,b\n" + b"1,2\n" * (SMALL_BYTES // 4 - 1)
        )
    (store / "sample" / "a.bin").write_bytes(noise.bytes(SAMPLE))
    # The keys of each row group of `groups`, and five of the row groups.
    for number in range(LARGE_BYTES // GROUP):
        (store / "pieces" / f"{number}.bin").write_bytes(noise.bytes(KEYS))
    for number in range(5):
        (store / "pieces" / f"group-{number}.bin").write_bytes(noise.bytes(GROUP))
    # What two row groups of `groups` take, and its footer.
    (store / "two" / "footer.bin").write_bytes(noise.bytes(TAIL))
    for number in range(2):
        (store / "two" / f"{number}.bin").write_bytes(noise.bytes(GROUP))
    # What the first rows of one row group of `large` take of its columns, and the footer.
    (store / "columns" / "footer.bin").write_bytes(noise.bytes(FOOTER))
    for number in range(20):
        (store / "columns" / f"{number}.bin").write_bytes(noise.bytes(BEGINNING))
    (store / "read" / "a.bin").write_bytes(noise.bytes(FOOTER + 20 * BEGINNING))
    for name, rows in (("groups", 50_000), ("large", 800_000)):
        columns = {f"c{one}": noise.normal(size=rows) for one in range(19)}
        first = pa.table({"customer_id": np.arange(rows), **columns})
        with pq.ParquetWriter(store / name / "a.parquet", first.schema) as writer:
            at = 0
            while (store / name / "a.parquet").stat().st_size < LARGE_BYTES:
                keys = pa.array(np.arange(at, at + rows) // 25_000)
                writer.write_table(first.set_column(0, "customer_id", keys))
                at += rows


@contextmanager
def _serving(store: Path) -> Iterator[str]:
    code = """
import sys
from pathlib import Path
from tests.s3_server.server import Store, serving
store, root = Store(), Path(sys.argv[1])
for path in sorted(root.rglob("*")):
    if path.is_file():
        small = path.stat().st_size < 100_000
        store.put(path.relative_to(root).as_posix(), path.read_bytes() if small else path)
with serving(store) as address:
    print(address, flush=True)
    sys.stdin.read()
"""
    with subprocess.Popen(  # noqa: S603  (our own interpreter)
        [sys.executable, "-c", code, str(store)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": "."},
    ) as process:
        assert process.stdout is not None  # noqa: S101  (asked for)
        yield process.stdout.readline().strip()
        process.communicate()
