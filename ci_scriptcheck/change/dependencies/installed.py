"""Which distributions an interpreter has, read from the metadata on disk without starting it."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ci_scriptcheck import cache_file
from ci_scriptcheck.change.dependencies.virtual_environment import environment_of
from ci_scriptcheck.values import dataclass, field

FORMAT = "2"
"""Changes with what the cache keeps."""

_PACKAGES = frozenset({"site-packages", "dist-packages"})
_METADATA = (".dist-info", ".egg-info")
_REQUIRES = re.compile(r"^Requires-Dist:\s*([A-Za-z0-9._-]+)(.*)$", re.MULTILINE)
_MODULE_SUFFIX = re.compile(r"\.(?:py|so|pyd|[^./]*\.(?:so|pyd))$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """What an interpreter has installed; names of distributions are normalized.

    Attributes:
        modules: Top name of a module → the distributions that provide it; a namespace has several.
        versions: Distribution → version.
        requires: Distribution → the distributions it cannot do without.
    """

    modules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    requires: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def library_versions(python: Path | None, *, cache: Path | None) -> Mapping[str, tuple[str, str]]:
    """Give the distribution and version of every module that an interpreter has installed.

    Where a distribution requires others, a digest of their versions stands behind its own: a step
    whose library stays and whose library's library does not has to run again.

    Args:
        python: Interpreter, absolute, a virtual environment's not resolved; `None` is our own.
        cache: File that keeps what was read, until something is installed or removed.
    """
    found = installed(python, cache=cache)
    whole = {name: _whole_version(found, name) for name in found.versions}
    return {
        module: (", ".join(names), ", ".join(whole[name] for name in names))
        for module, names in sorted(found.modules.items())
    }


def installed(python: Path | None, *, cache: Path | None) -> Installed:
    """Read what an interpreter has installed; nothing, where its folders cannot be told.

    Args:
        python: Interpreter, absolute, a virtual environment's not resolved; `None` is our own.
        cache: File that keeps what was read, until something is installed or removed.
    """
    folders = package_folders(python)
    key = json.dumps([[str(folder), _changed(folder)] for folder in folders])
    version = cache_file.version_of(Path(__file__).parent, FORMAT)
    kept = cache_file.read(cache, version=version)
    if key not in kept:
        kept = dict(list(kept.items())[-7:]) | {key: _as_json(_read(folders))}
        cache_file.write(cache, kept, version=version)
    return _from_json(kept[key])


def with_required(names: Iterable[str], *requires: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Give these distributions and all that they require, directly or not."""
    found = set(names)
    open_ends = list(found)
    while open_ends:
        name = open_ends.pop()
        for required in requires:
            for other in required.get(name, ()):
                if other not in found:
                    found.add(other)
                    open_ends.append(other)
    return frozenset(found)


def normalized(name: str) -> str:
    """Give a distribution's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def package_folders(python: Path | None) -> tuple[Path, ...]:
    """List the folders in which an interpreter has its distributions, in the order of its path."""
    if python is None or str(python) == sys.executable:
        entries = [Path(entry) for entry in sys.path]
        return tuple(entry for entry in entries if entry.name in _PACKAGES and entry.is_dir())
    found = dict.fromkeys(_folders_of(python))
    return tuple(folder for folder in found if folder.is_dir())


def _folders_of(python: Path) -> Iterator[Path]:
    environment = environment_of(python)
    if environment is None:
        yield from _folders_of_installation(python)
        return
    version = environment.version
    yield from sorted(python.parent.parent.glob(f"lib*/python{version or '3*'}/site-packages"))
    if environment.home is not None and environment.sees_system:
        name = f"python{version}" if version else python.name
        yield from _folders_of_installation(Path(environment.home) / name)


def _folders_of_installation(python: Path) -> Iterator[Path]:
    real = python.resolve()
    prefix = real.parent.parent
    name = real.name if re.fullmatch(r"python3\.\d+", real.name) else "python3*"
    for start in dict.fromkeys(
        (Path("/usr/local"), prefix) if prefix == Path("/usr") else (prefix,)
    ):
        for kind in sorted(_PACKAGES):
            yield from sorted(start.glob(f"lib/{name}/{kind}"))
            # Where Debian keeps what its own packages bring.
            yield start / "lib" / "python3" / kind


def _changed(folder: Path) -> int:
    return folder.stat().st_mtime_ns


def _read(folders: Iterable[Path]) -> Installed:
    modules: dict[str, set[str]] = {}
    versions: dict[str, str] = {}
    requires: dict[str, tuple[str, ...]] = {}
    for folder in folders:
        for metadata in sorted(folder.iterdir()):
            name, version = _name_and_version(metadata)
            # The first on the path wins, as in an import.
            if not version or name in versions:
                continue
            versions[name] = version
            requires[name] = tuple(_required(metadata))
            for module in _modules(metadata):
                modules.setdefault(module, set()).add(name)
    return Installed(
        modules={module: tuple(sorted(names)) for module, names in sorted(modules.items())},
        versions=versions,
        requires={
            name: tuple(other for other in others if other in versions)
            for name, others in requires.items()
        },
    )


def _name_and_version(metadata: Path) -> tuple[str, str]:
    for suffix in _METADATA:
        if metadata.name.endswith(suffix):
            name, _, version = metadata.name.removesuffix(suffix).partition("-")
            return normalized(name), re.sub(r"-py\d.*$", "", version)
    return "", ""


def _required(metadata: Path) -> Iterator[str]:
    text = _text(metadata / "METADATA") or _text(metadata / "PKG-INFO")
    header = text.partition("\n\n")[0]
    for name, rest in _REQUIRES.findall(header):
        if "extra ==" not in rest and "extra==" not in rest:
            yield normalized(name)


def _modules(metadata: Path) -> Iterator[str]:
    """List the top names that a distribution provides."""
    named = _text(metadata / "top_level.txt").split()
    if named:
        yield from named
        return
    found = dict.fromkeys(_recorded_modules(metadata))
    # An editable install lists a .pth file only; its package is named like it, as a rule.
    yield from found or [metadata.name.partition("-")[0]]


def _recorded_modules(metadata: Path) -> Iterator[str]:
    for line in _text(metadata / "RECORD").splitlines():
        path = line.partition(",")[0].strip('"')
        first, _, below = path.partition("/")
        if first.endswith((".dist-info", ".data")) or first in {"..", "__pycache__", "bin"}:
            continue
        if below and _MODULE_SUFFIX.search(path):
            yield first
        elif not below and _MODULE_SUFFIX.search(first):
            yield first.partition(".")[0]


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _whole_version(found: Installed, name: str) -> str:
    version = found.versions[name]
    others = sorted(with_required([name], found.requires) - {name})
    if not others:
        return version
    written = "\n".join(f"{other} {found.versions[other]}" for other in others)
    return f"{version} with {hashlib.sha256(written.encode()).hexdigest()[:12]}"


def _as_json(found: Installed) -> list[Any]:
    return [found.modules, found.versions, found.requires]


def _from_json(data: list[Any]) -> Installed:
    modules, versions, requires = data
    return Installed(
        modules={name: tuple(several) for name, several in modules.items()},
        versions=versions,
        requires={name: tuple(several) for name, several in requires.items()},
    )
