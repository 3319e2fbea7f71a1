"""What is told of scripts whose work ends up where nobody looks for it, or nowhere."""

from __future__ import annotations

import pytest

from ci_scriptcheck.model.result import Level, Outcome
from ci_scriptcheck.run.judgement.checks import judge
from ci_scriptcheck.run.process.request import Ended, Ending
from tests.unit.run.test_checks import RETURNED, a_case, a_table, lies, writes

ASTRAY = (
    "wrote `out.csv` in the working folder, where nothing is kept: build such paths"
    " from `output_paths`"
)


NO_PORTS = {"inputs": (), "outputs": ()}


def in_working_folder(name: str) -> Ending:
    folder = a_case().call.folder
    return Ending(how=Ended.RETURNED, written=(f"{folder}/{name}",))


def test_a_script_that_is_given_nothing_and_leaves_nothing_is_told_of() -> None:
    outcome, (found,) = judge(
        a_case(Ending(how=Ended.RETURNED, read=("/repo/lib/own.py",)), task=NO_PORTS)
    )

    assert (outcome, found.rule, found.severity) == (Outcome.PASSED, "SC209", Level.WARNING)
    assert found.message == "read nothing and left nothing, so only that it ends was tested"


@pytest.mark.parametrize("ports", [NO_PORTS, {"outputs": ()}])
def test_without_outputs_a_file_in_the_working_folder_counts_as_lost(
    ports: dict[str, tuple[()]],
) -> None:
    _, (found,) = judge(a_case(in_working_folder("out.csv"), task=ports))

    assert (found.rule, found.message) == ("SC209", ASTRAY)


def test_beside_outputs_a_file_in_the_working_folder_is_scratch() -> None:
    assert judge(a_case(in_working_folder("out.csv"))) == (Outcome.PASSED, ())


@pytest.mark.parametrize(
    "ending",
    [
        Ending(how=Ended.RETURNED, read=("/repo/conf/bounds.json",)),
        Ending(how=Ended.RETURNED, spawned=("make",)),
    ],
)
def test_a_script_that_looks_at_data_or_starts_something_has_done_something(
    ending: Ending,
) -> None:
    assert judge(a_case(ending, task=NO_PORTS)) == (Outcome.PASSED, ())


def test_a_missing_output_names_the_file_that_went_to_the_working_folder() -> None:
    task = {"outputs": (writes("model"), writes("table"))}

    _, nothing = judge(a_case(in_working_folder("out.csv"), task=task, outputs={}))
    _, one = judge(
        a_case(in_working_folder("out.csv"), task=task, outputs={"table": lies(a_table("x"))})
    )

    assert [(found.rule, found.evidence) for found in nothing] == [("SC209", (ASTRAY,))]
    assert [(found.rule, found.evidence) for found in one] == [("SC208", (ASTRAY,))]


def test_a_missing_output_of_a_script_that_wrote_nothing_has_no_such_evidence() -> None:
    _, (found,) = judge(a_case(RETURNED, task={"outputs": (writes("model"),)}))

    assert found.evidence == ()
