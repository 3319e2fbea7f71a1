"""What stands in lines elsewhere is one paragraph beside a line of code."""

from __future__ import annotations

import pytest

from ci_scriptcheck.model.annotation import in_sentences


@pytest.mark.parametrize(
    ("texts", "paragraph"),
    [
        (("unknown key `a`", None, "did you mean `b`?"), "Unknown key `a`. Did you mean `b`?"),
        (("`a.py` is gone", "look for it"), "`a.py` is gone. Look for it."),
        (("scripts/a.py is gone",), "scripts/a.py is gone."),
        (("train.py is gone.", "why?"), "train.py is gone. Why?"),
        (("error: no", "ok"), "error: no. ok."),
    ],
)
def test_each_begins_as_a_sentence_unless_it_begins_with_a_name(
    texts: tuple[str | None, ...], paragraph: str
) -> None:
    assert in_sentences(*texts) == paragraph
