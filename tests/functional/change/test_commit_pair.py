"""Two commits as a repository of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.change.git import commit_pair

if TYPE_CHECKING:
    from pathlib import Path

    from tests.functional.change.conftest import Repository


def test_the_second_is_checked_out_and_the_first_is_its_parent_however_they_are_related(
    repository: Repository,
) -> None:
    old = repository.commit({"a.py": "old\n", "b.py": "both\n"})
    new = repository.commit({"a.py": "new\n"})
    repository.write({"a.py": "not committed\n", "c.py": "untracked\n"})

    # Backwards: what a pull request against main would never show.
    with commit_pair.laid_out(repository.root, new, old) as place:
        copy = type(repository)(place)

        assert (place / "a.py").read_text() == "old\n"
        assert not (place / "c.py").exists()
        assert copy.git("rev-parse", "HEAD^") == new
        assert copy.git("diff", "--name-only", "HEAD^") == "a.py"
        assert copy.git("status", "--porcelain") == ""

    assert not place.exists()
    assert (repository.root / "a.py").read_text() == "not committed\n"
    assert repository.git("rev-parse", "HEAD") == new


def test_a_repository_whose_history_is_cut_off_serves_as_well(
    repository: Repository, tmp_path: Path
) -> None:
    for number in range(3):
        repository.commit({"a.py": f"{number}\n"})
    shallow = type(repository)(tmp_path / "shallow")
    repository.git("clone", "--quiet", "--depth=2", repository.root.as_uri(), str(shallow.root))

    with commit_pair.laid_out(
        shallow.root, shallow.git("rev-parse", "HEAD~1"), shallow.git("rev-parse", "HEAD")
    ) as place:
        assert (place / "a.py").read_text() == "2\n"
        assert type(repository)(place).git("show", "HEAD^:a.py") == "1"


def test_neither_hooks_nor_filters_of_the_repository_are_run(
    repository: Repository, tmp_path: Path
) -> None:
    trace = tmp_path / "was here"
    repository.git("config", "filter.mine.smudge", f"touch '{trace}'; cat")
    files = {".gitattributes": "*.txt filter=mine\n", "a.txt": "as it is\n"}
    first = repository.commit(files)
    hook = repository.root / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch '{trace}'\n")
    hook.chmod(0o755)

    with commit_pair.laid_out(repository.root, first, first) as place:
        assert (place / "a.txt").read_text() == "as it is\n"

    assert not trace.exists()
