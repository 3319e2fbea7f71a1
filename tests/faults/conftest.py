"""These take minutes, so they run only when they are asked for: `nox -s faults`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    asked = any("faults" in word for word in config.args)
    return None if asked or "faults" not in collection_path.parts else True
