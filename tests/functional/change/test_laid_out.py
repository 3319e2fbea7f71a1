"""The files of a commit in a folder of their own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.change.git import laid_out
from ci_scriptcheck.errors import ChangeError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.functional.change.conftest import Repository

NOON = 1_700_000_000.0
HOUR = 3600.0


def commits(repository: Repository, count: int) -> list[str]:
    return [repository.commit({"a.py": f"{number}\n"}) for number in range(count)]


def left(repository: Repository) -> set[str]:
    return {folder.name for folder in (repository.root / laid_out.FOLDER).iterdir()}


def test_a_commit_is_laid_out_as_git_has_it_and_the_checkout_stays_as_it_is(
    repository: Repository,
) -> None:
    first = repository.commit({"deep/a b.py": "1\n", "run.sh": "x\n", "gone": "y\n"})
    (repository.root / "run.sh").chmod(0o755)
    second = repository.commit({"gone": None, "deep/a b.py": "2\n"})
    repository.write({"deep/a b.py": "not committed\n"})

    old = laid_out.lay_out(repository.root, first, moment=NOON)
    new = laid_out.lay_out(repository.root, second, moment=NOON)

    assert (old / "deep/a b.py").read_text() == "1\n"
    assert (old / "gone").read_text() == "y\n"
    assert (new / "deep/a b.py").read_text() == "2\n"
    assert os.access(new / "run.sh", os.X_OK)
    assert not (new / "gone").exists()
    assert (repository.root / "deep/a b.py").read_text() == "not committed\n"
    assert left(repository) == {first, second}


def test_what_is_laid_out_already_is_found_and_not_made_again(repository: Repository) -> None:
    commit = repository.commit({"a.py": "1\n"})
    made = laid_out.lay_out(repository.root, commit, moment=NOON).stat()

    found = laid_out.lay_out(repository.root, commit, moment=NOON + HOUR).stat()

    assert found.st_ino == made.st_ino
    assert (made.st_mtime, found.st_mtime) == (NOON, NOON + HOUR)


def test_of_many_commits_the_last_ones_stay(repository: Repository) -> None:
    known = commits(repository, 6)

    for number, commit in enumerate(known):
        laid_out.lay_out(repository.root, commit, moment=NOON + 24 * HOUR * number)

    assert left(repository) == set(known[-laid_out.KEPT :])


def test_what_a_run_may_still_read_stays_whatever_else_is_laid_out(repository: Repository) -> None:
    first, second, *others = commits(repository, 6)
    laid_out.lay_out(repository.root, first, moment=NOON)
    laid_out.lay_out(repository.root, second, moment=NOON)
    laid_out.lay_out(repository.root, first, moment=NOON + 6 * HOUR)

    for commit in others:
        laid_out.lay_out(repository.root, commit, moment=NOON + 7 * HOUR)

    # The second was used by nobody for seven hours, the first by a run that began an hour ago.
    assert left(repository) == {first, *others}


def test_no_filter_of_the_repository_is_run(repository: Repository, tmp_path: Path) -> None:
    trace = tmp_path / "was here"
    repository.git("config", "filter.mine.smudge", f"touch '{trace}'; cat")
    commit = repository.commit({".gitattributes": "*.txt filter=mine\n", "a.txt": "as it is\n"})

    place = laid_out.lay_out(repository.root, commit, moment=NOON)

    assert (place / "a.txt").read_text() == "as it is\n"
    assert not trace.exists()


def test_a_commit_that_is_not_there_leaves_nothing_behind(repository: Repository) -> None:
    repository.commit({"a.py": "1\n"})

    with pytest.raises(ChangeError, match="git cannot lay out the files of 0123456"):
        laid_out.lay_out(repository.root, "0123456" + "0" * 33, moment=NOON)

    assert left(repository) == set()
