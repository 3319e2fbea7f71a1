"""What people get wrong: each mistake is told with what, where and what next, and nothing is lost."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.functional.cli.command import commit, git, scriptcheck
from tests.functional.hostile.scripts import ORDINARY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Golden = Callable[[str], object]

SETTINGS = """\
version: 1
project: shop
datasets:
  raw: {copy: data}
steps:
  clean: {script: scripts/clean.py, inputs: {data: {dataset: raw, external: true}}, outputs: {out: {}}}
  train: {script: scripts/train.py, inputs: {data: {}}, outputs: {out: {}}}
pipelines:
  daily:
    nodes:
      clean: {}
      train: {inputs: {data: clean.out}}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Lay out a small project with one commit."""
    root = tmp_path / "shop"
    (root / "data").mkdir(parents=True)
    (root / "scripts").mkdir()
    (root / "data" / "rows.csv").write_text("a,b\n1,2\n")
    for name in ("clean", "train"):
        (root / "scripts" / f"{name}.py").write_text(ORDINARY)
    (root / "scriptcheck.yaml").write_text(SETTINGS)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    return root


def told(root: Path, *words: str, **variables: str) -> str:
    """Run the command, and give its exit code and what it printed, without what differs each time."""
    ended = scriptcheck(*words, folder=root, variables=variables)
    text = f"exit code {ended.returncode}\n{ended.stdout}{ended.stderr}"
    text = re.sub(r"scriptcheck \d\S*   main@\w+( \+ uncommitted)?", "scriptcheck 1.0.0", text)
    text = re.sub(r"\d+\.\d s", "0.1 s", text).replace(str(root.parent), "/home/me")
    text = re.sub(r"--base \w{7}", "--base 1f0c9ab", text)
    return re.sub(r"runs/\w{6}", "runs/7f3a1c", text)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("broken_yaml", "datasets:", "datasets: ["),
        ("tab", "  raw:", "\traw:"),
        ("unknown_key", "{script: scripts/train.py", "{scirpt: scripts/train.py"),
        ("two_steps_of_one_name", "  train: {script", "  clean: {script"),
        ("cycle", "clean: {}", "clean: {inputs: {data: train.out}}"),
        ("missing_script", "scripts/train.py", "scripts/trian.py"),
        ("missing_data", "copy: data", "copy: date"),
        ("missing_folder", "copy: data", "copy: test/data"),
        ("ignored_data", "copy: data", "copy: secret/data"),
        ("path_outside", "project: shop", "defaults: {path: [lib, ../../shared]}"),
        (
            "dataset_with_dot",
            "  raw: {copy: data}",
            "  raw: {copy: data}\n  raw.old: {copy: data}",
        ),
        (
            "dataset_called_like_a_place",
            "  raw: {copy: data}",
            "  raw: {copy: data}\n  s3://company-ml/runs/8f/out/: {real: s3://company-ml/raw/, public: true}",
        ),
        (
            "unknown_variable",
            "  raw: {copy: data}",
            "  raw:\n    copy: data\n    columns:\n      $LABEL_FIELD: {type: int}",
        ),
        ("no_interpreter", "project: shop", "defaults: {python: .venv/bin/python}"),
        ("interpreter_of_the_path", "project: shop", "defaults: {python: python3}"),
    ],
)
def test_a_mistake_in_the_settings(
    root: Path, golden: Golden, name: str, old: str, new: str
) -> None:
    settings = root / "scriptcheck.yaml"
    settings.write_text(SETTINGS.replace(old, new))
    lay_out_data(root)

    assert told(root, "run", "--all", "--mode", "isolation", "--workers", "1") == golden(
        f"errors/{name}.txt"
    )
    assert settings.read_text() == SETTINGS.replace(old, new)


def test_an_absolute_path_into_the_repository_is_told_as_it_has_to_be_written(
    root: Path, golden: Golden
) -> None:
    settings = root / "scriptcheck.yaml"
    settings.write_text(SETTINGS.replace("copy: data", f"copy: {root}/data"))

    assert told(root, "plan", "--all") == golden("errors/absolute_path.txt")


def lay_out_data(root: Path) -> None:
    """Put data where tests have theirs, and others where git ignores them."""
    for folder in ("tests/data", "secret/data"):
        (root / folder).mkdir(parents=True)
        (root / folder / "rows.csv").write_text("a,b\n1,2\n")
    (root / ".gitignore").write_text("secret/\n")


def test_a_script_that_does_not_parse(root: Path, golden: Golden) -> None:
    (root / "scripts" / "train.py").write_text("def main(:\n    pass\n")

    assert told(root, "run", "train", "--mode", "isolation", "--workers", "1") == golden(
        "errors/unparsable_script.txt"
    )


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_settings_without_an_end_are_not_read(root: Path, kind: str) -> None:
    settings = root / "scriptcheck.yaml"
    settings.unlink()
    if kind == "link":
        settings.symlink_to("/dev/zero")
    else:
        subprocess.run(["mkfifo", str(settings)], check=True)

    assert "error: `scriptcheck.yaml` is not a regular file" in told(root, "run", "--all")


def test_data_that_are_a_link_without_an_end_are_not_read(root: Path) -> None:
    (root / "data" / "rows.csv").unlink()
    (root / "data" / "rows.csv").symlink_to("/dev/zero")
    commit(root)

    assert told(root, "run", "clean").startswith("exit code 1\n")


def test_mistakes_on_the_command_line(root: Path, golden: Golden) -> None:
    mistakes: list[tuple[str, ...]] = [
        ("rnu",),
        ("run", "--al"),
        ("run", "trian"),
        ("run", "daily/trian"),
        ("run", "scripts/trian.py"),
        ("plan", "data/rows.csv"),
        ("test-script", "data/rows.csv"),
        ("run", "--base", "not-there"),
        ("run", "--shard", "3/2"),
        ("run", "--timeout", "soon"),
        ("run", "--timeout", "-1s"),
        ("run", "--workers", "0"),
        ("run", "--workers", "many"),
        ("run", "--mode", "isolated"),
        ("run", "--junit"),
        ("run", "-C", "nowhere"),
        ("run", "--output", "data"),
    ]
    texts = [f"$ scriptcheck {' '.join(words)}\n{told(root, *words)}" for words in mistakes]

    assert "\n".join(texts) == golden("errors/command_line.txt")
    assert (root / "data" / "rows.csv").is_file()


def test_a_machine_without_git(root: Path, golden: Golden) -> None:
    assert told(root, "run", PATH="/nonexistent") == golden("errors/no_git.txt")


def test_a_folder_without_a_repository(root: Path, golden: Golden) -> None:
    shutil.rmtree(root / ".git")

    assert told(root, "run") == golden("errors/no_repository.txt")


def test_a_repository_without_commits(root: Path, golden: Golden) -> None:
    shutil.rmtree(root / ".git")
    git(root, "init", "--quiet", "--initial-branch=main")

    assert told(root, "run") == golden("errors/no_commits.txt")
    assert told(root, "plan", "--all").startswith("exit code 0")


def test_settings_that_lie_elsewhere(root: Path, golden: Golden) -> None:
    (root / "ml").mkdir()
    (root / "scriptcheck.yaml").rename(root / "ml" / "scriptcheck.yaml")

    assert told(root, "run") == golden("errors/no_settings.txt")


def test_settings_under_another_name(root: Path, golden: Golden) -> None:
    (root / "scriptcheck.yaml").rename(root / "scriptcheck.yml")

    texts = [f"$ scriptcheck {word}\n{told(root, word)}" for word in ("run", "init")]
    assert "\n".join(texts) == golden("errors/settings_misnamed.txt")


def test_a_script_with_a_byte_order_mark_is_run_as_python_runs_it(root: Path) -> None:
    (root / "scripts" / "train.py").write_text("\ufeff" + ORDINARY, encoding="utf-8")

    assert told(root, "run", "train").startswith("exit code 0\n")


@pytest.fixture
def small_disk(root: Path) -> Iterator[Path]:
    """Put a file system of 16 KiB where runs are kept."""
    folder = root / ".scriptcheck"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=16k", "none", str(folder)]
    if not sys.platform.startswith("linux") or subprocess.run(command, check=False).returncode:
        pytest.skip("file systems cannot be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk(root: Path, small_disk: Path, golden: Golden) -> None:
    assert told(root, "run", "--all", "--workers", "1") == golden("errors/full_disk.txt")
    assert told(root, "run", "--all", "--output", "../elsewhere").startswith("exit code 0")
    assert small_disk.is_mount()


def test_a_disk_that_fills_up_in_the_middle_leaves_the_record_of_what_finished(
    root: Path, small_disk: Path, golden: Golden
) -> None:
    subprocess.run(["mount", "-o", "remount,size=256k", str(small_disk)], check=True)
    (root / "big").mkdir()
    (root / "big" / "rows.csv").write_text("a,b\n" + "1,2\n" * 100_000)
    given = "train.py, inputs: {data: {dataset: big, external: true}}"
    settings = SETTINGS.partition("pipelines:")[0].replace(
        "raw: {copy: data}", "raw: {copy: data}\n  big: {copy: big}"
    )
    (root / "scriptcheck.yaml").write_text(settings.replace("train.py, inputs: {data: {}}", given))

    text = told(root, "run", "--all", "--workers", "1", SCRIPTCHECK_STORE=str(root.parent / "s"))

    assert text == golden("errors/disk_fills_up.txt")
    (found,) = small_disk.glob("runs/*/record.json")
    record = json.loads(found.read_text())
    assert record["exit_code"] == 2
    assert record["stopped"]["what"] == "there is no space left for the run"
    assert record["summary"]["crashed"] > 0


def test_a_folder_that_cannot_be_written(root: Path, small_disk: Path, golden: Golden) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)

    assert told(root, "run", "--all", "--workers", "1") == golden("errors/read_only_folder.txt")
    assert told(root, "run", "--all", "--output", "../elsewhere").startswith("exit code 0")
