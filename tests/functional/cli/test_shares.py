"""A run shared among machines, each with a store of its own, and merged again."""

from __future__ import annotations

import json
import random
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from ci_scriptcheck import __version__
from ci_scriptcheck.run import record as run_record
from ci_scriptcheck.values import replace
from tests.functional.cli.command import ROOT, commit, git, scriptcheck

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.model.result import Artefact, TaskResult
    from ci_scriptcheck.model.run_record import RunRecord

SCRIPT = """\
from pathlib import Path


def main(input_paths, output_paths, environ_vars, job_args):
    text = "".join(sorted((Path(path) / "out.txt").read_text() for path in input_paths.values()))
    {fate}
    (Path(output_paths["out"]) / "out.txt").write_text(text + "{name}\\n")
"""
FATES = ("pass", "pass", "pass", "raise ValueError(text)")


SETTINGS = """\
version: 1
datasets: {raw: {copy: data}}
steps: {score: {script: scripts/score.py, outputs: {out: {}}}}
pipelines: {fraud: [scripts/preprocess.py, scripts/train.py]}
"""
PREPROCESS = """\
from pathlib import Path


def main(input_paths, output_paths, environ_vars, job_args):
    text = (Path(input_paths["raw"]) / "rows.txt").read_text()
    (Path(output_paths["table"]) / "rows.txt").write_text("amount_usd " + text)
"""
TRAIN = """\
from pathlib import Path


def main(input_paths, output_paths, environ_vars, job_args):
    text = (Path(input_paths["table"]) / "rows.txt").read_text()
    print("training")
    if "amount_usd" not in text:
        raise KeyError("amount_usd")
    (Path(output_paths["model"]) / "model.txt").write_text(str(len(text)))
"""
SCORE = """\
from pathlib import Path


def main(input_paths, output_paths, environ_vars, job_args):
    (Path(output_paths["out"]) / "score.txt").write_text("1")
"""


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """Make a repository with two scripts in a row and one beside them, on a branch that breaks one."""
    root = tmp_path / "shop"
    (root / "scripts").mkdir(parents=True)
    (root / "data").mkdir()
    (root / "data" / "rows.txt").write_text("1 2 3\\n")
    (root / "scriptcheck.yaml").write_text(SETTINGS)
    for name, text in (("preprocess", PREPROCESS), ("train", TRAIN), ("score", SCORE)):
        (root / "scripts" / f"{name}.py").write_text(text)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    git(root, "switch", "--quiet", "--create", "change")
    script = root / "scripts" / "preprocess.py"
    script.write_text(script.read_text().replace("amount_usd", "amount"))
    commit(root)
    return root


def shards(root: Path, count: str, *words: str, **more: str) -> list[str]:
    ended = scriptcheck("plan", "--shards", count, "--json", *words, folder=root, variables=more)
    assert ended.returncode == 0, ended.stderr
    return [entry["shard"] for entry in json.loads(ended.stdout)["include"]]


def run_share(root: Path, shard: str, place: Path, *words: str, **more: str) -> int:
    """Run one share as a machine of its own would, and give its exit code."""
    number = shard.partition("/")[0]
    store = {"SCRIPTCHECK_STORE": str(place / f"store{number}")}
    output = ("--output", str(place / f"run{number}"))
    ended = scriptcheck(
        "run", "--shard", shard, *output, *words, folder=root, variables=store | more
    )
    assert ended.returncode in {0, 1}, ended.stderr
    return ended.returncode


def steady(record: RunRecord) -> RunRecord:
    """Leave out times, machines and places, and which of equal runs stood for the others."""
    return replace(
        record,
        run="",
        seconds=0.0,
        shares=(),
        machine=replace(record.machine, workers=0),
        plan=replace(
            record.plan, tasks=tuple(replace(task, weight=1.0) for task in record.plan.tasks)
        ),
        results=tuple(_steady(result) for result in record.results),
    )


