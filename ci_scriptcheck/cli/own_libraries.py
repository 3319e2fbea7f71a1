"""Whether what scriptcheck itself needs is installed: where a clone was updated and nothing else, it may not be."""

from __future__ import annotations

import shlex
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ci_scriptcheck
from ci_scriptcheck.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

NAME = "ci-scriptcheck"
_ABOVE = Path(ci_scriptcheck.__file__).parents[1]


def lacking() -> tuple[str, ...]:
    """Say of each library of ours that is missing or too old what is wrong with it."""
    return tuple(wrong(requirements(_ABOVE), _version))


def requirements(above: Path) -> tuple[str, ...]:
    """Give what scriptcheck needs, as pip writes it.

    What was written down when a clone was installed tells what it needed then, so the clone itself is asked.

    Args:
        above: The folder in which our package lies.
    """
    clone = _clone(above)
    if clone is not None:
        return tuple(clone["dependencies"])
    try:
        return tuple(metadata.requires(NAME) or ())
    except metadata.PackageNotFoundError:
        return ()


def wrong(wanted: Iterable[str], version_of: Callable[[str], str | None]) -> Iterator[str]:
    """Say which requirements are not met, and how.

    Args:
        wanted: Requirements, as pip writes them.
        version_of: Gives the version of a library that is installed; `None` where it is not.
    """
    # It came with the others: where they are missing, it may be, too.
    from packaging.requirements import Requirement

    for text in wanted:
        one = Requirement(text)
        if one.marker is not None and not one.marker.evaluate({"extra": ""}):
            continue
        version = version_of(one.name)
        if version is None:
            yield f"`{one.name}` is not installed"
        elif not one.specifier.contains(version, prereleases=True):
            yield f"`{one.name}` is {version}, and {one.specifier} is needed"


def as_error(fault: ImportError) -> UsageError | None:
    """Say what to do where a library cannot be imported; `None` where it is a module of ours."""
    name = (fault.name or "").partition(".")[0]
    if not name or name == ci_scriptcheck.__name__:
        return None
    is_missing = isinstance(fault, ModuleNotFoundError)
    if name in sys.stdlib_module_names:
        return UsageError(
            what=f"{sys.executable} lacks `{name}`, which belongs to Python",
            facts=(str(fault),),
            advice="install scriptcheck for a Python that has it",
        )
    return UsageError(
        what=f"`{name}` is missing, which scriptcheck needs"
        if is_missing
        else f"`{name}` is not as scriptcheck needs it",
        facts=(
            *(() if is_missing else (str(fault),)),
            f"what is installed for {sys.executable} does not fit this version of scriptcheck",
        ),
        advice=again(),
    )


def again() -> str:
    """Advise to install what is missing."""
    what = f"--upgrade {NAME}" if _clone(_ABOVE) is None else f"-e {shlex.quote(str(_ABOVE))}"
    return f"install scriptcheck again: `pip install {what}`"


def _clone(above: Path) -> dict[str, Any] | None:
    """Give what a clone says of itself; `None` where that is none, but the libraries of an interpreter."""
    try:
        project: dict[str, Any] = tomllib.loads((above / "pyproject.toml").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    found: dict[str, Any] = project.get("project", {})
    return found if found.get("name") == NAME else None


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
