"""One warm host for the tests of a file, and a stage for each test, where a file has no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.run.process.hosts import Hosts
from tests.functional.run.process_stage import WARM, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def hosts() -> Iterator[Hosts]:
    with Hosts([WARM], repository=None) as started:
        yield started


@pytest.fixture
def stage(hosts: Hosts, tmp_path: Path) -> Stage:
    return Stage(tmp_path, hosts, WARM)
