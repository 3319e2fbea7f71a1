"""`scriptcheck publish`: finished runs on GitHub, from their records and nothing else.

Whether it succeeds changes no verdict: what cannot be posted is told here and in the summary of the
job, and only `--require-publish` makes it a failure.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.cli import by_project, expected, posting
from ci_scriptcheck.cli import report as report_command
from ci_scriptcheck.errors import PublishError, UsageError
from ci_scriptcheck.github import actions, artifact, event, pull_request
from ci_scriptcheck.github.api import connect
from ci_scriptcheck.github.comment import Without
from ci_scriptcheck.github.patience import Patience
from ci_scriptcheck.model import annotation, verdict
from ci_scriptcheck.report import escaping, mistake
from ci_scriptcheck.run import received
from ci_scriptcheck.run import record as run_record
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Mapping
    from contextlib import AbstractContextManager

    from ci_scriptcheck.cli.console import Console
    from ci_scriptcheck.cli.posting import Post
    from ci_scriptcheck.github.api import Api
    from ci_scriptcheck.github.event import Job
    from ci_scriptcheck.model.run_record import RunRecord

MOST_PROJECTS = 20
"""Of another run. Each has a comment and a check, and all jobs of a repository share its 1,000 requests an hour."""

_NOT_POSTED = "scriptcheck could not post everything"

_WORST_FIRST = ("failed", "error", "cancelled", "passed")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Published:
    """What has been done so far."""

    lines: tuple[str, ...] = ()
    problems: tuple[PublishError, ...] = ()
    outcomes: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    summaries: tuple[str, ...] = ()

    def and_(self, other: _Published) -> _Published:
        """Add what was done next."""
        return _Published(
            lines=self.lines + other.lines,
            problems=self.problems + other.problems,
            outcomes=self.outcomes + other.outcomes,
            urls=self.urls + other.urls,
            summaries=self.summaries + other.summaries,
        )


def call(given: Namespace, console: Console, environ: Mapping[str, str]) -> int:
    """Post the runs, and say what was posted and what was not."""
    job = event.job_of(environ)
    if given.from_workflow_run:
        if given.runs:
            raise UsageError(
                what="`--from-workflow-run` takes the records from the run that has ended,"
                " so no run directory can be named with it"
            )
        run = event.finished_run(environ)
        published = _of_another_run(job, run, given, environ)
    else:
        published = _of_this_run(_records(given), job, given, environ)
    _tell(published, console, environ)
    if published.problems and given.require_publish:
        return PublishError.exit_code
    return 0


def _records(given: Namespace) -> dict[str, RunRecord]:
    if given.expect and not given.runs:
        return {}
    folders = given.runs or [str(report_command.newest(Path(given.project or ".")))]
    return {folder: run_record.read_record(Path(folder)) for folder in folders}


def _of_this_run(
    records: Mapping[str, RunRecord], job: Job, given: Namespace, environ: Mapping[str, str]
) -> _Published:
    together = by_project.gathered(records)
    lost = expected.missing(given.expect or (), records.values())
    posts = [
        *(posting.written(one, job, commenting=_commenting(given)) for one in together.records),
        *_instead(lost, job, given),
    ]
    problems = (*together.problems, *map(expected.as_problem, lost))
    published = _without(problems).and_(
        _Published(
            outcomes=tuple(_outcome(record) for record in together.records),
            summaries=tuple(post.summary for post in posts),
        )
    )
    try:
        with _connected(job, environ) as api:
            for post in posts:
                published = published.and_(_posted(api, job, post))
    except PublishError as error:
        return published.and_(_Published(problems=(error,)))
    return published


def _of_another_run(
    job: Job, run: event.FinishedRun, given: Namespace, environ: Mapping[str, str]
) -> _Published:
    """Publish what a run for a fork left. Nothing that it says decides where that is posted."""
    about = replace(job, attempt=run.attempt, head=run.head, pull_request=None, base=None)
    published = _Published()
    try:
        with _connected(job, environ) as api:
            try:
                found, published = _received(api, about, run)
            except PublishError as error:
                # What is to be said of the projects that are expected does not need a record.
                found, published = {}, _without([error])
            together, less = _together(found)
            published = published.and_(less)
            if run.event == "pull_request" and (together or given.expect):
                base = together[0].plan.changes.base_name if together else None
                about, less = _addressed(api, about, run, base)
                published = published.and_(less)
            for record in together:
                published = published.and_(_posted_safely(api, about, record, _commenting(given)))
            lost = expected.missing(given.expect or (), found.values())
            published = published.and_(_without(map(expected.as_problem, lost)))
            for post in _instead(lost, about, given):
                published = published.and_(_posted(api, about, post))
    except PublishError as error:
        return published.and_(_without([error]))
    return published


def _received(
    api: Api, about: Job, run: event.FinishedRun
) -> tuple[dict[str, RunRecord], _Published]:
    """Give the records by the names of their artifacts, as far as they can be taken."""
    records: dict[str, RunRecord] = {}
    problems, room = [], artifact.MOST_TOGETHER
    for one in artifact.of_run(api, about.repository, run.attempt.run):
        try:
            content = artifact.record_of(api, about.repository, one)
            room -= len(content)
            if room < 0:
                problems.append(artifact.too_much(one))
                break
            records[one.name] = received.read(content, one.name)
        except PublishError as error:
            problems.append(error)
        except Exception as error:  # noqa: BLE001  (one stranger's artifact must not hide the others)
            what = f"the artifact `{one.name}` cannot be read, so nothing of it was posted"
            problems.append(PublishError(what=what, facts=(type(error).__name__,)))
    fitting, wrong = pull_request.of_commit(
        api,
        about.repository,
        run,
        {name: record.plan.changes.head for name, record in records.items()},
    )
    return {name: records[name] for name in fitting}, _without([*problems, *wrong])


def _addressed(
    api: Api, about: Job, run: event.FinishedRun, base: str | None
) -> tuple[Job, _Published]:
    """Say which pull request the run was for, as GitHub knows it; `base` is what its record says."""
    found = pull_request.find(api, about.repository, run)
    if len(found) > 1:
        # The record may only choose among those that GitHub found.
        fitting = [one for one in found if one.base == base]
        found = tuple(fitting) if len(fitting) == 1 else found
    if len(found) == 1:
        return replace(about, pull_request=found[0].number, base=found[0].base), _Published()
    why = "none: no open pull request ends in the commit of that run any more"
    if found:
        numbers = ", ".join(str(one.number) for one in found)
        why = f"none: the run may have been for any of the pull requests {numbers}"
    return about, _Published(lines=(f"comment  {why}",))


def _posted_safely(api: Api, job: Job, record: RunRecord, commenting: str) -> _Published:
    try:
        post = posting.written(record, job, commenting=commenting)
        outcome = _outcome(record)
    except Exception as error:  # noqa: BLE001  (whatever a stranger's record makes of our reports)
        problem = PublishError(
            what="the record cannot be written as a report, so nothing of it was posted",
            facts=(type(error).__name__,),
        )
        return _Published(problems=(problem,))
    told = _Published(outcomes=(outcome,), summaries=(post.summary,))
    return told.and_(_posted(api, job, post))


def _instead(lost: Iterable[str], job: Job, given: Namespace) -> list[Post]:
    """Write what is said of projects without a record, for checks and in comments that are there already.

    A project may be called otherwise, and then nobody would ever write over a comment under this name.
    """
    records = (expected.as_record(folder, job) for folder in lost)
    posts = (posting.written(one, job, commenting=_commenting(given)) for one in records)
    return [replace(post, without=Without.LEAVE) for post in posts]


def _commenting(given: Namespace) -> str:
    return given.comment or "auto"


def _posted(api: Api, job: Job, post: Post) -> _Published:
    result = posting.post(api, job, post)
    urls = (result.comment_url,) if result.comment_url else ()
    return _Published(lines=result.lines, problems=result.problems, urls=urls)


def _together(
    found: Mapping[str, RunRecord],
) -> tuple[tuple[RunRecord, ...], _Published]:
    """Give one record for each project, of those that strangers made."""
    try:
        together = by_project.gathered(found)
        # Where not all find room, those that pass are left out.
        records = sorted(together.records, key=lambda one: verdict.exit_code(one) == 0)
    except Exception as error:  # noqa: BLE001  (whatever records of strangers make of each other)
        problem = PublishError(
            what="the records cannot be put together, so nothing of them was posted",
            facts=(type(error).__name__,),
        )
        return (), _without([problem])
    problems = list(together.problems)
    if len(records) > MOST_PROJECTS:
        problems.append(
            PublishError(
                what=f"the run left records of {len(records)} projects,"
                f" and {MOST_PROJECTS} are posted"
            )
        )
    return tuple(records[:MOST_PROJECTS]), _without(problems)


def _without(problems: Iterable[PublishError]) -> _Published:
    """Say that there are records of which nothing is known, so that this is no success."""
    problems = tuple(problems)
    return _Published(problems=problems, outcomes=("error",) if problems else ())


def _connected(job: Job, environ: Mapping[str, str]) -> AbstractContextManager[Api]:
    token = environ.get("GITHUB_TOKEN")
    if not token:
        raise PublishError(
            what="there is no token, so nothing was posted",
            advice="give this step `env: {GITHUB_TOKEN: ${{ github.token }}}`",
        )
    return connect(job.api, token, Patience())


def _outcome(record: RunRecord) -> str:
    return verdict.ENDINGS.get(verdict.exit_code(record), "error")


def _tell(published: _Published, console: Console, environ: Mapping[str, str]) -> None:
    console.tell("".join(f"{line}\n" for line in published.lines))
    for problem in published.problems:
        told = mistake.error(problem, console.err_page).replace("error:", "warning:", 1)
        console.mention(f"{told}\n")
    notes = [
        annotation.of_error(one, weight=annotation.Weight.WARNING, title=_NOT_POSTED)
        for one in published.problems
    ]
    console.tell(actions.commands(notes))
    worst = [one for one in _WORST_FIRST if one in published.outcomes]
    if worst:
        actions.write_output(environ, "outcome", worst[0])
    if published.urls:
        actions.write_output(environ, "comment-url", published.urls[0])
    if published.problems:
        # What cannot be read on the pull request is at least to be read here.
        actions.write_summary(
            environ, "\n".join([_not_posted(published.problems), *published.summaries])
        )


def _not_posted(problems: tuple[PublishError, ...]) -> str:
    lines = ["### Not everything was posted", ""]
    for problem in problems:
        told = [problem.what, *problem.facts, *([problem.advice] if problem.advice else [])]
        first, *more = (escaping.prose(one) for one in told)
        lines += [f"* {first}", *(f"  {one}" for one in more)]
    return "\n".join([*lines, ""])
