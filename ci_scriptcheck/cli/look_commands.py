"""The commands that look at what was run, as data."""

from __future__ import annotations

from ci_scriptcheck.cli.command import Argument, Command, Group, Option

REPORT = Command(
    name="report",
    place="merge",
    section="Look",
    summary="Write a finished run again: console, junit, markdown, html or json",
    title="Write a finished run again, or make one of several shares.",
    arguments=(
        Argument(
            key="format",
            word="FORMAT",
            text="console, junit, markdown, html or json  [default: console]",
            many="optional",
        ),
    ),
    groups=(
        Group(
            title="What to write",
            options=(
                Option(name="run", word="DIR", text="Run directory", default="the newest"),
                Option(
                    name="output",
                    short="o",
                    word="FILE",
                    text="Write to this file; with --merge, the new run directory",
                    default="standard output",
                ),
            ),
        ),
        Group(
            title="For several machines",
            options=(
                Option(
                    name="merge",
                    word="DIR...",
                    text="Make one run of all shares: their run directories or records, or"
                    " folders that hold some",
                    many=True,
                ),
                Option(
                    name="learn",
                    text="Keep in the store how long the merged tasks took and how they ended",
                ),
            ),
        ),
    ),
)

DIFF = Command(
    name="diff",
    section="Look",
    summary="What differs in the data of two folders, files, runs or commits",
    title="Say what differs in the data of two folders, files, runs or commits.",
    arguments=(
        Argument(
            key="sides",
            word="SIDE",
            text="Two folders, files or run directories; or two commits, whose scripts are run;"
            " or one, beside the present files",
        ),
    ),
    groups=(
        Group(
            title="How to compare",
            options=(
                Option(
                    name="key",
                    short="k",
                    word="COLUMN",
                    text="Tells the rows of tables in folders, files or runs apart; FILE=COLUMN"
                    " for those of one file; may be repeated",
                    repeated=True,
                ),
            ),
        ),
        Group(
            title="What to write",
            options=(Option(name="json", text="Print JSON instead of text"),),
        ),
    ),
)

ACCEPT = Command(
    name="accept",
    section="Look",
    summary="Say that a difference from base is intended, and why",
    title="Say that a difference from base is intended, and why, in scriptcheck.accepted.yaml.",
    arguments=(
        Argument(key="task", word="TASK", text="A task, as fraud/train, or a step", many="one"),
    ),
    groups=(
        Group(
            title="What to accept",
            options=(
                Option(name="reason", word="TEXT", text="Why it is intended; needed"),
                Option(name="rule", word="RULE", text="Only what this rule found"),
                Option(name="run", word="DIR", text="Run directory", default="the newest"),
            ),
        ),
    ),
)

EXPLAIN = Command(
    name="explain",
    section="Look",
    summary="What a rule means and how to cure it",
    title="Say what a rule means and how to cure it.",
    arguments=(
        Argument(
            key="rule",
            word="RULE",
            text="Its code, as SC201, or that of a group, as SC2; without it, all are listed",
            many="optional",
        ),
    ),
)
