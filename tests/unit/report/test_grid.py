"""Tables where there is little room: what belongs together is neither cut nor broken."""

from __future__ import annotations

from ci_scriptcheck.model.result import Table
from ci_scriptcheck.report import failure
from ci_scriptcheck.report.page import PLAIN, Page

MOVED = Table(
    columns=("column", "on main", "here"),
    rows=(("amount", "p95 1111.69", "p95 1334.03 (+20 %, mean, p05 and p50 too)"),),
)


def test_what_stands_in_brackets_behind_a_figure_is_not_cut() -> None:
    told = failure.table(MOVED, PLAIN)

    assert "p95 1334.03 (+20 %, mean, p05 and p50 too)" in told


def test_a_cell_is_broken_where_the_terminal_ends_and_a_share_keeps_its_sign() -> None:
    for width in range(44, 81):
        told = failure.table(MOVED, Page(width=width))

        assert "too)" in told
        assert "…" not in told
        assert "+20 %" in told
        assert max(map(len, told.splitlines())) <= width


def test_of_a_long_cell_the_part_before_the_brackets_is_cut() -> None:
    long = Table(columns=("column",), rows=((f"{'x' * 60} (+20 %)",),))

    assert f"{'x' * 39}… (+20 %)" in failure.table(long, PLAIN)
