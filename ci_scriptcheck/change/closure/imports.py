"""Which files of the repository a script depends on: what it imports or names, directly or not.

Each script is followed on its own, as Python would: its own folder is searched first, then the
import roots, then the folder above its package. Only files that are reached are read.

A package that is only passed through on the way to a module is loaded: what its functions would
import does not count, until something is taken from it. The packages that a script lies in are only
loaded where it uses them: by importing from them, or by asking for its own package's name. Any other
is started as a file, for which Python looks at no `__init__`. What a run really opened is known
afterwards and selects as well.
"""

from __future__ import annotations

import gc
import sys
from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING

from ci_scriptcheck.change.closure.closure_cache import Chains, ClosureCache
from ci_scriptcheck.change.closure.fact_cache import FactCache
from ci_scriptcheck.change.closure.module_facts import OPEN, Import, ModuleFacts, Part
from ci_scriptcheck.change.closure.resolve import Files, Folders, Way
from ci_scriptcheck.model.change import Closure
from ci_scriptcheck.repository_path import folder_of, joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from ci_scriptcheck.model.tree import Tree

NO_FACTS = ModuleFacts(parsed=False)

CLOSURES = "closures.json"
"""File that keeps closures, in the folder of the one that keeps facts."""

LAYOUTS = ("src", "")
"""Where the repository's own package lies, which an editable install makes importable from anywhere."""


class Reach(IntEnum):
    """How far a file counts."""

    LOADED = 1
    """What it does while it is loaded."""
    CALLED_IN_TURN = 2
    """Some of its functions as well, but for imports that could be anything: those may not be meant."""
    CALLED = 3
    """Some of its functions as well, called while another file is loaded."""
    USED = 4
    """All its functions as well, and what they use."""


Target = tuple[str, Reach]
Led = tuple[list[Target], list[str]]
"""Where something leads to: files, and libraries by the full names of their modules."""


def closures(
    tree: Tree, scripts: Mapping[str, tuple[str, ...]], *, cache: Path | None
) -> Mapping[str, Closure]:
    """Find what each script depends on.

    Args:
        tree: The working folder or a commit.
        scripts: Script → its import roots, relative to the repository; the empty text is its top.
        cache: File that keeps facts about contents from run to run; beside it lie the closures.
    """
    kept = ClosureCache(None if cache is None else cache.with_name(CLOSURES), tree)
    known = {script: kept.get(script, tuple(roots)) for script, roots in sorted(scripts.items())}
    unknown = [script for script, found in known.items() if found is None]
    if unknown:
        resolver = Resolver(Files(tree.paths()), Facts(tree, FactCache(cache)))
        with _no_collection():
            for script in unknown:
                roots = tuple(scripts[script])
                walk = _Walk(resolver, script, roots)
                known[script] = found = walk.closure()
                kept.put(found, roots, walk.read)
        resolver.facts.cache.save()
        kept.save()
    return {script: found for script, found in known.items() if found is not None}


class Facts:
    """Facts about the Python files of a tree, read when they are asked for."""

    def __init__(self, tree: Tree, cache: FactCache) -> None:
        """Read nothing yet."""
        self.cache = cache
        self._tree = tree
        self._known: dict[str, ModuleFacts] = {}

    def of(self, paths: Iterable[str]) -> Mapping[str, ModuleFacts]:
        """Give the facts of several Python files at once."""
        wanted = [path for path in paths if path not in self._known]
        if wanted:
            self._learn(wanted)
        return self._known

    def _learn(self, paths: list[str]) -> None:
        ids = self._tree.blob_ids(paths)
        missing = [path for path, name in ids.items() if self.cache.get(name) is None]
        if missing:
            self._read(ids, missing)
        for path in paths:
            self._known[path] = self.cache.get(ids.get(path, "")) or NO_FACTS

    def _read(self, ids: Mapping[str, str], paths: list[str]) -> None:
        # Not at the top: a run with nothing to do needs no syntax trees.
        from ci_scriptcheck.change.closure.module_reading import facts_of

        for path, content in sorted(self._tree.read_many(sorted(paths)).items()):
            if self.cache.get(ids[path]) is None:
                self.cache.put(ids[path], facts_of(content))


