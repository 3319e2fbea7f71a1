"""What a step says to the runner is read back as it was meant, whatever the texts hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_scriptcheck.errors import Place, UsageError
from ci_scriptcheck.github import actions
from ci_scriptcheck.model.annotation import Annotation, Weight
from tests.emulator import log, runner

if TYPE_CHECKING:
    from pathlib import Path

# The runner takes away what is white at both ends.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).map(str.strip).filter(bool)


def an_annotation(number: int = 1, weight: Weight = Weight.ERROR) -> Annotation:
    return Annotation(
        weight=weight,
        title="fraud/train failed",
        message=f"KeyError: {number}",
        place=Place(file="scripts/train.py", line=number),
    )


def test_an_annotation_stands_at_its_line() -> None:
    assert actions.command(an_annotation(41)) == (
        "::error file=scripts/train.py,line=41,title=fraud/train failed::KeyError: 41\n"
    )


@given(title=TEXTS, message=TEXTS, file=TEXTS)
def test_what_the_runner_reads_is_what_was_said(title: str, message: str, file: str) -> None:
    said = Annotation(
        weight=Weight.WARNING, title=title, message=message, place=Place(file=file, line=3)
    )

    read = log.read(actions.command(said))

    (command,) = read.obeyed
    assert command.name == "warning"
    assert command.data == message
    assert command.properties == {"file": file, "line": "3", "title": title}


@given(secret=TEXTS)
def test_the_runner_is_told_the_very_secret_that_it_is_to_hide(secret: str) -> None:
    (command,) = log.read(actions.mask(secret)).obeyed

    assert (command.name, command.data) == ("add-mask", secret)


def test_of_more_than_the_runner_takes_the_last_line_tells_how_many() -> None:
    many = [an_annotation(number) for number in range(1, 31)]
    few = [an_annotation(1, Weight.WARNING)]

    read = log.read(actions.commands([*many, *few]))

    assert read.dropped == {}
    assert len(read.issues("error")) == 10
    assert read.issues("error")[-1].properties["title"] == "21 more"
    assert "scripts/train.py" in read.issues("error")[-1].data
    assert len(read.issues("warning")) == 1


def test_nothing_is_obeyed_that_is_printed_within_the_fence() -> None:
    written: list[str] = []

    with actions.fenced(written.append):
        written.append("::error::one\n::stop-commands::mine\n::mine::\n##[error]two\n")
    written.append("::notice::three\n")

    names = [command.name for command in log.read("".join(written)).obeyed]
    assert names == ["stop-commands", "notice"]


def test_the_word_that_ends_the_fence_is_another_each_time() -> None:
    written: list[str] = []
    for _ in range(2):
        with actions.fenced(written.append):
            pass

    assert len(set(written)) == 4


@pytest.mark.parametrize("value", ["", "one", "a\nb", "x=1\noutcome<<end\npassed\nend"])
def test_an_output_holds_any_text_and_sets_no_other(tmp_path: Path, value: str) -> None:
    file = tmp_path / "output"
    environ = {"GITHUB_OUTPUT": str(file)}

    actions.write_output(environ, "outcome", "failed")
    actions.write_output(environ, "text", value)

    assert runner.outputs(file.read_text()) == {"outcome": "failed", "text": value}


def test_a_summary_never_exceeds_what_github_shows(tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    environ = {"GITHUB_STEP_SUMMARY": str(file)}

    for _ in range(3):
        actions.write_summary(environ, "| ü | 日本 |\n" * 40_000)

    content = file.read_bytes()
    assert len(content) <= actions.MOST_SUMMARY
    assert content.decode().endswith("There was no room for the rest.*\n")


def test_elsewhere_than_on_a_runner_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    actions.write_output({}, "outcome", "passed")
    actions.write_summary({}, "text")
    actions.write_summary({"GITHUB_STEP_SUMMARY": ""}, "text")

    assert list(tmp_path.iterdir()) == []


def test_an_error_of_the_set_up_is_told_at_its_place() -> None:
    error = UsageError(
        what="unknown key `pipelnes`",
        where=Place(file="scriptcheck.yaml", line=5),
        facts=("keys are listed in the reference",),
        advice="did you mean `pipelines`?",
    )

    assert actions.command(actions.of_error(error)) == (
        "::error file=scriptcheck.yaml,line=5,title=scriptcheck could not check anything::"
        "unknown key `pipelnes`. keys are listed in the reference. did you mean `pipelines`?\n"
    )
