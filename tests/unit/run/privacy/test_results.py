"""Names that nobody has written down are told nowhere: they may be values of a row."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_scriptcheck.errors import Excerpt
from ci_scriptcheck.model.codec import to_json
from ci_scriptcheck.model.comparison import (
    ColumnComparison,
    Fate,
    Figure,
    FileComparison,
    PortComparison,
    TableComparison,
    ValueComparison,
)
from ci_scriptcheck.model.drift import Drift, NumberDrift, TableDrift
from ci_scriptcheck.model.port_profile import ColumnProfile, PortProfile, TableProfile
from ci_scriptcheck.model.production import BesideProduction
from ci_scriptcheck.model.result import (
    Artefact,
    FileFacts,
    Finding,
    Level,
    Outcome,
    Table,
    TaskResult,
)
from ci_scriptcheck.run.privacy import results
from ci_scriptcheck.run.privacy.classes import Code
from ci_scriptcheck.run.privacy.labels import Labels
from ci_scriptcheck.run.privacy.results import classes_in, named_in, parted_types_in, without
from ci_scriptcheck.run.privacy.words import is_known, words_of
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
        "",
    ],
)
def test_a_name_of_words_that_stand_in_the_code_is_known(name: str) -> None:
    assert is_known(name, WORDS)


@pytest.mark.parametrize(
    "name",
    [
        *(CITY, "status_Kowalczyk", "customer_00042", "12345", "***", "0.53", "17:40", "7"),
        *("status_68", "68_status", "status_\u00b2\u00b3", "42.csv", "part-079123456.parquet"),
    ],
)
def test_a_name_with_another_word_is_not(name: str) -> None:
    assert not is_known(name, WORDS)


@pytest.mark.parametrize(
    "name",
    [
        "status_079 123 45 67",
        "status_193.71.73.219",
        "status_10.0.0.1",
        "status_12.05.73",
        "status_98,765",
        "price_73.9",
        "price_30_91",
    ],
)
def test_short_numbers_that_make_up_a_long_one_are_not_known(name: str) -> None:
    assert not is_known(name, WORDS | {"0", "1", "10", "12", "30"})


@pytest.mark.parametrize("name", ["price_30_90", "price_0.5", "90.csv", "2024_status"])
def test_a_number_is_known_beside_the_word_that_it_has_in_the_code(name: str) -> None:
    assert is_known(name, words_of([f'data["{name}"]']))
    assert not is_known(name, WORDS | words_of(["range(30, 90, 2024) > 0 and 5"]))


def test_the_number_of_a_parameter_is_known_where_it_stands_in_the_code() -> None:
    words = words_of(["for k in (7, 14):", "data[f'recall_at_{k}'], data[f'lag_{k}_price']"])
    assert is_known("recall_at_14", words)
    assert is_known("lag_7_price", words)
    assert not is_known("recall_at_68", words)


def a_document(way: str) -> FileComparison:
    """Make a JSON file in which one value is another."""
    return FileComparison(
        path="a.json",
        fate=Fate.CHANGED,
        format_before="json",
        format_after="json",
        values=(ValueComparison(path=way, fate=Fate.CHANGED),),
        values_count=1,
    )


def a_result(name: str) -> TaskResult:
    """Make a result that tells a name wherever results tell names."""
    file = FileFacts(path=f"city={name}/part.csv", bytes=1, digest="d", columns=("id", name))
    column = ColumnComparison(name=name, fate=Fate.GONE, called_now=name)
    table = TableComparison(rows_before=1, rows_after=1, key=(name,), columns=(column,))
    compared = FileComparison(
        path=f"{name}.csv",
        path_after=f"{name}.csv",
        fate=Fate.CHANGED,
        table=table,
        note=f"has `{name}` no more",
        members=(FileComparison(path=f"{name}.txt", fate=Fate.GONE), a_document(f"mean.{name}")),
    )
    port = PortComparison(port="out", files=(compared,), noise=(f"a.csv: {name}",))
    profile = TableProfile(name=f"{name}.csv", columns=(ColumnProfile(name=name),))
    drift = Drift(
        tables=(TableDrift(name=f"{name}.csv", columns=(column,)),),
        numbers=(NumberDrift(file=f"{name}.json", way="auc"),),
        unread=(f"`{name}.bin`: BadZipFile",),
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
    words = WORDS | words_of(["city id bin a mean"])
    return without(result, Labels(one for one in named_in(result) if not is_known(one, words)))


NO_NAMES: Mapping[type, str] = {
    # Of `reads`, what was looked for in vain is left out in `records`.
    TaskResult: "task why_not key inputs outputs differing by_chance log_tail log_file reads protections worker",
    Finding: "rule step pipeline port known lapsed",
    Excerpt: "lines",
    # Its first column, and words of the others, are looked at apart.
    Table: "columns rows",
    Artefact: "digest",
    FileFacts: "digest format",
    PortComparison: "port accepted_as",
    FileComparison: "format_before format_after content",
    ValueComparison: "before after",
    Figure: "name before after",
    BesideProduction: "alike port others why_not",
    NumberDrift: "way",
    PortProfile: "port dataset",
    ColumnProfile: "low median high named",
}
"""Fields with texts that hold no names of private data: words of ours and of the settings, and values, which `data` and
`values` look at."""


def texts_in(held: type, seen: set[type]) -> Iterator[tuple[type, str]]:
    """Give all fields with texts of a type of the model, and of all that it holds."""
    seen.add(held)
    hints = get_type_hints(held)
    for item in dataclasses.fields(held):
        for kind in kinds_in(hints[item.name]):
            if kind is str:
                yield held, item.name
            elif dataclasses.is_dataclass(kind) and kind not in seen:
                yield from texts_in(kind, seen)


def kinds_in(hint: Any) -> Iterator[type]:
    for part in get_args(hint):
        yield from kinds_in(part)
    if isinstance(hint, type):
        yield hint


@pytest.mark.parametrize("whole", [TaskResult, Drift])
def test_of_each_text_that_results_hold_somebody_has_said_whether_it_is_a_name(
    whole: type,
) -> None:
    looked_at = (results._NAMES, results._TYPED, results._TEXTS, results._LISTS)

    unsaid = {
        f"{held.__name__}.{name}"
        for held, name in texts_in(whole, set())
        if name not in NO_NAMES.get(held, "").split()
        and not any(name in known.get(held, ()) for known in looked_at)
    }

    assert unsaid == set()


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


def test_what_a_script_wrote_or_asked_for_elsewhere_is_a_name_as_well() -> None:
    finding = Finding(
        rule="SC211", severity=Level.WARNING, message="added `Kowalczyk.csv` to input `orders`"
    )
    of_code = Finding(rule="SC201", severity=Level.ERROR, message="look at `Kowalczyk`")
    result = TaskResult(task="load", outcome=Outcome.PASSED, findings=(finding, of_code))

    assert list(named_in(result)) == ["Kowalczyk.csv", "orders"]


def test_files_of_a_second_run_and_what_is_set_aside_are_names() -> None:
    finding = Finding(
        rule="SC217",
        severity=Level.ERROR,
        message="`Kowalczyk.csv` of output `out` came out differently the second time",
        evidence=("`Nowak.csv` differs", "`load.py:5` takes a new seed"),
    )
    port = PortComparison(port="out", noise=("model.zip: Zielinska.json",))
    result = TaskResult(
        task="load", outcome=Outcome.PASSED, findings=(finding,), comparisons=(port,)
    )

    assert set(named_in(result)) == {
        "Kowalczyk.csv",
        "Nowak.csv",
        "Zielinska.json",
        "model.zip",
    }


def test_what_a_note_names_is_a_name() -> None:
    file = FileComparison(
        path="a.parquet", fate=Fate.CHANGED, note="its metadata are not the same: `Kowalczyk`"
    )
    result = TaskResult(
        task="load",
        outcome=Outcome.PASSED,
        comparisons=(PortComparison(port="out", files=(file,)),),
    )

    assert set(named_in(result)) == {"a.parquet", "Kowalczyk"}


@pytest.mark.parametrize(
    ("way", "is_told"),
    [
        ("mean.total", True),
        ("weights[12]", True),
        ("mean.Kowalczyk", False),
        ('mean["2024-03-05"]', False),
        ("mean.481516", False),
    ],
)
def test_a_way_into_a_document_is_told_where_its_keys_are_written_down(
    way: str, is_told: bool
) -> None:
    port = PortComparison(port="out", files=(a_document(way),))
    result = TaskResult(task="load", outcome=Outcome.PASSED, comparisons=(port,))
    words = words_of(['{"mean": total, "weights": w}  # a'])

    labels = results.labels_for((result,), lambda name: is_known(name, words), Code(words=words))
    (value,) = without(result, labels).comparisons[0].files[0].values

    assert value.path == (way if is_told else "(name 1, withheld)")


def test_a_number_in_place_of_a_name_is_not_told_and_a_figure_is() -> None:
    labels = Labels(["Kowalczyk"], cells=["87"])
    table = Table(columns=("column", "on main"), rows=(("87", "87 empty"),))
    finding = Finding(
        rule="SC405",
        severity=Level.ERROR,
        message="`87` of `a.csv` lacks a value in 87 rows",
        subject="out/87",
        table=table,
    )
    suggestion = "+      '87': {max: 87}"
    result = TaskResult(
        task="load",
        outcome=Outcome.PASSED,
        findings=(finding,),
        profiles=(PortProfile(port="out", suggestion=suggestion),),
    )

    changed = without(result, labels)

    (found,) = changed.findings
    assert found.message == "`(name 1, withheld)` of `a.csv` lacks a value in 87 rows"
    assert found.subject == "out/(name 1, withheld)"
    assert found.table is not None
    assert found.table.rows == (("(name 1, withheld)", "87 empty"),)
    assert changed.profiles[0].suggestion == "+      '(name 1, withheld)': {max: 87}"


def test_a_name_with_a_backtick_is_not_told() -> None:
    labels = Labels(["Kowal`czyk"])

    assert labels.of_text("`Kowal`czyk` of `out`") == "`(name 1, withheld)` of `out`"


def test_a_type_tells_no_names_of_its_parts() -> None:
    kinds = 'struct("Kowalczyk" double)', "decimal(18,2)"
    column = ColumnComparison(
        name="paid", fate=Fate.CHANGED, type_before=kinds[0], type_after=kinds[1]
    )
    table = TableComparison(rows_before=1, rows_after=1, columns=(column,))
    files = (FileComparison(path="a", fate=Fate.CHANGED, table=table),)
    finding = Finding(
        rule="SC402", severity=Level.ERROR, message=f"`paid` is {kinds[1]}, and on main {kinds[0]}"
    )
    result = TaskResult(
        task="load",
        outcome=Outcome.PASSED,
        findings=(finding,),
        comparisons=(PortComparison(port="out", files=files),),
    )
    types = list(parted_types_in(result))

    changed = without(result, Labels([], types=types))

    assert types == [kinds[0]]
    assert changed.findings[0].message == "`paid` is decimal(18,2), and on main struct(…)"
    assert "Kowalczyk" not in told(changed)


def test_a_type_with_a_line_end_in_the_name_of_a_part_is_withheld() -> None:
    column = ColumnComparison(
        name="paid", fate=Fate.NEW, type_after='struct(a bigint, "Jane\nDoe" bigint)'
    )

    assert list(parted_types_in(column)) == [column.type_after]


def test_a_result_whose_names_are_all_known_stays_as_it_is() -> None:
    result = a_result("status_paid")

    assert untold(result) == result


def test_a_name_is_no_part_of_another_word() -> None:
    labels: Any = Labels(["Wien"])

    assert labels.of_text("`Wiener` is not `Wien`") == "`Wiener` is not `(name 1, withheld)`"
    assert labels.of_text("Wien is told") == "Wien is told"


def test_labels_of_two_shares_are_not_the_same() -> None:
    one, other = (Labels(["Kowalczyk", "Nowak"], share=share) for share in (1, 2))

    assert one.of_name("Nowak") == "(name 1.2, withheld)"
    assert {one.of_name("Nowak"), one.of_name("Kowalczyk")}.isdisjoint(
        {other.of_name("Nowak"), other.of_name("Kowalczyk")}
    )


def test_a_class_of_a_pickle_is_no_name_of_a_column_and_has_a_label_of_its_own() -> None:
    classes = ("lib.Kowalczyk", "sklearn.svm.SVC")
    pickled = FileComparison(
        path="model.pkl",
        fate=Fate.CHANGED,
        format_before="pickle",
        format_after="pickle",
        values=tuple(ValueComparison(path=name, fate=Fate.NEW) for name in classes),
        values_count=2,
    )
    packed = FileComparison(path="model.zip", fate=Fate.CHANGED, members=(pickled,))
    array = replace(
        pickled,
        path="a.npy",
        format_after="npy",
        values=(ValueComparison(path="shape", fate=Fate.CHANGED),),
    )
    finding = Finding(
        rule="SC406",
        severity=Level.ERROR,
        message="2 values of `model.pkl` are not the same",
        table=Table(columns=("value", "on main", "here"), rows=(("lib.Kowalczyk", "", ""),)),
    )
    result = TaskResult(
        task="load",
        outcome=Outcome.PASSED,
        comparisons=(PortComparison(port="out", files=(packed, array)),),
        findings=(finding,),
    )

    changed = without(result, Labels(["lib.Kowalczyk"]))

    assert list(classes_in(result)) == list(classes)
    assert set(named_in(result)) == {"model.zip", "model.pkl", "a.npy"}
    assert "Kowalczyk" not in told(changed)
    assert told(changed).count("(name 1, withheld)") == 2
    assert "sklearn.svm.SVC" in told(changed)


def test_a_number_that_only_a_star_leads_to_is_told_where_its_key_is() -> None:
    """The settings name `amounts.*`; of its keys the code speaks of one, and one is called as a measure."""
    ways = ("amounts.paid", "amounts.Kowalczyk", "amounts.score_104", "auc")
    values = tuple(
        ValueComparison(path=way, fate=Fate.CHANGED, before="100", after="312") for way in ways
    )
    port = PortComparison(port="out", files=(replace(a_document("auc"), values=values),))
    drift = Drift(numbers=tuple(NumberDrift(file="a.json", way=way, before=1) for way in ways))
    result = TaskResult(
        task="load",
        outcome=Outcome.PASSED,
        comparisons=(port,),
        beside_production=(BesideProduction(port="out", drift=drift),),
    )
    words = words_of(["amounts.*", "paid", "score", "a.json"])

    labels = results.labels_for((result,), lambda name: is_known(name, words), Code(words=words))
    after = without(result, labels)

    told_values = [one.after for one in after.comparisons[0].files[0].values]
    told_drift = after.beside_production[0].drift
    assert told_values == ["312", None, None, "312"]
    assert told_drift.untold == 2
    assert [one.way for one in told_drift.numbers] == ["amounts.paid", "auc"]


def test_a_finding_tells_the_place_in_a_list_and_no_number_in_a_key() -> None:
    finding = Finding(
        rule="SC314",
        severity=Level.ERROR,
        message="`folds[2].auc` in `a.json` is low",
        evidence=("`folds.score_104` is low",),
    )
    result = TaskResult(task="load", outcome=Outcome.FAILED, findings=(finding,))
    words = words_of(["folds.*.auc", "score", "a.json"])

    labels = results.labels_for((result,), lambda name: is_known(name, words), Code(words=words))
    (after,) = without(result, labels).findings

    assert after.message == finding.message
    assert after.evidence == ("`(name 1, withheld)` is low",)
