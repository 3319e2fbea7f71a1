"""Which values of private data are told beside a change: categories of a schema, and what somebody has written down. Pure.

Ten rows hold each, and ten rows are not ten people: of a table with a row for each month, one of them has twelve.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ci_scriptcheck.model import acceptance
from ci_scriptcheck.run.privacy.words import is_known, is_number
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from ci_scriptcheck.model.comparison import (
        ColumnComparison,
        Figure,
        FileComparison,
        PortComparison,
    )
    from ci_scriptcheck.model.drift import Drift


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What may be named of the values of a port.

    Attributes:
        categories: Columns that a schema calls so.
        words: Gives all that stand in the code and in the settings; files are read for it, so it is asked when needed.
    """

    categories: frozenset[str]
    words: Callable[[], frozenset[str]]

    def may_tell(self, column: str, figure: Figure) -> bool:
        """Say whether a figure may be told: one that counts a value names it."""
        if not figure.name.startswith('"') or column in self.categories:
            return True
        value = figure.name[1:-1]
        return not is_number(value) and is_known(value, self.words())


def of_port(found: PortComparison, named: Named) -> PortComparison:
    """Leave out values that may not be named; what is accepted of a difference hangs on them all the same."""
    files = of_files(found.files, named)
    if files == found.files:
        return found
    return replace(found, files=files, accepted_as=acceptance.identity(found))


def of_files(files: tuple[FileComparison, ...], named: Named) -> tuple[FileComparison, ...]:
    """Leave out values in files and in members of archives."""
    return tuple(_file(one, named) for one in files)


def of_drift(drift: Drift, named: Named) -> Drift:
    """Leave out values of tables that are compared as wholes."""
    tables = tuple(replace(one, columns=_columns(one.columns, named)) for one in drift.tables)
    return replace(drift, tables=tables)


def _file(file: FileComparison, named: Named) -> FileComparison:
    table = file.table
    if table is not None:
        table = replace(table, columns=_columns(table.columns, named))
    return replace(file, table=table, members=of_files(file.members, named))


def _columns(columns: tuple[ColumnComparison, ...], named: Named) -> tuple[ColumnComparison, ...]:
    return tuple(
        replace(one, figures=tuple(each for each in one.figures if named.may_tell(one.name, each)))
        for one in columns
    )
