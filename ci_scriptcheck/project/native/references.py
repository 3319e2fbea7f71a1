"""`$LABEL_FIELD` in a dataset: the columns that a variable of the steps with this dataset names.

So a fact that a step is told by its environment is not stated again in the schema. What the settings
file says of a variable counts for more than the default of a contract, and what steps with this very
dataset have counts for more than what those have that carry one it extends, or that extends it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ci_scriptcheck.errors import did_you_mean
from ci_scriptcheck.model.column_names import named
from ci_scriptcheck.project.native.source_lines import Source
from ci_scriptcheck.values import dataclass, field

if TYPE_CHECKING:
    from ci_scriptcheck.project.native.source_lines import KeyPath

_REFERENCE = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
_IN_SQL = re.compile(r"\$([A-Z_][A-Z0-9_]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A variable of a step that carries a dataset.

    Attributes:
        is_written: Whether the settings file says the value, and not the contract.
    """

    step: str
    value: str
    is_written: bool


Uses = Mapping[str, Mapping[str, tuple[Use, ...]]]
"""Dataset → variable → the steps that carry the one and have the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """What `$` and a name stand for in each dataset.

    Attributes:
        general: Variables that every step gets.
        extended: Dataset → the one that it extends.
    """

    source: Source
    uses: Uses = field(default_factory=dict)
    general: Mapping[str, str] = field(default_factory=dict)
    extended: Mapping[str, str] = field(default_factory=dict)

    def columns(self, dataset: str, written: str, path: KeyPath) -> tuple[str, ...]:
        """Give the columns that a name in the file stands for; most stand for themselves.

        Raises:
            UsageError: no step says what the variable is, two differ, or it names no column.
        """
        match = _REFERENCE.fullmatch(written)
        if match is None:
            return (written,)
        value = self._value(dataset, match[1], path)
        names = named(value)
        if not names:
            raise self.source.mistake(
                f"`{written}` is `{value}`, which names no column",
                path,
                advice="set it to a column's name, or to several with commas between",
            )
        return names

    def spread(
        self, dataset: str, columns: Mapping[str, Mapping[str, Any]], path: KeyPath
    ) -> dict[str, dict[str, Any]]:
        """Give columns under their own names; what is said of one by its name is laid over."""
        found: dict[str, dict[str, Any]] = {}
        for written in columns:
            for name in self.columns(dataset, written, (*path, written)):
                found.setdefault(name, {})
        for written in sorted(columns, key=lambda name: not name.startswith("$")):
            for name in self.columns(dataset, written, (*path, written)):
                found[name].update(columns[written])
        return found

    def sql(self, dataset: str, text: str, path: KeyPath) -> str:
        """Write an expression with the column that each variable names.

        Raises:
            UsageError: as for `columns`, or a variable names several.
        """

        def column(match: re.Match[str]) -> str:
            names = self.columns(dataset, match[0], path)
            if len(names) > 1:
                raise self.source.mistake(
                    f"`{match[0]}` names {len(names)} columns, and an expression needs one", path
                )
            escaped = names[0].replace('"', '""')
            return f'"{escaped}"'

        return _IN_SQL.sub(column, text)

    def _value(self, dataset: str, variable: str, path: KeyPath) -> str:
        family = self._family(dataset)
        for found in (self._of([dataset], variable), self._of(family, variable)):
            said = [one for one in found if one.is_written] or found
            other = next((one for one in said if one.value != said[0].value), None)
            if other is not None:
                raise self.source.mistake(
                    f"`${variable}` is `{said[0].value}` for `{said[0].step}` and"
                    f" `{other.value}` for `{other.step}`",
                    path,
                    facts=(f"both carry `{dataset}`, or a dataset of its family",),
                    advice="write the column's name, or a dataset for each of them",
                )
            if said:
                return said[0].value
        if variable in self.general:
            return self.general[variable]
        known = {name for one in (dataset, *family) for name in self.uses.get(one, ())}
        raise self.source.mistake(
            f"no step with the dataset `{dataset}` has a variable `{variable}`",
            path,
            advice=did_you_mean(variable, (*known, *self.general))
            or f"say `env: {{{variable}: ...}}` of such a step, or of `defaults:`",
        )

    def _of(self, datasets: Iterable[str], variable: str) -> list[Use]:
        return [use for name in datasets for use in self.uses.get(name, {}).get(variable, ())]

    def _family(self, dataset: str) -> tuple[str, ...]:
        above = self._above(dataset)
        below = [name for name in self.extended if dataset in self._above(name)]
        return (*above, *below)

    def _above(self, dataset: str) -> tuple[str, ...]:
        found: list[str] = []
        parent = self.extended.get(dataset)
        while parent is not None and parent not in found:
            found.append(parent)
            parent = self.extended.get(parent)
        return tuple(found)
