"""What a name alone suggests: the type of a column, the value of a variable or of a key in JSON."""

from __future__ import annotations

import re

from ci_scriptcheck.model.contract import Column, ColumnType
from ci_scriptcheck.model.id_names import is_id

_DATE = re.compile(r"(^|_)(date|day|dob)$", re.IGNORECASE)
_MOMENT = re.compile(r"(_at|_on|time|timestamp|datetime|_ts)$", re.IGNORECASE)
_FLAG = re.compile(
    r"^(is|has|was)_|^(y|label|target)$|_(label|target|flag|tag)$|^(fraud|churn|tag)$",
    re.IGNORECASE,
)
_CATEGORY = re.compile(
    r"^category_\d+$|(type|status|category|country|currency|gender|sex|species|band|segment|level|state|group)$",
    re.IGNORECASE,
)
_TEXT = re.compile(
    r"(name|text|message|comment|description|city|address|email|title|code|dialogue|url|reason)$",
    re.IGNORECASE,
)

_LIST = re.compile(r"(LIST|FIELDS|COLUMNS|COLS|FEATURES)$")
_FIELD = re.compile(r"_(FIELD|COLUMN|COL|VAR)(_NAME)?$")
_SHARE = re.compile(r"RATIO|RATE|FRACTION|THRESHOLD|SHARE|PERCENT|ALPHA")
_COUNT = re.compile(
    r"(^|_)(SIZE|NUM|COUNT|N|ROUNDS?|MAX|MIN|SEED|STATE|WORKERS|DAYS|EPOCHS|BATCH|LENGTH|LIMIT|BINS|DEPTH)(_|$)"
)
_SWITCH = re.compile(r"^(USE|ENABLE|IS|HAS|SKIP|SAVE|RUN|DO)_|FLAG$|ENABLED$")
_DOCUMENT = re.compile(r"(JSON|CONFIG|PARAMS|MAP|MAPPING|DICT|KWARGS|RULES|SCHEMA)$")

_PROBABILITY = re.compile(r"(^|_)(prob|proba|probability|score|likelihood)(_|\d|$)", re.IGNORECASE)
_OF_COLUMNS = re.compile(
    r"(FIELD|COLUMN|COL|FEATURE)S?(_LIST|_NAMES)?$|_(FIELDS|COLUMNS|FEATURES)_"
)

FEATURES = ("feature_1", "feature_2", "category_1")
"""Columns that a table gets where a script wants more than what it names."""

_VALUES = {
    ColumnType.CATEGORY: ("a", "b", "c"),
    ColumnType.INT: (0, 1),
}


def column(name: str) -> Column:
    """Guess what a column of this name holds."""
    if is_id(name):
        return of_type(name, ColumnType.STRING)
    kinds = (
        (_DATE, ColumnType.DATE),
        (_MOMENT, ColumnType.DATETIME),
        (_FLAG, ColumnType.INT),
        (_CATEGORY, ColumnType.CATEGORY),
        (_TEXT, ColumnType.STRING),
    )
    kind = next((kind for pattern, kind in kinds if pattern.search(name)), ColumnType.FLOAT)
    return of_type(name, kind)


def of_type(name: str, kind: ColumnType) -> Column:
    """Make a column of a type that was concluded from how it is used."""
    is_key = kind is ColumnType.STRING and is_id(name)
    is_share = kind is ColumnType.FLOAT and _PROBABILITY.search(name) is not None
    return Column(
        name=name,
        type=kind,
        values=_VALUES.get(kind, ()),
        unique=is_key,
        pattern="[a-z][0-9]{8}" if is_key else None,
        min=0 if is_share else None,
        max=1 if is_share else None,
    )


def variable(name: str) -> str:
    """Guess a value for an environment variable that a script cannot do without."""
    upper = name.upper()
    field = _FIELD.search(upper)
    if field is not None:
        return name[: field.start()].lower()
    guesses = (
        (_LIST, "feature_1,feature_2"),
        (_DOCUMENT, "{}"),
        (_SWITCH, "false"),
        (_SHARE, "0.5"),
        (_COUNT, "1"),
        (re.compile("REGION"), "us-east-1"),
        # Dates are drawn from all of 2024, and one that splits has to have some on both sides.
        (re.compile("DATE"), "2024-07-01"),
    )
    return next((value for pattern, value in guesses if pattern.search(upper)), "a")


def is_about_columns(name: str) -> bool:
    """Say whether a variable of this name seems to hold names of columns."""
    return (
        _FIELD.search(name) is not None
        or re.search(r"(FIELD|COLUMN|COL)S?(_LIST)?$", name) is not None
    )


def argument(name: str) -> str:
    """Guess an attribute of `job_args`."""
    return "training" if name == "job_type" else variable(name)


def json_value(name: str) -> str | int | float | list[str] | list[int] | dict[str, str]:
    """Guess what a key of a JSON document holds."""
    upper = name.upper()
    if _OF_COLUMNS.search(upper) and (_LIST.search(upper) or upper.endswith(("S", "_NAMES"))):
        return [FEATURES[-1]] if "CAT" in upper else list(FEATURES[:-1])
    guesses: tuple[
        tuple[bool, str | int | float | list[str] | list[int] | dict[str, str]], ...
    ] = (
        (upper.endswith(("CATEGORIES", "CLASSES", "LABELS")), [0, 1]),
        (_LIST.search(upper) is not None or upper.endswith("_LISTS"), []),
        (_DOCUMENT.search(upper) is not None, {}),
        (_SHARE.search(upper) is not None, 0.5),
        (_COUNT.search(upper) is not None or upper.startswith("NUM"), 1),
    )
    for is_so, value in guesses:
        if is_so:
            return value
    return re.sub(r"_(name|field|column|col)$", "", name) or name