def _steady(result: TaskResult) -> TaskResult:
    word = "passed" if result.outcome.value == "reused" else result.outcome.value
    return replace(
        result,
        outcome=type(result.outcome)(word),
        seconds=None,
        cpu_seconds=None,
        peak_memory_mb=None,
        start_up=None,
        started=0.0,
        worker=None,
        log_file=None,
        key=None if any(map(_has_times, result.inputs.values())) else result.key,
        inputs={port: _without_times(made) for port, made in result.inputs.items()},
        outputs={port: _without_times(made) for port, made in result.outputs.items()},
    )


def _has_times(made: Artefact) -> bool:
    """Say whether it is an archive that a script made: it holds when its files were written."""
    return any(file.path.endswith(".tar.gz") for file in made.files)


def _without_times(made: Artefact) -> Artefact:
    if not _has_times(made):
        return made
    files = tuple(replace(file, bytes=0, digest="") for file in made.files)
    return replace(made, digest="", files=files)


def shared(root: Path, place: Path, count: str, *words: str) -> tuple[int, RunRecord]:
    """Cut a run, give each share to a machine of its own, merge them, and give exit code and record."""
    file = str(place / "assignment.json")
    chosen = shards(root, count, "--assignment", file, *words)
    assert len(chosen) > 1, "nothing would be shared"
    for shard in chosen:
        run_share(root, shard, place, "--assignment", file, *words)
    return merged(root, place)


def merged(root: Path, place: Path, *words: str) -> tuple[int, RunRecord]:
    target = place / "merged"
    shares = [str(folder) for folder in sorted(place.glob("run*"))]
    ended = scriptcheck("report", "--merge", *shares, "--output", str(target), *words, folder=root)
    assert ended.stderr == "" or "left out" in ended.stderr
    return ended.returncode, run_record.read_record(target)


def whole(root: Path, place: Path, *words: str) -> tuple[int, RunRecord]:
    """Do all of it on one machine."""
    store = {"SCRIPTCHECK_STORE": str(place / "store")}
    output = ("--output", str(place / "whole"))
    ended = scriptcheck("run", *output, *words, folder=root, variables=store)
    return ended.returncode, run_record.read_record(place / "whole")


def a_random_project(root: Path, seed: int) -> None:
    """Write two pipelines of small scripts, some of which fail, and change some on a branch."""
    drawn = random.Random(seed)  # noqa: S311  (a test that is always the same)
    lines = ["version: 1", "steps:"]
    nodes: dict[str, list[str]] = {"one": [], "two": []}
    names: dict[str, list[str]] = {"one": [], "two": []}
    for number in range(12):
        pipeline = drawn.choice(["one", "two"])
        name, before = f"n{number}", names[pipeline]
        needs = sorted(drawn.sample(before, min(len(before), drawn.choice([0, 1, 1, 2]))))
        ports = ", ".join(f"{need}: {{}}" for need in needs)
        lines.append(
            f"  {name}: {{script: {name}.py, inputs: {{{ports}}}, outputs: {{out: {{}}}}}}"
        )
        links = ", ".join(f"{need}: {need}.out" for need in needs)
        nodes[pipeline].append(f"      {name}: {{inputs: {{{links}}}}}")
        before.append(name)
        text = SCRIPT.format(name=name, fate=drawn.choice(FATES))
        (root / f"{name}.py").write_text(text)
    lines.append("pipelines:")
    for pipeline, of_one in nodes.items():
        lines += [f"  {pipeline}:", "    nodes:", *of_one]
    (root / "scriptcheck.yaml").write_text("\n".join(lines) + "\n")
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    git(root, "switch", "--quiet", "--create", "change")
    for number in drawn.sample(range(12), 5):
        path = root / f"n{number}.py"
        path.write_text(path.read_text().replace(f'"n{number}', f'"changed n{number}'))
    commit(root)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_random_project_gives_the_same_record_shared_and_whole(
    tmp_path: Path, seed: int
) -> None:
    root = tmp_path / "project"
    root.mkdir()
    a_random_project(root, seed)

    alone = whole(root, tmp_path, "--base", "main")
    together = shared(root, tmp_path, "3", "--base", "main")

    assert together[0] == alone[0]
    assert steady(together[1]) == steady(alone[1])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("example", "file", "old", "new"),
    [
        ("penguins", "scripts/split.py", "import pandas", "# Changed.\nimport pandas"),
        (
            "flights",
            "src/flights/processing/tables.py",
            "import pandas",
            "# Changed.\nimport pandas",
        ),
    ],
)
def test_an_example_gives_the_same_record_shared_and_whole(
    tmp_path: Path, example: str, file: str, old: str, new: str
) -> None:
    root = tmp_path / "examples"
    shutil.copytree(ROOT / "examples", root, ignore=shutil.ignore_patterns(".scriptcheck"))
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    git(root, "switch", "--quiet", "--create", "change")
    path = root / example / file
    path.write_text(path.read_text().replace(old, new, 1))
    commit(root)
    project = root / example

    alone = whole(project, tmp_path, "--base", "main")
    together = shared(project, tmp_path, "3", "--base", "main")

    assert together[0] == alone[0] == 0
    assert steady(together[1]) == steady(alone[1])


