"""A class can be called as a row says: its name is told where Python, a library or the code has it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_scriptcheck.run.privacy.classes import OWN, Code
from ci_scriptcheck.run.privacy.words import words_of

CODE = Code(
    words=words_of(["class TooPoorError(Exception): pass", "from lib.parts import Ranked"]),
    modules=frozenset({"lib", "parts", "sklearn"}),
    libraries=frozenset({"sklearn"}),
)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("ValueError", "ValueError"),
        ("lib.parts.TooPoorError", "TooPoorError"),
        ("pandas.errors.ParserError", "pandas.errors.ParserError"),
        ("sklearn.exceptions.NotFittedError", "sklearn.exceptions.NotFittedError"),
        ("lib.parts.KowalczykError", OWN),
        ("__main__.KowalczykError", OWN),
        ("KowalczykError", OWN),
        ("pandas.errors.Kowalczyk-7319", OWN),
    ],
)
def test_an_exception_is_called_as_far_as_it_is_known(name: str, told: str) -> None:
    assert CODE.exception(name) == told


@pytest.mark.parametrize(
    "name",
    [
        "sklearn.linear_model._logistic.LogisticRegression",
        "numpy.core.multiarray._reconstruct",
        "collections.OrderedDict",
        "lib.parts.Ranked",
    ],
)
def test_a_pickle_names_what_libraries_and_the_code_hold(name: str) -> None:
    assert CODE.may_tell(name)


@pytest.mark.parametrize(
    "name",
    [
        "lib.Jadwiga-7319",
        "lib.parts.Kowalczyk",
        "__main__.Kowalczyk",
        "Kowalczyk",
        "kowalczyk.Kowalczyk",
        "sklearn.Kowalczyk 7319",
    ],
)
def test_a_pickle_names_nothing_else(name: str) -> None:
    assert not CODE.may_tell(name)


@given(own=st.sampled_from(["lib", "parts", "__main__", ""]), name=st.text(min_size=1))
def test_no_class_of_the_project_is_told_that_its_code_does_not_hold(own: str, name: str) -> None:
    unknown = f"{name}Żółw"

    assert not CODE.may_tell(f"{own}.{unknown}")
    assert CODE.exception(f"{own}.{unknown}") == OWN