class Resolver:
    """What the parts of a file lead to, remembered for all scripts that search in the same folders."""

    def __init__(self, files: Files, facts: Facts) -> None:
        """Look at nothing yet."""
        self.files = files
        self.facts = facts
        self._parts: dict[tuple[str, Reach, Folders], Led] = {}
        self._absolute: dict[tuple[Folders, str, tuple[str, ...]], Led] = {}

    def targets(self, path: str, reach: Reach, search: Folders) -> Led:
        """Give the files that a file leads to, and the libraries it names."""
        loaded, libraries = self._part(path, Reach.LOADED, search)
        facts = self.facts.of([path])[path]
        if reach is Reach.LOADED:
            called = self._called(path, facts.used, search)
            return [
                (target, Reach.CALLED if target in called else Reach.LOADED)
                for target, _ in loaded
            ], libraries
        later, more = self._part(path, Reach.USED, search)
        if reach is Reach.USED:
            return loaded + later, libraries + more
        called = self._called(path, (*facts.used, *facts.used_later), search)
        possible = self._possible_later(path, search) if reach is Reach.CALLED_IN_TURN else set()
        return [
            (target, Reach.CALLED_IN_TURN if target in called else Reach.LOADED)
            for target, _ in loaded + later
            if target not in possible or target in called
        ], libraries + more

    def _called(self, path: str, used: Iterable[Import], search: Folders) -> set[str]:
        """List the files of which a file calls something."""
        called: set[str] = set()
        for level, dotted, names in used:
            if level:
                targets = list(self._relative(path, level, dotted, names))
            else:
                targets, _ = self._imported(search, dotted, names)
            called.update(target for target, reach in targets if reach is Reach.USED)
        return called

    def _possible_later(self, path: str, search: Folders) -> set[str]:
        return {
            target
            for pattern, _ in self.facts.of([path])[path].later.open
            for target in self._possible(path, pattern, search)
        }

    def _part(self, path: str, reach: Reach, search: Folders) -> Led:
        key = (path, reach, search)
        if key not in self._parts:
            facts = self.facts.of([path])[path]
            part = facts.load if reach is Reach.LOADED else facts.later
            found: list[Target] = []
            libraries: list[str] = []
            for level, dotted, names in part.imports:
                if level:
                    found += self._relative(path, level, dotted, names)
                else:
                    targets, names_of = self._imported(search, dotted, names)
                    found += targets
                    libraries += names_of
            for pattern, _ in part.open:
                found += [(target, Reach.USED) for target in self._possible(path, pattern, search)]
            found += [(target, Reach.USED) for target in self._named(path, part, search)]
            self._parts[key] = list(dict.fromkeys(found)), libraries
        return self._parts[key]

    def _imported(self, search: Folders, dotted: str, names: tuple[str, ...]) -> Led:
        key = (search, dotted, names)
        if key not in self._absolute:
            way = self.files.follow(search, dotted, self._taken(search, dotted, names))
            if not way.files:
                way = self.files.follow(LAYOUTS, dotted, self._taken(LAYOUTS, dotted, names))
            # What is taken may be a module, too; only whoever imports it can tell.
            modules = [dotted, *(f"{dotted}.{name}" for name in names if name.islower())]
            self._absolute[key] = _targets_on(way), [] if way.files else modules
        return self._absolute[key]

    def _relative(
        self, path: str, level: int, dotted: str, names: tuple[str, ...]
    ) -> Iterator[Target]:
        package = _package_of(path, level)
        if package is None:
            return
        own = f"{package}/__init__.py" if package else "__init__.py"
        if self.files.has(own):
            yield own, Reach.USED if self._takes_from(package, dotted, names) else Reach.LOADED
        start = (package,)
        yield from _targets_on(self.files.follow(start, dotted, self._taken(start, dotted, names)))

    def _takes_from(self, package: str, dotted: str, names: tuple[str, ...]) -> bool:
        """Say whether `from . import names` takes anything that the package itself defines."""
        return not dotted and any(self.files.find((package,), name) is None for name in names)

    def _taken(self, start: Folders, dotted: str, names: tuple[str, ...]) -> tuple[str, ...]:
        """Put what a package exports in the place of the asterisk."""
        if names != ("*",):
            return names
        way = self.files.follow(start, dotted)
        package = way.reached[-1] if way.reached else ""
        if not package.endswith("__init__.py"):
            return ()
        # The asterisk stays: not every name that is exported is a module.
        return (*self.facts.of([package])[package].exports, "*")

    def _possible(self, path: str, pattern: str, search: Folders) -> list[str]:
        """List the modules that an import of a name that is known in part could load."""
        known = pattern.partition(OPEN)[0]
        dots = len(known) - len(known.lstrip("."))
        package = known[dots:].rpartition(".")[0]
        if dots:
            folder = _package_of(path, dots)
            return [] if folder is None else self._below_package((folder,), package)
        if package:
            return self._below_package(search, package)
        return self.files.below(folder_of(path), ".py")

    def _below_package(self, start: Folders, package: str) -> list[str]:
        folders = start
        files: list[str] = []
        for part in package.split(".") if package else ():
            found = self.files.find(folders, part)
            if found is None:
                return files
            files += [found.file] if found.file else []
            folders = found.folders
        return files + [path for folder in folders for path in self.files.below(folder, ".py")]

    def _named(self, path: str, part: Part, search: Folders) -> Iterator[str]:
        """List the files that a module names in its texts, or by a path from itself on."""
        own = folder_of(path)
        for text in part.strings:
            if not text.startswith("/") and self.files.could_hold(text):
                # Not the script's folder, which is first: a library does not know who calls it.
                for folder in dict.fromkeys((own, *search[1:], "")):
                    target = joined(folder, text)
                    if target and self.files.has(target):
                        yield target
        for below in (*part.files, *part.folders):
            target = joined(own, below)
            if target is not None and self.files.has(target):
                yield target
        for below in part.folders:
            target = joined(own, below)
            if target and self.files.has_folder(target) and not f"{own}/".startswith(f"{target}/"):
                yield from self.files.below(target)