def test_nothing_affected_needs_no_machine(broken: Path) -> None:
    git(broken, "switch", "--quiet", "main")

    assert shards(broken, "auto", "--base", "HEAD") == []
    assert shards(broken, "4", "--base", "HEAD") == []


def test_little_to_do_needs_one_machine(broken: Path) -> None:
    assert shards(broken, "auto", "--base", "main") == ["1/1"]


def test_the_cut_is_told_in_words_too(broken: Path) -> None:
    ended = scriptcheck("plan", "--all", "--shards", "2", folder=broken)

    assert ended.returncode == 0
    assert ended.stdout.splitlines()[-1].startswith("2 shares of ")
    assert "times the mean" in ended.stdout


@pytest.mark.slow
def test_a_share_that_left_no_record_does_not_pass(broken: Path, tmp_path: Path) -> None:
    git(broken, "switch", "--quiet", "main")
    for number in (1, 2):
        run_share(broken, f"{number}/2", tmp_path, "--all")
    assert merged(broken, tmp_path)[0] == 0
    shutil.rmtree(tmp_path / "run2")

    code, record = merged(broken, tmp_path)

    assert code == 1
    assert record.missing == (2,)
    told = scriptcheck("report", "--run", str(tmp_path / "merged"), folder=broken).stdout
    assert "share 2/2 has left no record" in told
    junit = scriptcheck("report", "junit", "--run", str(tmp_path / "merged"), folder=broken)
    assert '<testcase name="share 2/2"' in junit.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--shard", "1/3", "--all"), "this plan was cut into 2, not into 3 shares"),
        (("--shard", "1/2"), "this machine plans other tasks than were shared out"),
        (("--shard", "1/2", "train"), "this machine plans other tasks than were shared out"),
        (("--all",), "`--assignment` is about one share of several"),
    ],
)
def test_a_share_of_another_plan_is_refused_before_anything_runs(
    broken: Path, tmp_path: Path, words: tuple[str, ...], expected: str
) -> None:
    file = str(tmp_path / "cut.json")
    assert len(shards(broken, "2", "--all", "--assignment", file)) == 2

    ended = scriptcheck("run", *words, "--assignment", file, folder=broken)

    assert (ended.returncode, expected in ended.stderr) == (2, True), ended.stderr


def test_an_assignment_that_another_job_puts_into_the_checkout_is_no_change(
    broken: Path, tmp_path: Path
) -> None:
    made = tmp_path / "cut.json"
    shards(broken, "1", "--base", "main", "--assignment", str(made))
    here = broken / "assignment.json"
    shutil.copy(made, here)

    run_share(broken, "1/1", tmp_path, "--base", "main", "--assignment", str(here))

    changes = run_record.read_record(tmp_path / "run1").plan.changes
    assert [change.path for change in changes.files] == ["scripts/preprocess.py"]
    assert not changes.uncommitted


