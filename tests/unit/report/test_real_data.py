"""What reports tell of a run on real data; the texts themselves are in `tests/golden`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.report import console, flow, html, markdown
from ci_scriptcheck.report.page import PLAIN, Detail, Page
from tests.conftest import a_record
from tests.unit.report.deep_dived import a_deep_dive
from tests.unit.report.posted import LINKS

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("real_data", PLAIN),
        ("real_data_narrow", Page(width=80)),
        ("real_data_verbose", Page(width=110, detail=Detail.VERBOSE)),
    ],
)
def test_the_text_reads_as_reviewed(
    name: str, page: Page, golden: Callable[[str], object]
) -> None:
    assert console.render(a_deep_dive(), page) == golden(f"console/{name}.txt")


def test_the_comment_says_it_in_a_line(golden: Callable[[str], object]) -> None:
    text = markdown.comment(a_deep_dive(), LINKS)

    assert text == golden("markdown/real_data.md")
    assert sum("real data" in line.lower() for line in text.splitlines()) == 1


def test_the_summary_of_a_job_has_the_tables(golden: Callable[[str], object]) -> None:
    assert markdown.job_summary(a_deep_dive(), LINKS) == golden("markdown/real_data_job.md")


def test_the_page_has_a_part_for_it(golden: Callable[[str], object]) -> None:
    text = html.render(a_deep_dive())
    main = text[text.index("<main") : text.index("</main>")]

    assert main == golden("page/real_data.html")


def test_of_runs_on_made_data_nothing_of_it_is_said() -> None:
    assert "real data" not in console.render(a_record(), PLAIN).lower()
    assert flow.sentence(a_record()) is None


def test_no_share_is_rounded_to_all_or_nothing() -> None:
    shares = [0.0, 0.00001, 0.0004, 0.0314, 0.5, 0.99999, 1.0]

    told = [flow.share(one) for one in shares]

    assert told == ["0 %", "less than 0.01 %", "0.04 %", "3.1 %", "50 %", "99.99 %", "100 %"]
