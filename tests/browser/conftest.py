"""These need a Chromium, so they run only when they are asked for: `nox -s browser`."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserType

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Have the browser itself ask nobody for anything, so that every request is the page's."""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    asked = any("browser" in word for word in config.args)
    return None if asked or "browser" not in collection_path.parts else True


@pytest.fixture(scope="session")
def chromium() -> Iterator[BrowserType]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="session")
def executable() -> str:
    named = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert named, "no chromium is on the PATH, and CHROMIUM names none"
    return named
