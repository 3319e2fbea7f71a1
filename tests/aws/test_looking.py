"""Places of executions looked at in an S3 on loopback: what is wrong with one hides none of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.data import reader
from ci_scriptcheck.errors import FixtureError
from ci_scriptcheck.fixtures import looking, manifests, refusals
from ci_scriptcheck.fixtures.bodies import Link
from ci_scriptcheck.fixtures.bringing import Means
from ci_scriptcheck.fixtures.cache import Cache
from ci_scriptcheck.model.execution import Listing
from ci_scriptcheck.model.execution_comparison import Contents
from ci_scriptcheck.model.s3_place import s3_place

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.fixtures.looking import Looked
    from ci_scriptcheck.model.s3_place import S3Place
    from tests.aws_server.server import AwsServer

ALL = (s3_place("s3://company-ml/"),)
TABLE = b"a,b\n" + b"1,2\n" * 100


@pytest.fixture
def means(aws: AwsServer, tmp_path: Path) -> Means:
    link = Link(client=aws.client("s3"), told=refusals.told, patience=0.01)
    cache = Cache(tmp_path / "cache")
    return Means(
        link=link,
        cache=cache,
        ask=reader.answer,
        seed=0,
        budget=10_000_000,
    )


def looked(means: Means, *names: str, most: int | None = None) -> list[Looked]:
    places = [s3_place(f"s3://company-ml/{name}") for name in names]
    found = looking.look(places, ALL, means, most)
    return [found[place] for place in places]


def test_a_place_is_counted_and_brought(aws: AwsServer, means: Means) -> None:
    aws.bucket("company-ml", {"x/a.csv": TABLE, "x/b/c.csv": TABLE})

    (found,) = looked(means, "x/")

    assert found.contents == Contents(objects=2, bytes=2 * len(TABLE))
    assert found.folder is not None
    assert (found.folder / "b" / "c.csv").read_bytes() == TABLE
    assert (found.is_part, found.why_not) == (False, None)


def test_a_place_where_nothing_lies_is_empty_and_no_error(aws: AwsServer, means: Means) -> None:
    aws.bucket("company-ml", {"x/a.csv": TABLE})

    (found,) = looked(means, "nothing/")

    assert (found.contents, found.folder, found.why_not) == (
        Contents(objects=0, bytes=0),
        None,
        None,
    )


def test_models_are_counted_and_not_brought(aws: AwsServer, means: Means) -> None:
    aws.bucket("company-ml", {"m/model.joblib": b"\x80\x04" * 50, "m/net.onnx": b"x"})

    (found,) = looked(means, "m/")

    assert (found.contents, found.folder) == (Contents(objects=2, bytes=101), None)
    assert not [line for line in aws.gate.asked if line.startswith("GET /m/")]


def test_what_cannot_be_listed_is_told_and_the_others_are_read(
    aws: AwsServer, means: Means
) -> None:
    aws.bucket("company-ml", {"x/a.csv": TABLE, "y/a.csv": TABLE})
    aws.refuse("prefix=y", 403, "AccessDenied", "Access Denied")

    one, other = looked(means, "x/", "y/")

    assert one.folder is not None
    assert other.why_not is not None
    assert "s3://company-ml/y/" in other.why_not
    assert (other.contents, other.folder) == (None, None)


def test_what_cannot_be_fetched_is_told_with_its_size_and_the_others_are_read(
    aws: AwsServer, means: Means
) -> None:
    aws.bucket("company-ml", {"x/a.csv": TABLE, "y/a.csv": TABLE, "z/a.csv": TABLE})
    aws.refuse("GET .*y/a.csv", 403, "AccessDenied", "Access Denied")

    found = looked(means, "x/", "y/", "z/")

    assert [one.folder is not None for one in found] == [True, False, True]
    assert found[1].contents == Contents(objects=1, bytes=len(TABLE))
    assert "s3://company-ml/y/a.csv" in (found[1].why_not or "")


def test_more_than_a_sample_is_a_part(aws: AwsServer, means: Means) -> None:
    aws.bucket("company-ml", {f"x/{number}.csv": TABLE * 50 for number in range(20)})

    (found,) = looked(means, "x/", most=100_000)

    assert found.is_part
    assert found.contents == Contents(objects=20, bytes=20 * 50 * len(TABLE))


def test_many_places_share_the_budget(aws: AwsServer, means: Means) -> None:
    objects = {f"{port}/{n}.csv": TABLE * 500 for port in "xyz" for n in range(10)}
    aws.bucket("company-ml", objects)
    small = Means(link=means.link, cache=means.cache, ask=means.ask, seed=0, budget=3_000_000)

    found = looked(small, "x/", "y/", "z/", most=5_000_000)

    assert [one.is_part for one in found] == [True, True, True]
    assert [one.why_not for one in found] == [None, None, None]


def test_the_objects_of_a_manifest_are_found(aws: AwsServer) -> None:
    manifest = b'[{"prefix": "s3://company-ml/raw/"}, "a.csv"]'
    aws.bucket("company-ml", {"x.manifest": manifest, "other": b"a,b", "bytes": b"\xff"})
    client = aws.client("s3")

    def found(name: str) -> tuple[S3Place, ...]:
        place = s3_place(f"s3://company-ml/{name}")
        return manifests.objects_of(client, place, Listing.MANIFEST, refusals.told)

    assert found("x.manifest") == (s3_place("s3://company-ml/raw/a.csv"),)
    for name, why in (("other", "cannot be understood"), ("bytes", "cannot be understood")):
        with pytest.raises(FixtureError, match=f"s3://company-ml/{name} {why}"):
            found(name)
    with pytest.raises(FixtureError, match="s3://company-ml/missing"):
        found("missing")
