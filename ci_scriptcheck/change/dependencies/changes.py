"""Which steps get other versions of their libraries: what base asks for against what head asks for.

A lock file that names other versions of things no step imports affects nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.change.dependencies.default_interpreter import default_interpreter
from ci_scriptcheck.change.dependencies.installed import (
    Installed,
    installed,
    normalized,
    with_required,
)
from ci_scriptcheck.change.dependencies.requirements import Pins, files_of, pins_of
from ci_scriptcheck.model.change import Closure, LibraryChanged
from ci_scriptcheck.values import dataclass, field

if TYPE_CHECKING:
    from ci_scriptcheck.model.project import Project
    from ci_scriptcheck.model.tree import Tree

Side = tuple["Project", "Tree", Mapping[str, Closure]]
"""A project, the tree it was read from, and what its scripts depend on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryChanges:
    """Libraries of which another version is asked for: for each step the first one.

    Attributes:
        of_either: That its script uses, as it is or as it was.
        of_base: That its script on base uses, so that base does here what it does nowhere else.
    """

    of_either: Mapping[str, LibraryChanged] = field(default_factory=dict)
    of_base: Mapping[str, LibraryChanged] = field(default_factory=dict)


def library_changes(
    head: Side, base: Side, touched: frozenset[str], root: Path, *, cache: Path | None
) -> LibraryChanges:
    """Find the steps that get another version of a library.

    What a distribution requires counts with it, by what is installed and by what the lock says.

    Args:
        head: As it is.
        base: As it was.
        touched: The paths that differ.
        root: The repository.
        cache: File that keeps what interpreters have.
    """
    of_either, of_base = {}, {}
    pins: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[Pins, Pins]] = {}
    for name, step in head[0].steps.items():
        before = base[0].steps.get(name)
        if step.script is None or before is None:
            continue
        files = files_of(head[0], step), files_of(base[0], before)
        if files not in pins:
            pins[files] = _both(head[1], base[1], files, touched)
        new, old = pins[files]
        if new == old:
            continue
        there = _modules(base[2], before.script)
        python = step.settings.python
        file = default_interpreter() if python is None else root / head[0].folder / python
        have = installed(Path(file), cache=cache)
        change = _change(_modules(head[2], step.script) | there, new, old, have)
        if change is not None:
            of_either[name] = change
        change = _change(there, new, old, have)
        if change is not None:
            of_base[name] = change
    return LibraryChanges(of_either=of_either, of_base=of_base)


def _both(
    head: Tree, base: Tree, files: tuple[tuple[str, ...], tuple[str, ...]], touched: frozenset[str]
) -> tuple[Pins, Pins]:
    new = pins_of(head, files[0])
    if files[0] == files[1] and touched.isdisjoint(new.files):
        return new, new
    return new, pins_of(base, files[1])


def _change(
    modules: frozenset[str], new: Pins, old: Pins, have: Installed
) -> LibraryChanged | None:
    for file in sorted({*new.unread, *old.unread}):
        if modules and new.unread.get(file) != old.unread.get(file):
            return LibraryChanged(
                library=file, before="other content", after="what cannot be read"
            )
    changed = [
        name
        for name in sorted({*new.versions, *old.versions})
        if new.versions.get(name) != old.versions.get(name)
    ]
    direct, unknown = _distributions(modules, new, old, have)
    needed = with_required(direct, have.requires, new.requires, old.requires)
    # What nothing known requires may still be what provides a module that nothing known provides.
    free = set(changed) - {*have.versions, *needed} if unknown else set()
    for name in [*(name for name in changed if name in direct), *changed]:
        if name in needed or name in free:
            return LibraryChanged(library=name, before=_shown(old, name), after=_shown(new, name))
    return None


def _distributions(
    modules: Iterable[str], new: Pins, old: Pins, have: Installed
) -> tuple[frozenset[str], frozenset[str]]:
    """Give the distributions that provide these modules, and the modules that none is known for."""
    found: set[str] = set()
    unknown: set[str] = set()
    for module in modules:
        name = normalized(module)
        if module in have.modules:
            found.update(have.modules[module])
        elif name in new.versions or name in old.versions:
            found.add(name)
        else:
            unknown.add(module)
    return frozenset(found), frozenset(unknown)


def _shown(pins: Pins, name: str) -> str | None:
    written = pins.versions.get(name)
    if written is None:
        return None
    return written.removeprefix("==").strip() or "any version"


def _modules(closures: Mapping[str, Closure], script: str | None) -> frozenset[str]:
    closure = closures.get(script or "")
    return frozenset(closure.libraries) if closure is not None else frozenset()
