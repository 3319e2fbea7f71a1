"""The parsed project is kept by content, and read anew where something differs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.change.git.repository import CommitTree, listed_files
from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.model import codec
from ci_scriptcheck.project.cache import load_cached
from ci_scriptcheck.project.loader import WorkingTree, load_project
from tests.functional.project.test_everything import EVERYTHING

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.model.project import Project


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(EVERYTHING, tmp_path / "root")
    return tmp_path / "root"


def tree(root: Path) -> WorkingTree:
    files = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return WorkingTree(root, tuple(file.as_posix() for file in files))


def cached(root: Path) -> Project:
    """Load by the cache, and see that this is what loading anew gives."""
    found = load_cached(tree(root), "", root.parent / "cache")
    assert codec.to_json(found) == codec.to_json(load_project(tree(root)))
    return found


def keys(root: Path) -> set[str]:
    return {path.stem for path in (root.parent / "cache").glob("*/*.json")} - {"recipes", "usages"}


def edit(root: Path, file: str, old: str, new: str) -> None:
    text = (root / file).read_text()
    assert old in text
    (root / file).write_text(text.replace(old, new, 1))


def test_the_same_files_are_read_once(root: Path) -> None:
    cached(root)
    before = keys(root)
    cached(root)

    assert len(before) == 1
    assert keys(root) == before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("scriptcheck.yaml", "timeout: 5m", "timeout: 6m"),
        ("contracts/cleaning.step.yaml", "REGION: NA", "REGION: EU"),
        ("dags/boosted/complete.dag.json", '["Calibration", "Package"],', ""),
        ("contracts/scripts/cleaning.py", "job_args.job_type", "environ_vars.get('NEW')"),
        ("scripts/load.py", 'output_paths["data"]', 'output_paths[input_paths["new"]]'),
        ("scripts/load.py", "def main(", "def mian("),
        ("scripts/load.py", "def main(", "def main(:"),
        ("tests/datagen.py", "def orders(", "def ordres("),
    ],
)
def test_what_changes_the_project_is_read_anew(root: Path, file: str, old: str, new: str) -> None:
    before = cached(root)
    edit(root, file, old, new)

    after = cached(root)

    assert codec.to_json(after) != codec.to_json(before)
    assert len(keys(root)) == 2


def test_an_edit_that_leaves_a_script_s_usage_alone_needs_no_new_reading(root: Path) -> None:
    cached(root)
    edit(root, "scripts/train.py", "    region =", "    print('a line more')\n    region =")
    cached(root)

    assert len(keys(root)) == 1


def test_a_new_contract_and_a_script_that_is_gone_are_seen(root: Path) -> None:
    cached(root)
    shutil.copy(root / "contracts/loading.step.yaml", root / "contracts/more.step.yaml")
    edit(root, "contracts/more.step.yaml", "step_type: Loading", "step_type: More")
    more = cached(root)
    (root / "scripts/load.py").unlink()
    gone = cached(root)

    assert "More" in more.steps
    assert [finding.rule for finding in gone.findings] == ["SC106"]


def test_what_a_dataset_is_copied_from_is_missed_when_it_is_gone(root: Path) -> None:
    cached(root)
    shutil.rmtree(root / "tests/data")

    with pytest.raises(UsageError, match="does not exist"):
        load_cached(tree(root), "", root.parent / "cache")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 1}', '{"kind": 3}'])
def test_a_broken_cache_is_passed_over(root: Path, content: str) -> None:
    before = codec.to_json(cached(root))
    for path in (root.parent / "cache").glob("*/*.json"):
        path.write_text(content)

    assert codec.to_json(load_cached(tree(root), "", root.parent / "cache")) == before


def test_a_cache_that_cannot_be_written_costs_only_the_shortcut(root: Path) -> None:
    (root.parent / "cache").write_text("a file where a folder should be")

    assert load_cached(tree(root), "", root.parent / "cache").name == "fraud"


def test_old_readings_are_dropped(root: Path) -> None:
    for rows in range(10):
        edit(root, "scriptcheck.yaml", "rows: 1", f"rows: 1{rows}")
        load_cached(tree(root), "", root.parent / "cache")

    assert len(keys(root)) == 8


def test_reading_from_the_cache_imports_neither_pydantic_nor_yaml(root: Path) -> None:
    cached(root)
    code = (
        "import sys; from pathlib import Path\n"
        "from ci_scriptcheck.project.cache import load_cached\n"
        "from ci_scriptcheck.project.working_tree import WorkingTree\n"
        "root = Path(sys.argv[1])\n"
        "files = tuple(p.relative_to(root).as_posix() for p in root.rglob('*') if p.is_file())\n"
        "load_cached(WorkingTree(root, files), '', root.parent / 'cache')\n"
        "heavy = ('pydantic', 'yaml', 'pandas', 'ci_scriptcheck.project.script.usage')\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", code, str(root)], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


def git(root: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=root, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_a_commit_and_the_folder_it_was_made_of_give_one_project(root: Path) -> None:
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "first")
    commit = CommitTree(root, git(root, "rev-parse", "HEAD"))
    edit(root, "scripts/train.py", "    region =", "    print('a line more')\n    region =")

    base = load_cached(commit, "", root.parent / "cache")
    head = load_cached(WorkingTree(root, listed_files(root)[0]), "", root.parent / "cache")

    assert codec.to_json(base) == codec.to_json(head)
    assert base.name == "fraud"
    assert len(keys(root)) == 1


def test_settings_that_are_named_as_a_script_too_count_by_all_that_stands_in_them(
    tmp_path: Path,
) -> None:
    # JSON is YAML, and Python as well: by what it uses, each such file is the same script.
    def settings(place: str) -> str:
        return json.dumps(
            {
                "version": 1,
                "rules": {"SC1": "off", "SC3": "off"},
                "datasets": {"orders": {"files": "a.csv", "real": place}},
                "steps": {"odd": {"script": "scriptcheck.yaml"}},
            },
            indent=1,
        )

    def found(place: str) -> str | None:
        (tmp_path / "scriptcheck.yaml").write_text(settings(place))
        tree = WorkingTree(tmp_path, ("scriptcheck.yaml",))
        return load_cached(tree, "", tmp_path / "cache").datasets["orders"].real

    assert found("s3://company-ml/orders/") == "s3://company-ml/orders/"
    assert found("s3://company-ml/salary/") == "s3://company-ml/salary/"
