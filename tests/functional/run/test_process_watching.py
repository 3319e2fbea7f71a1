"""What is seen of a script, and what it is kept from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.model.project import Network
from ci_scriptcheck.run.process.hosts import Hosts
from ci_scriptcheck.run.process.request import Ended
from tests.functional.run.process_stage import NEW, WARM, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

MAIN = "def main(input_paths, output_paths, environ_vars, job_args):"


@pytest.fixture(scope="module")
def hosts() -> Iterator[Hosts]:
    with Hosts([WARM, NEW], repository=None) as started:
        yield started


@pytest.mark.parametrize(
    "pip",
    [
        "subprocess.check_call([sys.executable, '-m', 'pip', 'install', 'left-pad'])",
        "subprocess.run(['pip', 'install', 'left-pad'], check=True, capture_output=True)",
        "subprocess.check_output('python3 -m pip install left-pad', shell=True)",
        "subprocess.check_call('cd / && pip install left-pad', shell=True)",
        "subprocess.check_call(['/bin/sh', '-c', 'exec pip3 install left-pad'])",
        "os.system('pip install left-pad') == 0 or sys.exit(9)",
        "os.system(f'{sys.executable} -u -m pip install left-pad; true') == 0 or sys.exit(9)",
        "os.spawnlp(os.P_WAIT, 'pip', 'pip', 'install', 'left-pad') == 0 or sys.exit(9)",
        "importlib.import_module('pip').main(['install', 'left-pad'])",
        "importlib.import_module('pip._internal').main(['install', 'left-pad'])",
        "importlib.import_module('pip._internal.cli.main').main(['install', 'left-pad'])",
        "runpy.run_module('pip', run_name='__main__')",
    ],
)
def test_pip_is_answered_and_told_of(stage: Stage, pip: str) -> None:
    ending = stage.run(f"""
        import importlib, os, runpy, subprocess, sys
        {MAIN}
            sys.argv[1:] = ["install", "left-pad"]
            try:
                {pip}
            except SystemExit as left:
                assert not left.code, left.code
    """)

    assert ending.how is Ended.RETURNED, ending.errors
    assert len(ending.pip_calls) == 1
    assert ending.pip_calls[0].endswith("install left-pad")


def test_pip_may_list_what_is_there(stage: Stage) -> None:
    ending = stage.run(f"""
        import subprocess, sys
        {MAIN}
            command = [sys.executable, "-m", "pip", "--version"]
            return subprocess.run(command, capture_output=True, text=True).stdout[:4]
    """)

    assert ending.pip_calls == ()
    assert ending.returned in {"'pip '", "''"}  # an interpreter may come without pip


def test_what_is_opened_looked_for_and_listed_is_seen(stage: Stage) -> None:
    stage.write("conf/here.json", "{}")
    ending = stage.run(f"""
        import os, pathlib
        from pathlib import Path
        {MAIN}
            conf = Path(__file__).parent / "conf"
            (conf / "here.json").read_text()
            (conf / "tested.json").exists()
            os.path.isfile(conf / "asked.json")
            try:
                open(conf / "gone.json")
            except FileNotFoundError:
                pass
            list(conf.glob("*.json"))
    """)

    assert f"{stage.tree}/conf/here.json" in ending.read
    assert ending.looked_for == tuple(
        f"{stage.tree}/conf/{name}.json" for name in ("asked", "gone", "tested")
    )
    assert ending.listed == (f"{stage.tree}/conf",)


def test_logged_errors_are_counted_whatever_is_configured(stage: Stage) -> None:
    ending = stage.run(f"""
        import logging
        logging.basicConfig(level=logging.CRITICAL, force=True)
        logger = logging.getLogger("steps")
        logger.propagate = False
        logger.setLevel("INFO")
        {MAIN}
            for method in ("mean", "median"):
                logger.error("method %s failed", method)
            logger.warning("fine")
            logging.basicConfig(force=True)
    """)

    (entry,) = ending.logged
    assert (entry.text, entry.level, entry.count) == ("method mean failed", "ERROR", 2)
    assert (entry.file, entry.line, entry.inside) == (f"{stage.tree}/step.py", 9, True)


def test_no_network_means_none(stage: Stage) -> None:
    ending = stage.run(f"""
        import socket
        from urllib.request import urlopen
        {MAIN}
            urlopen("http://192.0.2.7:8080/model.bin", timeout=5)
    """)

    assert ending.how is Ended.RAISED
    assert ending.refused[0].startswith("192.0.2.7:8080")
    assert "network: none" in ending.errors[0].text


def test_the_loopback_may_be_open(stage: Stage) -> None:
    text = f"""
        import socket
        {MAIN}
            with socket.create_server(("127.0.0.1", 0)) as server:
                socket.create_connection(server.getsockname()).close()
            try:
                socket.create_connection(("192.0.2.7", 80), timeout=1)
            except PermissionError:
                return "refused"
    """

    ending = stage.run(text, network=Network.LOOPBACK)
    closed = stage.run(text)

    assert (ending.returned, ending.refused) == ("'refused'", ("192.0.2.7:80",))
    assert closed.how is Ended.RAISED


def test_native_code_has_no_network_either(stage: Stage) -> None:
    ending = stage.run(f"""
        import ctypes, subprocess
        {MAIN}
            system = ctypes.CDLL(None)
            further = "import ctypes; print(ctypes.CDLL(None).socket(2, 1, 0))"
            result = subprocess.run(["/usr/bin/python3", "-c", further], capture_output=True)
            return system.socket(2, 1, 0), system.socket(1, 1, 0) > 0, result.stdout
    """)

    if "network: seccomp" in ending.protections:
        assert ending.returned == "(-1, True, b'-1\\n')"


def test_only_its_own_folders_can_be_written(stage: Stage) -> None:
    stage.write("precious.csv", "a\n")
    ending = stage.run(f"""
        import os, pathlib, subprocess, tempfile
        {MAIN}
            tempfile.NamedTemporaryFile().close()
            pathlib.Path(input_paths["data"], "unpacked").write_text("x")
            pathlib.Path("here").write_text("x")
            os.replace("here", output_paths["out"] + "/there")
            subprocess.run("echo > /dev/null", shell=True, check=True)
            precious = os.path.dirname(__file__) + "/precious.csv"
            subprocess.run(f"echo x > {{precious}}", shell=True)
            open(precious, "w")
    """)

    assert stage.output("there").read_text() == "x"
    assert f"{stage.tree}/precious.csv" in ending.written
    if "writes outside: Landlock" in ending.protections:
        assert ending.errors[0].type == "PermissionError"
        assert (stage.tree / "precious.csv").read_text() == "a\n"


def test_hidden_folders_cannot_be_read_but_their_neighbours_can(stage: Stage) -> None:
    stage.write("beside.csv", "b\n")
    stage.write(".store/ab/result.json", "secret")
    ending = stage.run(
        f"""
        import os
        {MAIN}
            folder = os.path.dirname(__file__)
            assert open(folder + "/beside.csv").read() == "b\\n"
            open(folder + "/.store/ab/result.json")
        """,
        hidden=(str(stage.tree / ".store"),),
    )

    if "hidden folders: Landlock" in ending.protections:
        assert ending.errors[0].type == "PermissionError"


def test_nothing_of_the_machine_reaches_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (
        "AWS_SECRET_ACCESS_KEY",
        "GITHUB_TOKEN",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "MINE",
    ):
        monkeypatch.setenv(name, "x")
    with Hosts([WARM], repository=None) as hosts:
        stage = Stage(tmp_path, hosts, WARM)
        ending = stage.run(
            "import os, subprocess\n"
            "def main():\n"
            "    print(os.getppid())\n"
            "    return sorted(os.environ)\n",
            env={"REGION": "NA"},
        )
        # The kernel refuses this to the script, where it can.
        above = Path(f"/proc/{stage.log().strip()}/environ").read_text()

    assert ending.returned is not None
    assert "'REGION'" in ending.returned
    names = ("AWS_", "GITHUB", "ACTIONS", "MINE")
    assert not [name for name in names if name in ending.returned + above]


@pytest.mark.parametrize("spec", [WARM, NEW], ids=["warm", "new"])
def test_draws_are_seeded_in_every_kind_of_start(stage: Stage, spec: object) -> None:
    stage.spec = NEW if spec is NEW else WARM
    ending = stage.run("""
        import json, random
        def main():
            import numpy
            return json.dumps([random.random(), float(numpy.random.random()), hash("a") % 97])
    """)

    assert ending.returned is not None
    drawn = json.loads(ending.returned.strip("'"))
    assert [round(number, 6) for number in drawn] == [0.844422, 0.548814, drawn[2]]


def test_variables_that_are_asked_for_in_vain_are_told_with_the_first_place(stage: Stage) -> None:
    ending = stage.run(f"""
        import os
        LABEL = os.environ.get("LABEL", "y")
        {MAIN}
            os.getenv("SEED")
            os.getenv("LABEL")
            "FLAG" in os.environ
            os.environ.get("HOME")
            os.environ.setdefault("THREADS", "1")
            os.environ.pop("OLD", None)
            dict(os.environ)
    """)

    assert ending.how is Ended.RETURNED, ending.errors
    asked = {one.name: one.line for one in ending.asked_in_vain}
    assert sorted(asked) == ["FLAG", "LABEL", "SEED"]
    assert asked["SEED"] - asked["LABEL"] == 2


def test_variables_that_libraries_ask_for_are_no_matter_of_the_script(stage: Stage) -> None:
    ending = stage.run(f"""
        import shutil, tempfile
        {MAIN}
            tempfile.gettempdir()
            shutil.which("git")
            shutil.get_terminal_size()
    """)

    assert ending.how is Ended.RETURNED, ending.errors
    assert ending.asked_in_vain == ()


def test_switches_of_a_module_that_is_only_imported_are_no_matter_of_the_script(
    stage: Stage,
) -> None:
    stage.write(
        "helper.py",
        """
        import os
        os.environ.get("HELPER_DEBUG")
        def asked():
            return os.environ.get("LABEL")
        """,
    )

    ending = stage.run(f"""
        import helper
        {MAIN}
            helper.asked()
    """)

    assert ending.how is Ended.RETURNED, ending.errors
    assert [one.name for one in ending.asked_in_vain] == ["LABEL"]


def test_commands_of_the_project_s_own_code_are_told_with_their_place(stage: Stage) -> None:
    stage.write("helper.py", "import os\n\ndef listed():\n    os.system('true and more')\n")

    ending = stage.run(f"""
        import asyncio, platform, subprocess, helper
        async def later():
            await (await asyncio.create_subprocess_exec("true", "later")).wait()
        {MAIN}
            subprocess.run(["true", "first"], check=True)
            subprocess.run(["true", "first"], check=True)
            helper.listed()
            asyncio.run(later())
            platform.processor()
    """)

    assert ending.how is Ended.RETURNED, ending.errors
    started = [(one.command, one.file.rpartition("/")[2]) for one in ending.started]
    assert started == [
        ("true first", "step.py"),
        ("true and more", "helper.py"),
        ("true later", "step.py"),
    ]
    assert ending.started[1].line == 4


def test_a_call_of_pip_that_was_answered_is_no_command_of_the_script(stage: Stage) -> None:
    ending = stage.run(f"""
        import os, subprocess, sys
        {MAIN}
            os.system("pip install nothing-at-all")
            subprocess.run("pip install nothing-at-all && true", shell=True)
            subprocess.run([sys.executable, "-m", "pip", "install", "nothing-at-all"])
    """)

    assert ending.how is Ended.RETURNED, ending.errors
    assert len(ending.pip_calls) == 3
    assert [one.command for one in ending.started if "pip install" not in one.command] == []
