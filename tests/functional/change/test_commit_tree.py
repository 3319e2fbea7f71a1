"""The files of one commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.change.git.repository import CommitTree
from ci_scriptcheck.errors import ChangeError

if TYPE_CHECKING:
    from tests.functional.change.conftest import Repository


def test_a_commit_gives_its_files_whatever_lies_in_the_working_folder(
    repository: Repository,
) -> None:
    first = repository.commit({"a b.py": "1\n", "é/c.bin": b"\0\xff\r\n", "empty": ""})
    repository.commit({"a b.py": "2\n", "é/c.bin": None})

    tree = CommitTree(repository.root, first)

    assert tree.paths() == ("a b.py", "empty", "é/c.bin")
    assert tree.read("é/c.bin") == b"\0\xff\r\n"
    assert tree.read_many(["a b.py", "empty", "missing"]) == {"a b.py": b"1\n", "empty": b""}
    assert tree.has("empty")
    assert not tree.has("missing")


def test_a_missing_file_is_an_error(repository: Repository) -> None:
    tree = CommitTree(repository.root, repository.commit({"a.py": "1\n"}))

    with pytest.raises(FileNotFoundError):
        tree.read("b.py")


def test_equal_contents_have_equal_ids(repository: Repository) -> None:
    tree = CommitTree(repository.root, repository.commit({"a": "1\n", "b": "1\n", "c": "2\n"}))

    ids = tree.blob_ids(["a", "b", "c", "missing"])

    assert ids["a"] == ids["b"] != ids["c"]
    assert "missing" not in ids


def test_thousands_of_large_files_are_read_in_one_go(repository: Repository) -> None:
    files = {f"{number}.txt": f"{number}\n" * 2000 for number in range(1500)}
    tree = CommitTree(repository.root, repository.commit(files))

    found = tree.read_many(tree.paths())

    assert {name: content.decode() for name, content in found.items()} == files


def test_a_symbolic_link_reads_as_what_it_leads_to(repository: Repository) -> None:
    repository.write({"lib/real.py": "1\n"})
    (repository.root / "lib" / "link.py").symlink_to("../lib/./real.py")
    (repository.root / "broken.py").symlink_to("nowhere.py")
    (repository.root / "circle.py").symlink_to("circle.py")
    tree = CommitTree(repository.root, repository.commit({}))

    assert tree.read("lib/link.py") == b"1\n"
    assert set(tree.blob_ids(tree.paths())) == {"lib/real.py", "lib/link.py"}


def test_a_commit_that_does_not_exist_is_an_error(repository: Repository) -> None:
    repository.commit({"a": "1\n"})

    with pytest.raises(ChangeError):
        CommitTree(repository.root, "0" * 40)


def test_reading_goes_on_after_the_process_was_ended(repository: Repository) -> None:
    tree = CommitTree(repository.root, repository.commit({"a": "1\n"}))
    tree.read("a")

    tree.close()
    tree.close()

    assert tree.read("a") == b"1\n"
