"""A place in S3: a bucket, and what all the keys there begin with."""

from __future__ import annotations

import re

from ci_scriptcheck.values import dataclass

_URI = re.compile(r"s3://(?P<bucket>[^/]*)(?:/(?P<prefix>.*))?", re.DOTALL)
# The names that S3 gives out today, and access points, whose names are of the same letters.
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class S3Place:
    """Objects of a bucket whose keys begin alike: one file, or all below a folder.

    Attributes:
        prefix: Empty for the whole bucket; it names a folder where it ends in `/`, and otherwise an
            object, or a folder, of just this name.
    """

    bucket: str
    prefix: str = ""

    def __str__(self) -> str:
        """Write it as `s3://bucket/prefix`."""
        return f"s3://{self.bucket}/{self.prefix}"

    def holds(self, other: S3Place) -> bool:
        """Say whether all of another place lies within this one, read as files and folders are."""
        if self.bucket != other.bucket:
            return False
        if not self.prefix or self.prefix == other.prefix:
            return True
        return other.prefix.startswith(f"{self.prefix.removesuffix('/')}/")


def s3_place(written: str) -> S3Place:
    """Read `s3://bucket/prefix`.

    Raises:
        ValueError: it is no such place; the text says what is wrong with it.
    """
    found = _URI.fullmatch(written)
    if found is None:
        raise ValueError("it does not begin with `s3://`")
    bucket, prefix = found["bucket"], found["prefix"] or ""
    if not _BUCKET.fullmatch(bucket) or ".." in bucket:
        raise ValueError(f"`{bucket}` is no name of a bucket")
    if _UNSEEN.search(prefix):
        raise ValueError("it holds characters that cannot be seen")
    return S3Place(bucket=bucket, prefix=prefix)
