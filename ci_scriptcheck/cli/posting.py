"""One record on GitHub: its texts written, its check run shown, its comment put where it belongs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.errors import PublishError
from ci_scriptcheck.github import check_run, comment
from ci_scriptcheck.github.check_run import Check, Conclusion
from ci_scriptcheck.github.comment import Standing, Without
from ci_scriptcheck.model import verdict
from ci_scriptcheck.report import annotations as noted_lines
from ci_scriptcheck.report import markdown
from ci_scriptcheck.report.links import Links
from ci_scriptcheck.report.page import visible
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from ci_scriptcheck.github.api import Api
    from ci_scriptcheck.github.event import Job
    from ci_scriptcheck.model.run_record import RunRecord

_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What is posted of one record.

    Attributes:
        comment: `None` where none is wanted, or there is no pull request.
        without: What to do where the pull request has no comment yet.
        summary: The whole report, for where something cannot be posted.
    """

    project: str
    check: Check | None
    comment: str | None
    without: Without
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of it.

    Attributes:
        lines: What was done, a line each.
        problems: What could not be done.
    """

    lines: tuple[str, ...] = ()
    problems: tuple[PublishError, ...] = ()
    comment_url: str | None = None


def written(record: RunRecord, job: Job, *, commenting: str) -> Post:
    """Write the texts of a record; nothing is posted yet.

    Args:
        record: The run.
        job: What it is about.
        commenting: `auto` or `never`.
    """
    links = links_of(job)
    is_commented = commenting != "never" and job.pull_request is not None
    return Post(
        project=visible(record.plan.project),
        check=None if job.head is None else _check(record, job, job.head, links),
        comment=markdown.comment(record, links) if is_commented else None,
        without=Without.WRITE if markdown.has_news(record) else Without.LEAVE,
        summary=markdown.job_summary(record, links),
    )


def links_of(job: Job) -> Links:
    """Give what the texts link to."""
    return Links(
        server=job.server,
        repository=job.repository,
        head=job.head,
        number=job.pull_request,
        run_url=job.run_url,
        run=job.attempt.run,
        attempt=job.attempt.number,
    )


def post(api: Api, job: Job, post: Post) -> Result:
    """Post what was written; what fails keeps nothing else from being posted."""
    checked = _checked(api, job, post.check) if post.check else Result()
    commented = Result()
    if post.comment is not None and job.pull_request is not None:
        commented = _commented(api, job.repository, job.pull_request, post.comment, post)
    return Result(
        lines=(*checked.lines, *commented.lines),
        problems=(*checked.problems, *commented.problems),
        comment_url=commented.comment_url,
    )


def _checked(api: Api, job: Job, check: Check) -> Result:
    try:
        shown = check_run.publish(api, job.repository, check)
    except PublishError as error:
        return Result(problems=(_about(f"check run `{check.name}`", error),))
    if shown.newer:
        return Result(lines=(f"check    {shown.url}  left to a newer run",))
    less = "  without its summary, which GitHub refused" if shown.left_out else ""
    return Result(lines=(f"check    {shown.url}  {check.conclusion.value}{less}",))


def _commented(api: Api, repository: str, number: int, text: str, post: Post) -> Result:
    try:
        posted = comment.publish(api, repository, number, text, without=post.without)
    except PublishError as error:
        return Result(problems=(_about(f"comment on pull request {number}", error),))
    if posted.standing is Standing.NONE:
        return Result(lines=(f"comment  none: {post.project} has nothing to check",))
    return Result(
        lines=(f"comment  {posted.url}  {posted.standing.value}",), comment_url=posted.url
    )


def _about(what: str, error: PublishError) -> PublishError:
    return PublishError(
        what=f"the {what} was not posted: {error.what}", facts=error.facts, advice=error.advice
    )


def _check(record: RunRecord, job: Job, head: str, links: Links) -> Check:
    return Check(
        name=f"scriptcheck ({visible(record.plan.project)[:_LONGEST_NAME]})",
        head=head,
        attempt=job.attempt,
        conclusion=_conclusion(record),
        title=markdown.title(record),
        summary=markdown.check_summary(record, links),
        details_url=job.run_url,
        annotations=noted_lines.noted(record),
    )


def _conclusion(record: RunRecord) -> Conclusion:
    code = verdict.exit_code(record)
    if code == 0:
        return Conclusion.SUCCESS if markdown.has_news(record) else Conclusion.NEUTRAL
    return Conclusion.CANCELLED if code in {130, 143} else Conclusion.FAILURE
