"""Our own action on pull requests, as GitHub would run it: the right base, outputs, summary and verdict."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.emulator.hub import HELPER, PREPARE, SETTINGS, TRAIN

if TYPE_CHECKING:
    from tests.emulator.hub import Hub
    from tests.emulator.runner import Job

RENAMED = PREPARE.replace("total\\n", "amount\\n")


def record(job: Job) -> dict[str, Any]:
    data = json.loads((Path(job.outputs["run-directory"]) / "record.json").read_text())
    found: dict[str, Any] = data["run"]
    return found


def base(job: Job) -> str:
    found: str = record(job)["plan"]["changes"]["base"]
    return found


def test_one_that_passes(hub: Hub) -> None:
    hub.pull_request({"lib/sums.py": HELPER.replace("float", "0.0 + float")})

    job = hub.of_pull_request()

    assert job.outcome == "success", job.log
    assert job.outputs["outcome"] == "passed"
    assert (job.outputs["affected"], job.outputs["failed"]) == ("2", "0")
    assert base(job) == hub.commits["main"]
    assert "passed" in job.step("Check").summary
    assert job.issues("error") == []
    assert Path(job.outputs["junit"]).read_text().startswith("<?xml")


def test_one_that_breaks_a_script_that_it_does_not_touch(hub: Hub) -> None:
    hub.pull_request({"scripts/prepare.py": RENAMED})

    job = hub.of_pull_request()

    assert job.outcome == "failure"
    assert job.step("Check").exit_code == 1
    assert (job.outputs["outcome"], job.outputs["failed"]) == ("failed", "2")
    at_cause, at_fault = job.step("Check").log.issues("error")
    assert at_cause.properties["file"] == "scripts/prepare.py"
    assert f"at line {at_cause.properties['line']} of scripts/prepare.py" in at_cause.data
    assert at_fault.properties == {
        "file": "scripts/train.py",
        "line": "7",
        "title": "daily/train failed",
    }
    assert at_fault.data == "KeyError: 'total'. Input `prepared` lost this column in this change."
    assert "daily/train" in job.step("Check").summary
    assert 'failures="2"' in Path(job.outputs["junit"]).read_text()


def test_what_is_kept_of_one_are_its_record_and_reports(hub: Hub) -> None:
    hub.pull_request({"scripts/prepare.py": RENAMED})

    hub.of_pull_request()

    (kept,) = hub.machine.artifacts.values()
    assert kept.name == "scriptcheck"
    assert sorted(file.name for file in kept.rglob("*")) == [
        "junit.xml",
        "record.json",
        "report.html",
    ]


def test_one_that_touches_nothing_installs_nothing_for_scripts(hub: Hub) -> None:
    hub.pull_request({"README.md": "# Our shop\n"})

    job = hub.of_pull_request(python_requirements="requirements.txt")

    assert job.outcome == "success", job.log
    assert job.step("Install what the scripts need").outcome == "skipped"
    assert (job.outputs["outcome"], job.outputs["affected"]) == ("passed", "0")
    assert "nothing to check" in job.log


def test_one_from_a_fork(hub: Hub) -> None:
    hub.from_fork({"scripts/prepare.py": RENAMED})

    job = hub.of_pull_request(head="topic")

    assert job.outcome == "failure"
    assert job.outputs["failed"] == "2"
    assert base(job) == hub.commits["main"]


def test_one_of_3000_changed_files(hub: Hub) -> None:
    files = {f"reports/{number}.txt": f"{number}\n" for number in range(2999)}
    hub.pull_request(files | {"scripts/prepare.py": RENAMED})

    job = hub.of_pull_request()

    assert job.outcome == "failure"
    assert len(record(job)["plan"]["changes"]["files"]) == 3000
    assert (job.outputs["affected"], job.outputs["failed"]) == ("2", "2")


def test_one_that_renames_a_script(hub: Hub) -> None:
    hub.pull_request(
        {
            "scripts/prepare.py": None,
            "scripts/clean.py": PREPARE,
            "scriptcheck.yaml": SETTINGS.replace("prepare.py", "clean.py"),
        }
    )

    job = hub.of_pull_request()

    assert job.outcome == "success", job.log
    assert "affected steps passed" in job.step("Check").summary


def test_one_that_renames_a_script_and_forgets_the_settings(hub: Hub) -> None:
    hub.pull_request({"scripts/prepare.py": None, "scripts/clean.py": PREPARE})

    job = hub.of_pull_request()

    assert job.outcome == "failure"
    assert job.outputs["outcome"] == "failed"
    assert any("scripts/prepare.py" in one for one in job.issues("error"))


def test_one_that_deletes_a_helper(hub: Hub) -> None:
    hub.pull_request({"lib/sums.py": None})

    job = hub.of_pull_request()

    assert job.outcome == "failure"
    assert any("lib.sums" in one for one in job.issues("error")), job.issues("error")


def test_one_whose_settings_cannot_be_read_is_told_at_their_line(hub: Hub) -> None:
    hub.pull_request({"scriptcheck.yaml": SETTINGS + "pipelnes: {}\n"})

    job = hub.of_pull_request()

    assert job.outcome == "failure"
    assert job.step("Check").exit_code == 2
    assert job.outputs["outcome"] == "error"
    (error,) = job.step("Check").log.issues("error")
    assert (error.properties["file"], error.properties["line"]) == ("scriptcheck.yaml", "6")
    assert "Did you mean `pipelines`?" in error.data
    assert "🛑 Could not be checked: unknown key `pipelnes`" in job.step("Check").summary


def test_one_of_several_projects_of_a_repository(hub: Hub) -> None:
    files = {
        "scriptcheck.yaml": SETTINGS,
        "scripts/prepare.py": PREPARE,
        "scripts/train.py": TRAIN,
    }
    more = {"lib/__init__.py": "", "lib/sums.py": HELPER, "data/orders.csv": "price,pieces\n1,2\n"}
    hub.remote.commit({f"teams/fraud/{name}": text for name, text in (files | more).items()})
    hub.pull_request({"teams/fraud/scripts/prepare.py": RENAMED})

    mine, other = hub.of_pull_request(project="teams/fraud"), hub.of_pull_request()

    assert (mine.outcome, mine.outputs["failed"]) == ("failure", "2")
    assert (other.outcome, other.outputs["affected"]) == ("success", "0")
    assert other.outputs["artifact"] == "scriptcheck"
    assert mine.outputs["artifact"].startswith("scriptcheck-teams-fraud-")
    assert set(hub.machine.artifacts) == {job.outputs["artifact"] for job in (mine, other)}


def test_scripts_find_what_their_requirements_name(hub: Hub) -> None:
    needing = TRAIN.replace("import json\n", "import json\nimport pricing_lib\n")
    hub.remote.commit(
        {
            "wheels/pricing_lib-1.0-py3-none-any.whl": wheel("pricing_lib"),
            "requirements.txt": "--find-links ./wheels\n--no-index\npricing_lib==1.0\n",
        }
    )
    hub.pull_request({"scripts/train.py": needing})

    with_them = hub.of_pull_request(python_requirements="requirements.txt", python="3.11")
    without = hub.of_pull_request()

    assert with_them.outcome == "success", with_them.log
    assert without.outcome == "failure"
    assert any("pricing_lib" in one for one in without.issues("error"))


def test_libraries_that_cannot_be_installed_are_told_by_the_check(hub: Hub) -> None:
    hub.remote.commit({"requirements-dev.txt": "--no-index\n"})
    hub.pull_request({"requirements-dev.txt": "--no-index\npandsa\n"})

    job = hub.of_pull_request(python_requirements="requirements-dev.txt")

    assert job.step("Install what the scripts need").outcome == "failure"
    assert (job.outcome, job.step("Check").exit_code) == ("failure", 2)
    (error,) = job.step("Check").log.issues("error")
    assert error.properties["file"] == "requirements-dev.txt"
    assert "Could not install `requirements-dev.txt` (input `python-requirements`)." in error.data
    assert "pandsa was not found" in error.data
    assert set(hub.machine.artifacts) == {"scriptcheck"}


def test_a_change_of_the_requirements_alone_installs_them(hub: Hub) -> None:
    hub.remote.commit({"requirements.txt": "# none\n"})
    hub.pull_request({"requirements.txt": "# none yet\n"})

    job = hub.of_pull_request(python_requirements="requirements.txt")

    assert job.step("Install what the scripts need").outcome == "success"


def wheel(name: str) -> bytes:
    """Make the least distribution that can be installed."""
    files = {
        f"{name}.py": "price = 1\n",
        f"{name}-1.0.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{name}-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    listed = "".join(f"{file},sha256={digest(text)},{len(text)}\n" for file, text in files.items())
    files[f"{name}-1.0.dist-info/RECORD"] = f"{listed}{name}-1.0.dist-info/RECORD,,\n"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
    return content.getvalue()


def digest(text: str) -> str:
    raw = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
