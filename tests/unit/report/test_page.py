"""How lines are broken for a terminal, and kept whole for a log."""

from __future__ import annotations

from ci_scriptcheck.report.page import PLAIN, Page, shortened

ADVICE = "install it where the scripts run, or say `needs: [torch, torchvision]` for this step"


def test_a_line_for_a_terminal_is_broken_between_words_below_its_beginning() -> None:
    assert Page(width=60).flow(ADVICE, "   = help: ") == (
        "   = help: install it where the scripts run, or say\n"
        "           `needs: [torch, torchvision]` for this step"
    )


def test_what_is_to_be_copied_stays_whole_even_where_there_is_no_room() -> None:
    assert "`needs: [torch, torchvision]`" in Page(width=30).flow(ADVICE, " = ").splitlines()[2]


def test_a_log_keeps_a_line_whole() -> None:
    assert PLAIN.flow(ADVICE, "help: ") == f"help: {ADVICE}"


def test_a_long_printed_line_is_cut_in_a_log_too() -> None:
    assert shortened("x" * 1000) == "x" * 199 + "…"
    assert shortened("x" * 200) == "x" * 200
