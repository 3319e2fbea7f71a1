"""Real data as it was fetched: which objects, which parts of them, and of how much they are a sample.

Equal objects and equal wishes give an equal value, on any machine and whether or not anything was
fetched anew. It names no local folder, and holds no value of the data.
"""

from __future__ import annotations

from ci_scriptcheck.model.s3_place import S3Place
from ci_scriptcheck.values import dataclass

FOLDER = ".scriptcheck/fixtures"
"""Where fetched data lie, relative to the repository; git ignores it, and no cache that is shared holds it."""

SETS = "sets"
"""Folder of it with a folder for each dataset, called by its digest."""

LOCK = "lock.json"
"""File in it that says what was fetched."""


LISTED = "what is listed in "
"""How the name of a fixture begins whose objects a manifest names, at the place that follows."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class S3Object:
    """One version of an object.

    Attributes:
        key: Its whole key.
        size: Bytes.
        etag: Without its quotes; another one is another content.
        version: Of a bucket that keeps versions, where it was told.
        modified: When it was written: a moment in ISO 8601, in UTC.
    """

    key: str
    size: int
    etag: str
    version: str | None = None
    modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """All bytes of an object.

    Attributes:
        why: Why it was not cut, where it is larger than its part of the sample.
    """

    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowGroups:
    """Some row groups of a Parquet file.

    Attributes:
        numbers: Counted from 0.
        first_rows: Of each of them, so many rows from its start; all where it is `None`.
    """

    numbers: tuple[int, ...]
    first_rows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """The whole records in some pieces of a text.

    Attributes:
        starts: Where the pieces begin, in bytes; the first at 0.
        length: Of each of them.
    """

    starts: tuple[int, ...]
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The whole records at the beginning of a text.

    Attributes:
        length: Bytes of the object that were read.
        why: Why not records from all over it.
    """

    length: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """The rows whose key falls into the share that is kept, the same in every dataset.

    Attributes:
        column: Which holds the key.
        keep: Of 1,000 keys.
    """

    column: str
    keep: int


Way = Whole | RowGroups | Blocks | Head | Keyed
"""How an object was cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number that was counted, or estimated from a part.

    Attributes:
        error: By how much it may be off, in 19 of 20 cases; 0 where it was counted, and `None` where
            what was read does not tell.
    """

    number: int
    error: int | None = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was taken of one object, and lies in one file.

    Attributes:
        name: Of the file, relative to the folder of its dataset.
        object: What it was taken of.
        way: How it was cut.
        read: Bytes of the object that it needed.
        size: Bytes of the file.
        digest: Hexadecimal; of the file, or of the object's version where it was taken whole.
        check: Of the bytes of the file where it was taken whole, by checksums: to know them again, not to keep them apart.
        rows: In the file; `None` where it is no table, or was not looked into.
        of_rows: In the object.
    """

    name: str
    object: S3Object
    way: Way
    read: int
    size: int
    digest: str
    check: str | None = None
    rows: int | None = None
    of_rows: Estimate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How much of a dataset is wanted.

    Attributes:
        seed: What the choice depends on.
        most_bytes: Of the objects, as they lie in S3; `None` for all of them.
        by: The column by whose values rows are kept, so that joins stay whole.
        keep: Of 1,000 of those values.
    """

    seed: int
    most_bytes: int | None = None
    by: str | None = None
    keep: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixture:
    """The real data of one dataset.

    Attributes:
        dataset: Its name.
        place: Where it is in S3.
        sampling: What was wanted.
        objects: How many there are at that place.
        bytes: How much they hold together.
        taken: What was taken of which of them, by name.
        read: Bytes of the objects that were needed.
        rows: In the files, where all that were cut are tables.
        of_rows: In all objects.
        digest: Of the names and digests of all files; equal where the same was taken of the same versions.
    """

    dataset: str
    place: S3Place
    sampling: Sampling
    objects: int
    bytes: int
    taken: tuple[Taken, ...]
    read: int
    digest: str
    rows: int | None = None
    of_rows: Estimate | None = None


def is_whole(fixture: Fixture) -> bool:
    """Say whether all that lies at a place was taken, every object as it is."""
    return len(fixture.taken) == fixture.objects and all(
        isinstance(one.way, Whole) for one in fixture.taken
    )


def folder_of(fixture: Fixture) -> str:
    """Give the folder in which the files of a dataset lie, relative to the repository."""
    return f"{FOLDER}/{SETS}/{fixture.digest}"
