"""A repository as GitHub keeps it, its pull requests, and the checkouts and events of their jobs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.emulator import runner
from tests.emulator.runner import Job, Machine, Work
from tests.functional.change.conftest import Repository
from tests.functional.cli.command import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

ZEROS = "0" * 40
TOKEN = "ghs_" + "7" * 36
"""What `github.token` is in these jobs."""

SETTINGS = """\
version: 1
base: main
defaults: {path: [.]}
datasets: {raw: {copy: data}}
pipelines: {daily: [scripts/prepare.py, scripts/train.py]}
"""
HELPER = """\
def total(row):
    return float(row["price"]) * int(row["pieces"])
"""
PREPARE = """\
import csv

from lib.sums import total


def main(input_paths, output_paths, environ_vars, job_args):
    with open(f"{input_paths['raw']}/orders.csv") as file:
        rows = list(csv.DictReader(file))
    with open(f"{output_paths['prepared']}/prepared.csv", "w") as file:
        file.write("total\\n")
        file.writelines(f"{total(row)}\\n" for row in rows)
"""
TRAIN = """\
import csv
import json


def main(input_paths, output_paths, environ_vars, job_args):
    with open(f"{input_paths['prepared']}/prepared.csv") as file:
        totals = [float(row["total"]) for row in csv.DictReader(file)]
    with open(f"{output_paths['model']}/model.json", "w") as file:
        json.dump({"mean": sum(totals) / len(totals)}, file)
"""
FILES: Mapping[str, str] = {
    "scriptcheck.yaml": SETTINGS,
    "lib/__init__.py": "",
    "lib/sums.py": HELPER,
    "scripts/prepare.py": PREPARE,
    "scripts/train.py": TRAIN,
    "data/orders.csv": "price,pieces\n1.5,2\n3,4\n",
    "README.md": "# Shop\n",
}
"""A project of two steps, of which the second reads what the first writes."""


@dataclass
class Hub:
    """A repository on the server, and the folder in which jobs run.

    Attributes:
        commits: What tests refer to, by name.
        in_one_job: Whether each use of the action is a further step of the job before.
    """

    remote: Repository
    folder: Path
    machine: Machine
    commits: dict[str, str] = field(default_factory=dict)
    in_one_job: bool = False

    def pull_request(
        self, files: Mapping[str, str | bytes | None], *, number: int = 7, head: str = "topic"
    ) -> None:
        """Open a pull request that writes these files; main goes on meanwhile, and GitHub merges both."""
        self.remote.git("checkout", "--quiet", "-b", head, "main")
        self.commits["head"] = self.remote.commit(files)
        self.remote.git("checkout", "--quiet", "main")
        self.commits["main"] = self.remote.commit({"notes.md": "meanwhile\n"})
        self.remote.git("checkout", "--quiet", "--detach")
        self.remote.git("merge", "--quiet", "--no-edit", "--no-ff", head)
        self.commits["merge"] = self.remote.git("rev-parse", "HEAD")
        self.remote.git("update-ref", f"refs/pull/{number}/merge", "HEAD")
        self.remote.git("update-ref", f"refs/pull/{number}/head", head)
        self.remote.git("checkout", "--quiet", "main")

    def from_fork(self, files: Mapping[str, str | bytes | None], *, number: int = 7) -> None:
        """Open a pull request whose branch lies in another repository: here it has no branch of its own."""
        self.pull_request(files, number=number, head="gone")
        self.remote.git("branch", "--quiet", "-D", "gone")

    def checkout(self, ref: str, *options: str) -> Path:
        """Check a reference out as the usual action does, without keeping what it was let in by."""
        made = Repository(self.workspace())
        made.git("init", "--quiet", "--initial-branch=main")
        made.git("remote", "add", "origin", self.remote.root.as_uri())
        made.git("fetch", "--quiet", "--no-tags", *(options or ["--depth=2"]), "origin", ref)
        made.git("checkout", "--quiet", "--detach", "FETCH_HEAD")
        return made.root

    def of_pull_request(self, *, number: int = 7, head: str = "topic", **given: Any) -> Job:
        """Run the action on a pull request."""
        workspace = self.checkout(f"refs/pull/{number}/merge")
        github, payload = self.about(number, head)
        return self.job(workspace, github, payload, **given)

    def published(self, api: str, token: str, **given: Any) -> Job:
        """Run the action in a job that publishes what the others have left; it checks nothing out."""
        workspace = self.workspace()
        github, payload = self.about(7, "topic")
        about = github | {"token": token, "api_url": api}
        return self.job(workspace, about, payload, command="publish", **given)

    def published_for(
        self, api: str, token: str, github: Mapping[str, Any], payload: Mapping[str, Any]
    ) -> Job:
        """Run the action in a job that publishes, for an event of another kind."""
        about = {"token": token, "api_url": api} | dict(github)
        return self.job(self.workspace(), about, payload, command="publish")

    def finished_run(self, api: str, token: str, **run: Any) -> Job:
        """Run the action in the job that a `workflow_run` of the default branch starts.

        GitHub names no pull request there, only what was pushed where; `41` is the run of all other jobs.
        """
        ended = {
            "id": 41,
            "run_attempt": 1,
            "event": "pull_request",
            "head_sha": self.commits["head"],
            "head_branch": "topic",
            "head_repository": {"full_name": "mallory/fraud"},
            "pull_requests": [],
        }
        github = {
            "event_name": "workflow_run",
            "ref": "refs/heads/main",
            "run_id": "42",
            "sha": self.commits["main"],
        }
        return self.published_for(api, token, github, {"workflow_run": ended | run})

    def workspace(self) -> Path:
        """Make the folder of a job; a runner calls it like the repository, and so is the project called."""
        made = self.folder / str(len(list(self.folder.iterdir()))) / "fraud"
        made.mkdir(parents=True)
        return made

    def about(self, number: int, head: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Give the context and the payload of a pull request."""
        payload = {
            "number": number,
            "pull_request": {
                "number": number,
                "head": {"sha": self.commits["head"], "ref": head},
                # GitHub's payload lags behind: a commit that main has left.
                "base": {"ref": "main", "sha": self.commits["first"]},
            },
        }
        github = {
            "event_name": "pull_request",
            "ref": f"refs/pull/{number}/merge",
            "head_ref": head,
            "base_ref": "main",
        }
        return github, payload

    def job(
        self,
        workspace: Path,
        github: Mapping[str, Any],
        payload: Mapping[str, Any],
        *,
        variables: Mapping[str, str] | None = None,
        cancel: str | None = None,
        **inputs: str,
    ) -> Job:
        """Run the action in a checkout, for an event."""
        if not self.in_one_job:
            self.machine.begin()
        event = workspace.parent / "event.json"
        repository = {"default_branch": "main", "full_name": "acme/fraud"}
        event.write_text(json.dumps({"repository": repository} | dict(payload)))
        context: dict[str, Any] = {
            "token": TOKEN,
            "sha": self.commits.get("merge", ZEROS),
            "event_path": str(event),
            "repository": "acme/fraud",
            "server_url": "https://github.com",
            "run_id": "41",
            "run_attempt": "1",
            **github,
        }
        if (workspace / ".git").exists():
            context["sha"] = Repository(workspace).git("rev-parse", "HEAD")
        work = Work(
            workspace=workspace,
            github=context,
            variables=runner.variables_of(context, workspace) | dict(variables or {}),
        )
        named = {name.replace("_", "-"): text for name, text in inputs.items()}
        return runner.run(self.machine, ROOT, work, named, cancel=cancel)
