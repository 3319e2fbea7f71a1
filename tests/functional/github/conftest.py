"""A GitHub of our own on loopback, and a connection to it that does not really sleep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.github.api import Api, connect
from ci_scriptcheck.github.patience import Patience
from tests.github_server.server import TOKEN, GitHubServer

if TYPE_CHECKING:
    from collections.abc import Iterator


class Clock:
    """A clock that does not sleep, and remembers how long it was told to."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def api(server: GitHubServer, clock: Clock) -> Iterator[Api]:
    """Connect with the token of the job."""
    with connect(server.url, TOKEN, Patience(sleep=clock.sleep)) as connection:
        yield connection
