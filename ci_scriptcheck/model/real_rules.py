"""The rules SC5: real data, held against what the settings say of them."""

from __future__ import annotations

from ci_scriptcheck.model.result import Level
from ci_scriptcheck.model.rule import Rule

REAL_RULES = (
    Rule(
        code="SC501",
        level=Level.WARNING,
        title="real data are not what their schema says",
        why="Data are made from the schema in every other run. Where real data are otherwise, scripts are checked on what they never see, and not on what they do.",
        example="`amount` in production goes up to 250,000, and the schema ends at 10,000",
        cure="Say in the schema of the dataset what was found, so that made data are like it too: the run shows a change of the settings that does. Or look at where the data come from.",
    ),
)
