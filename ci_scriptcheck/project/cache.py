"""The parsed project, kept by the content of the files it was made of.

A run with nothing to do reads it without pydantic and YAML. Scripts count by what they use, not by
their bytes: an edit that leaves a script's ports and variables alone needs no new reading.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ci_scriptcheck import cache_file
from ci_scriptcheck.model import codec
from ci_scriptcheck.model.contract import CopiedFrom, GeneratedBy
from ci_scriptcheck.model.project import Project
from ci_scriptcheck.project.working_tree import exists
from ci_scriptcheck.values import dataclass, field, replace

if TYPE_CHECKING:
    from ci_scriptcheck.model.result import Finding
    from ci_scriptcheck.model.tree import Tree
    from ci_scriptcheck.project.loader import Loaded
    from ci_scriptcheck.project.script.usage import Usage

FORMAT = 3
_LINES = frozenset({"line", "input_lines", "env_lines"})
"""What in a usage only says where something stands."""

MOST_USAGES = 5_000
MOST_RECIPES = 8
"""Readings of one project that are kept: head, base, and some branches between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What has to be equal for a kept project to be right.

    Attributes:
        key: Name of the file that holds the project.
        files: Path → id of its content.
        scripts: Path → digest of its usage; empty where its very bytes count.
        present: Path → whether the tree has it, as a file or a folder.
        listed: Endings of the files that were looked for.
        listing: Digest of the paths with these endings.
    """

    key: str
    files: Mapping[str, str]
    scripts: Mapping[str, str] = field(default_factory=dict)
    present: Mapping[str, bool] = field(default_factory=dict)
    listed: tuple[str, ...] = ()
    listing: str = ""


def load_cached(tree: Tree, folder: str, cache_folder: Path) -> Project:
    """Give the project in a folder of the tree, read anew only where something differs.

    The cache is only a shortcut: what cannot be read from it or written to it is passed over.

    Raises:
        UsageError: the settings hold a mistake.
    """
    shelf = cache_folder / hashlib.sha256(folder.encode()).hexdigest()[:16]
    recipes = _recipes(shelf)
    for recipe in recipes:
        if _fits(recipe, tree):
            kept = _kept(shelf, recipe.key)
            if kept is not None:
                return kept
    return _read_anew(tree, folder, shelf, recipes)


class _Watching:
    """A tree that notes which files were asked for, which of them were there, and whose text was read."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.root = getattr(tree, "root", None)
        self.asked: dict[str, bool] = {}
        self.texts: set[str] = set()

    def paths(self) -> tuple[str, ...]:
        return self.tree.paths()

    def has(self, path: str) -> bool:
        self.asked[path] = self.tree.has(path)
        return self.asked[path]

    def read(self, path: str) -> bytes:
        self.asked[path] = self.tree.has(path)
        self.texts.add(path)
        return self.tree.read(path)

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        wanted = tuple(paths)
        found = self.tree.read_many(wanted)
        self.asked.update({path: path in found for path in wanted})
        self.texts.update(found)
        return found

    def blob_ids(self, paths: Iterable[str]) -> dict[str, str]:
        return self.tree.blob_ids(paths)


def _read_anew(tree: Tree, folder: str, shelf: Path, recipes: list[Recipe]) -> Project:
    # Not at the top: these bring pydantic and YAML.
    from ci_scriptcheck.project import loader

    watching = _Watching(tree)
    usages = _Usages(shelf / "usages.json")

    def of_scripts(_tree: Tree, scripts: Iterable[str]) -> dict[str, Usage | Finding]:
        before = set(watching.texts)
        found = usages.of(watching, scripts)
        # What scripts use is kept by itself, so that their texts may be others.
        watching.texts = before
        return found

    loaded = loader.load(watching, folder, of_scripts)
    recipe = _recipe(loaded, watching)
    _keep(shelf, recipe, loaded.project, recipes)
    usages.keep()
    return loaded.project


