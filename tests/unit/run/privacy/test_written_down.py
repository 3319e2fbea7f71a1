"""What code asks tables for, as it is written: whole texts and attributes, and no words of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from ci_scriptcheck.model.change import Closure
from ci_scriptcheck.run.privacy.texts import KnownNames
from ci_scriptcheck.run.privacy.written_down import asked_for

if TYPE_CHECKING:
    from pathlib import Path

ORDERS = pd.DataFrame({"amount": [1.0], "country": ["CH"]})


def written(folder: Path, **sources: str) -> frozenset[str]:
    for name, source in sources.items():
        (folder / f"{name}.py").write_text(source)
    files = tuple(f"{name}.py" for name in sources)
    return asked_for(folder, Closure(script=min(files), files=files))


def test_whole_texts_and_attributes_of_a_script_and_of_what_it_imports_are_known(
    tmp_path: Path,
) -> None:
    found = written(tmp_path, a="import b\ndata['amuont']", b="data.discuont, ['a b', '12', '']")

    assert found == {"amuont", "discuont", "a b"}


def test_neither_words_of_a_text_nor_names_of_variables_are_known(tmp_path: Path) -> None:
    found = written(tmp_path, a="anna = f'ask {anna} twice'  # bob\n'paid by carl'")

    assert found.isdisjoint({"anna", "bob", "paid", "carl"})


@pytest.mark.parametrize("source", ["data['amuont'", "\0", "(" * 10_000])
def test_code_that_cannot_be_read_has_asked_for_nothing(tmp_path: Path, source: str) -> None:
    assert written(tmp_path, a=source) == frozenset()


@pytest.mark.parametrize(
    "expression",
    [
        "data['amuont']",
        "data.amuont",
        "data[['amuont', 'country code']]",
        "data[['amount', 'amuont']]",
        "data.loc[:, ['amuont']]",
        "data.groupby('amuont')",
        "data.groupby('country')['amuont']",
        "data.groupby('country')[['amuont']]",
        "data.groupby('country')[['amuont', 'country code']]",
        "data.groupby('country').amuont",
        "data.groupby('country').agg({'amuont': 'sum'})",
        "data.groupby('country').agg(total=('amuont', 'sum'))",
        "data.rolling(2)['amuont']",
        "data.merge(data, on='amuont')",
        "data.merge(data, left_on='amuont', right_on='amount')",
        "data.drop(columns=['amuont', 'country code'])",
        "data.rename(columns={'amuont': 'amount'}, errors='raise')",
        "data.sort_values('amuont')",
        "data.set_index(['amuont', 'country code'])",
        "data.drop_duplicates(['amuont', 'country code'])",
        "data.dropna(subset=['amuont'])",
        "data.pop('amuont')",
        "data.explode('amuont')",
        "data.astype({'amuont': int})",
        "data.pivot(index='amuont', columns='country')",
        "data.pivot_table(index='country', values='amuont')",
        "data.melt(id_vars='amuont')",
        "data.nlargest(1, 'amuont')",
    ],
)
def test_what_pandas_says_of_a_column_that_code_misspells_is_told_in_full(
    tmp_path: Path, expression: str
) -> None:
    with pytest.raises((KeyError, AttributeError)) as raised:
        eval(expression, {"data": ORDERS})  # noqa: S307  (of this file)

    told = KnownNames(names=written(tmp_path, a=expression)).text(str(raised.value))

    assert told == str(raised.value)
    assert KnownNames().text(str(raised.value)).startswith("(withheld")
