"""Hosts that begin before it is known what they will have to import."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ci_scriptcheck.run import early
from ci_scriptcheck.run.inside import census
from ci_scriptcheck.run.process.hosts import Hosts
from ci_scriptcheck.run.process.request import Ended, HostSpec
from tests.functional.run.process_stage import Stage

LOADED = """
    import sys
    def main():
        return [name in sys.modules for name in ("colorsys", "wave", "humming")]
"""


def test_a_host_that_began_becomes_the_one_that_is_needed_and_imports_the_rest(
    tmp_path: Path,
) -> None:
    spec = HostSpec(python=sys.executable, preload=("colorsys", "wave"))
    with Hosts(repository=None) as hosts:
        hosts.begin(HostSpec(python=sys.executable, preload=("wave",)))
        before = census.children(os.getpid())
        hosts.start([spec])

        assert Stage(tmp_path, hosts, spec).run(LOADED).returned == "[True, True, False]"
        assert set(before) & set(census.children(os.getpid())) == set(before)


@pytest.mark.parametrize(
    "begun",
    [
        HostSpec(python=sys.executable, preload=("wave", "colorsys")),
        HostSpec(python=sys.executable, environ={"PYTHONHASHSEED": "1"}),
        HostSpec(python=sys.executable, path=("/somewhere",)),
    ],
    ids=["has imported what no script imports", "another environment", "another path"],
)
def test_a_host_unlike_those_that_are_needed_is_ended(tmp_path: Path, begun: HostSpec) -> None:
    spec = HostSpec(python=sys.executable, preload=("colorsys",))
    with Hosts(repository=None) as hosts:
        before = set(census.children(os.getpid()))
        hosts.begin(begun)
        (wrong,) = set(census.children(os.getpid())) - before
        hosts.start([spec])

        assert Stage(tmp_path, hosts, spec).run(LOADED).returned == "[True, False, False]"
        assert wrong not in census.children(os.getpid())


def test_a_library_that_starts_a_thread_is_left_out_of_what_is_told_later(tmp_path: Path) -> None:
    (tmp_path / "humming.py").write_text(
        "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    )
    path = (str(tmp_path),)
    spec = HostSpec(python=sys.executable, preload=("colorsys", "humming", "wave"), path=path)
    with Hosts(repository=None) as hosts:
        hosts.begin(HostSpec(python=sys.executable, preload=("humming", "wave"), path=path))
        hosts.start([spec])
        ending = Stage(tmp_path, hosts, spec).run(LOADED)

    assert ending.returned == "[True, True, False]"


def test_a_script_cannot_read_what_its_host_was_told(tmp_path: Path) -> None:
    spec = HostSpec(python=sys.executable)
    with Hosts(repository=None) as hosts:
        hosts.begin(spec)
        hosts.start([spec])
        ending = Stage(tmp_path, hosts, spec).run(
            "import sys\ndef main():\n    return len(sys.stdin.read())\n"
        )

    assert (ending.how, ending.returned) == (Ended.RETURNED, "0")


def test_a_library_that_reads_its_input_neither_waits_nor_hears_what_is_told(
    tmp_path: Path,
) -> None:
    (tmp_path / "asking.py").write_text("import sys\nSAID = sys.stdin.read()\n")
    path = (str(tmp_path),)
    spec = HostSpec(python=sys.executable, preload=("asking", "colorsys"), path=path)
    with Hosts(repository=None) as hosts:
        hosts.begin(HostSpec(python=sys.executable, preload=("asking",), path=path))
        hosts.start([spec])
        ending = Stage(tmp_path, hosts, spec).run(
            "import sys, asking\n"
            "def main():\n    return 'colorsys' in sys.modules, asking.SAID, sys.stdin.read()\n"
        )

    assert ending.returned == "(True, '', '')"


def test_a_host_that_is_never_told_ends_with_the_others() -> None:
    with Hosts(repository=None) as hosts:
        before = set(census.children(os.getpid()))
        hosts.begin(HostSpec(python=sys.executable, preload=("wave",)))
        (waiting,) = set(census.children(os.getpid())) - before

    assert waiting not in census.children(os.getpid())


def test_a_host_that_waits_ends_when_its_controller_is_killed() -> None:
    code = (
        "import os, sys, time\n"
        "from ci_scriptcheck.run.inside import census\n"
        "from ci_scriptcheck.run.process.hosts import Hosts\n"
        "from ci_scriptcheck.run.process.request import HostSpec\n"
        "hosts = Hosts(repository=None)\n"
        "hosts.begin(HostSpec(python=sys.executable, preload=('wave',)))\n"
        "print(*census.children(os.getpid()), flush=True)\n"
        "time.sleep(60)\n"
    )
    controller = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert controller.stdout is not None
    waiting = int(controller.stdout.readline())
    controller.send_signal(signal.SIGKILL)
    controller.communicate()

    assert _ends(waiting)


def _ends(pid: int) -> bool:
    for _ in range(100):
        # Of one that has ended and that nobody has asked for, no words are left.
        words = Path(f"/proc/{pid}/cmdline")
        if not words.exists() or not words.read_text():
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize(
    ("settings", "begun"),
    [
        ("steps: {a: {script: scripts/a.py}}\n", ("pyarrow.parquet", "yaml")),
        ("steps: {a: {script: scripts/a.py, path: [roots/far]}}\n", ("pyarrow.parquet",)),
        ("steps: {a: {script: scripts/a.py, python: env/bin/python}}\n", ()),
        ("steps: {a: {script: ../a.py}}\n", ()),
        ("steps: {a: {script: scripts/none.py}}\n", ()),
        ("", ()),
    ],
)
def test_what_the_scripts_of_the_settings_import_is_guessed_and_nothing_of_the_project(
    tmp_path: Path, settings: str, begun: tuple[str, ...]
) -> None:
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    (scripts / "helpers.py").write_text("")
    (tmp_path / "lib").mkdir()
    (tmp_path / "roots" / "far" / "yaml").mkdir(parents=True)
    (scripts / "a.py").write_text(
        '"""Read tables\nfrom numpy, and\nimport nothing_of_that_name\n"""\n'
        "import sys\nimport helpers\nfrom lib.features import x\nfrom pyarrow.parquet import y\n"
        "import yaml\ndef main():\n    import pandas\n"
    )
    (tmp_path / "scriptcheck.yaml").write_text(settings)

    assert early.guessed(tmp_path, tmp_path) == begun


def test_nothing_begins_where_nothing_can_be_guessed(tmp_path: Path) -> None:
    with early.hosts(tmp_path, tmp_path) as hosts:
        assert hosts is None


def test_a_script_is_not_looked_into_through_a_link_out_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / "outside.py").write_text("import yaml\n")
    root = tmp_path / "repository"
    root.mkdir()
    (root / "a.py").symlink_to("../outside.py")
    (root / "scriptcheck.yaml").write_text("steps: {a: {script: a.py}}\n")

    assert early.guessed(root, root) == ()


def test_an_installed_module_that_lies_in_the_repository_is_not_guessed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "installed_here.py").write_text("")
    (source / "spread_here").mkdir()
    (tmp_path / "a.py").write_text("import installed_here\nimport spread_here.part\nimport yaml\n")
    (tmp_path / "scriptcheck.yaml").write_text("steps: {a: {script: a.py}}\n")
    monkeypatch.syspath_prepend(source)

    assert early.guessed(tmp_path, tmp_path) == ("yaml",)


def test_words_that_are_too_long_for_a_path_are_no_places(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import yaml\n")
    long = "7" * 5000
    text = f"defaults: {{seed: {long}}}\nsteps: {{a: {{script: a.py}}, b: {{script: {long}/{long}.py}}}}\n"
    (tmp_path / "scriptcheck.yaml").write_text(text)

    assert early.guessed(tmp_path, tmp_path) == ("yaml",)
