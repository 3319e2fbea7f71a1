"""Whatever is done to a record on its way, it is refused, or can be reported on."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ci_scriptcheck.cli import by_project
from ci_scriptcheck.errors import PublishError
from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.result import Outcome
from ci_scriptcheck.report import annotations as noted_lines
from ci_scriptcheck.report import markdown
from ci_scriptcheck.report.links import Links
from ci_scriptcheck.run import received
from ci_scriptcheck.run.record import FORMAT, to_public
from tests.unit.report.compared import a_compared_record, a_record_of_failing_readers
from tests.unit.report.deep_dived import a_deep_dive
from tests.unit.report.records import a_failing_record
from tests.unit.report.stops import a_stopped_record, a_stopped_share, stopped_midway
from tests.unit.run.test_merging import CHAIN, TWO, shared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.model.run_record import RunRecord

STRANGE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.text(max_size=20),
    st.just([]),
    st.just({}),
    st.just(["x"]),
    st.just({"kind": "Asked"}),
)


def written(record: RunRecord) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        json.dumps({"format": FORMAT, "written_by": "1", **to_public(record)})
    )
    return found


RECORDS = [
    written(record)
    for record in (
        a_failing_record(),
        a_compared_record(),
        a_record_of_failing_readers(),
        a_stopped_record(),
        stopped_midway(),
        a_deep_dive(),
    )
]
SHARES = [
    *(written(record) for record in shared(CHAIN, TWO, 2, {"score": Outcome.FAILED}).values()),
    written(a_stopped_share(2, 3)),
    written(a_stopped_record()),
]


def test_an_honest_record_is_taken() -> None:
    for honest in RECORDS:
        received.read(json.dumps(honest).encode(), "scriptcheck")


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_record_is_refused_or_can_be_reported_on(data: st.DataObject) -> None:
    honest = json.loads(json.dumps(data.draw(st.sampled_from(RECORDS))["run"]))
    places = list(_places(honest))
    for holder, key in data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=3)):
        holder[key] = data.draw(STRANGE)

    content = json.dumps({"format": FORMAT, "run": honest}).encode()
    try:
        record = received.read(content, "scriptcheck")
    except PublishError:
        return
    report_on(record)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_shares_are_refused_or_can_be_reported_on_together(data: st.DataObject) -> None:
    honest = [json.loads(json.dumps(one["run"])) for one in SHARES]
    places = list(_places(honest))
    for holder, key in data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=3)):
        if holder is not honest:
            holder[key] = data.draw(STRANGE)

    found = {}
    for number, run in enumerate(honest):
        with suppress(PublishError):
            content = json.dumps({"format": FORMAT, "run": run}).encode()
            found[f"share {number}"] = received.read(content, "scriptcheck")
    for record in by_project.gathered(found).records:
        report_on(record)


def report_on(record: RunRecord) -> None:
    assert not (record.stopped and verdict.exit_code(record) in verdict.ENDINGS)
    for write in (markdown.comment, markdown.job_summary, markdown.check_summary):
        write(record, Links())
    noted_lines.noted(record)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """List every place in a piece of JSON where something else could stand."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in list(items):
        yield value, key
        if isinstance(item, dict | list):
            yield from _places(item)
