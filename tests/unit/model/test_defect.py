"""What malformed data are called, in the id of a task and in a sentence."""

from __future__ import annotations

import pytest

from ci_scriptcheck.model.defect import Defect, DefectKind

ODD = Defect(what=DefectKind.EMPTY, file="sub/{port}.csv")


@pytest.mark.parametrize("kind", DefectKind)
def test_each_defect_has_a_name_and_a_sentence(kind: DefectKind) -> None:
    defect = Defect(what=kind, column="amount", type="float", file="sub/orders.csv")

    assert str(defect).startswith(kind.value)
    assert "input `data`" in defect.of_input("data")


def test_names_that_look_like_fields_stand_as_they_are() -> None:
    assert str(ODD) == "empty _port_.csv"
    assert ODD.of_input("data") == "`sub/{port}.csv` of input `data` is empty"
