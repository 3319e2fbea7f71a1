"""What a pull request can write does nothing to the job that checks it: no token, no command, no shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from tests.emulator.hub import SETTINGS, TOKEN, TRAIN
from tests.emulator.runner import Machine
from tests.emulator.test_pull_requests import wheel
from tests.functional.cli.command import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.emulator.hub import Hub
    from tests.emulator.runner import Job

SNOOP = """\
import glob
import os


def found(place, content):
    return [place] if b"%s" + b"%s" in content or b"hu" + b"sh" in content else []


def main(input_paths, output_paths, environ_vars, job_args):
    leaks = found("environment", repr(dict(os.environ)).encode())
    seen = 0
    for pattern in ("/proc/[0-9]*/environ", "/proc/[0-9]*/cmdline", "%s/*/*/.git/**/*", "%s/**/*"):
        for place in glob.glob(pattern, recursive=True, include_hidden=True):
            try:
                with open(place, "rb") as file:
                    leaks += found(place, file.read())
                seen += 1
            except OSError:
                pass
    if leaks or not seen:
        raise ValueError(f"LEAKED {leaks} of {seen}")
    with open(f"{output_paths['model']}/model.json", "w") as file:
        file.write("{}")
"""
COMMANDS = (
    "::error::INJECTED",
    "##[error]INJECTED",
    "x ::set-output name=outcome::passed",
    "\\r::warning::INJECTED",
    "\\n::add-mask::passed",
    "%0A::error::INJECTED",
)
RAISING = """\
def main(input_paths, output_paths, environ_vars, job_args):
    raise ValueError("no")
"""
REPLACING = """\
import os
import shutil
from pathlib import Path

python = Path(os.environ["RUNNER_TEMP"]) / "scriptcheck" / "tool" / "bin" / "python"
if not python.with_name("real").exists():
    python.rename(python.with_name("real"))
    python.write_text(f'''#!/bin/sh
echo "$4:$GITHUB_TOKEN" >> {python.parents[3]}/heard
exec "{python.with_name("real")}" "$@"
''')
    python.chmod(0o755)


def build_wheel(folder, settings=None, metadata=None):
    return Path(shutil.copy("evil-1.0-py3-none-any.whl", folder)).name
