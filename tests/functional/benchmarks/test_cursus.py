"""How the run on the public Cursus release is classed, on a record made by hand."""

from __future__ import annotations

from typing import Any

from benchmarks.cursus import classify, release

LIST = """
| id | rule | place | words | proof |
| --- | --- | --- | --- | --- |
| R1 | SC201 | scripts/score.py:7 | risk table | The training never writes it. |
| S1 | SC103 | dags/daily.dag.json | needs `data` | No edge leads to it. |
"""


def test_a_failure_counts_as_a_true_defect_only_if_all_its_errors_are_on_the_list() -> None:
    listed = an_error("SC201", "src/scripts/score.py", 7, "no risk table")
    elsewhere = an_error("SC201", "src/scripts/score.py", 8, "no risk table")
    reading = a_reading(
        a_task("daily/score", "failed", findings=[listed]),
        a_task("weekly/score", "failed", findings=[listed, elsewhere]),
    )

    assert kinds(reading.nodes()) == {
        "daily/score": classify.DEFECT,
        "weekly/score": classify.OPEN,
    }


def test_what_waits_for_a_true_defect_is_told_from_what_we_left_out() -> None:
    listed = an_error("SC201", "src/scripts/score.py", 7, "no risk table")
    reading = a_reading(
        a_task("daily/score", "failed", findings=[listed]),
        a_task("daily/pack", why="needs score"),
        a_task("daily/ask", why="calls a model"),
        a_task("daily/register", why="has no script", script=None),
        a_task("daily/torch", why="needs torch, not installed here"),
    )

    assert kinds(reading.nodes()) == {
        "daily/score": classify.DEFECT,
        "daily/pack": classify.BEHIND,
        "daily/ask": classify.LEFT_OUT,
        "daily/register": classify.NO_SCRIPT,
        "daily/torch": classify.NO_IMPORT,
    }
    good, most = release.share(reading.nodes())
    assert (round(good, 1), most) == (33.3, 3)


def test_a_node_that_nothing_feeds_is_the_pipelines_defect_where_the_list_says_so() -> None:
    reading = a_reading(
        a_task("daily/score", why="nothing feeds `data`"),
        a_task("weekly/score", why="nothing feeds `data`"),
        findings=[an_error("SC103", "src/dags/daily.dag.json", 3, "`score` needs `data`, which")],
    )

    assert kinds(reading.nodes()) == {
        "daily/score": classify.BEHIND,
        "weekly/score": classify.OPEN,
    }


def test_a_script_has_passed_where_any_node_of_it_ended_well() -> None:
    reading = a_reading(
        a_task("score", "failed", findings=[an_error("SC201", "x.py", 1, "odd")]),
        a_task("daily/score", "reused"),
    )

    assert kinds(reading.scripts(["src/scripts/score.py", "src/scripts/other.py"])) == {
        "src/scripts/score.py": classify.PASSED,
        "src/scripts/other.py": classify.OPEN,
    }


def test_a_link_is_broken_where_its_writer_is_told_so_and_pipelines_of_ours_do_not_count() -> None:
    wrong = an_error("SC301", "src/scripts/make.py", None, "output `data` lacks `amount`")
    upstream = [an_input("data", "daily/make")]
    reading = a_reading(
        a_task("daily/make", "failed", findings=[wrong]),
        a_task("daily/score", "passed", inputs=upstream),
        a_task("ours/make", "passed"),
        a_task("ours/score", "passed", inputs=[an_input("data", "ours/make")]),
    )

    assert kinds(reading.links()) == {"daily/make.data -> score.data": classify.OPEN}


def test_the_list_of_the_release_can_be_read_and_its_settings_are_short() -> None:
    listed = classify.defects(release.DEFECTS.read_text())

    assert len(listed) == len({one.id for one in listed}) > 30
    assert all(one.words for one in listed)
    assert len(release.SETTINGS.read_text().splitlines()) < 250


def kinds(classes: list[classify.Class]) -> dict[str, str]:
    return {one.name: one.kind for one in classes}


def an_error(rule: str, file: str, line: int | None, message: str) -> dict[str, Any]:
    place = {"file": file, "line": line}
    return {"rule": rule, "severity": "error", "place": place, "message": message}


def an_input(port: str, task: str) -> dict[str, Any]:
    return {"port": port, "source": {"kind": "Upstream", "task": task, "port": port}}


def a_task(
    name: str,
    outcome: str = "not_run",
    *,
    why: str | None = None,
    script: str | None = "src/scripts/score.py",
    findings: list[dict[str, Any]] | None = None,
    inputs: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    return {
        "id": name,
        "pipeline": name.rpartition("/")[0] or None,
        "script": script if "score" in name or script is None else f"src/scripts/{name[6:]}.py",
        "outcome": outcome,
        "why_not": why,
        "findings": findings or [],
        "inputs": inputs or [],
    }


def a_reading(
    *tasks: dict[str, Any], findings: list[dict[str, Any]] | None = None
) -> classify.Reading:
    record = {"run": {"plan": {"tasks": tasks}}, "tasks": tasks, "findings": findings or []}
    return classify.Reading(record, classify.defects(LIST), ["daily", "weekly"])
