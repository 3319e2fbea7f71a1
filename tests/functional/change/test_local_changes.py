"""What changed on somebody's own machine, by real git repositories."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.change.git.repository import (
    CommitTree,
    change_set,
    listed_files,
    repository_root,
)
from ci_scriptcheck.errors import ChangeError
from ci_scriptcheck.model.change import ChangeKind, ChangeSet, FileChange
from tests.functional.change.conftest import Repository

if TYPE_CHECKING:
    from pathlib import Path


def changes(repository: Repository, base: str | None = None, main: str | None = None) -> ChangeSet:
    return change_set(repository.root, base=base, environ={}, default_base=main)


def _first_command(advice: str) -> list[str]:
    """Give the words of the first command that stands in an advice."""
    return shlex.split(advice.split("`")[1])


def kinds(found: ChangeSet) -> dict[str, str]:
    return {change.path: change.kind.value for change in found.files}


def test_a_branch_is_compared_with_where_it_left_main(repository: Repository) -> None:
    left = repository.commit({"train.py": "a = 1\n"})
    repository.branch("topic")
    head = repository.commit({"train.py": "a = 1\nb = 2\nc = 3\n"})
    repository.git("checkout", "--quiet", "main")
    repository.commit({"other.py": "elsewhere\n"})
    repository.git("checkout", "--quiet", "topic")

    assert changes(repository) == ChangeSet(
        base=left,
        head=head,
        base_name="main",
        files=(FileChange(path="train.py", kind=ChangeKind.MODIFIED, lines=((2, 3),)),),
    )


def test_what_is_not_committed_counts(repository: Repository) -> None:
    repository.commit({"kept.py": "a\n", "edited.py": "a\n", "gone.py": "a\n", "staged.py": "a\n"})
    repository.write({"edited.py": "b\n", "gone.py": None, "new.py": "a\nb\n", "staged.py": "b\n"})
    repository.git("add", "staged.py")

    found = changes(repository)

    assert found.uncommitted
    assert kinds(found) == {
        "edited.py": "modified",
        "gone.py": "deleted",
        "new.py": "added",
        "staged.py": "modified",
    }
    assert {change.path: change.lines for change in found.files}["new.py"] == ((1, 2),)


def test_a_clean_checkout_of_main_has_no_changes(repository: Repository) -> None:
    head = repository.commit({"train.py": "a\n"})

    assert changes(repository) == ChangeSet(base=head, head=head, base_name="main")


def test_ignored_files_are_no_changes(repository: Repository) -> None:
    repository.commit({".gitignore": "*.csv\n", "a.py": ""})
    repository.write({"big.csv": "1,2\n"})

    assert changes(repository).files == ()
    assert listed_files(repository.root)[0] == (".gitignore", "a.py")


def test_a_renamed_file_keeps_its_old_name(repository: Repository) -> None:
    text = "".join(f"line {number}\n" for number in range(20))
    repository.commit({"old.py": text})
    repository.branch("topic")
    repository.commit({"old.py": None, "new.py": text + "one more\n"})

    (change,) = changes(repository).files

    assert change == FileChange(
        path="new.py", kind=ChangeKind.RENAMED, old_path="old.py", lines=((21, 21),)
    )


def test_a_file_that_was_renamed_without_another_byte_is_known_to_be_the_same(
    repository: Repository,
) -> None:
    text = "".join(f"line {number}\n" for number in range(20))
    turned = "".join(f"line {number}\n" for number in reversed(range(20)))
    repository.commit({"old.py": text, "before.py": f"# {text}"})
    repository.branch("topic")
    repository.commit(
        {"old.py": None, "new.py": text, "before.py": None, "after.py": f"# {turned}"}
    )

    found = {change.path: change for change in changes(repository).files}

    assert (found["new.py"].old_path, found["new.py"].is_same) == ("old.py", True)
    assert not found["after.py"].is_same


@pytest.mark.parametrize(
    "name",
    [
        "with space.py",
        "Zürich/größe.py",
        "two\nlines.py",
        'quoted"name.py',
        "back\\slash.py",
        "tab\there.py",
        " +++ b/x.py",
        "-leading.py",
    ],
)
def test_any_name_is_told_with_its_lines(repository: Repository, name: str) -> None:
    repository.commit({name: "a\n"})
    repository.branch("topic")
    repository.commit({name: "a\n++ b/not a name\n-- a/nor this\n"})

    (change,) = changes(repository).files

    assert change == FileChange(path=name, kind=ChangeKind.MODIFIED, lines=((2, 3),))
    assert name in listed_files(repository.root)[0]


def test_a_base_that_was_asked_for_is_compared_with(repository: Repository) -> None:
    first = repository.commit({"a.py": "1\n"})
    repository.commit({"b.py": "1\n"})

    found = changes(repository, base=first[:10])

    assert (found.base, found.base_name, kinds(found)) == (first, None, {"b.py": "added"})


def test_the_branch_that_the_settings_name_is_compared_with(repository: Repository) -> None:
    left = repository.commit({"a.py": "1\n"})
    repository.branch("develop")
    repository.branch("topic")
    repository.commit({"b.py": "1\n"})

    found = changes(repository, main="develop")

    assert (found.base, found.base_name) == (left, "develop")


def test_a_clone_is_compared_with_the_remotes_default_branch(
    repository: Repository, tmp_path: Path
) -> None:
    repository.git("checkout", "--quiet", "-b", "trunk")
    left = repository.commit({"a.py": "1\n"})
    clone = repository.clone(tmp_path / "clone")
    clone.branch("topic")
    clone.commit({"b.py": "1\n"})

    found = changes(clone)

    assert (found.base, found.base_name) == (left, "trunk")


def test_a_base_that_does_not_exist_names_the_nearest(repository: Repository) -> None:
    repository.commit({"a.py": "1\n"})

    with pytest.raises(ChangeError) as raised:
        changes(repository, base="mian")

    assert raised.value.exit_code == 3
    assert raised.value.what == "`mian`, to compare with, is not a commit of this repository"
    assert raised.value.advice == "did you mean `main`?"


def test_a_shallow_checkout_says_how_to_get_the_history(
    repository: Repository, tmp_path: Path
) -> None:
    repository.commit({"a.py": "1\n"})
    repository.branch("topic")
    repository.commit({"b.py": "1\n"})
    repository.git("checkout", "--quiet", "main")
    repository.commit({"c.py": "1\n"})
    clone = repository.clone(tmp_path / "clone", "--depth=1", "--no-single-branch")
    clone.git("checkout", "--quiet", "topic")

    with pytest.raises(ChangeError) as raised:
        changes(clone)

    assert raised.value.what == "cannot find where this branch left main"
    assert raised.value.facts == ("the checkout holds 1 commit",)
    assert raised.value.advice is not None
    clone.git(*_first_command(raised.value.advice)[1:])
    assert list(kinds(changes(clone))) == ["b.py"]


def test_a_clone_of_one_branch_says_how_to_get_the_main_one(
    repository: Repository, tmp_path: Path
) -> None:
    repository.commit({"a.py": "1\n"})
    repository.branch("topic")
    repository.commit({"b.py": "1\n"})
    clone = repository.clone(tmp_path / "clone", "--depth=1", "--branch=topic")
    clone.git("remote", "set-head", "origin", "--delete")
    clone.git("checkout", "--quiet", "--detach")

    with pytest.raises(ChangeError) as raised:
        changes(clone)

    assert raised.value.what == "cannot find a main branch to compare with"
    assert raised.value.advice is not None
    clone.git(*_first_command(raised.value.advice)[1:])
    assert list(kinds(changes(clone))) == ["b.py"]


def test_histories_that_never_met_are_an_error(repository: Repository) -> None:
    repository.commit({"a.py": "1\n"})
    repository.git("checkout", "--quiet", "--orphan", "other")
    repository.commit({"b.py": "1\n"})

    with pytest.raises(ChangeError, match="no commit in common"):
        changes(repository)


def test_without_a_main_branch_one_has_to_be_named(repository: Repository) -> None:
    repository.git("checkout", "--quiet", "-b", "trunk")
    repository.commit({"a.py": "1\n"})

    with pytest.raises(ChangeError, match="cannot find a main branch") as raised:
        changes(repository)

    assert raised.value.facts == ("only `trunk` is here",)
    assert raised.value.advice is not None
    assert _first_command(raised.value.advice) == ["scriptcheck", "run", "--base", "trunk"]


def test_a_repository_without_a_commit_is_an_error(repository: Repository) -> None:
    with pytest.raises(ChangeError, match="no commit yet"):
        changes(repository)


def test_a_folder_outside_any_repository_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ChangeError, match="is not in a git repository") as raised:
        repository_root(tmp_path)

    assert raised.value.advice is not None


def test_without_git_the_error_says_so(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(repository.root))

    with pytest.raises(ChangeError, match="git is not installed"):
        changes(repository)


def test_a_broken_repository_is_an_error(repository: Repository) -> None:
    repository.commit({"a.py": "1\n"})
    (repository.root / ".git" / "objects").rename(repository.root / "moved")

    with pytest.raises(ChangeError, match="cannot open"):
        changes(repository)


def test_the_root_is_found_from_a_folder_below_and_in_a_linked_working_tree(
    repository: Repository, tmp_path: Path
) -> None:
    repository.commit({"deep/er/a.py": "1\n"})
    repository.git("worktree", "add", "--quiet", str(tmp_path / "linked"), "-b", "topic")

    assert repository_root(repository.root / "deep" / "er") == repository.root
    assert repository_root(tmp_path / "linked" / "deep") == tmp_path / "linked"
    assert changes(Repository(tmp_path / "linked")).files == ()


def test_a_git_hook_that_calls_us_does_not_redirect_git(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"a.py": "1\n"})
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))

    assert listed_files(repository.root)[0] == ("a.py",)


def test_a_submodule_and_a_repository_inside_are_no_files(
    repository: Repository, tmp_path: Path
) -> None:
    inner = Repository(tmp_path / "inner")
    inner.root.mkdir()
    inner.git("init", "--quiet", "--initial-branch=main")
    inner.commit({"x.py": "1\n"})
    repository.commit({"a.py": "1\n"})
    repository.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.root), "sub"
    )
    repository.git("commit", "--quiet", "--message", "a submodule")
    repository.git("clone", "--quiet", str(inner.root), "nested")

    assert listed_files(repository.root)[0] == (".gitmodules", "a.py")
    assert CommitTree(repository.root, "HEAD").paths() == (".gitmodules", "a.py")
    assert changes(repository).files == ()


def test_a_sparse_checkout_lists_what_is_there(repository: Repository) -> None:
    repository.commit({"in/a.py": "1\n", "out/b.py": "1\n"})
    repository.git("sparse-checkout", "set", "in")

    assert listed_files(repository.root)[0] == ("in/a.py",)
    assert changes(repository).files == ()


def test_a_file_taken_out_of_git_and_kept_is_modified(repository: Repository) -> None:
    repository.commit({"a.py": "1\n"})
    repository.git("rm", "--quiet", "--cached", "a.py")

    assert kinds(changes(repository)) == {"a.py": "modified"}
