"""The run directory: what one process writes, another reads, or is told why it cannot."""

import json
from pathlib import Path

import pytest

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.model.result import Artefact, FileFacts, Finding, Level, Outcome
from ci_scriptcheck.run import record
from tests.conftest import a_plan, a_record, a_result, a_task


def test_a_plan_and_a_record_are_read_back_equal(tmp_path: Path) -> None:
    plan = a_plan(a_task("load", pipeline="fraud"), a_task("train", pipeline="fraud"))
    finding = Finding(rule="SC201", severity=Level.ERROR, message="KeyError: 'é'\udcff")
    whole = a_record(plan, a_result("fraud/train", Outcome.FAILED, findings=(finding,)))

    record.write_plan(tmp_path, plan)
    record.write_record(tmp_path, whole)

    assert record.read_plan(tmp_path) == plan
    assert record.read_record(tmp_path) == whole


def test_the_record_has_the_keys_that_other_programs_rely_on(tmp_path: Path) -> None:
    made = Artefact(digest="d", files=(FileFacts(path="m.csv", bytes=7, digest="e", rows=3),))
    whole = a_record(None, a_result("train", outputs={"model": made}))

    data = json.loads(record.write_record(tmp_path, whole).read_text())

    assert data["format"] == 1
    assert data["summary"]["passed"] == 1
    assert data["summary"]["not_run"] == 0
    assert data["tasks"][0]["reason"] == "changed"
    assert data["tasks"][0]["outputs"] == {"model": {"files": ["m.csv"], "bytes": 7, "rows": 3}}


def test_a_result_is_absent_until_it_is_written(tmp_path: Path) -> None:
    assert record.read_result(tmp_path, "fraud/train") is None

    record.write_result(tmp_path, a_result("fraud/train"))

    assert record.read_result(tmp_path, "fraud/train") == a_result("fraud/train")


def test_a_record_of_another_format_names_the_version_that_wrote_it(tmp_path: Path) -> None:
    (tmp_path / "record.json").write_text('{"format": 99, "written_by": "7.1"}')

    with pytest.raises(UsageError, match=r"written by scriptcheck 7\.1"):
        record.read_record(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 1}', '{"format": 1, "run": 3}'])
def test_a_damaged_record_is_refused_with_a_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "record.json").write_text(content)

    with pytest.raises(UsageError, match=r"record\.json"):
        record.read_record(tmp_path)


def test_a_folder_that_is_none_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file is in the way")

    with pytest.raises(UsageError, match="cannot be written"):
        record.write_plan(tmp_path / "runs" / "1", a_plan())
