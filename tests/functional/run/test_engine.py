"""Tasks are pulled: each runs once, on copies of what it needs, and its result is shared."""

import errno
import os
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from ci_scriptcheck.errors import Place, UsageError
from ci_scriptcheck.model.contract import (
    Column,
    ColumnType,
    Dataset,
    Format,
    GeneratedBy,
    Schema,
    Synthesized,
    TableFile,
)
from ci_scriptcheck.model.plan import Input, Output
from ci_scriptcheck.model.project import Known, Limits, Settings
from ci_scriptcheck.model.result import Outcome
from ci_scriptcheck.model.source import Copied, Synthetic, Upstream
from ci_scriptcheck.run import engine
from ci_scriptcheck.run.process.request import Call, Ending, Generator, HostSpec
from tests.functional.run.bench import Bench

FAILING = "def main(*_):\n    columns = {}\n    return columns['amount']\n"
CHANGING = """
import pathlib
def main(input_paths, output_paths, environ_vars, job_args):
    pathlib.Path(input_paths["in0"], "new.csv").write_text("b")
    pathlib.Path(output_paths["out"], "data.csv").write_text("a\\n1\\n")
"""
LAZY = """
import pathlib
def main(input_paths, output_paths, environ_vars, job_args):
    pathlib.Path(output_paths["out"], "data.csv").write_text("a\\n1\\n")
"""


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def a_dataset(**given: object) -> Dataset:
    parts: dict[str, object] = {
        "name": "raw",
        "schema": Schema(columns=(Column(name="a", type=ColumnType.INT),)),
        "files": (TableFile(name="made.csv", format=Format.CSV),),
        "origin": Synthesized(),
    }
    return Dataset(**parts | given)  # type: ignore[arg-type]  # builders take any part


def test_pulling_the_last_task_runs_all_that_it_needs_once(bench: Bench) -> None:
    bench.step("load")
    bench.step("left", "load")
    bench.step("right", "load", code=COPY_TWICE)
    bench.step("join", "left", "right")

    result = engine.pull(bench.run(), "flow/join")

    assert result.outcome is Outcome.PASSED
    assert sorted(bench.ran) == ["join", "left", "load", "right"]
    assert result.inputs["in0"].rows == 1
    assert result.inputs["in0"].read is True


COPY_TWICE = """
import pathlib
def main(input_paths, output_paths, environ_vars, job_args):
    text = pathlib.Path(input_paths["in0"], "data.csv").read_text()
    pathlib.Path(output_paths["out"], "data.csv").write_text(text + "2\\n")
"""


def test_a_failure_is_told_with_its_lines_and_what_follows_is_not_run(bench: Bench) -> None:
    bench.step("load", code=FAILING)
    bench.step("train", "load")
    bench.step("report", "train")
    context = bench.run()

    results = [engine.pull(context, f"flow/{name}") for name in ("report", "train", "load")]

    assert [result.outcome for result in results] == ["not_run", "not_run", "failed"]
    assert [result.why_not for result in results] == ["needs load", "needs load", None]
    (finding,) = results[2].findings
    assert (finding.rule, finding.place) == ("SC201", Place(file="scripts/load.py", line=3))
    assert finding.excerpt is not None
    assert finding.excerpt.lines == tuple(FAILING.splitlines())
    assert results[2].log_tail[-1] == "KeyError: 'amount'"
    assert bench.ran == ["load"]


def test_a_failure_is_shared_within_its_run_and_tried_again_by_the_next(bench: Bench) -> None:
    bench.step("load", code=FAILING)
    context = bench.run()

    engine.pull(context, "flow/load")
    engine.pull(bench.again(), "flow/load")
    assert bench.ran == ["load"]

    engine.pull(bench.run(), "flow/load")
    assert bench.ran == ["load", "load"]


def test_a_task_that_is_blocked_says_why_and_so_does_its_reader(bench: Bench) -> None:
    bench.step("register", blocked="has no script")
    bench.step("report", "register")

    result = engine.pull(bench.run(), "flow/report")

    assert result.why_not == "needs register, not run: has no script"


