"""Nothing stale is reused, and what is equal is not run again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ci_scriptcheck.model.change import Closure
from ci_scriptcheck.model.contract import (
    Dataset,
    Format,
    GeneratedBy,
    Schema,
    Synthesized,
    TableFile,
)
from ci_scriptcheck.model.project import Known, Limits, Network, RuleSetting, Settings
from ci_scriptcheck.model.result import Level, Outcome, TaskResult
from ci_scriptcheck.model.source import Copied, Synthetic
from ci_scriptcheck.run import engine, reuse
from ci_scriptcheck.run.context import Context
from tests.functional.run.bench import COPY, TODAY, Bench, libraries

WARNING = """
import pathlib, time
def main(input_paths, output_paths, environ_vars, job_args):
    pathlib.Path(output_paths["out"], "data.csv").write_text("a\\n1\\n")
"""

GENERATOR = """
import helper
def rows(n, rng, scenario): return "a\\n" + (helper.ROW + "\\n") * n
"""


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def pull_all(bench: Bench) -> dict[str, TaskResult]:
    """Make a run of the whole plan, and say what was run in it."""
    bench.ran.clear()
    context = bench.run()
    return {task.id: engine.pull(context, task.id) for task in bench.tasks}


def reusable(bench: Bench) -> list[str]:
    found = reuse.reusable(bench.plan(), bench.root, bench.store(), libraries, today=bench.today)
    return [name.removeprefix("flow/") for name in found]


def a_pipeline(bench: Bench) -> None:
    (bench.root / "data").mkdir()
    (bench.root / "data" / "rows.csv").write_text("a\n1\n2\n")
    bench.step("load", Copied(path="data"))
    bench.step("clean", "load")
    bench.step("train", "clean")


def test_a_second_run_reuses_all_and_gives_the_same_outputs(bench: Bench) -> None:
    a_pipeline(bench)
    first = pull_all(bench)

    assert reusable(bench) == ["load", "clean", "train"]
    second = pull_all(bench)

    assert bench.ran == []
    assert {result.outcome for result in second.values()} == {Outcome.REUSED}
    assert [result.outputs for result in second.values()] == [
        result.outputs for result in first.values()
    ]


def test_outputs_that_are_equal_again_end_the_chain(bench: Bench) -> None:
    a_pipeline(bench)
    pull_all(bench)
    (bench.root / "scripts" / "clean.py").write_text(COPY + "# a remark\n")

    assert reusable(bench) == ["load"]
    results = pull_all(bench)

    assert bench.ran == ["clean"]
    assert [result.outcome for result in results.values()] == ["reused", "passed", "reused"]


def change_script(bench: Bench) -> None:
    (bench.root / "scripts" / "load.py").write_text(COPY.replace("text or", "text * 2 or"))


def change_data(bench: Bench) -> None:
    (bench.root / "data" / "rows.csv").write_text("a\n1\n3\n")


def add_data(bench: Bench) -> None:
    (bench.root / "data" / "more.csv").write_text("a\n9\n")


def change_settings(**given: object) -> Callable[[Bench], None]:
    def change(bench: Bench) -> None:
        (task, *_) = bench.tasks
        settings = replace(task.settings, **given)  # type: ignore[arg-type]  # any of its parts
        bench.tasks[0] = replace(task, settings=settings)

    return change


def change_rules(bench: Bench) -> None:
    bench.given["rules"] = (RuleSetting(rule="SC2", level=Level.WARNING, steps=("lo*",)),)


def change_format(bench: Bench) -> None:
    bench.given["version"] = "1.0.1"


@pytest.mark.parametrize(
    "change",
    [
        change_script,
        change_data,
        add_data,
        change_rules,
        change_format,
        change_settings(env={"A": "1"}),
        change_settings(args={"job_type": "testing"}),
        change_settings(call={"logger": "$logger"}),
        change_settings(path=("src",)),
        change_settings(timeout=1.0),
        change_settings(memory=1024**3),
        change_settings(limits=Limits(processes=3)),
        change_settings(network=Network.ANY),
        change_settings(seed=7),
    ],
)
def test_whatever_a_result_depends_on_makes_it_run_again(
    bench: Bench, change: Callable[[Bench], None]
) -> None:
    a_pipeline(bench)
    pull_all(bench)

    change(bench)

    assert "load" not in reusable(bench)
    pull_all(bench)
    assert "load" in bench.ran


def test_a_new_version_of_a_library_that_is_imported_makes_it_run_again(bench: Bench) -> None:
    a_pipeline(bench)
    pull_all(bench)
    plan, store = bench.plan(), bench.store()

    newer = reuse.reusable(
        plan, bench.root, store, lambda _: {"pandas": ("pandas", "3.0")}, today=TODAY
    )
    other = reuse.reusable(
        plan,
        bench.root,
        store,
        lambda _: {"pandas": ("pandas", "2.2.3"), "zoo": ("zoo", "1")},
        today=TODAY,
    )

    assert (list(newer), len(other)) == ([], 3)


BROKEN = """
def main(input_paths, output_paths, environ_vars, job_args):
    raise ValueError("no risk table")
