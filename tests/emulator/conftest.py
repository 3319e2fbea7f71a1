"""One machine for all jobs, so that what the action installs is installed once.

These take minutes, so they run only when they are asked for: `nox -s action`. Those of the emulator
itself always do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.emulator.hub import FILES, Hub
from tests.emulator.runner import Machine
from tests.functional.change.conftest import Repository

if TYPE_CHECKING:
    from pathlib import Path


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    asked = any("emulator" in word for word in config.args)
    is_of_action = (
        "emulator" in collection_path.parts
        and collection_path.name.startswith("test_")
        and collection_path.name != "test_emulator.py"
    )
    return True if is_of_action and not asked else None


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    return Machine(tmp_path_factory.mktemp("runner"))


@pytest.fixture
def hub(tmp_path: Path, machine: Machine) -> Hub:
    machine.artifacts.clear()
    remote = Repository(tmp_path / "remote")
    remote.root.mkdir()
    remote.git("init", "--quiet", "--initial-branch=main")
    for allowed in ("allowAnySHA1InWant", "allowFilter"):
        remote.git("config", f"uploadpack.{allowed}", "true")
    (tmp_path / "jobs").mkdir()
    made = Hub(remote, tmp_path / "jobs", machine)
    made.commits["first"] = remote.commit(FILES)
    made.commits["second"] = remote.commit({"README.md": "# The shop\n"})
    return made