def test_a_changed_input_and_an_input_that_was_not_read_are_findings(bench: Bench) -> None:
    bench.step("load")
    bench.step("changing", "load", code=CHANGING)
    bench.step("lazy", "load", code=LAZY)
    context = bench.run()

    changing = engine.pull(context, "flow/changing")
    lazy = engine.pull(context, "flow/lazy")

    assert {finding.rule for finding in changing.findings} == {"SC210", "SC211"}
    assert (lazy.outcome, [finding.rule for finding in lazy.findings]) == ("vacuous", ["SC210"])


def test_an_output_is_packed_as_the_platform_packs_it(bench: Bench) -> None:
    bench.step("train", outputs=(Output(port="out", parameter="out", pack="model.tar.gz"),))
    bench.step("use", "train", code=UNPACK)
    context = bench.run()

    result = engine.pull(context, "flow/use")

    assert result.outcome is Outcome.PASSED
    trained = engine.pull(context, "flow/train")
    assert [file.path for file in trained.outputs["out"].files] == ["model.tar.gz"]
    with tarfile.open(context.workspace("flow/train").packed("out") / "model.tar.gz") as archive:
        assert archive.getnames() == ["data.csv"]


UNPACK = """
import pathlib, tarfile
def main(input_paths, output_paths, environ_vars, job_args):
    with tarfile.open(pathlib.Path(input_paths["in0"], "model.tar.gz")) as archive:
        rows = archive.extractfile("data.csv").read()
    pathlib.Path(output_paths["out"], "data.csv").write_bytes(rows)
"""


def test_a_copied_folder_and_single_files_come_where_the_script_looks(bench: Bench) -> None:
    (bench.root / "data" / "deep").mkdir(parents=True)
    (bench.root / "data" / "deep" / "rows.csv").write_text("a\n5\n")
    bench.step(
        "load",
        inputs=(
            Input(port="in/0", parameter="in0", source=Copied(path="data"), file="deep/rows.csv"),
        ),
        outputs=(Output(port="out", parameter="out", file="copy.csv"),),
        code=COPY_FILE,
    )

    result = engine.pull(bench.run(), "flow/load")

    assert result.outcome is Outcome.PASSED
    assert [file.path for file in result.outputs["out"].files] == ["copy.csv"]
    assert result.outputs["out"].rows == 1


COPY_FILE = """
import shutil
def main(input_paths, output_paths, environ_vars, job_args):
    shutil.copy(input_paths["in0"], output_paths["out"])
"""


def test_a_file_that_the_supplier_did_not_write_is_a_finding_before_anything_runs(
    bench: Bench,
) -> None:
    bench.step("load")
    wanted = Input(
        port="report",
        parameter="report",
        source=Upstream(task="flow/load", port="out"),
        file="report.json",
    )
    bench.step("read", inputs=(wanted,))

    result = engine.pull(bench.run(), "flow/read")

    assert [finding.rule for finding in result.findings] == ["SC228"]
    assert result.findings[0].evidence == ("it holds `data.csv`",)
    assert bench.ran == ["load"]


def test_data_are_made_once_for_all_tasks_that_draw_the_same(bench: Bench) -> None:
    bench.given["datasets"] = {"raw": a_dataset()}
    bench.step("one", Synthetic(dataset="raw", node="n"))
    bench.step("two", Synthetic(dataset="raw", node="n"))
    context = bench.run()

    results = [engine.pull(context, f"flow/{name}") for name in ("one", "two")]

    assert [result.inputs["in0"].rows for result in results] == [1000, 1000]
    assert bench.asked.count("synthesize") == 1


def test_a_generator_of_the_project_makes_the_data_and_its_failure_is_a_finding(
    bench: Bench,
) -> None:
    (bench.root / "gen.py").write_text("def rows(n, rng, scenario): return 'a\\n' + '1\\n' * n")
    (bench.root / "bad.py").write_text("def rows(n, rng, scenario): raise ValueError('no seed')")
    bench.given["datasets"] = {
        "good": a_dataset(name="good", origin=GeneratedBy(file="gen.py", function="rows")),
        "bad": a_dataset(name="bad", origin=GeneratedBy(file="bad.py", function="rows")),
    }
    bench.step("good", Synthetic(dataset="good", node="n"))
    bench.step("bad", Synthetic(dataset="bad", node="n"))
    context = bench.run()

    good, bad = (engine.pull(context, f"flow/{name}") for name in ("good", "bad"))

    assert good.outputs["out"].rows == 1000
    assert bad.findings[0].rule == "SC227"
    assert bad.findings[0].message == ("the generator `bad.py:rows` raised ValueError: no seed")


