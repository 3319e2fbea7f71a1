"""What a pull request may commit to be trusted or followed: links out, and files in our own folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.cli.demo import pull_request
from tests.functional.change.conftest import Repository
from tests.functional.cli.command import scriptcheck

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

SECRET = "a-token-of-the-job"  # noqa: S105  (of nothing)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Make the demonstration's repository, beside which a secret lies."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text(f"a,b\n{SECRET},{SECRET}\n")
    return Repository(pull_request.lay_out(tmp_path))


def link(repository: Repository, name: str, target: str) -> None:
    place = repository.root / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    place.symlink_to(target)
    repository.git("add", "--force", name)
    repository.git("commit", "--quiet", "--message", "a link")


def copying(repository: Repository) -> None:
    """Add a step that prints whatever it was given of a copied dataset."""
    repository.commit(
        {
            "scriptcheck.yaml": "version: 1\ndatasets: {raw: {copy: data}}\n"
            "pipelines: {daily: [scripts/show.py]}\n",
            "data/t.csv": "a,b\n1,2\n",
            "scripts/show.py": "import pathlib\n"
            "def main(input_paths, output_paths, environ_vars, job_args):\n"
            "    for file in sorted(pathlib.Path(input_paths['raw']).rglob('*')):\n"
            "        print(file.name, file.is_file() and file.read_text(errors='replace'))\n"
            "    raise SystemExit('shown')\n",
        }
    )


def run(repository: Repository) -> subprocess.CompletedProcess[str]:
    return scriptcheck(
        "run", "--all", "--workers", "1", folder=repository.root, variables={"TOKEN": SECRET}
    )


def everything_below(folder: Path) -> bytes:
    return b"".join(
        file.read_bytes() for file in folder.rglob("*") if file.is_file() and not file.is_symlink()
    )


def test_no_secret_is_told_through_a_link_in_place_of_a_script(repository: Repository) -> None:
    for number, target in enumerate(("/proc/self/environ", "../../outside/secret")):
        link(repository, "scripts/train.py", target)

        ended = run(repository)

        assert ended.returncode == 1, number
        assert SECRET not in ended.stdout + ended.stderr


def test_the_settings_are_not_read_through_a_link_out(repository: Repository) -> None:
    link(repository, "scriptcheck.yaml", "/proc/self/environ")

    ended = run(repository)

    assert ended.returncode == 2
    assert SECRET not in ended.stdout + ended.stderr
    assert "is not a regular file" in ended.stderr


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("data/more.csv", "/proc/self/environ"),
        ("data/more.csv", "../../outside/secret"),
        ("data/more", "../../outside"),
        ("data/more.csv", "../.git/config"),
        ("data/more", "/"),
    ],
)
def test_a_link_out_is_not_copied_with_a_dataset_but_named(
    repository: Repository, name: str, target: str
) -> None:
    copying(repository)
    repository.git("config", "http.extraheader", SECRET)
    link(repository, name, target)

    ended = run(repository)

    assert ended.returncode == 1
    assert f"{name} is a link that leads out of the repository" in ended.stdout
    assert SECRET not in ended.stdout
    assert SECRET.encode() not in everything_below(repository.root / ".scriptcheck")


def test_a_link_to_a_file_of_the_repository_is_copied(repository: Repository) -> None:
    copying(repository)
    (repository.root / "shared").mkdir()
    (repository.root / "shared" / "more.csv").write_text("a,b\nof the repository,2\n")
    link(repository, "data/more.csv", "../shared/more.csv")

    ended = run(repository)

    assert "shown" in ended.stdout
    logs = everything_below(repository.root / ".scriptcheck" / "runs")
    assert b"more.csv a,b\nof the repository" in logs


def test_a_repository_below_a_linked_folder_is_read(repository: Repository) -> None:
    other = repository.root.parent / "linked"
    other.symlink_to(repository.root)

    ended = scriptcheck("plan", "--all", folder=other)

    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize(
    ("name", "target"),
    [
        (".scriptcheck", "../outside"),
        (".scriptcheck/runs", "../../outside"),
        (".scriptcheck/.gitignore", "../../outside/new"),
        (".Scriptcheck/store", "../../outside"),
    ],
)
def test_a_link_in_place_of_our_folders_is_refused_and_nothing_is_written_through_it(
    repository: Repository, name: str, target: str
) -> None:
    link(repository, name, target)

    ended = run(repository)

    assert ended.returncode == 2
    assert f"git has `{name}`" in ended.stderr
    assert f"git rm -r --cached {name.partition('/')[0]}" in ended.stderr
    assert [file.name for file in (repository.root.parent / "outside").iterdir()] == ["secret"]


def test_a_committed_store_is_refused_until_git_has_it_no_more(repository: Repository) -> None:
    scriptcheck("run", "ingest", "--workers", "1", folder=repository.root)
    repository.git("add", "--force", ".scriptcheck/store")
    repository.git("commit", "--quiet", "--message", "a store")

    refused = scriptcheck("plan", "ingest", folder=repository.root)
    repository.git("rm", "-r", "--quiet", "--cached", ".scriptcheck")
    accepted = scriptcheck("plan", "ingest", folder=repository.root)

    assert (refused.returncode, accepted.returncode) == (2, 0), refused.stderr + accepted.stderr


@pytest.mark.parametrize("name", ["kept", "kept/store", "kept/store/results/entry"])
def test_a_store_that_was_given_a_place_in_the_repository_is_checked_too(
    repository: Repository, name: str
) -> None:
    link(repository, name, "nothing")

    ended = scriptcheck(
        "plan", "--all", folder=repository.root, variables={"SCRIPTCHECK_STORE": "kept/store"}
    )

    assert ended.returncode == 2
    assert f"git has `{name}`" in ended.stderr


def test_variables_of_the_project_load_no_code_into_the_host(repository: Repository) -> None:
    copying(repository)
    evil, sprung = repository.root / "evil", repository.root.parent / "sprung"
    settings = (repository.root / "scriptcheck.yaml").read_text()
    repository.commit(
        {
            "evil/sitecustomize.py": f"open({str(sprung)!r}, 'w')\n",
            "scriptcheck.yaml": f"{settings}defaults: {{env: {{PYTHONPATH: {evil}}}}}\n",
        }
    )

    ended = run(repository)

    assert "shown" in ended.stdout, ended.stderr
    assert not sprung.exists()


def test_an_interpreter_that_git_has_is_refused(repository: Repository) -> None:
    copying(repository)
    settings = (repository.root / "scriptcheck.yaml").read_text()
    repository.commit(
        {"py.sh": "#!/bin/sh\n", "scriptcheck.yaml": f"{settings}defaults: {{python: py.sh}}\n"}
    )

    ended = run(repository)

    assert ended.returncode == 2
    assert "git has `py.sh`" in ended.stderr
