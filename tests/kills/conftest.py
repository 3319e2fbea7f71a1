"""These take minutes, so they run only when they are asked for: `nox -s kills`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    asked = any("kills" in word for word in config.args)
    return None if asked or "kills" not in collection_path.parts else True
