"""Places out of the repository are refused, each for what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_scriptcheck.cli import link_out
from ci_scriptcheck.errors import UsageError
from tests.functional.cli.command import git


@pytest.fixture(autouse=True)
def _in_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path.resolve() / "shop"
    (root / "data").mkdir(parents=True)
    git(root, "init", "--quiet")
    (tmp_path / "elsewhere").mkdir()
    (root / "away").symlink_to(tmp_path / "elsewhere")
    monkeypatch.chdir(root)


@pytest.mark.parametrize("path", ["../fz", "data/../../fz"])
def test_a_folder_beside_the_repository_is_said_to_be_outside(path: str) -> None:
    with pytest.raises(UsageError) as refused:
        link_out.refuse(Path(path))

    assert refused.value.what == f"`{path}` is outside of the repository"


@pytest.mark.parametrize("path", ["away/fz", "data/../away/fz", "away/../fz"])
def test_a_folder_behind_a_link_is_said_to_be_behind_one(path: str) -> None:
    with pytest.raises(UsageError) as refused:
        link_out.refuse(Path(path))

    assert "behind a link out of the repository" in refused.value.what


@pytest.mark.parametrize("path", ["fz", "data/../fz", "/elsewhere/fz"])
def test_what_lies_in_it_or_was_named_in_full_is_not_refused(path: str) -> None:
    link_out.refuse(Path(path))
