"""Every command with its arguments and options, as data.

The parser, the help texts and the reference in `docs/` are all made from these tables, so that
they cannot disagree. A command's module is imported only when the command is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.cli.command import Argument, Command, Group, Option
from ci_scriptcheck.cli.deep_dive_command import EXECUTION, deep_dive
from ci_scriptcheck.cli.fetch_fixtures_command import FETCH_FIXTURES
from ci_scriptcheck.cli.github_commands import PUBLISH
from ci_scriptcheck.cli.look_commands import ACCEPT, DIFF, EXPLAIN, REPORT
from ci_scriptcheck.cli.set_up_commands import DEMO, DOCTOR, INFER, INIT

if TYPE_CHECKING:
    from collections.abc import Mapping


_BASE = Option(
    name="base",
    short="b",
    word="COMMIT",
    text="Compare with this, or with where the branch left it",
    default="where the branch left the main one",
)
_MODE = Option(
    name="mode",
    short="m",
    word="MODE",
    text="isolation, pipeline, deep-dive (real data); repeatable",
    choices=("isolation", "pipeline", "deep-dive"),
    default="isolation and pipeline",
    repeated=True,
)
_ALL = Option(name="all", short="a", text="Every step, whatever changed")
_STEPS = Argument(
    key="steps",
    word="STEP",
    text="Check these instead of what git says: fraud/train, 'fraud/*',"
    " scripts/train.py, +train (with what feeds it), train+ (with what follows)",
)

_HOW = (
    Option(name="workers", short="n", word="N", text="Parallel workers, or auto", default="auto"),
    Option(name="fail-fast", short="x", text="Start nothing new after the first failure"),
    Option(name="no-reuse", text="Run again even if a result can be reused"),
    Option(
        name="start",
        word="HOW",
        text="warm: fork from a host; new: a new interpreter",
        choices=("warm", "new"),
        default="warm; macOS: new",
    ),
    Option(
        name="timeout",
        word="TIME",
        text="Limit for one script, e.g. 90s, 5m",
        default="5m, or the settings'",
    ),
)
_WRITE = (
    Option(
        name="output",
        short="o",
        word="DIR",
        text="Run directory",
        default=".scriptcheck/runs/<id>",
    ),
    Option(name="junit", word="FILE", text="Also write JUnit XML"),
    Option(name="html", word="FILE", text="Also write one page to be opened in a browser"),
    Option(name="json", text="Print the record instead of text"),
)
_SHARD = Option(name="shard", word="I/N", text="Only this share of the plan, for several machines")
_ASSIGNMENT = Option(
    name="assignment",
    word="FILE",
    text="Which share runs what, as `plan --shards` wrote it",
    default="by the names of pipelines and steps",
)
_NO_COMPARE = Option(name="no-compare", text="Leave base out: only say whether it runs here")
_TWICE = Option(name="twice", text="Run everything twice and report what differs")
_SCENARIO = Option(
    name="scenario",
    short="s",
    word="NAME",
    text="Only in this scenario; may be repeated",
    default="those of the settings",
    repeated=True,
)
_HOW_RUN = Group(title="How to run", options=_HOW)
_WHAT_TO_WRITE = Group(title="What to write", options=_WRITE)

_SEARCH = Group(
    title="Search for data that breaks it",
    options=(
        Option(name="search", word="N", text="Draw up to N small tables that its schemas allow"),
        Option(name="least-rows", word="N", text="Rows of each table at least", default="0"),
        Option(name="seed", word="N", text="Draw others", default="that of the project"),
        Option(name="save", word="NAME", text="Make the table that breaks it a test of the step"),
    ),
)

_ALL_COMMANDS = (
    Command(
        name="run",
        section="Check",
        summary="What this branch affects, or the named steps",
        title="Check the affected steps.",
        arguments=(_STEPS,),
        groups=(
            Group(title="What to check", options=(_MODE, _BASE, _ALL, EXECUTION)),
            Group(title="How to run", options=(*_HOW[:4], _NO_COMPARE, _TWICE, *_HOW[4:])),
            Group(title="What to write", options=(*_WRITE, _SHARD, _ASSIGNMENT)),
        ),
    ),
    Command(
        name="plan",
        section="Check",
        summary="Show what would be checked, and why",
        title="Show what `run` would check, and why.",
        arguments=(_STEPS,),
        groups=(
            Group(title="What to check", options=(_MODE, _BASE, _ALL, EXECUTION)),
            Group(
                title="What to write",
                options=(Option(name="json", text="Print the plan instead of a table"),),
            ),
            Group(
                title="For several machines",
                options=(
                    Option(
                        name="shards",
                        word="N",
                        text="Cut it into at most N shares, or auto; with --json, print a matrix"
                        " for GitHub",
                    ),
                    Option(
                        name="assignment",
                        word="FILE",
                        text="Write which share runs what, for `run --shard`",
                    ),
                ),
            ),
        ),
    ),
    Command(
        name="config",
        section="Check",
        summary="Show the settings of a step or node, and where each comes from",
        title="Show the settings of a step or node, and where each comes from.",
        arguments=(
            Argument(
                key="name",
                word="NAME",
                text="A step, or a node as fraud/train; without it, all are listed",
                many="optional",
            ),
        ),
    ),
    Command(
        name="test-script",
        section="Check",
        summary="One script alone, in each scenario",
        title="Check one script alone, in each scenario, whatever changed.",
        arguments=(
            Argument(
                key="name",
                word="SCRIPT",
                text="A step, or the path of its script",
                many="one",
            ),
        ),
        groups=(
            Group(title="What to check", options=(_SCENARIO,)),
            _SEARCH,
            _HOW_RUN,
            _WHAT_TO_WRITE,
        ),
    ),
    Command(
        name="test-pipeline",
        section="Check",
        summary="One pipeline from end to end",
        title="Check one pipeline from end to end, whatever changed.",
        arguments=(Argument(key="name", word="PIPELINE", text="Its name", many="one"),),
        groups=(
            Group(title="What to check", options=(_SCENARIO,)),
            _HOW_RUN,
            _WHAT_TO_WRITE,
        ),
    ),
    deep_dive((_BASE,), (*_HOW[:4], _NO_COMPARE, *_HOW[4:]), _WRITE),
    REPORT,
    DIFF,
    ACCEPT,
    EXPLAIN,
    INIT,
    INFER,
    DOCTOR,
    FETCH_FIXTURES,
    DEMO,
    PUBLISH,
)

COMMANDS: Mapping[str, Command] = {command.name: command for command in _ALL_COMMANDS}
