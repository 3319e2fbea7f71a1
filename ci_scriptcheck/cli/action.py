"""The steps of `action.yml`, each a word: `history`, `fetch`, `open`, `scripts`, `check`, `publish`.

    python -I -m ci_scriptcheck.cli.action check

Only `history` and `publish` are given a token, only `fetch` and `open` the key of real data, and none of these
runs code of the project. `scripts` and what comes after it may: such code can replace this tool, which is why
later uses of the action in one job have neither. `check` gives up whatever the job has put into the environment that may be a secret, before it begins.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import sys
from typing import TYPE_CHECKING

from ci_scriptcheck.cli import (
    action_fixtures,
    action_inputs,
    arguments,
    installation,
    job_links,
    main,
)
from ci_scriptcheck.cli.commands import COMMANDS
from ci_scriptcheck.cli.console import Console, open_console
from ci_scriptcheck.errors import ScriptcheckError, UsageError
from ci_scriptcheck.github import actions
from ci_scriptcheck.model import verdict
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ci_scriptcheck.cli.action_inputs import Inputs
    from ci_scriptcheck.model.plan import Plan
    from ci_scriptcheck.model.run_record import RunRecord

_BEFOREHAND = ("history", "scripts")


def entry() -> int:
    """Carry out the step that the first word names."""
    console = open_console(None, os.environ)
    return main.in_this_process(
        lambda: main.with_errors_told(lambda: act(sys.argv[1:], console), console)
    )


def act(words: list[str], console: Console) -> int:
    """Carry out a step, and give the exit code.

    Raises:
        ScriptcheckError: it cannot be carried out.
    """
    steps: Mapping[str, Callable[[Inputs, Console], int]] = {
        "history": history,
        "fetch": action_fixtures.fetch,
        "open": action_fixtures.open_fetched,
        "scripts": scripts,
        "check": check,
        "publish": publish,
    }
    if len(words) != 1 or words[0] not in steps:
        raise UsageError(
            what="a step of the action is to be named", facts=(f"it can be {', '.join(steps)}",)
        )
    if words[0] in _BEFOREHAND:
        # What is wrong is told once, by the check.
        with contextlib.suppress(ScriptcheckError):
            steps[words[0]](action_inputs.read(os.environ), console)
        return 0
    if words[0] == "check":
        _give_up_secrets()
    try:
        return steps[words[0]](action_inputs.read(os.environ), console)
    except Exception as fault:
        # Whatever it is: an older comment that all is well must not stay.
        from ci_scriptcheck.cli import stopping

        stopping.tell(words[0], fault, console, os.environ)
        raise


def history(inputs: Inputs, console: Console) -> int:
    """Get from GitHub the history that the comparison needs, as far as the checkout lacks it."""
    from ci_scriptcheck.change.git.repository import change_set, repository_root
    from ci_scriptcheck.run.process.surroundings import keep_to_ourselves

    keep_to_ourselves()
    if inputs.ran.exists():
        console.tell(
            "An earlier use of the action in this job has run code of the repository, so this one has no"
            " token: it gets what is missing where nobody asks for one.\n"
        )
    change_set(
        repository_root(inputs.project),
        base=inputs.base,
        environ=os.environ,
        default_base=_base_of_settings(inputs),
    )
    return 0


def scripts(inputs: Inputs, console: Console) -> int:
    """Say as the output `needed` whether the scripts' own environment is needed: not where nothing will run.

    From here on code of the repository may run: a plan asks the interpreters that the settings name.
    """
    inputs.ran.touch()
    console.tell(action_fixtures.open_to_code(inputs))
    needed = bool(inputs.python or inputs.requirements)
    if inputs.requirements:
        needed = _is_needed(inputs)
    actions.write_output(os.environ, "needed", str(needed).lower())
    return 0


def check(inputs: Inputs, console: Console) -> int:
    """Carry out `run`, `plan` or `merge`, and tell the runner what came out.

    Raises:
        UsageError: what the scripts need could not be installed.
    """
    if os.environ.get("INPUT_INSTALLED") == "failure":
        raise installation.failure(inputs.home)
    if inputs.command == "plan":
        return _plan(inputs, console)
    if inputs.command == "merge":
        return _merge(inputs, console)
    return _run(inputs, console)


def publish(inputs: Inputs, console: Console) -> int:
    """Post what other jobs have found: those of this run, or those of the run that has ended.

    Raises:
        UsageError: code of the repository has run in this job, or nothing is there to be posted.
    """
    from ci_scriptcheck.cli import publish as publish_command
    from ci_scriptcheck.run.process.surroundings import keep_to_ourselves

    keep_to_ourselves()
    if inputs.ran.exists():
        raise UsageError(
            what="an earlier use of the action in this job has run code of the repository, so this one has no"
            " token, and nothing was posted",
            facts=("that code may have replaced the program that would be given the token",),
            advice="let another job publish, with `needs:` of those that check",
        )
    words = [f"--comment={inputs.comment}", *(f"--expect={one}" for one in inputs.projects)]
    if os.environ.get("GITHUB_EVENT_NAME") == "workflow_run":
        words.append("--from-workflow-run")
    elif not inputs.projects or _found(inputs):
        words += [str(folder) for folder in _records(inputs)]
    given = arguments.parse(COMMANDS["publish"], words)
    return publish_command.call(given, console, os.environ)


def _records(inputs: Inputs) -> list[Path]:
    """Give the folders of all records that jobs of this run have left."""
    found = _found(inputs)
    if not found:
        raise UsageError(
            what="no job of this run has left a record, so there is nothing to publish",
            facts=(
                "either the jobs that check have ended before they left one: their logs say why",
                "or this job has not waited for them, because its `needs:` does not name them",
            ),
            advice="look into the jobs that check, and then at `needs:`",
        )
    return found


def _found(inputs: Inputs) -> list[Path]:
    return sorted(file.parent for file in inputs.records.glob("*/record.json"))


def _run(inputs: Inputs, console: Console) -> int:
    from ci_scriptcheck.cli import run

    folder = _run_directory(inputs)
    more = [f"--output={folder}", f"--junit={inputs.reports / 'junit.xml'}"]
    more.append(f"--html={inputs.reports / 'report.html'}")
    if inputs.shard:
        more.append(f"--shard={inputs.shard}")
        more += [f"--assignment={inputs.shares}"] if inputs.shares.is_file() else []
    more += [f"--workers={inputs.workers}"] if inputs.workers else []
    given = arguments.parse(COMMANDS["run"], inputs.words(*more, *_detail()))
    with actions.fenced(console.tell):
        code = run.call(given, _together(given), os.environ)
    _tell(inputs, folder, code, console)
    return code


def _merge(inputs: Inputs, console: Console) -> int:
    """Make one result of what the shares of this project have left, and learn from it."""
    from ci_scriptcheck.cli import merge, report

    shares = [folder for folder in _records(inputs) if inputs.is_share(folder.name)]
    if not shares:
        raise UsageError(
            what="no share of this project has left a record, so there is nothing to merge",
            facts=(f"a record of one lies in an artifact like `{inputs.name}-1-of-2`",),
            advice="`needs:` of this job must name the jobs with the input `shard`",
        )
    folder = _run_directory(inputs)
    words = ["console", f"--project={inputs.project}", f"--output={folder}", "--learn"]
    given = arguments.parse(COMMANDS["report"], [*words, "--merge", *map(str, shares)])
    with actions.fenced(console.tell):
        code = merge.call(given, _together(given), os.environ)
        for wanted, name in (("junit", "junit.xml"), ("html", "report.html")):
            report.write(inputs.reports / name, report.text(folder, wanted, console.out_page))
    _tell(inputs, folder, code, console)
    return code


def _run_directory(inputs: Inputs) -> Path:
    """Give the folder of a run, and empty that of its reports."""
    from ci_scriptcheck.change.git.repository import repository_root

    shutil.rmtree(inputs.reports, ignore_errors=True)
    return repository_root(inputs.project) / ".scriptcheck" / "runs" / inputs.name


def _plan(inputs: Inputs, console: Console) -> int:
    """Show the plan, and cut it into shares for as many machines as are worth while."""
    from ci_scriptcheck import preparation
    from ci_scriptcheck.cli import options, plan

    inputs.shares.parent.mkdir(parents=True, exist_ok=True)
    shown = arguments.parse(COMMANDS["plan"], inputs.words(*_detail()))
    cutting = ["--json", "--shards=auto", f"--assignment={inputs.shares}"]
    shared = arguments.parse(COMMANDS["plan"], inputs.words(*cutting))
    matrix = io.StringIO()
    with actions.fenced(console.tell):
        plan.call(shown, _together(shown), os.environ)
        code = plan.call(shared, replace(_together(shared), out=matrix), os.environ)
    found = preparation.prepare(options.of_plan(shown), os.environ).plan
    outputs = {
        "outcome": verdict.ENDINGS.get(code, "error"),
        "affected": str(found.counts.steps_affected),
        "matrix": _with_a_share(matrix.getvalue()),
        "shares": inputs.shares.parent.name,
        "shares-path": str(inputs.shares.parent),
    }
    for name, value in outputs.items():
        actions.write_output(os.environ, name, value)
    console.tell(_unknown_base(found))
    return code


def _with_a_share(matrix: str) -> str:
    """Give a matrix one job at least: GitHub fails at an empty one, and an older comment would stay as it is."""
    found = json.loads(matrix)
    return json.dumps({"include": found["include"] or [{"shard": "1/1"}]})


def _tell(inputs: Inputs, folder: Path, code: int, console: Console) -> None:
    """Set the outputs, keep what other jobs read, and print annotations."""
    from ci_scriptcheck.report import annotations, markdown
    from ci_scriptcheck.run import record as run_record

    record = run_record.read_record(folder)
    shutil.copyfile(folder / "record.json", inputs.reports / "record.json")
    failed = len(verdict.failures(record)) + sum(
        verdict.counts(finding, record.plan) for finding in verdict.found_without_running(record)
    )
    outputs = {
        "outcome": verdict.ENDINGS.get(code, "error"),
        "affected": str(record.plan.counts.steps_affected),
        "failed": str(failed),
        "run-directory": str(folder),
        "junit": str(inputs.reports / "junit.xml"),
        "artifact": inputs.name,
        "artifact-path": str(inputs.reports),
    }
    for name, value in outputs.items():
        actions.write_output(os.environ, name, value)
    told = _unknown_base(record.plan) + _without_libraries(inputs, record)
    console.tell(told + actions.commands(annotations.noted(record)))
    actions.write_summary(os.environ, markdown.job_summary(record, job_links.links_of(os.environ)))


def _without_libraries(inputs: Inputs, record: RunRecord) -> str:
    """Write the warning that scripts lack libraries because nobody said which ones they need."""
    from ci_scriptcheck.model.annotation import Annotation, Weight

    found = (item for result in record.results for item in result.findings)
    if inputs.requirements or inputs.python or not any(one.is_of_environment for one in found):
        return ""
    return actions.command(
        Annotation(
            weight=Weight.WARNING,
            title="the scripts have no libraries of their own",
            message="Name the file that lists them as the input `python-requirements`.",
        )
    )


def _unknown_base(plan: Plan) -> str:
    """Write the warning that all is checked because nobody knows what changed."""
    from ci_scriptcheck.model.annotation import Annotation, Weight
    from ci_scriptcheck.report.page import visible

    wanted = os.environ.get("GITHUB_EVENT_NAME") in {"schedule", "workflow_dispatch"}
    if plan.changes.unknown is None or wanted:
        return ""
    return actions.command(
        Annotation(
            weight=Weight.WARNING,
            title="everything is checked",
            message=f"It is not known what changed: {visible(plan.changes.unknown)}.",
        )
    )


def _is_needed(inputs: Inputs) -> bool:
    """Say whether anything will run, or asks for other libraries than base does.

    What the scripts' environment would have is not known yet. It can only add to the selection, and
    that where a file changes that names versions.
    """
    from ci_scriptcheck import preparation
    from ci_scriptcheck.change.dependencies.requirements import files_of, pins_of
    from ci_scriptcheck.cli import opening, options

    given = arguments.parse(COMMANDS["run"], inputs.words())
    prepared = preparation.prepare(options.of_run(given), os.environ)
    if prepared.plan.tasks:
        return True
    root = prepared.root
    places = [(inputs.workspace / file).resolve() for file in inputs.requirements]
    named = [place.relative_to(root).as_posix() for place in places if place.is_relative_to(root)]
    place = opening.place_of(inputs.project)
    project = opening.project_of(place)
    for step in project.steps.values():
        named += files_of(project, step)
    return not prepared.plan.changes.touched().isdisjoint(pins_of(place.tree, named).files)


def _base_of_settings(inputs: Inputs) -> str | None:
    from ci_scriptcheck.cli import opening

    with contextlib.suppress(ScriptcheckError):
        return opening.project_of(opening.place_of(inputs.project)).base
    return None


def _detail() -> list[str]:
    """Tell more where somebody has asked the runner for more."""
    return ["--verbose"] if os.environ.get("RUNNER_DEBUG") == "1" else []


def _together(given: Namespace) -> Console:
    """Write all into one stream: between two of them the runner keeps no order, and the fence would be passed."""
    sys.stdout.flush()
    os.dup2(sys.stdout.fileno(), sys.stderr.fileno())
    return open_console(given, os.environ)


def _give_up_secrets() -> None:
    """Begin anew without the variables that may be secrets.

    Other processes see those that a process was started with, whatever it does to them later.
    """
    kept = action_inputs.without_secrets(os.environ)
    if len(kept) < len(os.environ):
        os.execve(  # noqa: S606  (ourselves)
            sys.executable,
            [sys.executable, "-I", "-m", "ci_scriptcheck.cli.action", *sys.argv[1:]],
            kept,
        )


if __name__ == "__main__":
    sys.exit(entry())