@pytest.mark.parametrize(
    "name", ["content.txt", "content.parquet", "made.csv", "../made.json", "/etc/hostname"]
)
def test_what_a_generator_leaves_is_a_file_of_its_own(bench: Bench, name: str) -> None:
    secret = bench.root / "secret"
    secret.write_text("of another run")
    (bench.root / "gen.py").write_text("def rows(n, rng, scenario): return 'decoy'")
    origin = GeneratedBy(file="gen.py", function="rows")
    bench.given["datasets"] = {"bad": a_dataset(name="bad", origin=origin)}
    bench.step("bad", Synthetic(dataset="bad", node="n"))

    def call(host: HostSpec, call: Call) -> Ending:
        ending = bench.call(host, call)
        assert isinstance(call.target, Generator)
        place = Path(call.target.folder, name)
        if ".." not in place.parts and place.is_relative_to(bench.root):
            place.unlink(missing_ok=True)
            place.symlink_to(secret)
        return replace(ending, returned=name)

    bad = engine.pull(replace(bench.run(), call=call), "flow/bad")

    assert bad.findings[0].rule == "SC227"
    assert bad.findings[0].message.endswith("left no file of its own")
    assert "lay out" not in bench.asked


def test_a_file_with_a_size_of_terabytes_is_refused_and_not_read(bench: Bench) -> None:
    code = """
import os, pathlib
def main(input_paths, output_paths, environ_vars, job_args):
    file = pathlib.Path(output_paths["out"], "hole")
    file.touch()
    os.truncate(file, 4 * 2**40)
"""
    limits = Limits(output_bytes=10**13)
    bench.step("huge", code=code, settings=Settings(limits=limits))

    huge = engine.pull(bench.run(), "flow/huge")

    assert huge.findings[0].rule == "SC222"
    assert "20,000,000,000 bytes" in huge.findings[0].message
    assert bench.limits == [replace(limits, output_bytes=20_000_000_000)]


def test_a_lost_process_is_tried_once_more_and_then_not_blamed_on_the_script(
    bench: Bench,
) -> None:
    bench.step("once")
    bench.step("twice")
    context = bench.run()

    bench.lost = 1
    once = engine.pull(context, "flow/once")
    bench.lost = 2
    twice = engine.pull(context, "flow/twice")

    assert (once.outcome, once.attempts) == ("passed", 2)
    assert (twice.outcome, twice.findings[0].rule) == ("crashed", "SC223")


def test_what_a_lost_process_said_last_is_told_with_what_to_do_about_it(bench: Bench) -> None:
    bench.step("once")
    bench.lost = 2
    bench.last_words = "error while loading shared libraries:\nlibpython3.11.so.1.0 not found"

    (found,) = engine.pull(bench.run(), "flow/once").findings

    assert found.evidence == (
        "error while loading shared libraries:",
        "libpython3.11.so.1.0 not found",
    )
    assert "`python:`" in (found.advice or "")


def test_a_known_failure_that_passes_is_a_finding_and_its_outputs_are_used(bench: Bench) -> None:
    bench.step("load", settings=Settings(known=Known(rules=("SC201",), reason="ticket 12")))
    bench.step("train", "load")
    context = bench.run()

    assert engine.pull(context, "flow/train").outcome is Outcome.PASSED
    assert engine.pull(context, "flow/load").findings[0].rule == "SC224"


def test_two_equal_runs_that_differ_are_told(bench: Bench) -> None:
    bench.given["twice"] = True
    bench.step("steady")
    bench.step("clock", code=CLOCK)
    bench.step("stamped", code=STAMPED)
    context = bench.run()

    assert engine.pull(context, "flow/steady").findings == ()
    (told,) = engine.pull(context, "flow/clock").findings
    assert told.rule == "SC217"
    assert told.evidence[0].startswith("`data.csv` differs in line 2: `")
    assert engine.pull(context, "flow/stamped").findings == ()


