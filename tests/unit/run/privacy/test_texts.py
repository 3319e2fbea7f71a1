"""What is told of a text about private data: names that are known otherwise, and no value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_scriptcheck.model.result import Finding, Level
from ci_scriptcheck.run.privacy.texts import WITHHELD, KnownNames, known

KNOWN = KnownNames(
    names=frozenset({"total", "customer id", "orders.csv", "day=1/part.csv"}),
    folders=frozenset({"/in/orders"}),
)


@pytest.mark.parametrize(
    "text",
    [
        "'total'",
        "'Column not found: total'",
        "\"['total', 'customer id'] not in index\"",
        "\"['total'] not found in axis\"",
        "\"None of [Index(['total', 'customer id'], dtype='object')] are in the [columns]\"",
        "\"None of [Index(['total',\\n       'customer id'],\\n      dtype='object')] are in the [columns]\"",
        "\"None of ['total'] are in the columns\"",
        "\"The following id_vars or value_vars are not present in the DataFrame: ['total']\"",
        "\"Label(s) ['total'] do not exist\"",
        "\"Columns not found: 'total', 'customer id'\"",
        "\"Only a column name can be used for the key in a dtype mappings argument. 'total' not found in columns.\"",
        "\"The following 'index' labels are not columns of the DataFrame: ['total']\"",
        "'DataFrameGroupBy' object has no attribute 'total'",
        "Usecols do not match columns, columns expected but not found: ['total']",
        "'DataFrame' object has no attribute 'total'",
        "[Errno 2] No such file or directory: '/in/orders/orders.csv'",
        "[Errno 2] No such file or directory: '/in/orders/day=1/part.csv'",
        "[Errno 21] Is a directory: '/in/orders'",
    ],
)
def test_what_libraries_say_of_known_names_is_told_in_full(text: str) -> None:
    assert KNOWN.text(text) == text
    assert KnownNames().text(text) == WITHHELD


def test_of_other_texts_known_names_are_told_and_nothing_else() -> None:
    told = KNOWN.text("cannot join on 'total' and \"customer id\": c99 has 'Kowalczyk'")

    assert told == "(withheld but for 'total', 'customer id': its data are real)"


@pytest.mark.parametrize(
    "text",
    [
        "total",
        "'subtotal'",
        "'total of c99'",
        "'total\"",
        "['total' 98765] not in index",
        "[Errno 98765] No such file or directory: '/in/orders/orders.csv'",
        "[Errno 2] No such file or directory: '/in/orders/c99/orders.csv'",
        "[Errno 2] No such file or directory: '/elsewhere/orders.csv'",
    ],
)
def test_what_is_no_whole_quoted_name_is_not_told(text: str) -> None:
    assert KNOWN.text(text) in {WITHHELD, "(withheld but for 'total': its data are real)"}


PLANTED = ["Jadwiga-7319", "98765.4321", "totals", "TOTAL", "c99"]
LIBRARY = [
    *("'", '"', "`", "[", "]", ", ", "\n", " ", "\\", "\0"),
    *("not in index", "None of [Index([", "], dtype='object')] are in the [columns]"),
    *("Column not found: ", "[Errno 2] No such file or directory: '", "/in/orders/"),
]
NAMES = sorted(KNOWN.names)
TEXTS = st.lists(
    st.sampled_from([*PLANTED, *LIBRARY, *NAMES, *(f"'{name}'" for name in NAMES)]), max_size=12
).map("".join)


@given(text=TEXTS)
def test_no_value_passes_whatever_the_text_is(text: str) -> None:
    told = KNOWN.text(text)

    assert not any(value in told for value in PLANTED)


@given(text=TEXTS | st.text())
def test_where_no_name_is_known_nothing_is_told(text: str) -> None:
    assert KnownNames().text(text) == WITHHELD


@given(text=st.text(), name=st.text(alphabet="abc_ ", min_size=1))
def test_what_is_told_of_any_text_is_a_name_or_nothing(text: str, name: str) -> None:
    told = KnownNames(names=frozenset({name})).text(f"{text}'{name}'")

    assert told in {f"'{name}'", f"(withheld but for '{name}': its data are real)", WITHHELD}


def test_a_name_that_only_the_data_hold_counts_where_the_code_speaks_of_it() -> None:
    words = frozenset({"total", "customer", "id", "orders", "csv"})

    found = known(
        stated=("price",),
        found=(
            "total",
            "customer id",
            "orders.csv",
            "Kowalczyk",
            "country=AT/orders.csv",
            "87",
            "2024-01-02",
            "",
            "|",
        ),
        words=words,
    )

    assert found == {"price", "total", "customer id", "orders.csv"}


def test_failures_of_which_only_names_are_told_are_told_apart_by_their_kind() -> None:
    def raised(name: str, *, is_told_in_part: bool) -> Finding:
        return Finding(
            rule="SC201",
            severity=Level.ERROR,
            message=f"KeyError: '{name}'",
            subject="KeyError",
            is_told_in_part=is_told_in_part,
        )

    private = [raised(name, is_told_in_part=True) for name in ("total", "price")]
    public = [raised(name, is_told_in_part=False) for name in ("total", "price")]

    assert private[0].is_no_worse_than(private[1])
    assert not public[0].is_no_worse_than(public[1])
