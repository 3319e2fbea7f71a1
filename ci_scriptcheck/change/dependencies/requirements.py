"""Which versions of which distributions the files of a project ask for.

Requirements files, with those they include, and the lock files of the usual tools; all are read
as text or data, and none by the tool that wrote it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ci_scriptcheck.change.dependencies.installed import normalized
from ci_scriptcheck.repository_path import folder_of, joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ci_scriptcheck.model.project import Project, Step
    from ci_scriptcheck.model.tree import Tree

BY_DEFAULT = "requirements.txt"
"""File beside the settings that names the versions where the settings name none."""

_REQUIREMENT = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(.*)$")
_INCLUDE = re.compile(r"^(?:-r|-c|--requirement|--constraint)[\s=]+(\S+)")
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_HASH = re.compile(r"\s*--(?:hash|config-settings|global-option)[=\s]\S+")
_CONDA = re.compile(r"^\s*-\s+([A-Za-z0-9][A-Za-z0-9._-]*)\s*([=<>!~].*)?$")


@dataclass(slots=True)
class Pins:
    """What a project asks for; names of distributions are normalized.

    Attributes:
        versions: Distribution → version or range, as written.
        requires: Distribution → what it requires, where a lock file says so.
        files: Every file that was looked for, those that they include among them.
        unread: File → its content, where it cannot be understood.
    """

    versions: dict[str, str] = field(default_factory=dict)
    requires: dict[str, tuple[str, ...]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    unread: dict[str, bytes] = field(default_factory=dict)


def files_of(project: Project, step: Step) -> tuple[str, ...]:
    """List the files that name the versions of a step's libraries, by their paths in the repository."""
    named = step.settings.requirements
    if not named and "requirements" not in step.settings.origins:
        named = (BY_DEFAULT,)
    paths = (joined(project.folder, file) for file in named)
    return tuple(path for path in paths if path)


def pins_of(tree: Tree, files: Iterable[str]) -> Pins:
    """Read the requirements and lock files of a project, by their paths in the repository."""
    pins = Pins()
    open_ends = list(files)
    while open_ends:
        file = open_ends.pop(0)
        if file in pins.files:
            continue
        pins.files.append(file)
        if not tree.has(file):
            continue
        try:
            content = tree.read(file)
        except OSError:  # a link that leads nowhere, or out of the repository
            pins.unread[file] = b""
            continue
        try:
            open_ends += _read(file, content.decode("utf-8-sig"), pins)
        except (ValueError, TypeError, AttributeError, KeyError):
            pins.unread[file] = content
    return pins


def _read(file: str, text: str, pins: Pins) -> list[str]:
    """Add what one file says; give the files it includes."""
    name = file.rpartition("/")[2]
    if name.endswith((".lock", ".toml")) and name != "Pipfile.lock":
        # Not at the top: a run whose lock files are as they were reads none.
        import tomllib

        _read_toml(tomllib.loads(text), pins)
        return []
    if name.endswith((".lock", ".json")):
        _read_pipfile(json.loads(text), pins)
        return []
    if name.endswith((".yml", ".yaml")):
        for line in text.splitlines():
            if found := _CONDA.match(_COMMENT.sub("", line)):
                _add(pins, found[1], found[2] or "")
        return []
    return list(_read_requirements(file, text, pins))


def _read_requirements(file: str, text: str, pins: Pins) -> Iterator[str]:
    for raw in re.sub(r"\\\r?\n", " ", text).splitlines():
        line = _HASH.sub("", _COMMENT.sub("", raw)).strip()
        if included := _INCLUDE.match(line):
            target = joined(folder_of(file), included[1])
            if target:
                yield target
        elif found := _REQUIREMENT.match(line):
            _add(pins, found[1], found[2])


def _read_toml(data: Mapping[str, Any], pins: Pins) -> None:
    for package in data.get("package", data.get("packages", ())):
        name = normalized(package["name"])
        source = package.get("source")
        # A registry's version says all; another source also has a revision.
        origin = json.dumps(source) if source and "registry" not in source else ""
        _add(pins, name, f"{package.get('version', '')} {origin}".strip())
        required = tuple(sorted(_required(package.get("dependencies", ()))))
        pins.requires[name] = tuple(sorted({*pins.requires.get(name, ()), *required}))
    for line in data.get("project", {}).get("dependencies", ()):
        if found := _REQUIREMENT.match(line):
            _add(pins, found[1], found[2])


def _required(dependencies: Any) -> Iterator[str]:  # noqa: ANN401  (TOML)
    """List names as the lock files write them: tables with a name, texts, or keys of a table."""
    for item in dependencies:
        name = item["name"] if isinstance(item, dict) else item
        if found := _REQUIREMENT.match(name):
            yield normalized(found[1])


def _read_pipfile(data: Mapping[str, Any], pins: Pins) -> None:
    for section in ("default", "develop"):
        for name, facts in data.get(section, {}).items():
            _add(pins, name, facts.get("version") or facts.get("ref", ""))


def _add(pins: Pins, name: str, version: str) -> None:
    """Add a version; one distribution may have several, each for other circumstances."""
    key, text = normalized(name), " ".join(version.split())
    known = pins.versions.get(key)
    several = {text} if known is None else {*known.split(" | "), text}
    pins.versions[key] = " | ".join(sorted(several))
