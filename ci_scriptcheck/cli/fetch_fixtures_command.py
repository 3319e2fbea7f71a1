"""The command that gets real data and does nothing else."""

from __future__ import annotations

from ci_scriptcheck.cli.command import Argument, Command, Group, Option

FETCH_FIXTURES = Command(
    name="fetch-fixtures",
    section="Set up",
    summary="Get the real data that a deep dive needs, and nothing else",
    title="Get the real data that a deep dive needs, and run nothing.",
    arguments=(
        Argument(
            key="steps",
            word="STEP",
            text="Those that these read, instead of what git says is affected",
        ),
    ),
    groups=(
        Group(
            title="What to fetch",
            options=(
                Option(
                    name="base",
                    short="b",
                    word="COMMIT",
                    text="Compare with this, or with where the branch left it",
                    default="where the branch left the main one",
                ),
                Option(name="all", short="a", text="For every step, whatever changed"),
            ),
        ),
        Group(
            title="From one job to another",
            options=(
                Option(
                    name="seal",
                    word="DIR",
                    text="Also write them there, for who knows the key in SCRIPTCHECK_FIXTURES_KEY",
                ),
                Option(
                    name="open",
                    word="DIR",
                    text="Fetch nothing: lay out what another job has sealed",
                ),
                Option(name="new-key", text="Fetch nothing: print a key for that"),
            ),
        ),
    ),
)
