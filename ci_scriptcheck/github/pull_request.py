"""Which pull request a finished run was for, found without believing the run.

`workflow_run` names no pull request where the branch lies in a fork. A number in the artifact would
be the fork's to choose, and with it whose pull request is written to. So it is looked up by the
branch that GitHub says was pushed, and counts only while it still ends in the commit of the run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ci_scriptcheck.errors import PublishError
from ci_scriptcheck.github.api import RefusalError
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from ci_scriptcheck.github.api import Api
    from ci_scriptcheck.github.event import FinishedRun


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """One open pull request.

    Attributes:
        base: Branch that it asks to be merged into.
    """

    number: int
    base: str


def find(api: Api, repository: str, run: FinishedRun) -> tuple[PullRequest, ...]:
    """Find the open pull requests whose last commit is the one of the run; mostly one, or none.

    Raises:
        PublishError: GitHub does not list them.
    """
    owner = run.head_repository.partition("/")[0]
    listed = api.pages(
        f"/repos/{repository}/pulls", state="open", head=f"{owner}:{run.head_branch}"
    )
    return tuple(
        PullRequest(number=item["number"], base=str(_at(item, "base", "ref")))
        for item in listed
        if isinstance(_at(item, "number"), int)
        and _at(item, "head", "sha") == run.head
        # One owner may have two repositories of one network, with branches of one name.
        and str(_at(item, "head", "repo", "full_name")).casefold()
        == run.head_repository.casefold()
    )


def of_commit(
    api: Api, repository: str, run: FinishedRun, claimed: Mapping[str, str | None]
) -> tuple[tuple[str, ...], tuple[PublishError, ...]]:
    """Say which records are about the commit of the run, or its merge into the base branch.

    A run has one such merge. So GitHub is asked about one commit, however many are claimed.

    Args:
        api: The connection.
        repository: `owner/name`.
        run: The run that left the records.
        claimed: Name of a record → the commit that it says it is about.

    Returns:
        The names of those that are, and what is wrong with others.
    """
    others = sorted({one for one in claimed.values() if one != run.head}, key=str)
    fitting, problems = {run.head}, []
    for number, commit in enumerate(others):
        try:
            if number == 0 and commit and run.head in _parents(api, repository, commit):
                fitting.add(commit)
            else:
                problems.append(_of_another(run, commit))
        except PublishError as error:
            problems.append(error)
    names = tuple(name for name, commit in claimed.items() if commit in fitting)
    return names, tuple(problems)


def _of_another(run: FinishedRun, claimed: str | None) -> PublishError:
    return PublishError(
        what="the record in the artifact is of another commit than its run",
        facts=(f"the run was for {run.head}", f"the record says {claimed or 'nothing'}"),
    )


def _parents(api: Api, repository: str, commit: str) -> tuple[str, ...]:
    # The commit comes from the artifact, and is to become a part of an address.
    if len(commit) not in {40, 64} or not set(commit) <= set("0123456789abcdef"):
        return ()
    try:
        found = api.get(f"/repos/{repository}/git/commits/{commit}")
    except RefusalError as refusal:
        if refusal.status in {404, 409, 422}:
            return ()
        raise
    parents = _at(found, "parents")
    return tuple(str(_at(one, "sha")) for one in parents) if isinstance(parents, list) else ()


def _at(value: object, *keys: str) -> Any:  # noqa: ANN401  (JSON)
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
