"""What a pull request may commit to be trusted or followed: links out, and files in our own folders."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.cli.demo import pull_request
from tests.functional.change.conftest import Repository
from tests.functional.cli.command import scriptcheck

if TYPE_CHECKING:
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


def bring_an_interpreter(repository: Repository) -> Path:
    """Commit an interpreter that says that it was started."""
    copying(repository)
    sprung = repository.root.parent / "sprung"
    settings = (repository.root / "scriptcheck.yaml").read_text()
    (repository.root / "tools").mkdir()
    program = repository.root / "tools" / "py.sh"
    program.write_text(f"#!/bin/sh\ntouch {sprung}\n")
    program.chmod(0o755)
    repository.commit({"scriptcheck.yaml": f"{settings}defaults: {{python: tools/py.sh}}\n"})
    return sprung


@pytest.mark.parametrize(
    "words",
    [("run", "--all"), ("plan", "--all"), ("doctor",), ("infer", "--script", "scripts/show.py")],
    ids=lambda words: words[0],
)
def test_an_interpreter_that_git_has_is_refused_by_every_command(
    repository: Repository, words: tuple[str, ...]
) -> None:
    sprung = bring_an_interpreter(repository)

    ended = scriptcheck(*words, folder=repository.root)

    assert ended.returncode == (1 if words[0] == "doctor" else 2)
    assert "git has `tools/py.sh`" in ended.stdout + ended.stderr
    assert not sprung.exists()


def test_an_interpreter_that_git_has_is_refused_where_a_first_draft_asks_for_it(
    repository: Repository,
) -> None:
    sprung = bring_an_interpreter(repository)
    (repository.root / "scriptcheck.yaml").unlink()

    ended = scriptcheck("init", "--infer", "--python", "tools/py.sh", folder=repository.root)

    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert "git has `tools/py.sh`" in ended.stderr
    assert not sprung.exists()


def test_what_is_installed_from_the_repository_is_loaded_by_no_process_that_is_not_confined(
    repository: Repository,
) -> None:
    copying(repository)
    sprung = repository.root.parent / "sprung"
    script = (repository.root / "scripts" / "show.py").read_text()
    repository.commit(
        {
            "scripts/show.py": f"import library\n{script}",
            "source/wished_for.py": "import contextlib\nwith contextlib.suppress(OSError):\n"
            f"    open({str(sprung)!r}, 'w')\n",
        }
    )
    python = an_environment(repository.root.parent / "environment", repository.root / "source")

    # The first has an early host; what the second has kept makes that one uncertain.
    for words in (["--workers", "1"], ["--workers", "1"], ["--start", "new"]):
        ended = scriptcheck("run", "--all", *words, folder=repository.root, python=str(python))

        assert "shown" in ended.stdout, ended.stdout + ended.stderr
        assert not sprung.exists()
        keep_something(repository)


def an_environment(folder: Path, source: Path) -> Path:
    """Make one with our packages, a library that has a wish, and an editable installation."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    ours = [path for path in sys.path if path.endswith("-packages")]
    (packages / "paths.pth").write_text("".join(f"{path}\n" for path in (*ours, source)))
    (packages / "library.py").write_text("try: import wished_for\nexcept ImportError: pass\n")
    return folder / "bin" / "python"


def keep_something(repository: Repository) -> None:
    (place,) = (repository.root / ".scriptcheck" / "store").glob("v*")
    (place / "results" / "something").mkdir(parents=True, exist_ok=True)


@pytest.mark.parametrize("words", [(), ("--run", ".scriptcheck/runs/forged"), ("--run", "forged")])
def test_a_run_that_git_brings_is_not_reported(
    repository: Repository, words: tuple[str, ...]
) -> None:
    scriptcheck("run", "ingest", "--workers", "1", folder=repository.root)
    (made,) = (repository.root / ".scriptcheck" / "runs").iterdir()
    forged = repository.root / (words[1] if words else ".scriptcheck/runs/forged")
    made.rename(forged)
    before = scriptcheck("report", *words, folder=repository.root)
    repository.git("add", "--force", str(forged / "record.json"))
    repository.git("commit", "--quiet", "--message", "a run")

    ended = scriptcheck("report", *words, folder=repository.root)

    assert before.returncode == 0, before.stderr
    assert ended.returncode == 2
    assert f"git has `{forged.relative_to(repository.root)}/record.json`" in ended.stderr
    assert ended.stdout == ""


@pytest.mark.parametrize(
    ("name", "target"),
    [("junit.xml", "../outside/secret"), ("reports", "../outside")],
    ids=["a file", "a folder"],
)
def test_a_report_is_written_through_no_link_out(
    repository: Repository, name: str, target: str
) -> None:
    link(repository, name, target)
    file = name if name.endswith(".xml") else f"{name}/secret"

    ran = scriptcheck("run", "ingest", "--junit", file, folder=repository.root)
    told = scriptcheck("report", "junit", "--output", file, folder=repository.root)

    assert (ran.returncode, told.returncode) == (2, 2)
    assert "behind a link out of the repository" in ran.stderr
    assert "behind a link out of the repository" in told.stderr
    assert SECRET in (repository.root.parent / "outside" / "secret").read_text()
    assert len(list((repository.root.parent / "outside").iterdir())) == 1


def test_a_report_is_written_to_a_place_that_the_caller_named_outside(
    repository: Repository,
) -> None:
    place = repository.root.parent / "reports"

    ended = scriptcheck("run", "ingest", "--junit", str(place / "a.xml"), folder=repository.root)

    assert ended.returncode == 0, ended.stderr
    assert (place / "a.xml").is_file()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_no_process_of_ours_takes_a_module_from_the_folder_it_is_called_in(
    repository: Repository, workers: str
) -> None:
    sprung = repository.root.parent / "sprung"
    names = ("execnet", "pytest", "xdist", "pluggy", "duckdb", "pyarrow", "uuid", "tabulate")
    repository.commit({f"{name}.py": f"open({str(sprung)!r}, 'w')\n" for name in names})

    words = ("--all", "--no-reuse", "--workers", workers)
    ended = scriptcheck("run", *words, folder=repository.root)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert not sprung.exists()
