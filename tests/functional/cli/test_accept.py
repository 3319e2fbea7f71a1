"""An intended difference is accepted by a person, and counts no more, for exactly this difference."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.model.acceptance import identity
from ci_scriptcheck.model.comparison import (
    Fate,
    FileComparison,
    PortComparison,
    TableComparison,
)
from ci_scriptcheck.model.result import Finding, Level, Outcome
from ci_scriptcheck.model.scenario import REAL
from ci_scriptcheck.run import record
from ci_scriptcheck.values import replace
from tests.conftest import a_plan, a_record, a_result, a_task
from tests.functional.cli.command import commit, git, scriptcheck

if TYPE_CHECKING:
    from collections.abc import Callable

DEMO = Path(__file__).parents[3] / "ci_scriptcheck" / "cli" / "demo" / "project"
REASON = "nobody needs them: ticket 12"


def drop(root: Path, column: str) -> None:
    """Have a column that `split` names dropped by the step before it."""
    for script, old, new in (
        (
            "preprocess",
            "    orders.to_parquet(",
            f"    orders.pop({column!r})\n    orders.to_parquet(",
        ),
        ("split", '"""', f'"""(not by {column}) '),
    ):
        file = root / "scripts" / f"{script}.py"
        file.write_text(file.read_text().replace(old, new, 1))


@pytest.fixture(scope="module")
def shop_without_a_column(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("shop") / "repository"
    shutil.copytree(DEMO, root)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    git(root, "checkout", "--quiet", "-b", "change")
    drop(root, "order_id")
    ended = scriptcheck("run", folder=root)
    assert ended.returncode == 1
    assert "accept      scriptcheck accept fraud/preprocess --reason '…'" in ended.stdout
    return root


@pytest.fixture
def shop(shop_without_a_column: Path, tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    shutil.copytree(shop_without_a_column, root, symlinks=True)
    return root


def test_an_accepted_difference_counts_no_more(shop: Path) -> None:
    ended = scriptcheck("accept", "fraud/preprocess", "--reason", REASON, folder=shop)
    assert ended.returncode == 0, ended.stderr
    assert "accepted  SC401 features/order_id of step preprocess" in ended.stdout

    again = scriptcheck("run", folder=shop)

    assert again.returncode == 0, again.stdout
    assert f"SC401: {REASON} (accepted in this change)" in again.stdout
    assert f'reason: "{REASON}"' in (shop / "scriptcheck.accepted.yaml").read_text()


@pytest.mark.slow
def test_it_holds_where_nothing_is_kept_of_earlier_runs(shop: Path) -> None:
    scriptcheck("accept", "fraud/preprocess", "--reason", REASON, folder=shop)
    shutil.rmtree(shop / ".scriptcheck")

    ended = scriptcheck("run", folder=shop)

    assert ended.returncode == 0, ended.stdout


@pytest.mark.slow
def test_other_values_with_the_same_figures_are_another_difference(shop: Path) -> None:
    preprocess = shop / "scripts" / "preprocess.py"
    text = preprocess.read_text()
    change = "    orders['items'] = orders['items'].sample(frac=1, random_state=SEED).to_numpy()\n"
    settings = shop / "scriptcheck.yaml"
    settings.write_text(settings.read_text() + "rules: {SC406: error}\n")
    preprocess.write_text(
        text.replace(
            "    orders.to_parquet(", change.replace("SEED", "1") + "    orders.to_parquet(", 1
        )
    )
    scriptcheck("run", folder=shop)
    scriptcheck("accept", "preprocess", "--reason", REASON, folder=shop)
    accepted = scriptcheck("run", "--mode", "isolation", folder=shop)
    preprocess.write_text(
        text.replace(
            "    orders.to_parquet(", change.replace("SEED", "2") + "    orders.to_parquet(", 1
        )
    )

    ended = scriptcheck("run", "--mode", "isolation", folder=shop)

    assert accepted.returncode == 0, accepted.stdout
    assert ended.returncode == 1, ended.stdout


def test_another_loss_of_the_same_output_counts_and_the_one_that_was_accepted_does_not(
    shop: Path,
) -> None:
    scriptcheck("accept", "fraud/preprocess", "--reason", REASON, folder=shop)
    drop(shop, "items")

    again = scriptcheck("run", folder=shop)

    assert again.returncode == 1
    assert "SC401 column `items` of `features.parquet` is gone" in again.stdout
    assert f"SC401: {REASON} (accepted in this change)" in again.stdout
    assert "look again" not in again.stdout


@pytest.mark.slow
def test_a_loss_that_was_accepted_is_the_same_in_other_data(shop: Path) -> None:
    scriptcheck("accept", "fraud/preprocess", "--reason", REASON, folder=shop)
    settings = shop / "scriptcheck.yaml"
    text = settings.read_text()
    settings.write_text(text.replace("rows: 2000", "rows: 1500", 1))
    assert settings.read_text() != text

    again = scriptcheck("run", folder=shop)

    assert again.returncode == 0, again.stdout
    assert f"SC401: {REASON} (accepted in this change)" in again.stdout


def test_an_acceptance_without_a_reason_is_refused(shop: Path) -> None:
    ended = scriptcheck("accept", "fraud/preprocess", folder=shop)

    assert ended.returncode == 2
    assert "an accepted difference needs a reason" in ended.stderr
    assert not (shop / "scriptcheck.accepted.yaml").exists()


def test_what_a_run_found_before_a_file_changed_is_not_accepted(shop: Path) -> None:
    drop(shop, "items")

    ended = scriptcheck("accept", "fraud/preprocess", "--reason", REASON, folder=shop)

    assert ended.returncode == 2
    assert "`scripts/preprocess.py` and `scripts/split.py` changed after the newest run" in (
        ended.stderr
    )
    assert "run `scriptcheck run` again" in ended.stderr
    assert not (shop / "scriptcheck.accepted.yaml").exists()


def test_what_a_run_of_another_branch_found_is_not_accepted(shop: Path) -> None:
    commit(shop)
    git(shop, "checkout", "--quiet", "main")

    ended = scriptcheck("accept", "fraud/preprocess", "--reason", REASON, folder=shop)

    assert ended.returncode == 2
    assert "changed after the newest run" in ended.stderr


def test_a_commit_after_the_run_changes_nothing_of_what_it_found(shop: Path) -> None:
    commit(shop)

    ended = scriptcheck("accept", "fraud/preprocess", "--reason", REASON, folder=shop)

    assert ended.returncode == 0, ended.stderr
    assert re.search(
        r"as \.scriptcheck/runs/\w+ has it, of main@\w{7} \+ uncommitted", ended.stdout
    )


def test_a_run_that_is_named_is_taken_as_it_is(shop: Path) -> None:
    drop(shop, "items")
    (run,) = (shop / ".scriptcheck" / "runs").iterdir()

    ended = scriptcheck(
        "accept", "fraud/preprocess", "--reason", REASON, "--run", str(run), folder=shop
    )

    assert ended.returncode == 0, ended.stderr


def test_what_does_not_differ_cannot_be_accepted(shop: Path) -> None:
    ended = scriptcheck("accept", "fraud/trian", "--reason", REASON, folder=shop)

    assert ended.returncode == 2
    assert "`fraud/trian` has no difference of its own from base" in ended.stderr
    assert "there is one in fraud/preprocess" in ended.stderr


SLOW = Finding(
    rule="SC408",
    severity=Level.WARNING,
    message="the script takes 9.0 s, and on main 2.0 s, on the same inputs",
    subject="split",
    step="split",
)
LARGE = replace(SLOW, rule="SC409", message="the script holds 900 MiB, and on main 300 MiB")


def a_run_of(shop: Path, *findings: Finding) -> str:
    """Write the record of a run that found this of `split`, and nothing of others."""
    (shop / "made").mkdir()
    task = a_task("split", pipeline="fraud")
    result = a_result(task.id, findings=findings)
    record.write_record(shop / "made", a_record(a_plan(task), result))
    return "made"


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        ((), "`tolerance: {slower: …, memory: …}`"),
        (("--rule", "SC408"), "`tolerance: {slower: …}`"),
        (("--rule", "SC409"), "`tolerance: {memory: …}`"),
    ],
)
def test_what_a_script_costs_is_allowed_by_a_tolerance_and_not_accepted(
    shop: Path, words: tuple[str, ...], advice: str
) -> None:
    run = a_run_of(shop, SLOW, LARGE)

    ended = scriptcheck("accept", "split", "--reason", REASON, "--run", run, *words, folder=shop)

    assert ended.returncode == 2
    assert "error: what `split` costs beside base is no difference in data" in ended.stderr
    assert f"in the step or in `defaults`: {advice}" in ended.stderr
    assert "there is one in" not in ended.stderr
    assert not (shop / "scriptcheck.accepted.yaml").exists()


def test_what_another_step_costs_is_no_difference_that_could_be_accepted(shop: Path) -> None:
    run = a_run_of(shop, SLOW)

    ended = scriptcheck("accept", "train", "--reason", REASON, "--run", run, folder=shop)

    assert ended.returncode == 2
    assert "the run found no difference from base that could be accepted" in ended.stderr


LOST = Finding(
    rule="SC401",
    severity=Level.ERROR,
    message="column `order_id` of `features.csv` is gone",
    subject="features/order_id",
    step="preprocess",
    port="features",
)
EMPTY = replace(LOST, rule="SC405", severity=Level.WARNING, subject="features/features.csv")


def a_loss_in_made_and_real_data(shop: Path, real: Finding = LOST) -> str:
    """Write the record of a run in which a column is gone from made data, and real ones, of as many rows or fewer."""
    (shop / "made").mkdir()
    tasks = [a_task("preprocess", pipeline="fraud", scenario=name) for name in ("standard", REAL)]
    results = [
        a_result(
            task.id,
            Outcome.FAILED,
            findings=(finding, EMPTY),
            comparisons=(a_difference(rows),),
        )
        for task, finding, rows in zip(tasks, (LOST, real), (100, 14), strict=True)
    ]
    record.write_record(shop / "made", a_record(a_plan(*tasks), *results))
    return "made"


def a_difference(rows: int) -> PortComparison:
    table = TableComparison(rows_before=rows, rows_after=rows)
    return PortComparison(
        port="features",
        files=(FileComparison(path="features.csv", fate=Fate.CHANGED, table=table),),
    )


@pytest.mark.parametrize("name", ["fraud/preprocess", "fraud/preprocess[real]"])
def test_a_task_is_accepted_with_those_that_are_told_as_one_failure_with_it(
    shop: Path, name: str
) -> None:
    run = a_loss_in_made_and_real_data(shop)

    ended = scriptcheck("accept", name, "--reason", REASON, "--run", run, folder=shop)

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.count("accepted  SC401 features/order_id of step preprocess") == 1
    assert "in fraud/preprocess and fraud/preprocess[real]" in ended.stdout
    written = (shop / "scriptcheck.accepted.yaml").read_text()
    assert [written.count(identity(a_difference(rows))) for rows in (100, 14)] == (
        # What is no failure is accepted of the task alone that was named.
        [2, 1] if name == "fraud/preprocess" else [1, 2]
    )


def test_what_was_accepted_of_real_data_stays_where_a_run_was_given_none_and_what_goes_is_told(
    shop: Path, tmp_path: Path
) -> None:
    both = a_loss_in_made_and_real_data(shop)
    scriptcheck("accept", "preprocess", "--reason", "before", "--run", both, folder=shop)
    task = a_task("preprocess", pipeline="fraud")
    result = a_result(task.id, findings=(EMPTY,), comparisons=(a_difference(77),))
    record.write_record(tmp_path / "made", a_record(a_plan(task), result))

    words = "--reason", "now", "--run", str(tmp_path / "made")
    ended = scriptcheck("accept", "preprocess", *words, folder=shop)

    assert (
        "in place of SC405 features/features.csv of fraud/preprocess, accepted before (before)"
        in ended.stdout
    )
    entries = (shop / "scriptcheck.accepted.yaml").read_text().split("\n- ")
    of_gaps = [one for one in entries if "rule: SC405" in one]
    assert sorted(re.findall(r"task: (\S+)|reason: (\S+)", "".join(of_gaps))) == sorted(
        [
            ("fraud/preprocess", ""),
            ("", "now"),
            ('"fraud/preprocess[real]"', ""),
            ("", "before"),
        ]
    )


def test_a_task_that_fails_otherwise_is_not_accepted_with_another(shop: Path) -> None:
    run = a_loss_in_made_and_real_data(shop, replace(LOST, message="column `amount` is gone"))

    ended = scriptcheck(
        "accept", "fraud/preprocess", "--reason", REASON, "--run", run, folder=shop
    )

    assert ended.returncode == 0, ended.stderr
    written = (shop / "scriptcheck.accepted.yaml").read_text()
    assert identity(a_difference(14)) not in written


def test_a_rule_that_found_nothing_of_a_task_is_told_beside_those_that_did(shop: Path) -> None:
    ended = scriptcheck(
        "accept", "fraud/preprocess", "--reason", REASON, "--rule", "SC404", folder=shop
    )

    assert ended.returncode == 2
    assert "`fraud/preprocess` has no difference of its own from base by rule SC404" in (
        ended.stderr
    )
    assert "what it has is by SC401" in ended.stderr
    assert "there is one in" not in ended.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- step: a\n  outptu: b\n", "unknown key `outptu`"),
        ("step: a\n", "this must be a list of differences"),
        ("- step: a\n", "`output` is missing"),
        ("- [\n", "scriptcheck.accepted.yaml:"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_line(shop: Path, text: str, told: str) -> None:
    (shop / "scriptcheck.accepted.yaml").write_text(text)

    ended = scriptcheck("run", folder=shop)

    assert ended.returncode == 2
    assert told in ended.stderr
    assert "--> scriptcheck.accepted.yaml:" in ended.stderr


def outside(shop: Path, name: str) -> None:
    (shop.parent / "elsewhere.yaml").write_text("[]\n")
    (shop / name).symlink_to(shop.parent / "elsewhere.yaml")


def in_a_circle(shop: Path, name: str) -> None:
    (shop / name).symlink_to(name)


def to_a_folder(shop: Path, name: str) -> None:
    (shop / name).symlink_to("scripts")


def a_folder(shop: Path, name: str) -> None:
    (shop / name).mkdir()
    (shop / name / "a.yaml").write_text("[]\n")


WRITE = "help: write the list of differences into a file of this name"


@pytest.mark.parametrize(
    ("make", "told", "advice"),
    [
        (outside, "is not a regular file", WRITE),
        (to_a_folder, "is not a regular file", WRITE),
        (a_folder, "is not a regular file", WRITE),
        (in_a_circle, "cannot be read: Too many", "help: make it a regular file that may be read"),
    ],
)
def test_what_stands_in_place_of_the_file_is_a_mistake(
    shop: Path, make: Callable[[Path, str], None], told: str, advice: str
) -> None:
    make(shop, "scriptcheck.accepted.yaml")

    for command in (("run",), ("accept", "preprocess", "--reason", REASON)):
        ended = scriptcheck(*command, folder=shop)

        assert ended.returncode == 2, ended.stderr
        assert f"`scriptcheck.accepted.yaml` {told}" in ended.stderr
        assert "--> scriptcheck.accepted.yaml" in ended.stderr
        assert advice in ended.stderr


def test_a_link_inside_the_repository_is_followed(shop: Path) -> None:
    scriptcheck("accept", "fraud/preprocess", "--reason", REASON, folder=shop)
    (shop / "docs").mkdir()
    (shop / "scriptcheck.accepted.yaml").rename(shop / "docs" / "accepted.yaml")
    (shop / "scriptcheck.accepted.yaml").symlink_to("docs/accepted.yaml")

    ended = scriptcheck("run", folder=shop)

    assert ended.returncode == 0, ended.stdout
    assert f"SC401: {REASON} (accepted in this change)" in ended.stdout


def accept_on_main(shop: Path, *, as_link: bool) -> None:
    """Have main itself accept what the change, which is not committed, is about to do."""
    scriptcheck("accept", "fraud/preprocess", "--reason", REASON, folder=shop)
    if as_link:
        (shop / "docs").mkdir()
        (shop / "scriptcheck.accepted.yaml").rename(shop / "docs" / "accepted.yaml")
        (shop / "scriptcheck.accepted.yaml").symlink_to("docs/accepted.yaml")
    git(shop, "stash", "--quiet", "--", "scripts")
    git(shop, "checkout", "--quiet", "main")
    commit(shop)
    git(shop, "checkout", "--quiet", "change")
    git(shop, "merge", "--quiet", "main")
    git(shop, "stash", "pop", "--quiet")


def test_what_a_file_of_another_project_accepts_is_not_accepted_here(shop: Path) -> None:
    accept_on_main(shop, as_link=False)
    (shop / "other").mkdir()
    (shop / "other" / "scriptcheck.accepted.yaml").write_text("[]\n")

    ended = scriptcheck("run", folder=shop)

    assert f"SC401: {REASON} (accepted before this change)" in ended.stdout


def test_a_change_of_what_a_link_leads_to_accepts_in_this_change(shop: Path) -> None:
    accept_on_main(shop, as_link=True)
    file = shop / "docs" / "accepted.yaml"
    file.write_text(file.read_text() + "# and more\n")

    ended = scriptcheck("run", folder=shop)

    assert f"SC401: {REASON} (accepted in this change)" in ended.stdout
