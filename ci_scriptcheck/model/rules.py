"""Every rule: what it is about, why it matters, an example and the cure.

`scriptcheck explain` prints it, and the reference is generated from it. Codes never change their
meaning. SC1 is found without running, SC2 while running a script, SC3 between steps, SC4 against
base, SC5 on real data.
"""

from __future__ import annotations

from collections.abc import Mapping

from ci_scriptcheck.model.change_rules import CHANGE_RULES
from ci_scriptcheck.model.data_rules import DATA_RULES
from ci_scriptcheck.model.project_rules import PROJECT_RULES
from ci_scriptcheck.model.real_rules import REAL_RULES
from ci_scriptcheck.model.rule import Rule
from ci_scriptcheck.model.run_rules import RUN_RULES

RULES: Mapping[str, Rule] = {
    rule.code: rule
    for rule in (*PROJECT_RULES, *RUN_RULES, *DATA_RULES, *CHANGE_RULES, *REAL_RULES)
}
