"""The values of one column of a sample: made from what is known of the real one, in the order by which they are placed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ci_scriptcheck.data.freezing import dates, numbers, source, texts
from ci_scriptcheck.data.freezing.means import Cell, Drawn, Means
from ci_scriptcheck.data.sample import cell_of, literal
from ci_scriptcheck.model.frozen import FEWEST, FrozenColumn, How
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from ci_scriptcheck.data.freezing.source import Column, Table

    Floats = np.ndarray[Any, np.dtype[np.float64]]
    Rng = np.random.Generator

_MOST_DIGITS = 18


def drawn(means: Means, table: Table, name: str, number: int) -> Drawn:
    """Make so many values of a column, none of them missing."""
    column = table.columns[name]
    told = FrozenColumn(
        name=name,
        type=column.kind if column.kind != "empty" else "string",
        how=How.EMPTY,
        nulls=1 - column.filled / table.rows if table.rows else 0.0,
        is_unique=column.is_unique,
    )
    if not number or column.kind in {"empty", "nested"}:
        how = How.LEFT_OUT if column.kind == "nested" else How.EMPTY
        return Drawn(told=replace(told, how=how), parts=())
    if column.kind == "bool":
        return _bools(means, table, told, number)
    if column.is_moment:
        return dates.drawn(means, table, told, number)
    if column.kind in {"int", "float"}:
        return _numbers(means, table, told, number)
    return _texts(means, table, told, number)


def _bools(means: Means, table: Table, told: FrozenColumn, number: int) -> Drawn:
    column = table.columns[told.name]
    found = source.counted(means.connection, table, told.name, least=1, most=20)
    found.sort()
    values: list[Cell] = [word if column.is_text else word.lower() == "true" for word, _ in found]
    times = numbers.quotas([count / column.filled for _, count in found], number)
    return Drawn(
        told=replace(told, how=How.FLAGS),
        parts=tuple((value,) * one for value, one in zip(values, times, strict=True)),
        sql=_part_sql(told.name, [word for word, _ in found]),
        is_category=True,
    )


def _part_sql(name: str, words: Sequence[str]) -> str:
    """Write which of some texts a cell is, by number."""
    if not words:
        return "null"
    arms = " ".join(f"when {literal(word)} then {turn}" for turn, word in enumerate(words))
    return f"case {cell_of(name)} {arms} end"


def _numbers(means: Means, table: Table, told: FrozenColumn, number: int) -> Drawn:
    column = table.columns[told.name]
    is_whole = column.kind == "int"
    real = source.ordered(means.connection, table, told.name)
    rng = means.rng(table.name, told.name, "numbers")
    sql = source.ordered_sql(column)
    if not real.size:
        return Drawn(told=told, parts=((None,) * number,))
    known = None if column.is_unique else numbers.common(real)
    said = {
        float(one) for one in table.given.values.get(told.name, ()) if isinstance(one, int | float)
    }
    if said and not column.is_unique and set(np.unique(real).tolist()) <= said:
        values, counts = np.unique(real, return_counts=True)
        known = tuple(zip(values.tolist(), counts.tolist(), strict=True))
    elif known is not None and not means.keeps(table, told.name):
        known = None if numbers.tells_apart(real) else known
    if known is not None:
        whole = sum(count for _, count in known)
        times = _some_of_each([count / whole for _, count in known], number)
        is_flag = {value for value, _ in known} <= {0.0, 1.0}
        kept = tuple(_plain(value, is_whole=is_whole) for value, _ in known)
        made = [
            value for (value, _), one in zip(known, times, strict=True) for value in [value] * one
        ]
        told = replace(
            told,
            how=How.FLAGS if is_flag else How.COMMON,
            kept=() if is_flag else kept,
            rare=int(np.unique(real).size - len(known)),
        )
    else:
        spread = numbers.spread_of(real, is_whole=is_whole, with_spikes=not column.is_unique)
        spikes = tuple(_plain(value, is_whole=is_whole) for value, _ in spread.spikes)
        seldom = real[~np.isin(real, [value for value, _ in spread.spikes])]
        made = numbers.drawn(
            spread, number, rng=rng, real=seldom, is_unique=column.is_unique
        ).tolist()
        told = replace(told, how=How.DRAWN, spikes=spikes)
    cells: list[Cell] = [round(value) if is_whole else value for value in made]
    kinds = [value for value, _ in known or ()]
    arms = " ".join(f"when {value!r}::double then {turn}" for turn, value in enumerate(kinds))
    return Drawn(
        told=told,
        parts=(tuple(cells),),
        sql=sql,
        kinds=tuple((round(value) if is_whole else value,) for value in kinds),
        kind_sql=f"case {sql} {arms} end" if kinds else None,
    )


def _plain(value: float, *, is_whole: bool) -> str:
    return str(round(value)) if is_whole else f"{value:.10g}"


def _some_of_each(shares: Sequence[float], number: int) -> list[int]:
    """Part a number by shares, and leave none out where there is room for all."""
    times = numbers.quotas(shares, number)
    if len(times) * 3 > number:
        return times
    for place, one in enumerate(times):
        if not one:
            times[times.index(max(times))] -= 1
            times[place] = 1
    return times


def things(
    means: Means, name: str, number: int, table: Table, *, purpose: str = "things"
) -> list[Cell]:
    """Give what tells so many things apart, the same ones to all tables that have a column of this name."""
    key = f"{purpose}\0{name}"
    pool: list[Cell] = means.things.setdefault(key, [])
    more = number - len(pool)
    if more > 0 and table.columns[name].kind in {"int", "float"}:
        avoid = {one for one in pool if isinstance(one, int)}
        pool += ids(means, table, name, more, purpose, avoid=avoid)
    elif more > 0:
        writing = texts.writing_of(means.connection, table, name)
        pool += _made(means, writing, name, more, means.rng(table.name, name, purpose))
    return pool[:number]


def ids(
    means: Means,
    table: Table,
    name: str,
    number: int,
    *parts: str,
    avoid: Collection[int] = (),
) -> list[int]:
    """Make so many whole numbers that tell things apart, as long as real ones and none of them, ascending."""
    real = source.whole(means.connection, table, name) | set(avoid)
    lengths = [len(str(abs(one))) for one in real] or [1]
    digits = int(np.bincount(lengths).argmax())
    rng = means.rng(table.name, name, "ids", *parts)
    while digits < _MOST_DIGITS:
        low, high = 10 ** (digits - 1), 10**digits
        if high - low - sum(low <= one < high for one in real) >= 2 * number:
            break
        digits += 1
    low, high = 10 ** (digits - 1), 10**digits
    made = set[int]()
    while len(made) < number:
        made |= {int(one) for one in rng.integers(low, high, number)} - real
    return sorted(rng.choice(sorted(made), number, replace=False).tolist())


def _texts(means: Means, table: Table, told: FrozenColumn, number: int) -> Drawn:
    column, name = table.columns[told.name], told.name
    kept = _kept(means, table, column)
    if kept:
        whole = sum(count for _, count in kept)
        times = _some_of_each([count / whole for _, count in kept], number)
        return Drawn(
            told=replace(
                told,
                how=How.KEPT,
                kept=tuple(sorted(word for word, _ in kept)),
                rare=column.distinct - len(kept),
            ),
            parts=tuple((word,) * one for (word, _), one in zip(kept, times, strict=True)),
            sql=_part_sql(name, [word for word, _ in kept]) if len(kept) <= _MOST_PARTS else None,
            is_category=True,
        )
    writing = texts.writing_of(means.connection, table, name)
    told = replace(told, how=_HOW[writing.kind], form=_form(writing))
    rng = means.rng(table.name, name, "texts")
    if column.is_unique:
        made = _made(means, writing, name, number, rng)
        return Drawn(told=told, parts=(tuple(made),))
    return _shares(means, table, told, writing, number)


_MOST_PARTS = 20
_HOW = {
    "named": How.NAMED,
    "coded": How.CODED,
    "mail": How.CODED,
    "link": How.CODED,
    "address": How.CODED,
    "filled": How.FILLED,
}


def _form(writing: texts.Writing) -> str:
    return writing.shapes[0].form if writing.kind == "coded" else ""


def _made(means: Means, writing: texts.Writing, name: str, number: int, rng: Rng) -> list[str]:
    taken = means.taken.setdefault(name, set())
    return texts.texts_for(writing, name, number, said=means.said, rng=rng, taken=taken)


def _kept(means: Means, table: Table, column: Column) -> list[tuple[str, int]]:
    """Give the values that stay: of those that somebody wants, the ones that enough rows have."""
    known = {one for one in table.given.values.get(column.name, ()) if isinstance(one, str)}
    is_wanted = means.keeps(table, column.name)
    if not is_wanted and not known:
        return []
    least = 1 if known or table.given.is_public else FEWEST
    found = source.counted(
        means.connection, table, column.name, least=least, most=texts.MOST_NAMED
    )
    if table.given.is_public:
        return found
    return [
        (word, count) for word, count in found if word in known or (is_wanted and count >= FEWEST)
    ]


def _shares(
    means: Means, table: Table, told: FrozenColumn, writing: texts.Writing, number: int
) -> Drawn:
    """Make texts that come as often as real ones; those of few rows are made anew for this table."""
    column, name = table.columns[told.name], told.name
    words = _words(means, name, writing)
    found = [
        (word, count)
        for word, count in source.counted(
            means.connection, table, name, least=1, most=4 * texts.MOST_NAMED
        )
        if word in words
    ]
    shares = [count / column.filled for _, count in found]
    rare = max(1 - sum(shares), 0.0) if found else 1.0
    rare_kinds = column.distinct - len(found)
    times = numbers.quotas([*shares, rare], number)
    parts = [(words[word],) * one for (word, _), one in zip(found, times[:-1], strict=True)]
    rng = means.rng(table.name, name, "texts")
    if times[-1]:
        kinds = round(times[-1] * rare_kinds / max(rare * column.filled, 1))
        kinds = min(max(kinds, 1), times[-1])
        made = _made(means, writing, name, kinds, rng)
        parts.append(tuple(made[turn % kinds] for turn in range(times[-1])))
    is_category = len(found) <= _MOST_PARTS
    sql = _part_sql(name, [word for word, _ in found]) if is_category else None
    return Drawn(told=told, parts=tuple(parts), sql=sql, is_category=True)


def _words(means: Means, name: str, writing: texts.Writing) -> Mapping[str, str]:
    """Give a text in place of each real one that enough rows have, the same in all tables with such a column."""
    if name in means.words:
        return means.words[name]
    counts = dict[str, int]()
    for one in means.tables:
        column = one.columns.get(name)
        if column is None or column.kind != "string":
            continue
        found = source.counted(means.connection, one, name, least=1, most=4 * texts.MOST_NAMED)
        for word, count in found:
            counts[word] = counts.get(word, 0) + count
    common = sorted(
        (word for word, count in counts.items() if count >= FEWEST),
        key=lambda word: (-counts[word], word),
    )[: texts.MOST_NAMED]
    made = _made(means, writing, name, len(common), means.rng(name, "words"))
    means.words[name] = dict(zip(common, made, strict=True))
    return means.words[name]
