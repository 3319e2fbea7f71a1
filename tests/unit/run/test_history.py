"""What earlier runs taught the next plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.result import Outcome
from ci_scriptcheck.run import history
from ci_scriptcheck.run.history import ANY_FILE, MOST_READS, MOST_TASKS, History, after
from tests.conftest import a_plan, a_record, a_result, a_task

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.model.run_record import RunRecord


def a_run(
    *files: str,
    scenario: str = "standard",
    seconds: float = 2.0,
    outcome: Outcome = Outcome.PASSED,
) -> RunRecord:
    """Make the record of one task that opened these files."""
    task = a_task("train", scenario=scenario)
    result = a_result(task.id, outcome, reads=dict.fromkeys(files, "d"), seconds=seconds)
    return a_record(a_plan(task), result)


def test_what_a_task_no_longer_opens_is_forgotten() -> None:
    learned = after(after(History(), a_run("old.json", "a.json")), a_run("a.json", seconds=3.0))

    assert learned.reads == {"train": ("a.json",)}
    assert learned.seconds == {"train": 3.0}


def test_a_run_that_failed_early_makes_nothing_forgotten() -> None:
    failed = a_run("b.json", outcome=Outcome.FAILED)

    learned = after(after(History(), a_run("a.json")), failed)

    assert learned.reads == {"train": ("a.json", "b.json")}


def test_a_task_that_opened_too_many_files_counts_as_having_opened_all() -> None:
    many = [f"{number}.json" for number in range(MOST_READS + 1)]

    assert after(History(), a_run(*many)).reads == {"train": (ANY_FILE,)}


def test_a_step_opens_what_each_of_its_tasks_opened() -> None:
    learned = after(after(History(), a_run("a.json")), a_run("b.json", scenario="edge_cases"))

    assert learned.reads == {"train": ("a.json", "b.json")}


def test_what_was_not_run_stays_known() -> None:
    skipped = a_record(a_plan(a_task("train")), a_result("train", Outcome.NOT_RUN))

    learned = after(after(History(), a_run("a.json")), skipped)

    assert learned.reads == {"train": ("a.json",)}


def test_the_tasks_that_ran_last_are_remembered() -> None:
    many = [a_task(f"step{number}") for number in range(MOST_TASKS)]

    learned = after(after(History(), a_run("a.json")), a_record(a_plan(*many)))

    assert len(learned.tasks) == MOST_TASKS
    assert "train" not in learned.tasks


def test_projects_of_one_repository_do_not_mix(tmp_path: Path) -> None:
    one = history.file_of(tmp_path, "shop", "a")
    history.save(one, after(History(), a_run("a.json")))

    assert history.load(one).reads == {"train": ("a.json",)}
    assert history.load(history.file_of(tmp_path, "shop", "b")) == History()
    assert history.load(history.file_of(tmp_path, "bank", "a")) == History()
