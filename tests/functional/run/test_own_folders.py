"""What git must not bring: interpreters, their environments, and links on the way to them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.run import own_folders, record
from ci_scriptcheck.run.process import interpreters
from tests.conftest import a_plan


def lay_out(root: Path, links: dict[str, str]) -> None:
    for name, target in links.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(target)


@pytest.mark.parametrize(
    ("python", "links", "tracked"),
    [
        ("py.sh", {"a/py.sh": "/bin/sh"}, "py.sh"),
        ("env/bin/python", {"env/bin/python": "/bin/sh"}, "env/pyvenv.cfg"),
        (
            "env/bin/python",
            {"env/bin/python": "/bin/sh"},
            "env/lib/python3.11/site-packages/a.pth",
        ),
        ("env/bin/python", {"env/bin/python": "/bin/sh"}, "Env/pyvenv.cfg"),
        ("env/bin/python", {"env/bin/python": "/bin/sh"}, "env"),
        ("a/env/bin/python", {"a/env/bin/python": "/bin/sh"}, "a"),
        ("env/bin/python", {"env/bin/python": "../../tools/python"}, "tools/python"),
        (
            "env/bin/python",
            {"env/bin/python": "../../tools/python", "tools/python": "/bin/sh"},
            "tools/python",
        ),
        ("env/bin/python", {"env": "tools", "tools/bin/python": "/bin/sh"}, "tools/pyvenv.cfg"),
        ("env/bin/python", {"env": "b/c", "b": "a/d", "a/d/c/bin/python": "/bin/sh"}, "b"),
        (
            "env/bin/python",
            {"env/bin/python": "../../x/d/../p/python", "x/d": "../a/b", "a/p/python": "/bin/sh"},
            "x/d",
        ),
        (
            "env/bin/python",
            {"env/bin/python": "../../x/d/../p/python", "x/d": "../a/b", "a/p/python": "/bin/sh"},
            "a/p/python",
        ),
        (
            "env/bin/python",
            {
                "env/bin/python": "../../stand/alone/bin/python",
                "stand/alone/bin/python": "/bin/sh",
            },
            "stand/alone/lib/python3.11/os.py",
        ),
    ],
)
def test_an_interpreter_of_which_git_brings_a_part_is_refused(
    tmp_path: Path, python: str, links: dict[str, str], tracked: str
) -> None:
    lay_out(tmp_path, links)

    with pytest.raises(UsageError) as refused:
        own_folders.check_interpreter(tmp_path, ["README.md", tracked], tmp_path / python)

    assert f"git has `{tracked}`" in refused.value.what


@pytest.mark.parametrize("python", ["x/d/../p/bin/python", "env/bin/../python", "x/.."])
def test_an_interpreter_is_named_by_its_straight_path(tmp_path: Path, python: str) -> None:
    lay_out(tmp_path, {"x/d": "../a/b", "a/b/k": "/dev/null", "a/p/bin/python": "/bin/sh"})

    with pytest.raises(UsageError, match="behind a folder"):
        own_folders.check_interpreter(tmp_path, ["a/b/k", "a/p/bin/python"], tmp_path / python)


def test_an_interpreter_above_the_project_is_found_where_the_system_would_find_it(
    tmp_path: Path,
) -> None:
    lay_out(tmp_path, {"project": "deep/inside"})
    (tmp_path / "deep/inside").mkdir(parents=True)

    found = interpreters.located(tmp_path, "project", "../env/bin/python")

    assert found == str(tmp_path / "deep/env/bin/python")


@pytest.mark.parametrize("python", ["python", "bin/python"])
def test_an_interpreter_whose_environment_is_the_whole_repository_is_refused(
    tmp_path: Path, python: str
) -> None:
    with pytest.raises(UsageError) as refused:
        own_folders.check_interpreter(tmp_path, ["lib/model.py"], tmp_path / python)

    assert "is the whole repository" in refused.value.what


@pytest.mark.parametrize("python", [".venv/bin/python", "../env/bin/python", "/usr/bin/python3"])
def test_an_interpreter_beside_what_git_has_is_accepted(tmp_path: Path, python: str) -> None:
    root = tmp_path / "repository"
    lay_out(root, {".venv/bin/python": "/bin/sh"})

    found = Path(interpreters.located(root, "", python))
    own_folders.check_interpreter(root, [".venvs/a.py", "bin/python", "lib/a.py"], found)


def test_our_own_interpreter_is_looked_at_where_none_is_named() -> None:
    environment = Path(sys.executable).parents[1]
    root = environment.parent

    with pytest.raises(UsageError, match="a part of the interpreter"):
        own_folders.check_interpreter(
            root, [f"{environment.name}/pyvenv.cfg"], Path(sys.executable)
        )


@pytest.mark.parametrize("link", [False, True])
@pytest.mark.parametrize("place", ["a run", ".scriptcheck/store/v1/objects"])
def test_an_interpreter_that_a_script_may_have_written_is_refused(
    tmp_path: Path, place: str, link: bool
) -> None:
    folder = tmp_path / place
    written = folder / "out" / "python"
    lay_out(tmp_path, {f"{place}/out/python": "/bin/sh", "env/bin/python": str(written)})
    (tmp_path / "a run").mkdir(exist_ok=True)
    record.write_plan(tmp_path / "a run", a_plan())

    with pytest.raises(UsageError, match="lies where scripts write"):
        own_folders.check_interpreter(
            tmp_path, [], tmp_path / "env/bin/python" if link else written
        )


@pytest.mark.parametrize("link", [False, True])
@pytest.mark.parametrize(
    "written",
    ["/dev/shm/env/bin/python", "/proc/self/fd/3", "/tmp/scq-1-a/home/python"],  # noqa: S108
)
def test_an_interpreter_in_shared_memory_or_our_temporary_folders_is_refused(
    tmp_path: Path, written: str, link: bool
) -> None:
    lay_out(tmp_path, {"env/bin/python": written})

    with pytest.raises(UsageError, match="lies where scripts write"):
        own_folders.check_interpreter(
            tmp_path, [], tmp_path / "env/bin/python" if link else Path(written)
        )
