"""Where and with what scripts are tried, and what others wrote for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ci_scriptcheck.model.change import Closure
from ci_scriptcheck.run.workspace import Workspace
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from ci_scriptcheck.model.project import Step
    from ci_scriptcheck.run.process.request import Call, Ending

    Ask = Callable[[dict[str, Any]], dict[str, Any]]
    Run = Callable[[Step, Call], Ending]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Where and with what scripts are tried.

    Attributes:
        root: The repository, absolute.
        project: The project's folder in it.
        folder: Where data are made and scripts work; its content does not last.
        hidden: Folders that no script must read.
        closures: Script → the files it depends on.
        run: Starts a script in the host of its step.
        ask: Has data made in the limited process.
    """

    root: Path
    project: str
    folder: Path
    hidden: tuple[str, ...]
    closures: Mapping[str, Closure]
    run: Run
    ask: Ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplied:
    """What other scripts wrote for the inputs of one.

    Attributes:
        folders: Input parameter → where it lies.
        more: Has a column put into what lies at an input port; gives the folder, or `None`.
    """

    folders: Mapping[str, Path]
    more: Callable[[str, str], Path | None]


NOTHING = Supplied(folders={}, more=lambda _port, _column: None)


def space_of(bench: Bench, step: Step) -> Workspace:
    """Give the folders in which a script is tried."""
    return Workspace(bench.folder / "trials" / step.name)
