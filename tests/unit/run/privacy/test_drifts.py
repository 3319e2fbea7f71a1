"""What differs between two executions tells no name and no value that nobody has written down."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ci_scriptcheck.model.comparison import ColumnComparison, Fate, Figure
from ci_scriptcheck.model.drift import Drift, NumberDrift, TableDrift
from ci_scriptcheck.run.privacy import drifts
from ci_scriptcheck.run.privacy.words import words_of

WORDS = words_of(["orders.csv", "status == 'paid'", "train.py", "a.json", "model.bin"])


def a_drift(name: str) -> Drift:
    """Make one that tells a name wherever drifts tell names."""
    value = Figure(name=f'"{name}"', before="12", after="24")
    return Drift(
        tables=(
            TableDrift(
                name="orders.csv",
                columns=(
                    ColumnComparison(name=name, fate=Fate.NEW),
                    ColumnComparison(name="status", fate=Fate.CHANGED, figures=(value,)),
                ),
            ),
            TableDrift(name=f"{name}.csv", fate=Fate.NEW),
        ),
        numbers=(NumberDrift(file=f"{name}.json", way="auc"),),
        unread=(f"`{name}.bin`: BadZipFile",),
        programs=(f"model.tar.gz: {name}.py",),
    )


@given(st.text(st.characters(codec="utf-8", categories=("L", "N"))))
def test_no_field_tells_a_name_or_a_value(middle: str) -> None:
    name = f"Zq{middle}-Żółw"

    told = drifts.withheld({"out": a_drift(name)}, {"out": frozenset()}, WORDS)

    assert str(a_drift(name)).count("Żółw") == 6
    assert "Żółw" not in str(told)


def test_what_is_written_down_is_told_and_one_name_has_one_label_in_all_ports() -> None:
    found = {"in": a_drift("paid"), "out": a_drift("Kowalczyk")}

    told = drifts.withheld(found, dict.fromkeys(found, frozenset[str]()), WORDS)

    assert told["in"] == found["in"]
    again = drifts.withheld(
        {**found, "also": found["out"]}, dict.fromkeys([*found, "also"], frozenset[str]()), WORDS
    )
    assert again["also"] == again["out"] == told["out"]


def test_a_category_is_named_where_its_schema_lists_it() -> None:
    told = drifts.withheld({"out": a_drift("Wien")}, {"out": frozenset({"status"})}, WORDS)

    assert '"Wien"' in str(told)
    assert "name='Wien'" not in str(told)


def test_a_number_in_the_first_line_of_a_text_is_a_value_and_counts_columns_in_parquet() -> None:
    def told(table: str, *names: str) -> str:
        columns = tuple(ColumnComparison(name=name, fate=Fate.NEW) for name in names)
        drift = Drift(tables=(TableDrift(name=table, columns=columns),))
        found = drifts.withheld({"out": drift}, {"out": frozenset()}, WORDS)
        return ", ".join(column.name for column in found["out"].tables[0].columns)

    assert told("orders.csv", "0", "1") == "(name 1, withheld), (name 2, withheld)"
    assert told("part-*.parquet", "0", "1") == "0, 1"
    assert told("part-*.parquet", "87") == "(name 1, withheld)"
