"""A script is only run on data that could be made up for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ci_scriptcheck.draft import repair
from ci_scriptcheck.draft.bench import Bench, space_of
from ci_scriptcheck.model.change import Closure
from ci_scriptcheck.model.contract import Port
from ci_scriptcheck.model.project import Step
from ci_scriptcheck.run.process.request import Ended, Ending

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.run.process.request import Call


@pytest.mark.parametrize("answer", [{"unmakeable": "no such name"}, {"error": "no such name"}])
def test_a_script_is_not_run_where_its_data_cannot_be_made(
    tmp_path: Path, answer: dict[str, Any]
) -> None:
    (tmp_path / "keep.py").write_text("def main(*_): pass\n")
    step = Step(name="keep", script="keep.py", inputs=(Port(name="orders", parameter="orders"),))
    calls: list[Call] = []

    def run(_: Step, call: Call) -> Ending:
        calls.append(call)
        missed = space_of(bench, step).input("orders") / "orders.csv"
        return Ending(how=Ended.RAISED, looked_for=(str(missed),))

    bench = Bench(
        root=tmp_path,
        project="",
        folder=tmp_path / "made",
        hidden=("/secret",),
        closures={"keep.py": Closure(script="keep.py")},
        run=run,
        ask=lambda _: answer,
    )

    repaired = repair.repair(bench, step, repair.Budget())

    assert len(calls) == 1
    assert calls[0].hidden == ("/secret",)
    assert repaired.last == "no result: data made up for it fail: no such name"
