"""Where a change speaks of what a failure names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.change import mentions
from ci_scriptcheck.change.git.repository import change_set
from ci_scriptcheck.errors import Place
from ci_scriptcheck.model.result import Finding, Level, Outcome
from tests.conftest import a_plan, a_record, a_result, a_task

if TYPE_CHECKING:
    from ci_scriptcheck.model.change import ChangeSet
    from tests.functional.change.conftest import Repository

BEFORE = 'a = 1\nb = 2\nframe["amount_usd"] = a\nc = 3\n'
AFTER = 'a = 1\nb = 2\nframe["amount"] = a\nc = 3\n'


@pytest.fixture
def changes(repository: Repository) -> ChangeSet:
    """Rename a column in one file, and add another file."""
    base = repository.commit({"prepare.py": BEFORE, "image.png": b"\0amount_usd"})
    repository.commit(
        {"prepare.py": AFTER, "new.py": "one\nthreshold = 3\n", "image.png": b"\0other"}
    )
    return change_set(repository.root, base=base, environ={}, default_base=None)


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("KeyError: 'amount_usd'", ("amount_usd", Place(file="prepare.py", line=3))),
        ("KeyError: 'amount'", ("amount", Place(file="prepare.py", line=3))),
        ("no column `threshold`", ("threshold", Place(file="new.py", line=2))),
        ("'Column not found: amount'", ("amount", Place(file="prepare.py", line=3))),
        ("KeyError: 'mount'", None),
        ("KeyError: amount_usd", None),
        ("KeyError: 'b'", None),
    ],
)
def test_a_quoted_name_is_found_in_the_lines_that_changed(
    repository: Repository, changes: ChangeSet, message: str, found: tuple[str, Place] | None
) -> None:
    lines = mentions.changed_lines(repository.root, changes)

    assert mentions.first_mention(message, lines) == found


def test_a_line_that_is_gone_is_found_where_another_one_stands_now(
    repository: Repository,
) -> None:
    base = repository.commit({"settings.yaml": "version: 1\nsteps: a\nport: loaded\n"})
    repository.commit({"settings.yaml": "version: 2\nsteps: b\nport: other\nmore: 1\n"})
    changes = change_set(repository.root, base=base, environ={}, default_base=None)

    lines = mentions.changed_lines(repository.root, changes)

    found = mentions.first_mention("`loaded` is not there", lines)
    assert found == ("loaded", Place(file="settings.yaml", line=3))


def test_what_was_accepted_is_not_where_a_change_speaks_of_a_name(repository: Repository) -> None:
    base = repository.commit({"prepare.py": BEFORE})
    accepted = 'accepted:\n- reason: "amount_usd is not wanted"\n'
    repository.commit({"aa/scriptcheck.accepted.yaml": accepted, "prepare.py": AFTER})
    changes = change_set(repository.root, base=base, environ={}, default_base=None)

    lines = mentions.changed_lines(repository.root, changes)

    found = mentions.first_mention("KeyError: 'amount_usd'", lines)
    assert found == ("amount_usd", Place(file="prepare.py", line=3))


def test_the_port_that_a_finding_is_about_is_not_what_is_looked_for(
    repository: Repository, changes: ChangeSet
) -> None:
    message = "output `amount` has no column `threshold`"
    missing = Finding(rule="SC301", severity=Level.ERROR, message=message, port="amount")
    plan = a_plan(a_task("train"), changes=changes)
    failed = a_result("train", Outcome.FAILED, findings=(missing,))

    record = mentions.told(a_record(plan, failed), repository.root)

    (finding,) = record.results[0].findings
    assert finding.evidence == ("`threshold` appears in this change at new.py:2.",)


def test_a_failure_that_counts_is_told_with_it(repository: Repository, changes: ChangeSet) -> None:
    raised = Finding(rule="SC201", severity=Level.ERROR, message="KeyError: 'amount_usd'")
    plan = a_plan(a_task("train"), changes=changes)
    failed = a_result("train", Outcome.FAILED, findings=(raised,))

    record = mentions.told(a_record(plan, failed), repository.root)

    (finding,) = record.results[0].findings
    assert finding.evidence == ("`amount_usd` appears in this change at prepare.py:3.",)


def test_the_very_place_of_the_failure_is_not_told_twice(
    repository: Repository, changes: ChangeSet
) -> None:
    raised = Finding(
        rule="SC201",
        severity=Level.ERROR,
        message="KeyError: 'amount'",
        place=Place(file="prepare.py", line=3),
    )
    plan = a_plan(a_task("prepare"), changes=changes)
    record = a_record(plan, a_result("prepare", Outcome.FAILED, findings=(raised,)))

    assert mentions.told(record, repository.root) == record


def test_a_run_that_passed_asks_git_nothing(repository: Repository) -> None:
    record = a_record()

    assert mentions.told(record, repository.root / "nowhere") is record


def test_a_base_that_cannot_be_read_costs_the_sentence_only(repository: Repository) -> None:
    raised = Finding(rule="SC201", severity=Level.ERROR, message="KeyError: 'amount_usd'")
    record = a_record(None, a_result("train", Outcome.FAILED, findings=(raised,)))

    assert mentions.told(record, repository.root) == record
