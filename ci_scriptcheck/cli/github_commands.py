"""The commands for jobs of GitHub Actions, as data."""

from __future__ import annotations

from ci_scriptcheck.cli.command import Argument, Command, Group, Option

PUBLISH = Command(
    name="publish",
    section="On GitHub",
    summary="Post a finished run: comment, check run, annotations, summary",
    title="Post finished runs on GitHub: a comment, a check run with annotations, a summary.",
    arguments=(
        Argument(
            key="runs",
            word="RUN_DIRECTORY",
            text="Where the records lie, one for each project; without it, the newest run",
        ),
    ),
    groups=(
        Group(
            title="What to post",
            options=(
                Option(
                    name="comment",
                    word="WHEN",
                    text="auto: on pull requests; or never",
                    choices=("auto", "never"),
                    default="auto",
                ),
                Option(
                    name="from-workflow-run",
                    text="Take the records from the artifacts of the run that has ended, as data",
                ),
                Option(
                    name="expect",
                    word="FOLDER",
                    text="Tell it where no job has left a record of the project in this folder",
                    repeated=True,
                ),
                Option(
                    name="require-publish",
                    text="Exit with 5 where something cannot be posted",
                ),
            ),
        ),
    ),
)
