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
        cure="Say in the schema of the dataset what was found, so that made data are like it too: the run shows a change of the settings that does. Where it is so in few rows, they may be mistakes: look at where the data come from, or let them pass by `outside` of the column.",
    ),
    Rule(
        code="SC502",
        level=Level.WARNING,
        title="an output is not what production wrote from the same inputs",
        why="A step that was given what production gave it should come to the same. Where it does not, the code, its libraries or its settings are others than in production: that may be what the change is for, or what nobody meant.",
        example="`amount` in production lies between 5 and 104, and here between 500 and 10,400",
        cure="If it is meant, nothing is to do: it is a warning. Else look at the first step that differs: its code, its variables and arguments, and the versions of its libraries.",
    ),
    Rule(
        code="SC505",
        level=Level.ERROR,
        title="real data could not be read",
        why="A deep dive was asked for, and nothing of it was run; the rest was. That all is well cannot be said.",
        example="the role does not trust this job, or the budget is smaller than what is wanted",
        cure="What stands beside it says what to change. Pull requests from forks get no real data; there it is a warning.",
    ),
    Rule(
        code="SC506",
        level=Level.WARNING,
        title="a change takes real data away",
        why="A deep dive runs on the real data that datasets name. Where a change leaves them out, it passes on made data, and nothing shows what was not looked at.",
        example="`orders` has `real: s3://company-ml/orders/` on main, and nothing of the kind here",
        cure="If it is meant, nothing is to do: it is a warning. Else say under `real` again where the data are.",
    ),
)
