"""What a frozen sample holds of the real data, and what could still identify anybody: for who answers for the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.frozen import FEWEST, FEWEST_TOGETHER, How
from ci_scriptcheck.report import escaping
from ci_scriptcheck.report.page import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.model.frozen import Frozen, FrozenColumn, FrozenJoin, FrozenTable

MARK = "<!-- scriptcheck infer --freeze -->"
"""First line of a report, by which the files beside it are known to be ours."""

_FEW_ROWS = 100
_SHOWN = 12
_REAL = (How.KEPT, How.COMMON)


def render(frozen: Frozen, table: FrozenTable) -> str:
    """Write what is told of one table of a sample, in Markdown that can be read as it is."""
    sections = (
        _head(table),
        ["## Columns", "", *(f"- {_column(one)}" for one in table.columns)],
        _joins(frozen, table),
        [
            "## What could still identify anybody",
            "",
            *(f"- {one}" for one in _risks(frozen, table)),
        ],
        [
            "Nobody can prove that a table identifies no one. Before this is committed, let it be read by who answers"
            " for the data: history keeps what was committed once.",
        ],
    )
    text = "\n\n".join("\n".join(lines) for lines in sections if lines)
    return f"{MARK}\n{text}\n"


def _head(table: FrozenTable) -> list[str]:
    lines = [
        f"# {escaping.name(table.name)}: a frozen sample",
        "",
        f"{counted(table.rows, 'made row')} for {table.of_rows:,} real ones. None of them was copied from a real"
        " one, or made by changing one: the values of each column were drawn from shares and quantiles. What is told here of"
        " keys, joins, shares and missing values holds for both.",
    ]
    if table.together:
        lines += [
            "",
            "So that scripts find something to learn, values stand beside each other by the correlations of their"
            f" ranks, {_where(table)}. Whatever else goes together in the real data does not here.",
        ]
    return lines


def _where(table: FrozenTable) -> str:
    if table.within is None:
        return "over all rows"
    return f"in each group of {escaping.code(table.within)} by itself, where it has {FEWEST_TOGETHER} real rows or more"


def _column(column: FrozenColumn) -> str:
    told = f"{escaping.code(column.name)}: {_became(column)}"
    if column.after is not None:
        told += f"; never before {escaping.code(column.after)}"
    if column.before is not None:
        told += f"; never after {escaping.code(column.before)}"
    if column.is_unique and column.how is not How.LEFT_OUT:
        told += "; none comes twice"
    if column.nulls and column.how is not How.EMPTY:
        told += f"; {_share(column.nulls)} without a value"
    return told


_WORDS = {
    How.KEPT: "**real values** ({kept}), with their shares{rarer}",
    How.NAMED: "made names in place of the real ones, with their shares",
    How.CODED: "made texts{form} in place of the real ones",
    How.FILLED: "filler in place of the real text, about as long",
    How.FLAGS: "yes or no, with their shares",
    How.COMMON: "**real numbers** ({kept}), with their shares{rarer}",
    How.DRAWN: "made numbers, by quantiles{spikes}",
    How.NUMBERED: "made numbers in place of the real ones, as long as they are",
    How.MOVED: "made moments that lie like the real ones, moved by a number of weeks",
    How.STAYED: "made moments that lie like the real ones, **in the same time**",
    How.JOINED: "repeats a row of {parent}",
    How.EMPTY: "no value",
    How.LEFT_OUT: "**left out**, as it holds lists or records",
}


def _became(column: FrozenColumn) -> str:
    spikes = (
        f"; **really** {_listed(column.spikes)}, which many rows have" if column.spikes else ""
    )
    return _WORDS[column.how].format(
        kept=_listed(column.kept),
        rarer=_left_out(column.rare),
        form=f" of the form {escaping.code(column.form)}" if column.form else "",
        spikes=spikes,
        parent=escaping.name(column.with_parent or ""),
    )


def _left_out(number: int) -> str:
    if not number:
        return ""
    return f"; {counted(number, 'other')} left out, as fewer than ten rows have them or the settings do not list them"


def _listed(values: tuple[str, ...]) -> str:
    shown = ", ".join(escaping.code(one) for one in values[:_SHOWN])
    more = len(values) - _SHOWN
    return f"{shown} and {more:,} more" if more > 0 else shown


def _share(share: float) -> str:
    return f"{100 * share:.2g} %" if share >= 0.001 else "less than 0.1 %"


def _joins(frozen: Frozen, table: FrozenTable) -> list[str]:
    lines = [_join(one, table) for one in frozen.joins if table.name in {one.table, one.parent}]
    if table.key:
        lines.append(f"{_names(table.key)} tell the rows apart.")
    return ["## Rows that belong together", "", *(f"- {line}" for line in lines)] if lines else []


def _join(join: FrozenJoin, table: FrozenTable) -> str:
    each, unlike = (
        f"{join.each:.3g} rows on average",
        "some more and some fewer",
    )
    if join.parent is None:
        return f"A {_names(join.columns)} has {each}, {unlike}."
    whose = "here" if join.parent == table.name else f"of {escaping.name(join.parent)}"
    where = "here" if join.table == table.name else f"in {escaping.name(join.table)}"
    told = f"By {_names(join.columns)} a row {whose} has {each} {where}, {unlike}."
    if join.without:
        told += f" {_share(join.without)} of those belong to no row."
    return told


def _names(columns: tuple[str, ...]) -> str:
    *others, last = (escaping.code(one) for one in columns)
    return f"{', '.join(others)} and {last}" if others else last


def _risks(frozen: Frozen, table: FrozenTable) -> Iterator[str]:
    yield "Names of columns and files are real. See whether one of them names somebody."
    real = tuple(column.name for column in table.columns if column.how in _REAL or column.spikes)
    if real:
        yield (
            f"Real values stand in {_names(real)}. Of each there are {FEWEST} real rows or more, unless the settings"
            " named it already or said `public: true`. What belongs to fewer was left out: a small group is not here at all."
        )
    forms = tuple(column.name for column in table.columns if column.form)
    if forms:
        yield (
            f"What the texts in {_names(forms)} look like is real, and so is a beginning of up to four letters that all of"
            " them share. The other letters and digits are chance."
        )
    if any(column.how is How.DRAWN for column in table.columns):
        yield (
            f"A quantile is the mean of {FEWEST} real rows or more, so the least and the greatest number of a column are no"
            " single row's: extreme values are clipped. A number can be equal to a real one by chance, as small whole ones are."
        )
    moved = tuple(column.name for column in table.columns if column.how is How.MOVED)
    if moved:
        yield (
            f"Moments ({_names(moved)}) tell when much happened, and when little. Who knows of a gap or a peak can tell by"
            " how many weeks they were moved."
        )
    stayed = tuple(column.name for column in table.columns if column.how is How.STAYED)
    if stayed:
        yield f"Moments ({_names(stayed)}) lie in the real time, between the means of the first and of the last rows."
    if any(one.table == table.name for one in frozen.joins):
        yield (
            f"How many rows belong together is real, the greatest numbers as means of {FEWEST}. Somebody who is known for very"
            " many can be told to be among them."
        )
    yield (
        "Rare combinations were not copied. One that stands here was drawn, and says nothing of whether it is in the real data."
    )
    if table.of_rows < _FEW_ROWS:
        yield (
            f"There are {table.of_rows:,} real rows only: who knows all but one of them can conclude much of that one from"
            " shares and quantiles."
        )