def test_an_assignment_of_another_commit_is_refused(broken: Path, tmp_path: Path) -> None:
    file = str(tmp_path / "cut.json")
    shards(broken, "2", "--all", "--assignment", file)
    (broken / "README.md").write_text("More.\n")
    commit(broken)

    ended = scriptcheck("run", "--all", "--shard", "1/2", "--assignment", file, folder=broken)

    assert ended.returncode == 2
    assert "the plan that was cut has another head" in ended.stderr


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "cannot be read: No such file or directory"),
        ("{", "says of no plan which share runs what"),
        ("[]", "says of no plan which share runs what"),
        ('{"format": 1, "written_by": "0.0.1"}', "was written by scriptcheck 0.0.1"),
        (
            json.dumps(
                {
                    "format": 1,
                    "written_by": __version__,
                    "assignment": {
                        "project": "shop",
                        "folder": "",
                        "base": None,
                        "head": None,
                        "of": 2,
                        "shares": {"score": 3},
                    },
                }
            ),
            "says of no plan which share runs what",
        ),
    ],
)
def test_what_is_no_assignment_is_refused(
    broken: Path, tmp_path: Path, content: str | None, expected: str
) -> None:
    file = tmp_path / "cut.json"
    if content is not None:
        file.write_text(content)

    ended = scriptcheck("run", "--shard", "1/2", "--assignment", str(file), folder=broken)

    assert (ended.returncode, expected in ended.stderr) == (2, True), ended.stderr


@pytest.mark.slow
def test_shares_that_know_other_durations_run_every_task_once(
    broken: Path, tmp_path: Path
) -> None:
    """The plan's own machine has a history; those of the shares have none."""
    git(broken, "switch", "--quiet", "main")
    assert scriptcheck("run", "--all", folder=broken).returncode == 0
    file = str(tmp_path / "cut.json")
    chosen = shards(broken, "2", "--all", "--assignment", file)

    for shard in chosen:
        run_share(broken, shard, tmp_path, "--all", "--no-reuse", "--assignment", file)

    assert merged(broken, tmp_path)[0] == 0


def test_what_merged_shares_taught_is_kept_where_that_is_asked_for(
    broken: Path, tmp_path: Path
) -> None:
    git(broken, "switch", "--quiet", "main")
    for number in (1, 2):
        run_share(broken, f"{number}/2", tmp_path, "--all")
    store = broken / ".scriptcheck" / "store" / "history"
    assert merged(broken, tmp_path)[0] == 0
    assert not store.exists()

    merged(broken, tmp_path, "--learn")

    (file,) = store.glob("*.json")
    assert "fraud/train" in json.loads(file.read_text())["entries"]["tasks"]


def test_a_merged_run_does_not_empty_the_shares_that_it_is_made_of(
    broken: Path, tmp_path: Path
) -> None:
    run_share(broken, "1/1", tmp_path)

    ended = scriptcheck(
        "report", "--merge", str(tmp_path), "--output", str(tmp_path), folder=broken
    )

    assert ended.returncode == 2
    assert "which is to be merged" in ended.stderr
    assert (tmp_path / "run1" / "record.json").is_file()


def test_records_are_found_below_a_folder_and_rendered_as_asked_for(
    broken: Path, tmp_path: Path
) -> None:
    for number in (1, 2):
        run_share(broken, f"{number}/2", tmp_path / "shares")

    ended = scriptcheck("report", "json", "--merge", str(tmp_path / "shares"), folder=broken)

    public: dict[str, Any] = json.loads(ended.stdout)
    assert (ended.returncode, public["exit_code"], public["share"]) == (1, 1, None)
    assert [one["number"] for one in public["run"]["shares"]] == [1, 2]
    assert {task["id"]: task["outcome"] for task in public["tasks"]}["fraud/train"] == "failed"


def test_a_log_goes_along_with_its_failure_and_no_link_is_followed(
    broken: Path, tmp_path: Path
) -> None:
    run_share(broken, "1/1", tmp_path)
    share = tmp_path / "run1"
    (failed,) = (one for one in run_record.read_record(share).results if one.task == "fraud/train")
    log = share / str(failed.log_file)
    _, record = merged(broken, tmp_path)
    assert (tmp_path / "merged" / str(failed.log_file)).read_text() == log.read_text()

    secret = tmp_path / "secret"
    secret.write_text("a secret\n")
    log.unlink()
    log.symlink_to(secret)
    _, record = merged(broken, tmp_path)

    assert not (tmp_path / "merged" / str(failed.log_file)).exists()
    (kept,) = (one for one in record.results if one.task == "fraud/train")
    assert kept.log_file is None
