"""What goes wrong while a sample is fetched, at its footer, its keys or its rows, makes no other sample of it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ci_scriptcheck.errors import FixtureError
from ci_scriptcheck.fixtures.courses import SMALL
from ci_scriptcheck.fixtures.fetching import Fetched, fetch
from tests.s3_server.means import means, wanted
from tests.s3_server.server import BreakOff, Fault, Refuse, Store, serving

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.fixtures.choosing import Wanted


def a_store() -> Store:
    rows = 300_000
    noise = np.random.default_rng(2)
    written = io.BytesIO()
    columns = {name: noise.normal(size=rows) for name in ("amount", "more")}
    table = pa.table({"customer_id": np.arange(rows) // 100, **columns})
    pq.write_table(table, written, row_group_size=2_000)
    store = Store()
    store.put("raw/a.parquet", written.getvalue())
    assert store.size("raw/a.parquet") > SMALL  # else it would be fetched at once to be cut by key
    return store


def fetched(store: Store, folder: Path, one: Wanted) -> Fetched:
    with serving(store) as address:
        (found,) = fetch([one], means(address, folder))
        return found


def files(one: Fetched) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in one.folder.iterdir()}


SLOW_DOWN = Refuse(status=503, code="SlowDown")
RESET = BreakOff(after=1_000, reset=True)


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("fault", [SLOW_DOWN, RESET, BreakOff(after=1_000)])
@pytest.mark.parametrize("by", [None, "customer_id"])
def test_a_sample_is_the_same_whatever_passed_meanwhile(
    tmp_path: Path, fault: Fault, number: int, by: str | None
) -> None:
    store = a_store()
    asked = wanted("raw/", most_bytes=100_000, by=by)
    expected = fetched(store, tmp_path / "undisturbed", asked)
    store.forget()
    store.fault = lambda one: fault if one.number == number else None

    found = fetched(store, tmp_path / "disturbed", asked)

    assert found.fixture == expected.fixture
    assert files(found) == files(expected)
    assert store.asked[-1].number > number


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("code", ["AccessDenied", "ExpiredToken"])
def test_a_sample_that_was_refused_halfway_is_gone_on_with(
    tmp_path: Path, code: str, number: int
) -> None:
    store = a_store()
    asked = wanted("raw/", most_bytes=100_000, by="customer_id")
    expected = fetched(store, tmp_path / "undisturbed", asked)
    needed = store.read()
    store.forget()
    # Once would not be enough: what is refused on the way is asked for by boto3 again.
    store.fault = lambda one: Refuse(status=403, code=code) if one.number >= number else None
    with pytest.raises(FixtureError, match=r"raw/a\.parquet"):
        fetched(store, tmp_path / "disturbed", asked)
    assert not list((tmp_path / "disturbed" / "sets").iterdir())
    store.fault = lambda _: None

    found = fetched(store, tmp_path / "disturbed", asked)

    assert found.fixture == expected.fixture
    assert files(found) == files(expected)
    assert store.read() <= 2 * needed