"""
SHELL = "$(touch${IFS}PWNED);`touch${IFS}PWNED`"


def injected(job: Job) -> list[str]:
    """List what was obeyed though we did not say it."""
    return [
        f"{command.name} {command.data}"
        for step in job.steps
        for command in step.log.obeyed
        if command.name not in {"error", "warning", "notice", "stop-commands"}
        or "INJECTED" in (command.data, command.properties.get("title"))
    ]


def test_a_script_finds_no_token(hub: Hub) -> None:
    # In two parts: the script itself lies where it looks.
    parts = TOKEN[:20], TOKEN[20:]
    snoop = SNOOP % (*parts, hub.folder, hub.machine.folder / "_runner")
    hub.pull_request({"scripts/train.py": snoop})

    job = hub.of_pull_request(variables={"NPM_TOKEN": "hush", "ACTIONS_RUNTIME_TOKEN": "hush"})

    assert job.outcome == "success", job.log
    assert job.outputs["failed"] == "0"


def test_a_script_cannot_gain_privileges_by_sudo(hub: Hub) -> None:
    asking = TRAIN.replace(
        "    with open",
        """    with open("/proc/self/status") as file:
        if "NoNewPrivs:\\t1" not in file.read():
            raise ValueError("sudo would be obeyed")
    with open""",
        1,
    )
    hub.pull_request({"scripts/train.py": asking})

    job = hub.of_pull_request()

    assert job.outcome == "success", job.log


def test_the_token_reaches_the_steps_alone_that_run_nothing_of_the_project() -> None:
    steps = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]
    given = [step["name"] for step in steps if "github.token" in str(step)]

    assert given == ["Get the history that is missing", "Publish"]


def test_what_a_requirement_has_replaced_is_given_no_token_by_a_second_use(
    hub: Hub, tmp_path: Path
) -> None:
    # Of its own, as it is spoilt.
    hub.machine, hub.in_one_job = Machine(tmp_path / "runner"), True
    project = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    evil: dict[str, str | bytes | None] = {
        "evil/backend.py": REPLACING,
        "evil/evil-1.0-py3-none-any.whl": wheel("evil"),
        "evil/pyproject.toml": f'{project}[project]\nname = "evil"\nversion = "1.0"\n',
        "requirements.txt": "./evil\n",
    }
    hub.pull_request(evil | {"scripts/train.py": f"{TRAIN}\n\n"})

    hub.of_pull_request(python_requirements="requirements.txt")
    again = hub.of_pull_request()
    published = hub.published("http://127.0.0.1:9", TOKEN)

    heard = (hub.machine.temp / "heard").read_text()
    assert {"history", "check", "publish"} <= set(heard.replace(":", "\n").splitlines())
    assert TOKEN not in heard
    assert again.outcome == "success", again.log
    assert "so this one has no token" in again.step("Get the history that is missing").log.text
    assert published.step("Publish").exit_code == 2
    assert any("Let another job publish" in one for one in published.issues("error"))


def test_messages_and_prints_of_a_script_command_nothing(hub: Hub) -> None:
    said = "\n".join(f'    print("{one}")' for one in COMMANDS)
    raised = "".join(COMMANDS)
    script = TRAIN.replace(
        "    with open", f'{said}\n    raise ValueError("{raised}")\n    with open', 1
    )
    hub.pull_request({"scripts/train.py": script})

    job = hub.of_pull_request(variables={"RUNNER_DEBUG": "1"})

    assert job.outcome == "failure"
    assert job.outputs["outcome"] == "failed"
    assert injected(job) == []
    assert "INJECTED" in job.log


def test_names_of_branches_files_and_steps_command_nothing(hub: Hub) -> None:
    folder = f"scripts/{SHELL}"
    name = "a%0A::error::INJECTED,line=1"
    settings = (
        SETTINGS
        + f"steps:\n  '{SHELL}':\n    script: '{folder}/{name}.py'\n    outputs: {{out: {{}}}}\n"
    )
    hub.pull_request(
        {
            "scriptcheck.yaml": settings,
            f"{folder}/{name}.py": RAISING,
        },
        head="$(touch${IFS}PWNED)",
    )

    job = hub.of_pull_request(head="$(touch${IFS}PWNED)")

    assert job.outcome == "failure", job.log
    assert SHELL in job.log
    assert injected(job) == []
    assert not list(hub.folder.rglob("PWNED"))
    (error,) = [
        one for one in job.step("Check").log.issues("error") if SHELL in one.data + str(one)
    ]
    assert error.properties["file"] == f"{folder}/{name}.py"


def test_inputs_of_the_action_are_no_options_and_no_code(hub: Hub) -> None:
    hub.pull_request({"README.md": "# Shop\n\n"})

    option = hub.of_pull_request(steps="--output=/tmp/elsewhere")
    code = hub.of_pull_request(project=SHELL, base=SHELL)

    assert option.step("Check").exit_code == 2
    assert any("no name of a step" in one for one in option.issues("error"))
    assert code.step("Check").exit_code == 2
    assert not list(hub.folder.rglob("PWNED"))


def test_modules_of_the_repository_are_not_taken_for_those_of_the_tool(hub: Hub) -> None:
    evil = "raise SystemExit('PWNED')\n"
    modules = ("pip", "json", "yaml", "ci_scriptcheck", "sitecustomize", "usercustomize")
    files = {f"{name}.py": evil for name in modules}
    hub.pull_request(files | {"README.md": "# Shop\n\n", "uv.toml": "no-index = true\n"})

    job = hub.of_pull_request(variables={"PYTHONPATH": "."})

    assert job.outcome == "success", job.log
    assert "PWNED" not in job.log
