"""Fetching from servers that are not ours: moto's S3, and s3rver, which is of another make and language."""

from __future__ import annotations

import gzip
import io
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import requests
from botocore.config import Config
from moto.server import ThreadedMotoServer

from ci_scriptcheck.errors import FixtureError
from ci_scriptcheck.fixtures import faults
from ci_scriptcheck.fixtures.bodies import Link
from ci_scriptcheck.fixtures.fetching import fetch
from ci_scriptcheck.fixtures.part_file import CHUNK
from ci_scriptcheck.run import own_reader
from tests.aws import s3rver
from tests.s3_server.means import means, wanted
from tests.s3_server.server import BUCKET

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ci_scriptcheck.fixtures.bringing import Means


@contextmanager
def moto() -> Iterator[str]:
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        # All servers of moto in one process have the same buckets, those of other tests, too.
        requests.post(f"http://{host}:{port}/moto-api/reset", timeout=30).raise_for_status()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


SERVERS = {"moto": moto, "s3rver": s3rver.serving}


@pytest.fixture(params=sorted(SERVERS), scope="module")
def client(request: pytest.FixtureRequest) -> Iterator[Any]:
    with SERVERS[request.param]() as address:
        made = boto3.client(
            "s3",
            endpoint_url=address,
            region_name="us-east-1",
            aws_access_key_id="S3RVER",
            aws_secret_access_key="S3RVER",  # noqa: S106  (its own default)
            config=Config(max_pool_connections=8, s3={"addressing_style": "path"}),
        )
        made.create_bucket(Bucket=BUCKET)
        yield made


def means_for(client: Any, folder: Path) -> Means:
    return means("http://unused", folder, link=Link(client=client, told=faults.in_words))


CUSTOMERS = np.random.default_rng(1).integers(0, 3_000, 100_000)


def a_parquet() -> bytes:
    table = pa.table(
        {"customer_id": CUSTOMERS, "x": np.random.default_rng(2).normal(size=100_000)}
    )
    written = io.BytesIO()
    pq.write_table(table, written, row_group_size=5_000)
    return written.getvalue()


def put(client: Any, objects: dict[str, bytes]) -> None:
    for key, content in objects.items():
        # As most objects come to S3: by boto3's own means, in parts and with checksums.
        client.upload_fileobj(io.BytesIO(content), BUCKET, key)


def test_objects_of_any_size_come_as_they_are(client: Any, tmp_path: Path) -> None:
    noise = np.random.default_rng(3)
    objects = {
        "any/small.bin": noise.bytes(10_000),
        "any/parts.bin": noise.bytes(2 * CHUNK + 3),
        "any/empty.bin": b"",
        "any/a name with +, % & ümlaut.bin": b"x",
    }
    put(client, objects)
    client.put_object(Bucket=BUCKET, Key="any/one-part.bin", Body=objects["any/parts.bin"])

    (one,) = fetch([wanted("any/")], means_for(client, tmp_path))

    found = {f"any/{path.name}": path.read_bytes() for path in one.folder.iterdir()}
    assert found == objects | {"any/one-part.bin": objects["any/parts.bin"]}


def test_thousands_of_objects_are_listed_over_pages(client: Any, tmp_path: Path) -> None:
    for number in range(1_003):
        client.put_object(Bucket=BUCKET, Key=f"many/{number}.csv", Body=f"a\n{number}\n".encode())

    (one,) = fetch([wanted("many/")], means_for(client, tmp_path))

    assert len(list(one.folder.iterdir())) == one.fixture.objects == 1_003
    assert (one.folder / "777.csv").read_bytes() == b"a\n777\n"


def test_samples_by_key_keep_the_same_customers(client: Any, tmp_path: Path) -> None:
    lines = "".join(json.dumps({"customer_id": int(one)}) + "\n" for one in CUSTOMERS)
    put(
        client,
        {"keyed/a.parquet": a_parquet(), "packed/a.jsonl.gz": gzip.compress(lines.encode(), 1)},
    )

    by_key = [
        wanted("keyed/", "one", most_bytes=50_000, by="customer_id"),
        wanted("packed/", "two", most_bytes=50_000, by="customer_id"),
    ]
    with own_reader.reading(None, writable=(tmp_path / "fixtures" / "cut",)) as ask:
        (tmp_path / "fixtures" / "cut").mkdir(parents=True)
        given = means(
            "http://unused",
            tmp_path / "fixtures",
            link=Link(client=client, told=faults.in_words),
            ask=ask,
        )
        one, two = fetch(by_key, given)

    columns = pq.read_table(one.folder / "a.parquet")["customer_id"].to_pylist()
    rows = gzip.decompress((two.folder / "a.jsonl.gz").read_bytes()).decode().splitlines()
    assert set(columns) == {json.loads(row)["customer_id"] for row in rows}
    assert len(columns) == len(rows) > 100
    assert one.fixture.rows == two.fixture.rows == len(rows)


def test_a_sample_of_row_groups_reads_few_bytes(client: Any, tmp_path: Path) -> None:
    put(client, {"groups/a.parquet": a_parquet()})

    (one,) = fetch([wanted("groups/", most_bytes=200_000)], means_for(client, tmp_path))

    (part,) = one.fixture.taken
    assert part.read < part.object.size / 2
    assert pq.read_table(one.folder / part.name).num_rows == part.rows


def test_an_object_replaced_after_it_was_locked_is_an_error(client: Any, tmp_path: Path) -> None:
    put(client, {"lock/a.csv": b"a\n1\n"})
    (first,) = fetch([wanted("lock/")], means_for(client, tmp_path / "one"))
    put(client, {"lock/a.csv": b"a\n2\n"})

    with pytest.raises(FixtureError, match=r"s3://company-ml/lock/a\.csv is no more the version"):
        fetch(
            [wanted("lock/")],
            means_for(client, tmp_path / "two"),
            locked={"transactions": first.fixture},
        )


def test_a_bucket_that_keeps_versions_gives_what_was_locked(tmp_path: Path) -> None:
    with moto() as address:
        client = boto3.client(
            "s3",
            endpoint_url=address,
            region_name="us-east-1",
            aws_access_key_id="any",
            aws_secret_access_key="any",  # noqa: S106  (nobody's)
        )
        client.create_bucket(Bucket=BUCKET)
        client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        put(client, {"raw/a.csv": b"a\n1\n", "raw/b.csv": b"b\n1\n"})
        (first,) = fetch([wanted("raw/")], means_for(client, tmp_path / "one"))
        put(client, {"raw/a.csv": b"a\n2\n"})
        client.delete_object(Bucket=BUCKET, Key="raw/b.csv")

        (again,) = fetch(
            [wanted("raw/")],
            means_for(client, tmp_path / "two"),
            locked={"transactions": first.fixture},
        )

    assert again.fixture == first.fixture
    assert {path.name: path.read_bytes() for path in again.folder.iterdir()} == {
        "a.csv": b"a\n1\n",
        "b.csv": b"b\n1\n",
    }
