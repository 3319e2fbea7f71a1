"""The commands that set a project up, as data."""

from __future__ import annotations

from ci_scriptcheck.cli.command import Argument, Command, Group, Option

INIT = Command(
    name="init",
    section="Set up",
    summary="Write a first scriptcheck.yaml from what is found here",
    title="Write a first scriptcheck.yaml from what is found here.",
    groups=(
        Group(
            title="What to write",
            options=(
                Option(
                    name="infer",
                    text="Run scripts and make what they miss, where no data are found",
                ),
                Option(name="python", word="PATH", text="Interpreter of scripts", default="ours"),
            ),
        ),
    ),
)

INFER = Command(
    name="infer",
    section="Set up",
    summary="Draft datasets from files or a script, or freeze real ones",
    title="Draft datasets from sample files, or from a script, for a person to read.",
    arguments=(
        Argument(
            key="files",
            word="FILE",
            text="CSV, TSV, Parquet, JSON lines or JSON; a folder or 'data/*.csv'"
            " for many. Files of equal columns become one dataset",
        ),
    ),
    groups=(
        Group(
            title="From a script",
            options=(
                Option(
                    name="script",
                    word="SCRIPT",
                    text="A step, or the path of a script: run it with nothing,"
                    " make what it misses, and run it again",
                ),
                Option(name="rounds", word="N", text="So often at most", default="60"),
                Option(name="time", word="TIME", text="So long at most", default="1m"),
            ),
        ),
        Group(
            title="A frozen sample, in place of a draft",
            options=(
                Option(
                    name="freeze",
                    text="Write a few hundred made rows with the schema, shares, keys and joins of"
                    " these tables and none of their texts, and what could still identify anybody",
                ),
                Option(
                    name="dataset",
                    word="NAME",
                    text="Freeze the real data of this dataset, and no files; may be repeated",
                    repeated=True,
                ),
                Option(name="rows", word="N", text="Of the largest table, at most", default="300"),
                Option(
                    name="keep",
                    word="COLUMN",
                    text="Keep its values, or moments where they are: status, orders.status;"
                    " may be repeated",
                    repeated=True,
                ),
                Option(
                    name="by",
                    word="COLUMN",
                    text="Its values join tables, though none has each of them once;"
                    " may be repeated",
                    repeated=True,
                ),
                Option(
                    name="output",
                    short="o",
                    word="DIR",
                    text="Where it goes",
                    default="frozen",
                ),
            ),
        ),
        Group(
            title="What to write",
            options=(
                Option(
                    name="into",
                    word="FILE",
                    text="Add to this settings file, whose text stays",
                    default="printed",
                ),
                Option(name="as", word="NAME", text="Name of the dataset", default="the file's"),
            ),
        ),
    ),
)

DOCTOR = Command(
    name="doctor",
    section="Set up",
    summary="Check settings, git history, interpreters and AWS access",
    title="Check settings, git history, interpreters, protections and the store.",
    groups=(
        Group(
            title="What to check",
            options=(
                Option(
                    name="aws",
                    text="Instead, whether real data can be read: token, role, places in S3 and"
                    " their keys",
                ),
                Option(
                    name="policies",
                    text="The same, and print the policies that a role for jobs in Actions needs;"
                    " in such a job they are always printed",
                ),
            ),
        ),
    ),
)

DEMO = Command(
    name="demo",
    place="demo.show",
    section="Set up",
    summary="Watch a broken pull request being caught",
    title="Watch a broken pull request being caught.",
    groups=(
        Group(
            title="What to write",
            options=(
                Option(
                    name="output",
                    short="o",
                    word="DIR",
                    text="Where project, record, JUnit XML and log stay",
                    default="a new temporary folder",
                ),
            ),
        ),
    ),
)
