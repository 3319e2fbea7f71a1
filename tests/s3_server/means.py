"""Fetching from a store on loopback, for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ci_scriptcheck.data import reader
from ci_scriptcheck.fixtures import faults
from ci_scriptcheck.fixtures.bodies import Link
from ci_scriptcheck.fixtures.bringing import Means
from ci_scriptcheck.fixtures.cache import Cache
from ci_scriptcheck.fixtures.choosing import Wanted
from ci_scriptcheck.model.s3_place import s3_place
from tests.s3_server.server import BUCKET, a_client

if TYPE_CHECKING:
    from pathlib import Path


def a_link(address: str, **given: Any) -> Link:
    """Make a link that tries again at once."""
    threads = given.pop("threads", 8)
    parts: dict[str, Any] = {
        "client": a_client(address, threads=threads),
        "told": faults.in_words,
        "patience": 0.01,
    }
    return Link(**parts | given)


def means(address: str, folder: Path, **given: Any) -> Means:
    """Make means with a cache in a folder; the reader answers in this process."""
    parts: dict[str, Any] = {
        "link": a_link(address),
        "cache": Cache(folder),
        "ask": reader.answer,
        "seed": 1,
        "budget": 1_000_000_000,
    }
    return Means(**parts | given)


def wanted(prefix: str, dataset: str = "transactions", **given: Any) -> Wanted:
    """Want what lies below a prefix of the bucket."""
    return Wanted(dataset=dataset, place=s3_place(f"s3://{BUCKET}/{prefix}"), **given)
