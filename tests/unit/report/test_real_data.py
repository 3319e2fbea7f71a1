"""What reports tell of a run on real data; the texts themselves are in `tests/golden`."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.model.fixture import Estimate
from ci_scriptcheck.model.result import Outcome
from ci_scriptcheck.model.source import Fetched, Upstream
from ci_scriptcheck.report import console, flow, full_size, html, markdown
from ci_scriptcheck.report.page import PLAIN, Detail, Page
from tests.conftest import a_plan, a_record, a_result, a_task
from tests.unit.report.deep_dived import (
    AMOUNT,
    a_column,
    a_deep_dive,
    a_deep_dive_on_an_execution,
    a_fixture,
    a_hostile_deep_dive,
    a_hostile_deep_dive_on_an_execution,
    a_port,
    a_real_task,
    a_table,
    an_artefact,
)
from tests.unit.report.posted import LINKS, Seen, called

if TYPE_CHECKING:
    from collections.abc import Callable

    from ci_scriptcheck.model.run_record import RunRecord
    from ci_scriptcheck.report.links import Links


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


def test_where_something_failed_the_schema_is_told_in_a_line() -> None:
    record = a_deep_dive()
    first = dataclasses.replace(record.results[0], outcome=Outcome.FAILED)
    failed = dataclasses.replace(record, results=(first, *record.results[1:]))

    told = console.render(failed, PLAIN)

    assert "Data made for orders are not like the real ones: `-v` shows how" in told
    assert "+++ b/scriptcheck.yaml" not in told
    assert "+++ b/scriptcheck.yaml" in console.render(failed, Page(detail=Detail.VERBOSE))
    narrow = console.render(failed, Page(width=80))
    assert "`-v` shows how, and what would\nbring them nearer." in narrow


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


def test_of_what_production_gave_each_step_the_text_reads_as_reviewed(
    golden: Callable[[str], object],
) -> None:
    told = console.render(a_deep_dive_on_an_execution(), PLAIN)

    assert told == golden("console/real_data_of_an_execution.txt")


def test_of_what_production_gave_each_step_the_summary_has_the_tables(
    golden: Callable[[str], object],
) -> None:
    told = markdown.job_summary(a_deep_dive_on_an_execution(), LINKS)

    assert told == golden("markdown/real_data_of_an_execution_job.md")


def with_outputs_like_no_input() -> RunRecord:
    """Give a run on real data in which each step makes something else of them."""
    record = a_deep_dive_on_an_execution()
    other = a_port("out", a_table(7, a_column("total")))
    results = tuple(
        dataclasses.replace(one, profiles=(one.profiles[0], other)) for one in record.results
    )
    return dataclasses.replace(record, results=results)


def test_what_nothing_is_known_of_is_not_called_good() -> None:
    record = with_outputs_like_no_input()

    assert flow.sentence(record) is None
    assert "no rows are lost" not in markdown.comment(record, LINKS)
    assert "Real data along" in markdown.job_summary(record, LINKS)


def test_of_several_pipelines_the_line_tells_of_those_gaps_that_are_new() -> None:
    tasks, results = [], []
    for name, before, here in (("old", 900, 930), ("new", 0, 400)):
        task = a_real_task("clean", Fetched(dataset="orders"))
        task = dataclasses.replace(task, id=f"{name}/clean[real]", pipeline=name)
        read, wrote = (
            a_table(1_000, a_column(f"of_{name}", nulls=nulls)) for nulls in (before, here)
        )
        ports = a_port("orders", read, is_input=True), a_port("kept", wrote)
        tasks.append(task)
        results.append(a_result(task.id, profiles=ports))

    told = flow.sentence(a_record(a_plan(*tasks), *results))

    assert told == (
        "Real data in 2 pipelines: `of_new` is empty in 40 % of the rows that `clean` writes."
    )


def test_of_runs_on_made_data_nothing_of_it_is_said() -> None:
    assert "real data" not in console.render(a_record(), PLAIN).lower()
    assert flow.sentence(a_record()) is None


def sampled(of_rows: Estimate | None) -> RunRecord:
    """Give the same run on samples of so many rows."""
    record = a_deep_dive()
    fixtures = {name: a_fixture(name, 10_000, of_rows) for name in record.plan.fixtures}
    return dataclasses.replace(record, plan=dataclasses.replace(record.plan, fixtures=fixtures))


def test_where_all_of_it_was_read_or_nothing_tells_how_much_it_is_no_costs_are_told() -> None:
    for of_rows in (Estimate(number=10_000), None):
        assert "on all data" not in console.render(sampled(of_rows), PLAIN)


def test_an_estimate_of_which_nobody_knows_how_far_it_is_off_is_told_so() -> None:
    told = console.render(sampled(Estimate(number=1_000_000, error=None)), PLAIN)

    assert "about 2.5 min (± ?)" in told
    assert "± ?: only beginnings of files were read" in told


def test_what_a_run_on_less_tells_is_said() -> None:
    record = a_deep_dive()
    train, split = (record.plan.tasks[number].step for number in (2, 1))
    less = [
        a_result(
            f"fraud/{step}",
            seconds=seconds,
            peak_memory_mb=memory,
            inputs={"x": an_artefact(10, 15_000)},
        )
        for step, seconds, memory in ((train, 0.21, 840.0), (split, 0.9, 150.0))
    ]
    tasks = [a_task(step, pipeline="fraud") for step in (train, split)]
    plan = dataclasses.replace(record.plan, tasks=(*record.plan.tasks, *tasks))
    record = dataclasses.replace(record, plan=plan, results=(*record.results, *less))

    (shown,) = full_size.costs(record)

    assert shown.notes[-1] == full_size.ASSUMED
    assert any("`split`: time was the same on much less" in note for note in shown.notes)
    assert not any("`train`: time" in note for note in shown.notes)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(2.4, "2.4 s"), (99.0, "99.0 s"), (180, "3.0 min"), (3_600, "60 min"), (90_000, "25 h")],
)
def test_durations_are_written_as_people_speak_of_them(seconds: float, told: str) -> None:
    assert full_size.duration(seconds) == told


HOSTILE = [a_hostile_deep_dive(), a_hostile_deep_dive_on_an_execution()]


@pytest.mark.parametrize("record", HOSTILE, ids=["datasets", "execution"])
@pytest.mark.parametrize("write", [markdown.comment, markdown.job_summary, markdown.check_summary])
def test_no_name_makes_more_of_a_posted_text_than_it_is(
    write: Callable[[RunRecord, Links], str], record: RunRecord
) -> None:
    text = write(record, LINKS)
    seen = Seen(text)

    assert called(seen) == []
    assert not {tag for tag, _ in seen.tags} & {"script", "img"}
    assert not re.search(r"(?m)^\s*::|##\[", text)
    for block in re.findall(r"(?m)(?:^\|.*\n)+", text):
        assert len({line.count("|") for line in block.splitlines()}) == 1


@pytest.mark.parametrize("record", HOSTILE, ids=["datasets", "execution"])
def test_no_name_acts_on_a_terminal(record: RunRecord) -> None:
    text = console.render(record, Page(width=100, detail=Detail.VERBOSE))

    assert [sign for sign in text if not sign.isprintable() and sign != "\n"] == []
    assert not re.search(r"(?m)^\s*::|##\[", text)


def a_long_dive() -> RunRecord:
    """Give a run of thirty steps, of which the twentieth loses half of the rows and takes longest."""
    fraud = "fraud/step_{}[real]"
    tasks, results = [], []
    for number in range(30):
        before = Upstream(task=fraud.format(number - 1), port="rows")
        source = before if number else Fetched(dataset="orders")
        task = a_real_task(f"step_{number}", source)
        rows = 500 if number >= 20 else 1_000
        read = a_port("orders", a_table(1_000, AMOUNT), is_input=True, dataset="orders")
        wrote = a_port("rows", a_table(rows, AMOUNT))
        tasks.append(task)
        results.append(
            a_result(
                task.id,
                seconds=60.0 if number == 20 else 1.0,
                inputs={task.inputs[0].port: an_artefact(1_000, 50_000)},
                outputs={"rows": an_artefact(rows, 50_000)},
                profiles=(wrote,) if number else (read, wrote),
            )
        )
    fixtures = {"orders": a_fixture("orders", 1_000, Estimate(number=50_000))}
    return a_record(a_plan(*tasks, fixtures=fixtures), *results)


def test_of_many_steps_those_are_shown_that_lose_rows_and_that_take_long() -> None:
    told = console.render(a_long_dive(), PLAIN)

    assert "1,000 → 500 (\N{MINUS SIGN}50 %)" in told
    assert "about 50 min" in told
    assert "and 21 more" in told
    assert "and 20 more" in told


def test_all_of_many_steps_are_shown_to_who_asks() -> None:
    told = console.render(a_long_dive(), Page(width=120, detail=Detail.VERBOSE))

    assert re.search(r"step_29 +rows +500", told)
    assert "more" not in told[told.index("Real data along") :]
