"""Texts of a project in Markdown: what stays a word, and what becomes code."""

from __future__ import annotations

import pytest

from ci_scriptcheck.report import escaping


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("train names it", "train names it"),
        ("input `train` has `a`, `b`", "input `train` has `a`, `b`"),
        ("see (amount_usd), please.", "see (`amount_usd`), please."),
        ("12 of 5,000 rows, 0.4 % of all", "12 of 5,000 rows, 0.4 % of all"),
        ("needs numpy > 2", "needs numpy `>` 2"),
        ("ask @someone about #12 or GH-12", "ask `@someone` about `#12` or `GH-12`"),
        ("at https://a.b/c?d=e", "at `https://a.b/c?d=e`"),
        ("since deadbeef1", "since `deadbeef1`"),
        ("lib/features.py is gone", "`lib/features.py` is gone"),
        ("[x](y) ![z](w)", "`[x](y`) `![z](w`)"),
        ("a `b` c ` d", "a `b` c <code>&#96;</code> d"),
        ("`a``b`", "`a`<code>b</code>"),
        ("1. first", "`1.` first"),
        ("- first", "`-` first"),
        ("two\nlines\tand \x1b[31m", "`two\\nlines\\tand` `\\x1b[31m`"),
        ("::error::no", "`\\x3a:error::no`"),
        ("", ""),
    ],
)
def test_a_sentence_keeps_its_words(text: str, written: str) -> None:
    assert escaping.prose(text) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("amount_usd", "`amount_usd`"),
        ("a|b", "<code>a&#124;b</code>"),
        ("a`b", "<code>a&#96;b</code>"),
        (" a", "<code> a</code>"),
        ("特征", "`特征`"),
        ("  ", ""),
    ],
)
def test_a_name_is_code(text: str, written: str) -> None:
    assert escaping.code(text) == written


def test_a_long_text_keeps_its_ends() -> None:
    assert escaping.code("a" * 300 + "b" * 300, 9) == "`aaaaa…bbb`"


def test_a_name_that_cannot_be_seen_is_shown_as_unknown() -> None:
    assert escaping.name(" ") == "`?`"


def test_a_fence_is_longer_than_what_it_holds() -> None:
    assert escaping.fenced(["a", "````"]) == "`````text\na\n````\n`````"
