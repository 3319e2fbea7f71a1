"""Modules are compiled for later runs, within limits: which ones, the script's own process says."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.run.inside import bytecode

if TYPE_CHECKING:
    from tests.functional.run.process_stage import Stage


def compiled_by(stage: Stage) -> Path:
    return Path(stage.address.socket).parent / "bytecode"


def test_a_module_that_two_runs_have_read_is_compiled(stage: Stage) -> None:
    stage.write("lib/deep/er/model.py", "A = 1\n")
    for _ in range(2):
        assert stage.run(
            "import model\ndef main(): return model.A\n", roots=("lib/deep/er",)
        ).returned

    deadline = time.monotonic() + 5
    while not list(compiled_by(stage).glob("*.pyc")) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert list(compiled_by(stage).glob("*.pyc"))
    assert not [place for place in compiled_by(stage).iterdir() if place.is_dir()]


def test_files_that_are_not_there_or_a_scripts_own_leave_no_trace(tmp_path: Path) -> None:
    tree, folder = tmp_path / "tree", tmp_path / "compiled"
    own = tree / "runs/1/out"
    own.mkdir(parents=True)
    for number in range(3):
        (own / f"{number}.py").write_text("")
    (tree / "link.py").symlink_to("/etc/hostname")
    forged = [f"{tree}/{number}/a/b/c/d.py" for number in range(4000)]
    forged += [f"{own}/{number}.py" for number in range(3)] + [f"{tree}/link.py", f"{tree}/\0.py"]

    for _ in range(2):
        for start in range(0, len(forged), 100):
            part = forged[start : start + 100]
            bytecode.compile_for_later(str(folder), str(tree), part, [str(own)])

    assert not folder.exists()


def test_a_run_has_some_hundred_files_noted_at_most(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.py" for number in range(1000)]
    for file in files:
        file.write_text("")

    bytecode.compile_for_later(
        str(tmp_path / "compiled"), str(tmp_path), [str(file) for file in files], []
    )

    assert len(list((tmp_path / "compiled").iterdir())) == 300


def test_what_is_hard_to_compile_costs_seconds_once(tmp_path: Path) -> None:
    (tmp_path / "hard.py").write_text("a;" * 99_000)
    (tmp_path / "large.py").write_text("a;" * 1_000_000)
    (tmp_path / "deep.py").write_text("-" * 190_000 + "1")
    files = [str(tmp_path / name) for name in ("hard.py", "large.py", "deep.py")]

    took = []
    for _ in range(3):
        began = time.monotonic()
        bytecode.compile_for_later(str(tmp_path / "compiled"), str(tmp_path), files, [])
        took.append(time.monotonic() - began)

    assert took[1] < 20
    assert took[2] < max(0.5, took[1])
    assert len(list((tmp_path / "compiled").glob("*.tried"))) == 2
