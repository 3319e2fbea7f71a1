"""Makes a table that breaks a script a literal test of the step, in the settings file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ci_scriptcheck import atomic
from ci_scriptcheck.draft import insertion, unwritten
from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.model.contract import TableFile
from ci_scriptcheck.model.scenario import BUILT_IN
from ci_scriptcheck.project.assembly.step_tests import NOT_IN_NAMES
from ci_scriptcheck.project.native.quoting import quoted
from ci_scriptcheck.project.paths import FILE_NAME, within

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ci_scriptcheck.model.contract import Scalar
    from ci_scriptcheck.model.project import Step
    from ci_scriptcheck.model.tree import Tree
    from ci_scriptcheck.search.search import Found
    from ci_scriptcheck.search.tables import Drawable, Row


def check_name(step: Step, name: str) -> None:
    """Make sure, before anything is searched for, that a test can be called so.

    Raises:
        UsageError: it cannot.
    """
    if not name.strip() or set(name) & set(NOT_IN_NAMES) or not name.isprintable():
        raise UsageError(
            what=f"a test cannot be called `{name}`",
            advice=f"leave out {' '.join(NOT_IN_NAMES)}",
        )
    if name in {*BUILT_IN, *(test.name for test in step.tests)}:
        raise UsageError(
            what=f"`{step.name}` has a test or scenario `{name}` already",
            advice="give another name",
        )


def lines_of(ports: Sequence[Drawable], found: Found, name: str) -> list[str]:
    """Write the test as it stands below the `tests:` of its step."""
    finding = found.broken.finding
    where = f" at {finding.place}" if finding.place else ""
    first = (finding.message.splitlines() or [""])[0]
    lines = [f"{quoted(name)}:"]
    lines += [f"  # Found by a search: {_comment(first)}{_comment(where)}", "  given:"]
    for one in ports:
        lines += [f"    {line}" for line in _given(one, found.tables[one.port])]
    return [*lines, "  expect: success"]


def keep(
    tree: Tree, folder: str, file: Path, step: Step, entry: tuple[str, list[str]]
) -> str | None:
    """Put a test into the settings file; where its text cannot be added to, gives why.

    Args:
        tree: The repository.
        folder: The project's, in it.
        file: The settings file, absolute.
        step: Whose test it is.
        entry: Name and lines.
    """
    shown = within(folder, FILE_NAME) or FILE_NAME
    name, lines = entry
    try:
        text = file.read_bytes().decode("utf-8")  # with the ends of its lines
        added = insertion.with_entries(
            text, ("steps", step.name, "tests"), {name: lines}, file=shown
        )
        # What a loader would refuse is not written.
        unwritten.of_text(tree, folder, added)
        atomic.rewrite_text(file, added)
    except UsageError as error:
        return error.what
    except OSError as error:
        return f"{shown} cannot be written: {error.strerror}"
    return None


def _given(one: Drawable, rows: Sequence[Row]) -> Iterator[str]:
    tables = [entry for entry in one.dataset.files if isinstance(entry, TableFile)]
    port = quoted(one.port)
    if len(tables) == 1:
        yield from _listed(port, rows)
        return
    from ci_scriptcheck.data import layout

    yield f"{port}:"
    for name, _, spans in layout.parts(len(rows), tables):
        part = [row for low, high in spans for row in rows[low:high]]
        yield from (f"  {line}" for line in _listed(quoted(name), part))


def _listed(name: str, rows: Sequence[Row]) -> Iterator[str]:
    if not rows:
        yield f"{name}: []"
        return
    yield f"{name}:"
    for row in rows:
        cells = ", ".join(f"{quoted(column)}: {_cell(value)}" for column, value in row.items())
        yield f"  - {{{cells}}}"


def _cell(value: Scalar) -> str:
    if isinstance(value, float):
        # YAML reads an exponent as a number only behind a point.
        text = repr(value)
        return text if "e" not in text or "." in text else text.replace("e", ".0e")
    return quoted(value) if isinstance(value, str) else json.dumps(value)


def _comment(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)