"""


def known(*, until: str | None = None, rule: str = "SC201") -> Settings:
    return Settings(known=Known(rules=(rule,), reason="ticket 12", until=until))


def test_a_failure_is_tried_again_as_it_may_have_come_from_the_machine(bench: Bench) -> None:
    bench.step("load", code=BROKEN)
    pull_all(bench)

    results = pull_all(bench)

    assert (bench.ran, results["flow/load"].outcome) == (["load"], "failed")


def test_a_failure_that_the_team_knows_of_is_told_again_without_running(bench: Bench) -> None:
    bench.step("load", code=BROKEN, settings=known())
    bench.step("train", "load")
    first = pull_all(bench)

    assert reusable(bench) == ["load", "train"]
    second = pull_all(bench)

    assert bench.ran == []
    assert second["flow/load"].outcome is Outcome.FAILED
    assert second["flow/load"].findings == first["flow/load"].findings
    assert second["flow/load"].findings[0].known == "ticket 12"
    assert second["flow/train"].outcome is Outcome.NOT_RUN


def test_a_failure_by_another_rule_than_the_known_one_is_tried_again(bench: Bench) -> None:
    bench.step("load", code=BROKEN, settings=known(rule="SC3"))
    pull_all(bench)

    assert reusable(bench) == []


def test_a_known_failure_runs_again_once_its_day_has_passed(bench: Bench) -> None:
    bench.step("load", code=BROKEN, settings=known(until=TODAY.isoformat()))
    pull_all(bench)
    assert reusable(bench) == ["load"]

    bench.today = TODAY + timedelta(days=1)
    assert reusable(bench) == []
    results = pull_all(bench)

    assert bench.ran == ["load"]
    assert results["flow/load"].findings[0].known is None


def test_a_known_failure_runs_again_once_its_script_is_mended(bench: Bench) -> None:
    bench.step("load", code=BROKEN, settings=known())
    pull_all(bench)
    (bench.root / "scripts" / "load.py").write_text(COPY)

    results = pull_all(bench)

    assert results["flow/load"].findings[0].rule == "SC224"


def test_an_imported_file_is_part_of_what_a_result_depends_on(bench: Bench) -> None:
    bench.step("load")
    (bench.root / "lib.py").write_text("x = 1")
    files = ("lib.py", "scripts/load.py")
    bench.given["closures"] = {"scripts/load.py": Closure(script="scripts/load.py", files=files)}
    pull_all(bench)
    assert reusable(bench) == ["load"]

    (bench.root / "lib.py").write_text("x = 2")

    assert reusable(bench) == []


@pytest.mark.parametrize("change", ["edit", "remove", "appear", "list"])
def test_files_that_a_run_opened_are_compared(bench: Bench, change: str) -> None:
    (bench.root / "conf").mkdir()
    (bench.root / "conf" / "rates.json").write_text("{}")
    bench.opened = ("conf/rates.json", "scripts/load.py")
    bench.looked_for = ("conf/local.json",)
    bench.listed = ("conf",)
    bench.step("load")
    result = pull_all(bench)["flow/load"]
    assert sorted(result.reads) == ["conf/", "conf/local.json", "conf/rates.json"]
    assert reusable(bench) == ["load"]

    match change:
        case "edit":
            (bench.root / "conf" / "rates.json").write_text("{1}")
        case "remove":
            (bench.root / "conf" / "rates.json").unlink()
        case "appear":
            (bench.root / "conf" / "local.json").write_text("{}")
        case _:
            (bench.root / "conf" / "other.json").write_text("{}")

    assert reusable(bench) == []


def test_a_file_that_is_changed_back_finds_the_earlier_result_again(bench: Bench) -> None:
    bench.step("load")
    rates = bench.root / "rates.json"
    bench.opened = ("rates.json",)
    for content in ("{}", "{1}"):
        rates.write_text(content)
        pull_all(bench)
        assert bench.ran == ["load"]

    rates.write_text("{}")

    assert reusable(bench) == ["load"]


def test_code_that_is_edited_while_it_runs_is_not_kept(bench: Bench) -> None:
    bench.step("load", code=COPY)
    context = bench.run()
    script = bench.root / "scripts" / "load.py"
    context = replace_call(context, lambda: script.write_text(COPY + "# edited\n"))

    assert engine.pull(context, "flow/load").outcome is Outcome.PASSED

    script.write_text(COPY)
    assert reusable(bench) == []


def test_what_it_read_while_that_was_edited_is_not_kept(bench: Bench) -> None:
    (bench.root / "rates.json").write_text("{}")
    bench.opened = ("rates.json",)
    bench.step("load")
    context = replace_call(bench.run(), lambda: (bench.root / "rates.json").write_text("{1}"))

    assert engine.pull(context, "flow/load").outcome is Outcome.PASSED

    assert reusable(bench) == []


def replace_call(context: Context, meanwhile: Callable[[], object]) -> Context:
    """Give a context in which something happens while a script runs."""
    run = context.call
    object.__setattr__(context, "call", lambda host, call: (meanwhile(), run(host, call))[1])
    return context


def test_failures_are_not_kept_and_reuse_can_be_refused(bench: Bench) -> None:
    bench.step("bad", code="def main(*_): raise ValueError('no')")
    bench.step("good")
    pull_all(bench)
    assert reusable(bench) == ["good"]

    bench.given["reuse"] = False

    assert reusable(bench) == []
    pull_all(bench)
    assert bench.ran == ["bad", "good"]


def test_warnings_are_told_again_under_the_name_of_the_task_that_reuses(bench: Bench) -> None:
    bench.given["rules"] = (RuleSetting(rule="SC209", level=Level.WARNING),)
    empty = "import pathlib\ndef main(i, o, e, j): pathlib.Path(o['out'], 'x.csv').touch()\n"
    bench.step("empty", code=empty)
    pull_all(bench)

    bench.step("other", script="scripts/empty.py", pipeline="second", id="second/other")
    results = pull_all(bench)

    assert bench.ran == []
    (finding,) = results["second/other"].findings
    assert (finding.rule, finding.step, finding.pipeline) == ("SC209", "other", "second")


def test_two_pipelines_that_begin_alike_run_that_part_once(bench: Bench) -> None:
    bench.step("load")
    bench.step("twin", script="scripts/load.py", pipeline="second", id="second/load")

    results = pull_all(bench)

    assert bench.ran == ["load"]
    assert results["second/load"].outcome is Outcome.REUSED


def test_data_that_are_drawn_otherwise_make_a_run(bench: Bench) -> None:
    bench.given["datasets"] = {
        "raw": Dataset(
            name="raw",
            schema=Schema(),
            files=(TableFile(name="made.csv", format=Format.CSV),),
            origin=Synthesized(),
        )
    }
    bench.step("load", Synthetic(dataset="raw", node="load"))
    pull_all(bench)
    assert reusable(bench) == ["load"]

    bench.step("load", Synthetic(dataset="raw", node="load"), settings=Settings(rows=5))

    assert reusable(bench) == []
    assert pull_all(bench)["flow/load"].inputs["in0"].rows == 5


@pytest.mark.parametrize("changed", ["variable", "helper", "library"])
def test_what_a_generator_can_see_makes_its_data_anew(bench: Bench, changed: str) -> None:
    for name, text in {"gen.py": GENERATOR, "helper.py": "ROW = '1'\n"}.items():
        (bench.root / name).write_text(text)
    origin = GeneratedBy(file="gen.py", function="rows")
    made = Dataset(name="raw", schema=Schema(), files=(), origin=origin)
    bench.given["datasets"] = {"raw": made}
    bench.given["closures"] = {
        "gen.py": Closure(script="gen.py", files=("gen.py", "helper.py"), libraries=("pandas",)),
    }
    bench.step("load", Synthetic(dataset="raw", node="load"))
    before = bench.run().keys.of_made(Synthetic(dataset="raw", node="load"), bench.tasks[0])

    if changed == "variable":
        bench.step(
            "load", Synthetic(dataset="raw", node="load"), settings=Settings(env={"A": "2"})
        )
    if changed == "helper":
        (bench.root / "helper.py").write_text("ROW = '2'\n")
    context = bench.run()
    if changed == "library":
        context = replace(context, libraries=lambda _: {"pandas": ("pandas", "99")})

    assert context.keys.of_made(Synthetic(dataset="raw", node="load"), bench.tasks[0]) != before


def test_a_content_that_was_damaged_in_the_store_is_made_again(bench: Bench) -> None:
    a_pipeline(bench)
    first = pull_all(bench)
    blobs = list((bench.store().folder / "v1" / "blobs").glob("*/*"))
    for blob in blobs:
        blob.write_bytes(b"x" * blob.stat().st_size)
    bench.step("clean", "load", code="")
    (bench.root / "scripts" / "clean.py").write_text(COPY.replace("text or", "text + '7\\n' or"))

    results = pull_all(bench)

    assert bench.ran == ["load", "clean", "train"]
    assert results["flow/load"].outputs == first["flow/load"].outputs
    assert results["flow/train"].outcome is Outcome.PASSED


def test_results_of_a_plan_that_need_no_run_include_what_cannot_be_run(bench: Bench) -> None:
    bench.step("load", blocked="has no script")
    bench.step("train", "load")
    bench.step("other")

    assert reusable(bench) == ["load", "train"]
