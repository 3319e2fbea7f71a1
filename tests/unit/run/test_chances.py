"""What is said of outputs that hang on chance, of data read past a port, and of empty archives."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model.contract import CopiedFrom, Dataset, Schema
from ci_scriptcheck.model.difference import Difference, Kind
from ci_scriptcheck.model.project import Settings
from ci_scriptcheck.model.result import Artefact, FileFacts, Outcome
from ci_scriptcheck.run.judgement.checks import judge
from ci_scriptcheck.run.judgement.repeat import Repeat, Variation
from ci_scriptcheck.run.process.request import Ended, Ending
from tests.unit.run.test_checks import RETURNED, a_case, codes


def a_repeat(kind: Kind = Kind.DATA, **given: Any) -> Repeat:
    how = Difference(how="differs in line 2: `1`, and then `2`", kind=kind)
    return Repeat(ending=RETURNED, differing={"result": {"data.csv": how}}, **given)


@pytest.mark.parametrize(
    ("repeat", "outcome", "message", "because"),
    [
        (
            a_repeat(variation=Variation.NUMBERS, generators=("numpy.random",)),
            Outcome.FAILED,
            "with other random numbers",
            "it draws from `numpy.random` and gives no seed",
        ),
        (
            a_repeat(variation=Variation.HASHES, places=(Place(file="lib/a.py", line=3),)),
            Outcome.FAILED,
            "with sets in another order",
            "`lib/a.py:3` goes by the order of a set",
        ),
        (
            a_repeat(places=(Place(file="lib/a.py", line=3),)),
            Outcome.FAILED,
            "the second time",
            "`lib/a.py:3` takes a new seed",
        ),
        (
            # A pickled set is another text of bytes, and the same set.
            a_repeat(Kind.BYTES, variation=Variation.HASHES),
            Outcome.PASSED,
            "with sets in another order",
            None,
        ),
    ],
    ids=["numbers", "hashes", "seed", "bytes of a library"],
)
def test_an_output_that_hangs_on_chance_has_failed_where_the_cause_is_known(
    repeat: Repeat, outcome: Outcome, message: str, because: str | None
) -> None:
    ended, (found,) = judge(a_case(repeats=(repeat,)))

    assert (ended, found.rule) == (outcome, "SC217")
    assert found.message == f"`data.csv` of output `result` came out differently {message}"
    assert found.evidence[0] == "`data.csv` differs in line 2: `1`, and then `2`"
    assert because is None or because in found.evidence


def test_of_several_second_runs_the_one_that_knows_the_cause_is_told() -> None:
    numbers = a_repeat(variation=Variation.NUMBERS, generators=("random",))

    _, found = judge(a_case(repeats=(a_repeat(), numbers)))

    assert [one.message for one in found] == [
        "`data.csv` of output `result` came out differently with other random numbers"
    ]


def a_stand_in(path: str = "data/raw") -> dict[str, Dataset]:
    origin = CopiedFrom(path=path)
    return {"raw": Dataset(name="raw", schema=Schema(), files=(), origin=origin)}


def test_data_that_only_stand_in_for_real_ones_must_not_be_read_from_the_repository() -> None:
    ending = Ending(how=Ended.RETURNED, read=("/repo/data/raw/a.csv", "/repo/params.yaml"))

    outcome, (found,) = judge(a_case(ending, datasets=a_stand_in()))

    assert (outcome, found.rule) == (Outcome.FAILED, "SC213")
    assert found.message == "read `data/raw/a.csv`, which only stands in for dataset `raw`"


def test_data_in_an_import_root_go_with_the_code() -> None:
    ending = Ending(how=Ended.RETURNED, read=("/repo/src/lib/rules.json",))
    case = a_case(
        ending,
        datasets=a_stand_in("src/lib/rules.json"),
        task={"settings": Settings(path=("src",))},
    )
    target = replace(case.call.target, roots=("/repo/src",))

    assert judge(replace(case, call=replace(case.call, target=target))) == (Outcome.PASSED, ())


def test_code_that_a_dataset_copies_may_be_imported() -> None:
    ending = Ending(how=Ended.RETURNED, read=("/repo/serving/inference.py",))

    assert judge(a_case(ending, datasets=a_stand_in("serving"))) == (Outcome.PASSED, ())


def test_a_swallowed_refusal_counts_where_the_settings_themselves_allow_no_network() -> None:
    ending = Ending(how=Ended.RETURNED, refused=("example.org:443",))
    said = Settings(origins={"network": Place(file="scriptcheck.yaml", line=4)})

    by_default, _ = judge(a_case(ending))
    outcome, (found,) = judge(a_case(ending, task={"settings": said}))

    assert by_default is Outcome.PASSED
    assert (outcome, found.rule) == (Outcome.FAILED, "SC214")
    assert found.evidence == ("scriptcheck.yaml:4 allows no such address",)


@pytest.mark.parametrize(
    ("names", "outcome"),
    [(["empty archive"], Outcome.VACUOUS), (["empty archive", "gzip"], Outcome.PASSED)],
)
def test_an_archive_without_files_is_as_good_as_nothing(
    names: list[str], outcome: Outcome
) -> None:
    files = tuple(
        FileFacts(path=f"{number}.tar.gz", bytes=120, digest=str(number), format=name)
        for number, name in enumerate(names)
    )

    ended, found = judge(a_case(outputs={"result": Artefact(digest="d", files=files)}))

    assert ended is outcome
    assert codes(found) == (["SC209"] if outcome is Outcome.VACUOUS else [])
