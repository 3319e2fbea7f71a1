"""An AWS account on loopback for each test. They take long, so they run when they are asked for: `nox -s aws`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.aws_server.server import AwsServer


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    asked = any("aws" in word.split("/") for word in config.args)
    return None if asked or "aws" not in collection_path.parts else True


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsServer]:
    """Start an empty account, which whoever asks AWS in this process finds, too."""
    from tests.aws_server.server import AwsServer

    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    with AwsServer() as running:
        for name, value in running.variables.items():
            monkeypatch.setenv(name, value)
        yield running