class _Walk:
    """One script, followed breadth first, so that the chains are the shortest there are."""

    def __init__(self, resolver: Resolver, script: str, roots: Folders) -> None:
        self._resolver = resolver
        self._script = script
        self._roots = roots
        self._reached: dict[str, Reach] = {}
        self._leading: dict[str, str | None] = {}
        self._libraries: set[str] = set()
        self.read: frozenset[str] = frozenset()

    def closure(self) -> Closure:
        above, _ = self._resolver.files.parents(self._script, ())
        search = tuple(dict.fromkeys([folder_of(self._script), *self._roots, above]))
        added = self._follow(search)
        while added:
            # A file that puts folders on the search path does so for all the others as well.
            search += added
            added = self._follow(search)
        foreign = {name for name in self._libraries if _top(name) not in sys.stdlib_module_names}
        return Closure(
            script=self._script,
            files=tuple(sorted(self._leading)),
            chains=Chains(self._leading),
            libraries=tuple(sorted({_top(name) for name in foreign})),
            modules=tuple(sorted(foreign)),
            unresolved=tuple(self._unresolved()),
        )

    def _follow(self, search: Folders) -> Folders:
        """Go wherever the script leads; give the folders that files on the way put on the path."""
        self._reached, self._leading, self._libraries = {}, {}, set()
        files = self._resolver.files
        self._reach(self._script, Reach.USED, None)
        inits = files.parents(self._script, self._roots)[1]
        self._spread([self._script], search)
        facts = self._resolver.facts.of([self._script])[self._script]
        is_used = facts.in_package or not self._reached.keys().isdisjoint(inits)
        if is_used or not facts.parsed:
            added = [init for init in inits if self._reach(init, Reach.LOADED, self._script)]
            self._spread(added, search)
        return self._added(search)

    def _spread(self, level: list[str], search: Folders) -> None:
        """Reach all that some files lead to, directly or not."""
        while level:
            modules = [path for path in dict.fromkeys(level) if path.endswith(".py")]
            self._resolver.facts.of(modules)
            level = []
            for path in modules:
                targets, libraries = self._resolver.targets(path, self._reached[path], search)
                self._libraries.update(libraries)
                level += [target for target, reach in targets if self._reach(target, reach, path)]

    def _reach(self, file: str, reach: Reach, before: str | None) -> bool:
        """Note that a file is reached; say whether that is news."""
        if self._reached.get(file, 0) >= reach:
            return False
        self._reached[file] = reach
        self._leading.setdefault(file, before)
        return True

    def _added(self, search: Folders) -> Folders:
        modules = [path for path in self._leading if path.endswith(".py")]
        # The next search may lead elsewhere; this one counts as well, for what it adds.
        self.read |= frozenset(modules)
        facts = self._resolver.facts.of(modules)
        added = {
            root
            for path in modules
            for below in facts[path].roots
            if (root := joined(folder_of(path), below)) is not None
        }
        return tuple(sorted(added - set(search)))

    def _unresolved(self) -> Iterator[str]:
        facts = self._resolver.facts.of(path for path in self._leading if path.endswith(".py"))
        for path, reach in sorted(self._reached.items()):
            if path.endswith(".py"):
                later = facts[path].later.open if reach > Reach.CALLED_IN_TURN else ()
                for _, call in sorted({*facts[path].load.open, *later}):
                    yield f"{path}, {call}"


def _targets_on(way: Way) -> list[Target]:
    return [(file, Reach.LOADED) for file in way.passed] + [
        (file, Reach.USED) for file in way.reached
    ]


def _package_of(path: str, level: int) -> str | None:
    """Give the folder that the leading dots of a relative import stand for."""
    folder = folder_of(path)
    for _ in range(level - 1):
        if not folder:
            return None
        folder = folder_of(folder)
    return folder


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the collector from looking through half-built syntax trees, which takes a third longer."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _top(module: str) -> str:
    return module.partition(".")[0]