STAMPED = """
import pathlib, tarfile, time
def main(input_paths, output_paths, environ_vars, job_args):
    out = pathlib.Path(output_paths["out"])
    (out / "data.csv").write_text("a\\n1\\n")
    with tarfile.open(out / "data.tar", "w") as archive:
        member = archive.gettarinfo(out / "data.csv", "data.csv")
        member.mtime = time.time_ns() % 10**9
        with open(out / "data.csv", "rb") as content:
            archive.addfile(member, content)
"""

CLOCK = """
import pathlib, time
def main(input_paths, output_paths, environ_vars, job_args):
    pathlib.Path(output_paths["out"], "data.csv").write_text(f"a\\n{time.time_ns()}\\n")
"""


def test_a_chain_longer_than_the_interpreter_recurses_is_pulled(bench: Bench) -> None:
    bench.step("s0", blocked="not today")
    for number in range(1, 1200):
        bench.step(f"s{number}", f"s{number - 1}")

    result = engine.pull(bench.run(), "flow/s1199")

    assert result.why_not == "needs s0, not run: not today"


def test_a_run_directory_that_cannot_be_written_is_a_sentence(bench: Bench) -> None:
    bench.step("load")
    context = bench.run()
    context.run_directory.mkdir(parents=True)
    (context.run_directory / "tasks").write_text("in the way")

    with pytest.raises(UsageError, match="cannot go on"):
        engine.pull(context, "flow/load")


def too_deep(folder: Path) -> None:
    """Put a file where it cannot be reached by its path."""
    place = os.open(folder, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=place)
        below = os.open("d" * 250, os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = below
    os.close(os.open("a.csv", os.O_WRONLY | os.O_CREAT, dir_fd=place))
    os.close(place)


def test_data_of_which_a_part_cannot_be_read_is_not_given_in_part(bench: Bench) -> None:
    (bench.root / "data").mkdir()
    (bench.root / "data" / "a.csv").write_text("a\n1\n")
    too_deep(bench.root / "data")
    bench.step("load", Copied(path="data"))
    bench.step("other")
    context = bench.run()

    result = engine.pull(context, "flow/load")

    assert [finding.rule for finding in result.findings] == ["SC227"]
    assert "is part of data and cannot be read" in result.findings[0].message
    assert engine.pull(context, "flow/other").outcome is Outcome.PASSED


def test_what_the_system_refuses_to_one_task_does_not_end_the_run(bench: Bench) -> None:
    bench.step("refused")
    bench.step("deep")
    bench.step("other")
    context = bench.run()
    deep = context.workspace("flow/deep").output("out") / "f"
    refusals = {
        "refused": PermissionError(errno.EACCES, "Permission denied", str(bench.root / "a.csv")),
        "deep": OSError(errno.ENAMETOOLONG, "File name too long", str(deep)),
    }

    def call(host: HostSpec, wanted: Call) -> Ending:
        refusal = refusals.get(Path(wanted.target.file).stem)
        if refusal is not None:
            raise refusal
        return bench.call(host, wanted)

    context = replace(context, call=call)

    (refused,) = engine.pull(context, "flow/refused").findings
    (named,) = engine.pull(context, "flow/deep").findings
    assert (refused.rule, refused.message) == (
        "SC227",
        "`a.csv` cannot be read: Permission denied",
    )
    assert (named.rule, named.message) == (
        "SC222",
        "`out/f` among its outputs cannot be read: File name too long",
    )
    assert engine.pull(context, "flow/other").outcome is Outcome.PASSED


def test_a_disk_that_cannot_be_written_ends_the_run(bench: Bench) -> None:
    bench.step("load")

    def call(_: HostSpec, __: Call) -> Ending:
        raise OSError(errno.EROFS, "Read-only file system", str(bench.root / "a.csv"))

    with pytest.raises(UsageError, match="Read-only file system"):
        engine.pull(replace(bench.run(), call=call), "flow/load")
