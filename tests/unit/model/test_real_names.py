"""Names that nobody has written down are told nowhere: they may be values of a row."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_scriptcheck.model.codec import to_json
from ci_scriptcheck.model.comparison import (
    ColumnComparison,
    Fate,
    FileComparison,
    PortComparison,
    TableComparison,
)
from ci_scriptcheck.model.drift import Drift, NumberDrift, TableDrift
from ci_scriptcheck.model.port_profile import ColumnProfile, PortProfile, TableProfile
from ci_scriptcheck.model.production import BesideProduction
from ci_scriptcheck.model.real_names import Labels, is_known, named_in, without, words_of
from ci_scriptcheck.model.result import (
    Artefact,
    FileFacts,
    Finding,
    Level,
    Outcome,
    Table,
    TaskResult,
)

WORDS = words_of(["orders['unit_price'].groupby(customerCity)", "status: [paid, open]"])
CITY = "Zółw-Wielki 42117"


@pytest.mark.parametrize(
    "name",
    [
        "unit_price",
        "Unit Price",
        "status_paid",
        "orders/part-001.snappy.parquet",
        "Unnamed: 0",
        "7",
        "",
    ],
)
def test_a_name_of_words_that_stand_in_the_code_is_known(name: str) -> None:
    assert is_known(name, WORDS)


@pytest.mark.parametrize("name", [CITY, "status_Kowalczyk", "customer_00042", "12345", "***"])
def test_a_name_with_another_word_is_not(name: str) -> None:
    assert not is_known(name, WORDS)


def a_result(name: str) -> TaskResult:
    """Make a result that tells a name wherever results tell names."""
    file = FileFacts(path=f"city={name}/part.csv", bytes=1, digest="d", columns=("id", name))
    column = ColumnComparison(name=name, fate=Fate.NEW)
    table = TableComparison(rows_before=1, rows_after=1, key=(name,), columns=(column,))
    compared = FileComparison(
        path=f"{name}.csv",
        path_after=f"{name}.csv",
        fate=Fate.CHANGED,
        table=table,
        note=f"has `{name}` no more",
        members=(FileComparison(path=f"{name}.txt", fate=Fate.GONE),),
    )
    port = PortComparison(port="out", files=(compared,), noise=(f"a.csv: {name}",))
    profile = TableProfile(name=f"{name}.csv", columns=(ColumnProfile(name=name),))
    drift = Drift(
        tables=(TableDrift(name=f"{name}.csv", columns=(column,)),),
        numbers=(NumberDrift(file=f"{name}.json", way="auc"),),
        unread=(f"{name}.bin",),
    )
    finding = Finding(
        rule="SC303",
        severity=Level.ERROR,
        message=f"`{name}` in output `out` is not expected",
        subject=f"out {name}",
        evidence=(f"`city={name}/part.csv` has `id`, `{name}`",),
        advice=f"name `{name}` under `columns:`",
        lacking=(name,),
        table=Table(columns=("column", "rows"), rows=((name, "1"),)),
    )
    return TaskResult(
        task="load",
        outcome=Outcome.FAILED,
        findings=(finding,),
        inputs={"in": Artefact(digest="d", files=(file,))},
        outputs={"out": Artefact(digest="d", files=(file,))},
        comparisons=(port,),
        given=(port,),
        beside_production=(
            BesideProduction(port="out", drift=drift, files=(compared,), opaque=(f"{name}.pkl",)),
        ),
        profiles=(PortProfile(port="out", tables=(profile,), suggestion=f"+  {name}: {{}}"),),
    )


def told(result: TaskResult) -> str:
    return json.dumps(to_json(result), ensure_ascii=False)


def untold(result: TaskResult) -> TaskResult:
    words = WORDS | words_of(["city id bin"])
    return without(result, Labels(one for one in named_in(result) if not is_known(one, words)))


@given(st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=4))
def test_no_field_tells_a_name_that_is_withheld(middle: str) -> None:
    name = f"Zq{middle}-Żółw"
    result = a_result(name)

    assert told(result).count("Żółw") > 20
    assert "Żółw" not in told(untold(result))


def test_one_name_has_one_label_wherever_it_stands() -> None:
    (finding,) = untold(a_result(CITY)).findings

    assert finding.message == "`(name 1, withheld)` in output `out` is not expected"
    assert finding.lacking == ("(name 1, withheld)",)
    assert finding.evidence == ("`(name 7, withheld)` has `id`, `(name 1, withheld)`",)


def test_a_result_whose_names_are_all_known_stays_as_it_is() -> None:
    result = a_result("status_paid")

    assert untold(result) == result


def test_a_name_is_no_part_of_another_word() -> None:
    labels: Any = Labels(["Wien"])

    assert labels.of_text("`Wiener` is not `Wien`") == "`Wiener` is not `(name 1, withheld)`"
    assert labels.of_text("Wien is told") == "Wien is told"
