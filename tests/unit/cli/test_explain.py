"""Rules as `scriptcheck explain` prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.cli import explain
from ci_scriptcheck.model.rules import RULES
from ci_scriptcheck.report.page import PLAIN

if TYPE_CHECKING:
    from collections.abc import Callable


def test_one_rule(golden: Callable[[str], object]) -> None:
    assert explain.one_rule(RULES["SC201"], PLAIN) == golden("explain/SC201.txt")


def test_a_group(golden: Callable[[str], object]) -> None:
    assert explain.a_group("SC3", PLAIN) == golden("explain/SC3.txt")


def test_every_rule(golden: Callable[[str], object]) -> None:
    assert explain.every_rule(PLAIN) == golden("explain/all.txt")


@pytest.mark.parametrize("code", RULES)
def test_every_rule_stands_in_the_list(code: str) -> None:
    assert f"  {code}  " in explain.every_rule(PLAIN)
