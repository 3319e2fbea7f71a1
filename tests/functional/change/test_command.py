"""How git is called, and given up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.change.git import command

if TYPE_CHECKING:
    from tests.functional.change.conftest import Repository


def test_what_takes_too_long_is_ended_with_all_that_git_has_started(
    repository: Repository,
) -> None:
    slow = f"alias.slow=!sleep 3; touch {repository.root}/finished"

    (answer,) = command.ask(repository.root, [["-c", slow, "slow"]], seconds=0.3)

    assert answer.status == 124
    assert not (repository.root / "finished").exists()
