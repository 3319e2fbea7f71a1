"""What differs in data: of two folders, two files, two runs, or since a commit."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.functional.cli.command import commit, environment, git, scriptcheck

DEMO = Path(__file__).parents[3] / "ci_scriptcheck" / "cli" / "demo" / "project"


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    for side, rows in (("old", "1,2\n2,3\n"), ("new", "2,3\n1,5\n3,1\n")):
        (tmp_path / side).mkdir()
        (tmp_path / side / "t.csv").write_text(f"id,v\n{rows}")
    return tmp_path


def test_two_folders_are_compared_by_the_key_that_is_named(tables: Path) -> None:
    ended = scriptcheck("diff", "old", "new", "--key", "id", folder=tables)

    assert ended.returncode == 1
    assert "data  old and new: 1 of 2 rows changed, 1 row new of `t.csv`" in ended.stdout


def test_two_files_may_have_other_names(tables: Path) -> None:
    (tables / "other.csv").write_text("id,v\n1,2\n2,4\n")

    ended = scriptcheck("diff", "old/t.csv", "other.csv", "--json", folder=tables)

    (found,) = json.loads(ended.stdout)
    names = [(one["path"], one["path_after"]) for one in found["comparison"]["files"]]
    assert names == [("t.csv", "other.csv")]


@pytest.mark.parametrize("sides", [("old/t.csv", "t.tsv"), ("t.tsv", "old/t.csv")])
def test_each_of_two_files_is_read_as_what_its_own_name_says(
    tables: Path, sides: tuple[str, str]
) -> None:
    (tables / "t.tsv").write_text("id\tv\n1\t2\n2\t3\n")

    ended = scriptcheck("diff", *sides, folder=tables)

    assert "differs: holds the same rows in another format" in ended.stdout


def test_two_files_of_the_same_bytes_do_not_differ_whatever_they_are_called(tables: Path) -> None:
    (tables / "copy.txt").write_bytes((tables / "old" / "t.csv").read_bytes())

    ended = scriptcheck("diff", "old/t.csv", "copy.txt", folder=tables)

    assert (ended.returncode, ended.stdout) == (
        0,
        "no difference between old/t.csv and copy.txt\n",
    )


def test_two_files_of_the_same_name_and_bytes_do_not_differ_though_they_are_broken(
    tables: Path,
) -> None:
    for side in ("old", "new"):
        (tables / side / "t.parquet").write_bytes(b"PAR1 and nothing")

    ended = scriptcheck("diff", "old/t.parquet", "new/t.parquet", folder=tables)

    assert ended.stdout == "no difference between old/t.parquet and new/t.parquet\n"


def test_a_link_to_a_file_is_the_file(tables: Path) -> None:
    (tables / "newest.csv").symlink_to("new/t.csv")

    ended = scriptcheck("diff", "old/t.csv", "newest.csv", "--key", "id", folder=tables)

    assert "1 of 2 rows changed, 1 row new of `t.csv`" in ended.stdout


def test_what_comes_through_pipes_of_a_shell_is_compared(tables: Path) -> None:
    words = f"{sys.executable} -m ci_scriptcheck diff"

    ended = subprocess.run(
        ["bash", "-c", f"{words} <(cat old/t.csv) <(cat new/t.csv) --key id"],
        cwd=tables,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 1, ended.stderr
    assert "1 of 2 rows changed, 1 row new of" in ended.stdout


def test_equal_data_are_said_to_be_equal(tables: Path) -> None:
    ended = scriptcheck("diff", "old", "old", folder=tables)

    assert (ended.returncode, ended.stdout) == (0, "no difference between old and old\n")


def test_both_sides_are_called_by_their_names(tables: Path) -> None:
    ended = scriptcheck("diff", "old", "new", "--key", "id", folder=tables)

    assert re.search(r"column +in old +in new +rows that differ\n", ended.stdout)


def test_a_key_that_tables_do_not_have_is_told(tables: Path) -> None:
    ended = scriptcheck("diff", "old", "new", "--key", "nr", folder=tables)

    assert (
        "rows of `t.csv` are not paired by their key: it has no column `nr` in old\n"
        in ended.stdout
    )


def test_each_file_can_have_a_key_of_its_own(tables: Path) -> None:
    for side, rows in (("old", "1,1,x\n1,2,y\n"), ("new", "1,2,y\n1,1,z\n")):
        (tables / side / "parts.csv").write_text(f"no,part,name\n{rows}")
    keys = [word for key in ("t.csv=id", "parts.csv=no", "parts.csv=part") for word in ("-k", key)]

    told = scriptcheck("diff", "old", "new", *keys, folder=tables).stdout

    assert "1 of 2 rows changed of `parts.csv`" in " ".join(told.split())
    assert "1 of 2 rows changed, 1 row new of `t.csv`" in " ".join(told.split())
    assert "not paired" not in told


def test_a_key_for_a_file_that_is_not_there_is_a_mistake(tables: Path) -> None:
    ended = scriptcheck("diff", "old", "new", "--key", "tt.csv=id", folder=tables)

    assert ended.returncode == 2
    assert "`--key` names `tt.csv`, and no such file is compared" in ended.stderr
    assert "did you mean `t.csv`?" in ended.stderr


def test_a_table_without_the_key_of_another_one_is_paired_by_a_column_that_is_unique(
    tables: Path,
) -> None:
    for side, names in (("old", "a b c d"), ("new", "d c b x")):
        rows = "".join(f"{ord(one)},{one}\n" for one in names.replace("x", "a").split())
        text = "customer,name\n" + (rows.replace(",a", ",z") if side == "new" else rows)
        (tables / side / "customers.csv").write_text(text)

    told = scriptcheck("diff", "old", "new", "--key", "id", folder=tables).stdout

    assert (
        "rows of `customers.csv` are not paired by their key: it has no column `id` in old" in told
    )
    assert "rows of `customers.csv` are paired by `customer`" in told
    assert "1 of 4 rows changed of `customers.csv`" in told


@pytest.mark.parametrize(
    ("sides", "told"),
    [
        (("old", "nowhere"), "`nowhere` is no file or folder, and no commit of this repository"),
        (("old", "old/t.csv"), "a folder and a file cannot be compared"),
        (("old/t.csv", "/dev/null"), "`/dev/null` is no file, folder or pipe"),
        ((), "`diff` compares two folders"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    tables: Path, sides: tuple[str, ...], told: str
) -> None:
    ended = scriptcheck("diff", *sides, folder=tables)

    assert ended.returncode == 2
    assert told in ended.stderr


@pytest.mark.slow
def test_a_commit_and_two_runs_show_the_same_difference(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    shutil.copytree(DEMO, root)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    scriptcheck("run", "--all", "--output", "first", folder=root)
    script = root / "scripts" / "preprocess.py"
    script.write_text(script.read_text().replace(".dt.hour", ".dt.hour + 1"))

    since = scriptcheck("diff", "main", folder=root)
    scriptcheck("run", "--all", "--output", "second", folder=root)
    runs = scriptcheck("diff", "first", "second", folder=root)

    what = "output `features`: 2,000 of 2,000 rows changed of `features.parquet`"
    assert since.returncode == runs.returncode == 1
    assert f"data  preprocess, {what}" in since.stdout
    assert f"data  fraud/preprocess, {what}" in runs.stdout
    assert "fraud/split" not in since.stdout
    assert "fraud/split" in runs.stdout


@pytest.mark.slow
def test_two_commits_are_compared_though_neither_is_checked_out(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    shutil.copytree(DEMO, root)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    git(root, "checkout", "--quiet", "-b", "one")
    script = root / "scripts" / "preprocess.py"
    script.write_text(script.read_text().replace(".dt.hour", ".dt.hour + 1"))
    commit(root)
    git(root, "checkout", "--quiet", "-b", "two", "main")
    script.write_text(script.read_text().replace(".dt.hour", ".dt.hour + 2"))
    commit(root)
    git(root, "checkout", "--quiet", "main")

    ended = scriptcheck("diff", "one", "two", folder=root)
    again = scriptcheck("diff", "one", "two", "--json", folder=root)

    # Also what a branch has that the other left behind: it is not where they parted that counts.
    what = "output `features`: 2,000 of 2,000 rows changed of `features.parquet`"
    assert f"data  preprocess, {what}" in ended.stdout, ended.stderr
    assert re.search(r"hour +p05 2 +p05 3", ended.stdout)
    assert (ended.returncode, again.returncode) == (1, 1)
    assert [one["what"].partition(" (from")[0] for one in json.loads(again.stdout)] == [
        "preprocess, output `features`",
        "fraud/train, output `model`",
        "fraud/package, output `bundle`",
    ]
    assert git_status(root) == ""


def test_a_commit_is_compared_with_itself_and_not_with_where_the_branch_left_it(
    tmp_path: Path,
) -> None:
    root = tmp_path / "shop"
    shutil.copytree(DEMO, root)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    git(root, "checkout", "--quiet", "-b", "other")
    script = root / "scripts" / "preprocess.py"
    script.write_text(script.read_text().replace(".dt.hour", ".dt.hour + 1"))
    commit(root)
    git(root, "checkout", "--quiet", "-b", "here", "main")

    ended = scriptcheck("diff", "other", folder=root)

    assert "data  preprocess, output `features`: 2,000 of 2,000 rows changed" in ended.stdout
    # And what it comes to: what nobody reads further, and figures.
    assert "data  fraud/package, output `bundle` (from preprocess by way of" in ended.stdout


def git_status(root: Path) -> str:
    command = ["git", "status", "--porcelain", "--untracked-files=all"]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("environment", [".venv", "../.venv"])
def test_the_environment_beside_the_settings_or_the_repository_is_that_of_both_commits(
    tmp_path: Path, environment: str
) -> None:
    root = tmp_path / "shop"
    root.mkdir()
    make = [sys.executable, "-m", "venv", "--without-pip", str(root / environment)]
    subprocess.run(make, check=True)
    (root / ".gitignore").write_text(".venv\n")
    (root / "scriptcheck.yaml").write_text(
        f"version: 1\ndefaults: {{python: {environment}/bin/python}}\n"
        "steps: {make: {script: make.py, outputs: {table: {}}}}\n"
    )
    git(root, "init", "--quiet", "--initial-branch=main")
    for number in (1, 2):
        (root / "make.py").write_text(
            "def main(input_paths, output_paths, environ_vars, job_args):\n"
            f"    open(output_paths['table'] + '/t.csv', 'w').write('a\\n{number}\\n')\n"
        )
        commit(root)

    ended = scriptcheck("diff", "HEAD~1", "HEAD", folder=root)

    assert "data  make, output `table`: 1 of 1 rows changed of `t.csv`" in ended.stdout
    assert git_status(root) == ""


def test_a_side_that_fails_is_told_and_is_no_equal_one(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    shutil.copytree(DEMO, root)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    script = root / "scripts" / "package.py"
    script.write_text(
        script.read_text().replace('"""', '"""', 1) + "\n\nraise ValueError('boom')\n"
    )

    ended = scriptcheck("diff", "main", folder=root)

    assert ended.returncode == 1
    told = " ".join(ended.stdout.split())
    assert "fraud/package cannot be compared: it failed, SC202 ValueError: boom" in told


@pytest.mark.slow
def test_what_only_one_of_two_runs_has_is_told(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    shutil.copytree(DEMO, root)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    scriptcheck("run", "ingest", "--output", "first", folder=root)
    scriptcheck("run", "ingest", "preprocess", "--output", "second", folder=root)

    ended = scriptcheck("diff", "first", "second", folder=root)

    assert ended.returncode == 1
    assert "preprocess, output `features` cannot be compared: only second has it" in ended.stdout


@pytest.fixture
def history(tables: Path) -> Path:
    git(tables, "init", "--quiet", "--initial-branch=main")
    (tables / "scriptcheck.yaml").write_text(
        "version: 1\nsteps: {make: {script: make.py, outputs: {table: {}}}}\n"
    )
    (tables / "make.py").write_text(
        "def main(input_paths, output_paths, environ_vars, job_args):\n"
        "    open(output_paths['table'] + '/t.csv', 'w').write('a\\n1\\n')\n"
    )
    commit(tables)
    return tables


@pytest.mark.parametrize(
    ("sides", "told", "advice"),
    [
        (("main", "mian"), "`mian` is no file or folder, and no commit", "did you mean `main`?"),
        (("old", "main"), "`old` is a file or folder, and the other a commit", "diff main`"),
        (("main", "--key", "id"), "`--key` is for folders, files and run directories", "`key:`"),
        (("main", "HEAD", "--key", "id"), "`--key` is for folders", "`key:`"),
    ],
)
def test_what_commits_cannot_be_compared_with_is_refused_with_advice(
    history: Path, sides: tuple[str, ...], told: str, advice: str
) -> None:
    ended = scriptcheck("diff", *sides, folder=history)

    assert ended.returncode == 2
    assert told in ended.stderr
    assert advice in ended.stderr


def test_where_no_step_is_affected_nothing_is_said_to_be_equal(history: Path) -> None:
    ended = scriptcheck("diff", "main", folder=history)

    assert (ended.returncode, ended.stdout) == (0, "nothing to compare: no step is affected\n")


def test_outputs_that_are_the_same_are_counted(history: Path) -> None:
    script = history / "make.py"
    script.write_text(f"# As before.\n{script.read_text()}")

    ended = scriptcheck("diff", "main", folder=history)

    assert (ended.returncode, ended.stdout) == (0, "no difference in 1 output\n")


@pytest.mark.slow
def test_of_two_changed_scripts_each_is_told_beside_the_script_of_the_commit(
    tmp_path: Path,
) -> None:
    root = tmp_path / "shop"
    shutil.copytree(DEMO, root)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    for name, old, new in (
        ("ingest", 'print(f"kept', 'orders["items"] *= 2\n    print(f"kept'),
        ("preprocess", ".dt.hour", ".dt.hour + 1"),
    ):
        script = root / "scripts" / f"{name}.py"
        script.write_text(script.read_text().replace(old, new))

    ended = scriptcheck("diff", "main", folder=root)

    assert re.search(r"items +p\d+ \S+ +p\d+ \S+ \(\+100 %[^)]*\) +all 2,000", ended.stdout)
    assert "rows changed of `features.parquet`; beside main's script on the same inputs" in (
        ended.stdout
    )
    assert re.search(r"column +by main's script +by this one +rows that differ", ended.stdout)


def test_rows_of_two_runs_are_paired_by_the_key_of_their_schema(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    root.mkdir()
    (root / "scriptcheck.yaml").write_text(
        "version: 1\ndatasets: {prices: {files: t.csv, key: id, columns: {id: {type: int}}}}\n"
        "steps: {make: {script: make.py, outputs: {table: prices}}}\n"
    )
    git(root, "init", "--quiet", "--initial-branch=main")
    for name, rows in (("first", "1,5\\n2,6"), ("second", "2,6\\n1,7")):
        (root / "make.py").write_text(
            "def main(input_paths, output_paths, environ_vars, job_args):\n"
            f"    open(output_paths['table'] + '/t.csv', 'w').write('id,v\\n{rows}\\n')\n"
        )
        ended = scriptcheck("run", "--all", "--output", name, folder=root)
        assert ended.returncode == 0, ended.stdout + ended.stderr

    ended = scriptcheck("diff", "first", "second", folder=root)

    assert "1 of 2 rows changed of `t.csv`" in ended.stdout
    assert re.search(r"v +p95 6 +p95 7 +1 of 2\n|v +\S+.* 1 of 2\n", ended.stdout)


def test_names_that_are_both_commits_and_files_are_refused(tables: Path) -> None:
    git(tables, "init", "--quiet", "--initial-branch=old")
    commit(tables)
    git(tables, "branch", "new")

    ended = scriptcheck("diff", "old", "new", folder=tables)

    assert ended.returncode == 2
    assert "`old` and `new` are commits, and there are files of these names" in ended.stderr
