"""Links that a change of a script takes out: an error, whatever feeds the reader in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck import scope
from ci_scriptcheck.change.git.repository import change_set
from ci_scriptcheck.cli import opening
from tests.functional.cli.command import scriptcheck
from tests.unit.project.trees import a_script

if TYPE_CHECKING:
    from collections.abc import Callable

    from ci_scriptcheck.model.result import Finding
    from tests.functional.change.conftest import Repository

MADE = "datasets:\n  raw: {copy: raw.csv}\n  cleaned: {files: cleaned.csv, columns: {a: {type: int}}}\n"
PIPELINE = "pipelines: {main: [load.py, clean.py, train.py, evaluate.py]}\n"
SCRIPTS = {
    "load.py": a_script(reads=["raw"], writes=["loaded"]),
    "clean.py": a_script(reads=["loaded"], writes=["cleaned"]),
    "train.py": a_script(reads=["cleaned"], writes=["model"]),
    "evaluate.py": a_script(reads=["model"]),
}
DELETED = a_script(reads=["loaded"])


def on_a_branch(
    repository: Repository, changed: dict[str, str], *, datasets: str = MADE, **before: str
) -> None:
    """Commit a project on main, and change it on a branch."""
    scripts = SCRIPTS | {f"{name}.py": text for name, text in before.items()}
    repository.commit({**scripts, "raw.csv": "a\n1\n", "scriptcheck.yaml": datasets + PIPELINE})
    repository.branch("change")
    repository.commit(changed)


def found(repository: Repository) -> list[Finding]:
    """Give what is told of the branch."""
    place = opening.place_of(repository.root)
    project = opening.project_of(place)
    changes = change_set(place.root, base="main", environ={}, default_base=None)
    about = scope.of_change(place.root, place.tree, project, changes, reads={})
    assert not any(one.also_on_base for one in about.findings)
    return list(about.findings)


def rules(repository: Repository) -> list[str]:
    return [one.rule for one in found(repository)]


def printed(repository: Repository) -> str:
    ended = scriptcheck("plan", folder=repository.root)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout[ended.stdout.index("error:") :]


def test_a_link_that_made_data_would_replace_is_an_error_at_the_script_that_lost_it(
    repository: Repository, golden: Callable[[str], object]
) -> None:
    on_a_branch(repository, {"clean.py": DELETED})

    assert printed(repository) == golden("errors/lost_link.txt")


def test_an_input_that_nothing_feeds_any_more_says_which_script_fed_it(
    repository: Repository, golden: Callable[[str], object]
) -> None:
    on_a_branch(repository, {"clean.py": DELETED}, datasets="datasets: {raw: {copy: raw.csv}}\n")

    assert printed(repository) == golden("errors/lost_link_without_dataset.txt")


def test_a_renamed_key_is_shown_at_its_line(repository: Repository) -> None:
    on_a_branch(repository, {"clean.py": a_script(reads=["loaded"], writes=["clean"])})

    (finding,) = found(repository)

    assert (finding.rule, str(finding.place)) == ("SC124", "clean.py:3")
    assert "`clean` writes `clean`" in finding.evidence


def test_an_older_output_of_the_same_name_does_not_replace_a_link_unseen(
    repository: Repository,
) -> None:
    load = a_script(reads=["raw"], writes=["loaded", "cleaned"])
    on_a_branch(repository, {"clean.py": DELETED}, load=load)

    (finding,) = found(repository)

    assert finding.rule == "SC124"
    assert finding.evidence[-1] == "`train` gets `cleaned` of `load` in its place"


def test_an_output_that_another_script_takes_over_is_no_loss(repository: Repository) -> None:
    load = a_script(reads=["raw"], writes=["loaded", "cleaned"])
    on_a_branch(repository, {"clean.py": DELETED, "load.py": load})

    assert rules(repository) == []


def test_a_reader_that_does_not_ask_for_it_any_more_is_no_loss(repository: Repository) -> None:
    train = a_script(reads=["loaded"], writes=["model"])
    on_a_branch(repository, {"clean.py": DELETED, "train.py": train})

    assert "SC124" not in rules(repository)


def test_a_link_that_the_settings_took_out_is_no_loss(repository: Repository) -> None:
    without = MADE + PIPELINE.replace("clean.py, ", "")
    on_a_branch(repository, {"clean.py": DELETED, "scriptcheck.yaml": without})

    assert "SC124" not in rules(repository)


def test_a_loss_is_intended_where_the_settings_say_what_the_step_writes(
    repository: Repository,
) -> None:
    said = f"{MADE}{PIPELINE}steps: {{clean: {{script: clean.py, outputs: {{}}}}}}\n"
    on_a_branch(repository, {"clean.py": DELETED, "scriptcheck.yaml": said})

    assert rules(repository) == []


def test_a_script_that_nobody_can_read_has_lost_no_link(repository: Repository) -> None:
    on_a_branch(repository, {"clean.py": "def main(:\n"})

    assert rules(repository) == ["SC107"]


def test_a_lost_link_counts_as_much_as_the_settings_say(repository: Repository) -> None:
    off = f'{MADE}{PIPELINE}rules: {{SC124: "off"}}\n'
    on_a_branch(repository, {"clean.py": DELETED, "scriptcheck.yaml": off})

    assert rules(repository) == []
