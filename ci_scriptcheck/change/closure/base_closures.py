"""What scripts depended on in base, worked out only where a change can have made it different."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.change.closure.fact_cache import FactCache
from ci_scriptcheck.change.closure.imports import Facts, closures
from ci_scriptcheck.model.change import ChangeKind, ChangeSet, Closure

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ci_scriptcheck.model.tree import Tree


def closures_in_base(  # noqa: PLR0913  (two sides, three parts each)
    base: Tree,
    scripts: Mapping[str, tuple[str, ...]],
    *,
    head: Tree,
    head_scripts: Mapping[str, tuple[str, ...]],
    head_closures: Mapping[str, Closure],
    changes: ChangeSet,
    cache: Path | None,
) -> Mapping[str, Closure]:
    """Find what each script of base depends on there.

    A closure follows from the names of all files and from what those in it import. Where no file
    came or went, it is head's, unless a changed file in it imports something else.

    Args:
        base: The commit that is compared with.
        scripts: Script → its import roots, in base.
        head: The working folder, or the commit that is checked out.
        head_scripts: Script → its import roots, in head.
        head_closures: What they depend on.
        changes: What differs between the two.
        cache: File that keeps facts about contents from run to run.
    """
    if any(change.kind is not ChangeKind.MODIFIED for change in changes.files):
        return closures(base, scripts, cache=cache)
    differing = _importing_differently(base, head, head_closures, changes, cache)
    equal = {
        script
        for script, roots in scripts.items()
        if head_scripts.get(script) == roots
        and script in head_closures
        and differing.isdisjoint(head_closures[script].files)
    }
    others = {script: roots for script, roots in scripts.items() if script not in equal}
    found = closures(base, others, cache=cache) if others else {}
    return {script: found.get(script) or head_closures[script] for script in scripts}


def _importing_differently(
    base: Tree,
    head: Tree,
    head_closures: Mapping[str, Closure],
    changes: ChangeSet,
    cache: Path | None,
) -> frozenset[str]:
    """Give the changed modules that import or name something else than in base."""
    inside = {file for closure in head_closures.values() for file in closure.files}
    modules = sorted(
        change.path
        for change in changes.files
        if change.path in inside and change.path.endswith(".py")
    )
    if not modules:
        return frozenset()
    known = FactCache(cache)
    new, old = Facts(head, known).of(modules), Facts(base, known).of(modules)
    known.save()
    return frozenset(module for module in modules if new[module] != old[module])
