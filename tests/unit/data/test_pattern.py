from __future__ import annotations

import re

import numpy as np
import pytest

from ci_scriptcheck.data.pattern import PatternError, texts

PATTERNS = [
    "o[0-9]{8}",
    r"\w+@[a-z]{2,5}\.(com|de|org)",
    r"^[A-Z][a-z]*$",
    r"\A[A-Z]?\Z",
    r"(a|bb)\1",
    r"(?P<first>[0-9])-(?P=first)",
    "(?=.*[0-9])[a-z0-9]{4}",
    r"(?!ab)[a-c]{2}",
    "[äöü€😀]{2,4}",
    "[^a-z]",
    "(?:x|yz|)z*",
    r"\bfoo\b ?",
    "(?i)abc",
    "a+?b??",
    "(?>a|ab)c",
    "a{2}+",
    "",
    "[A-Z]{2}[0-9]{2}( [0-9]{4}){4}",
    r"\S\D\W\s",
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_text_matches_the_whole_pattern(pattern: str) -> None:
    drawn = texts(pattern, 500, np.random.default_rng(1)).to_pylist()

    assert len(drawn) == 500
    assert all(re.fullmatch(pattern, text) for text in drawn)


def test_a_pattern_with_choices_gives_different_texts() -> None:
    assert len(set(texts("[0-9]{8}", 1000, np.random.default_rng(1)).to_pylist())) > 990


def test_no_rows_are_no_texts() -> None:
    assert len(texts("a(b|c)+", 0, np.random.default_rng(1))) == 0


def test_more_rows_than_are_drawn_at_once_all_match() -> None:
    drawn = texts("[ab]{3}", 70_000, np.random.default_rng(1)).to_pylist()

    assert len(drawn) == 70_000
    assert set(map(len, drawn)) == {3}


@pytest.mark.parametrize(
    "pattern", ["[a", "(?=a)b", "(a)?(?(1)b|c)", r"[^\x00-\x7f]", "(?<!a)b(?<!b)"]
)
def test_what_cannot_be_drawn_is_refused_with_the_pattern(pattern: str) -> None:
    with pytest.raises(PatternError):
        texts(pattern, 10, np.random.default_rng(1))
