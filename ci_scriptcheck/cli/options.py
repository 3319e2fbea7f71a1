"""What was typed, as the options of a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.cli import arguments, opening
from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.model.options import Options
from ci_scriptcheck.model.plan import Mode
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from argparse import Namespace


_OTHERS = ("scenario", "workers", "fail_fast", "no_reuse", "junit", "html", "json")
"""Options of `test-script` that say nothing here."""

_MOST = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was asked for.

    Attributes:
        tables: How many are drawn.
        least: Rows of each at least.
        seed: `None` is that of the step.
        save: Name of the test to make of the table.
    """

    tables: int
    least: int
    seed: int | None
    save: str | None


def of_run(given: Namespace) -> Options:
    """Read the options of `run`.

    Raises:
        UsageError: a value cannot be understood, or two options contradict each other.
    """
    if given.assignment and not given.shard:
        raise UsageError(
            what="`--assignment` is about one share of several",
            advice="say which: `--shard 1/4`",
        )
    return replace(
        of_plan(given),
        workers=arguments.worker_count(given.workers),
        fail_fast=given.fail_fast,
        reuse=not given.no_reuse,
        start=given.start,
        twice=given.twice,
        timeout=timeout(given),
        output=run_directory(given),
        shard=arguments.share(given.shard),
        assignment=Path(given.assignment) if given.assignment else None,
        compare=not given.no_compare,
    )


def of_plan(given: Namespace) -> Options:
    """Read the options of `plan`.

    Raises:
        UsageError: two options contradict each other.
    """
    if given.all and given.steps:
        raise UsageError(
            what="`--all` and named steps contradict each other", advice="leave one of them out"
        )
    wanted = modes(given.mode)
    if given.s3_execution_arn and Mode.DEEP_DIVE not in wanted:
        raise UsageError(
            what="`--s3-execution-arn` is about deep dives",
            advice="add `--mode deep-dive`, or use `scriptcheck deep-dive`",
        )
    return Options(
        project=opening.project_folder(given),
        modes=wanted,
        base=given.base,
        everything=given.all,
        selectors=tuple(given.steps),
        executions=tuple(given.s3_execution_arn or ()),
    )


def of_deep_dive(given: Namespace, selectors: tuple[str, ...]) -> Options:
    """Read the options of `deep-dive`.

    Args:
        given: What was typed.
        selectors: The nodes of the pipelines that were named.

    Raises:
        UsageError: a value cannot be understood.
    """
    return replace(
        of_one(given, Mode.DEEP_DIVE, selectors),
        base=given.base,
        everything=not selectors,
        compare=not given.no_compare,
        executions=tuple(given.s3_execution_arn or ()),
        newest=True,
    )


def of_one(given: Namespace, mode: Mode, selectors: tuple[str, ...]) -> Options:
    """Read the options of `test-script` and `test-pipeline`.

    Raises:
        UsageError: a value cannot be understood.
    """
    return Options(
        project=opening.project_folder(given),
        modes=(mode,),
        selectors=selectors,
        scenarios=tuple(getattr(given, "scenario", None) or ()),
        workers=arguments.worker_count(given.workers),
        fail_fast=given.fail_fast,
        reuse=not given.no_reuse,
        start=given.start,
        timeout=timeout(given),
        output=run_directory(given),
    )


def search(given: Namespace) -> Wanted | None:
    """Read the options of a search; `None` where there is to be none.

    Raises:
        UsageError: a value cannot be understood, or options contradict each other.
    """
    if given.search is None:
        for name in ("least_rows", "seed", "save"):
            if getattr(given, name) is not None:
                raise UsageError(
                    what=f"`--{name.replace('_', '-')}` is about a search",
                    advice="say how many tables are drawn: `--search 500`",
                )
        return None
    for name in _OTHERS:
        if getattr(given, name):
            raise UsageError(
                what=f"`--search` and `--{name.replace('_', '-')}` contradict each other",
                advice="leave one of them out",
            )
    least = _number(given.least_rows, "--least-rows", 0, 1000) if given.least_rows else 0
    return Wanted(
        tables=_number(given.search, "--search", 1, _MOST),
        least=least,
        seed=None if given.seed is None else _number(given.seed, "--seed", 0, 2**63),
        save=given.save,
    )


def modes(names: list[str] | None) -> tuple[Mode, ...]:
    """Give the modes in the order in which they are reported."""
    wanted = {Mode(name) for name in names} if names else {Mode.ISOLATION, Mode.PIPELINE}
    return tuple(mode for mode in Mode if mode in wanted)


def run_directory(given: Namespace) -> Path | None:
    """Give the run directory that was asked for; it counts from where the command was called."""
    return Path(given.output).absolute() if given.output else None


def timeout(given: Namespace) -> float | None:
    """Give the limit for one script in seconds.

    Raises:
        UsageError: it is no duration.
    """
    return None if given.timeout is None else arguments.seconds(given.timeout)


def _number(text: str, option: str, least: int, most: int) -> int:
    if not text.isdecimal() or not least <= int(text) <= most:
        raise UsageError(
            what=f"`{option}` cannot be `{text}`",
            advice=f"write a whole number from {least:,} to {most:,}",
        )
    return int(text)