class _Usages:
    """What scripts use, by the id of their content: most are the same in head and base."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.known = cache_file.read(path, version=_version())
        self.used: dict[str, Any] = {}

    def of(self, tree: Tree, scripts: Iterable[str]) -> dict[str, Usage | Finding]:
        from ci_scriptcheck.project import loader
        from ci_scriptcheck.project.script.usage import Usage

        blobs = tree.blob_ids(scripts)
        unknown = [script for script, blob in blobs.items() if blob not in self.known]
        found = loader.read_usages(tree, unknown)
        for script, one in found.items():
            if isinstance(one, Usage):
                self.known[blobs[script]] = codec.to_json(one)
        self.used = {blob: self.known[blob] for blob in blobs.values() if blob in self.known}
        for script, blob in blobs.items():
            if script not in found:
                found[script] = codec.from_json(Usage, self.known[blob])
        return dict(sorted(found.items()))

    def keep(self) -> None:
        """Keep what was used now before what was known before, as far as there is room."""
        kept = [*self.used, *(blob for blob in self.known if blob not in self.used)]
        usages = {blob: self.known[blob] for blob in kept[:MOST_USAGES]}
        cache_file.write(self.path, usages, version=_version())


def _recipe(loaded: Loaded, watching: _Watching) -> Recipe:
    project = loaded.project
    files = watching.blob_ids(project.files)
    told = {finding.place.file for finding in project.findings if finding.place is not None}
    # A file can be a script and settings as well, and then it counts by all that stands in it.
    whole = told | watching.texts
    scripts = {
        path: "" if path in whole else _usage_digest(found)
        for path, found in loaded.usages.items()
    }
    present = dict(watching.asked)
    for dataset in project.datasets.values():
        match dataset.origin:
            case CopiedFrom(path=path):
                present[path] = True
            case GeneratedBy(file=path):
                present[path] = True
                files |= watching.blob_ids([path])
            case _:
                pass
    recipe = Recipe(
        key="",
        files=files,
        scripts=scripts,
        present=present,
        listed=loaded.listed,
        listing=_listing(watching.tree, loaded.listed),
    )
    text = json.dumps([_version(), codec.to_json(recipe)], sort_keys=True)
    return replace(recipe, key=hashlib.sha256(text.encode()).hexdigest()[:32])


def _fits(recipe: Recipe, tree: Tree) -> bool:
    if any(exists(tree, path) != was for path, was in recipe.present.items()):
        return False
    if _listing(tree, recipe.listed) != recipe.listing:
        return False
    now = tree.blob_ids(recipe.files)
    changed = [path for path, blob in recipe.files.items() if now.get(path) != blob]
    if not all(recipe.scripts.get(path) for path in changed):
        return False
    return all(_usage_now(tree, path) == recipe.scripts[path] for path in changed)


def _usage_now(tree: Tree, path: str) -> str:
    # Not at the top: a run with nothing to do needs no syntax trees.
    from ci_scriptcheck.project.script.usage import usage

    try:
        return _usage_digest(usage(tree.read(path).decode("utf-8", "replace")))
    except (SyntaxError, FileNotFoundError):
        return "none"


def _usage_digest(found: Usage | Finding) -> str:
    # Where something stands matters for findings only, and then the bytes count.
    written = _without_lines(codec.to_json(found))
    return hashlib.sha256(json.dumps(written, sort_keys=True).encode()).hexdigest()[:32]


def _without_lines(written: Any) -> Any:  # noqa: ANN401  (JSON)
    match written:
        case dict():
            kept = {key: value for key, value in written.items() if key not in _LINES}
            # A number by itself is a line: of a handler, or of where a name is asked for.
            return {
                key: True if type(value) is int else _without_lines(value)
                for key, value in kept.items()
            }
        case list():
            return [_without_lines(item) for item in written]
        case _:
            return written


def _listing(tree: Tree, endings: tuple[str, ...]) -> str:
    if not endings:
        return ""
    paths = "\n".join(path for path in tree.paths() if path.endswith(endings))
    return hashlib.sha256(paths.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _recipes(shelf: Path) -> list[Recipe]:
    kept = cache_file.read(shelf / "recipes.json", version=_version())
    try:
        return list(codec.from_json(tuple[Recipe, ...], kept.get("recipes", ())))
    except ValueError:
        return []


def _kept(shelf: Path, key: str) -> Project | None:
    try:
        return codec.from_json(Project, cache_file.read(shelf / f"{key}.json", version=key))
    except ValueError:
        return None


def _keep(shelf: Path, recipe: Recipe, project: Project, recipes: list[Recipe]) -> None:
    kept = [recipe, *(one for one in recipes if one.key != recipe.key)][:MOST_RECIPES]
    cache_file.write(shelf / f"{recipe.key}.json", codec.to_json(project), version=recipe.key)
    entries = {"recipes": codec.to_json(tuple(kept))}
    cache_file.write(shelf / "recipes.json", entries, version=_version())
    wanted = {"recipes", "usages", *(one.key for one in kept)}
    # Where this is impossible, the shortcut takes more room, and nothing else.
    with suppress(OSError):
        for path in shelf.glob("*.json"):
            if path.stem not in wanted:
                path.unlink(missing_ok=True)


def _version() -> str:
    return cache_file.version_of(Path(__file__).parent, FORMAT, *sys.version_info[:2])
