"""Which modules an interpreter has, from which distributions and versions, told from files on disk.

The interpreter is not started: its metadata lie beside its libraries. What a folder of libraries
holds is remembered until the folder changes.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Versions = dict[str, tuple[str, str]]

_SYSTEM = re.compile(r"^include-system-site-packages\s*=\s*true", re.MULTILINE | re.IGNORECASE)
_HOME = re.compile(r"^home\s*=\s*(.+?)\s*$", re.MULTILINE)
_FORMAT = 1


def library_versions(python: Path | None, *, cache: Path | None) -> Mapping[str, tuple[str, str]]:
    """Give each importable top module with its distribution's name and version.

    Args:
        python: The interpreter, absolute, a virtual environment's not resolved; `None` is our own.
        cache: File that remembers what folders hold, from run to run.
    """
    known = _read(cache)
    kept = dict(known)
    versions: Versions = {}
    folders = _own_folders() if python is None else _folders_of(python)
    for folder in folders:
        name, stamp = str(folder), folder.stat().st_mtime_ns
        if name not in kept or kept[name]["stamp"] != stamp:
            kept[name] = {"stamp": stamp, "modules": _modules(folder)}
        for module, (distribution, version) in kept[name]["modules"].items():
            versions.setdefault(module, (distribution, version))
    if kept != known:
        _write(cache, kept)
    return dict(sorted(versions.items()))


def _own_folders() -> Iterator[Path]:
    for entry in dict.fromkeys(sys.path):
        folder = Path(entry or ".").absolute()
        if folder.name.endswith("-packages") and folder.is_dir():
            yield folder


def _folders_of(python: Path) -> Iterator[Path]:
    """List the library folders of an interpreter, those that are searched first in front."""
    try:
        written = (python.parent.parent / "pyvenv.cfg").read_text(encoding="utf-8")
    except OSError:
        yield from _below(python.resolve().parent.parent)
        return
    yield from _below(python.parent.parent)
    home = _HOME.search(written)
    if home is not None and _SYSTEM.search(written):
        yield from _below((Path(home[1]) / "python3").resolve().parent.parent)


def _below(prefix: Path) -> Iterator[Path]:
    patterns = ("lib/python3*/site-packages", "lib64/python3*/site-packages")
    debian = ("local/lib/python3*/dist-packages", "lib/python3*/dist-packages")
    seen: set[Path] = set()
    for pattern in (*patterns, *debian):
        for folder in sorted(prefix.glob(pattern)):
            if folder.is_dir() and folder.resolve() not in seen:
                seen.add(folder.resolve())
                yield folder


def _modules(folder: Path) -> Versions:
    found: Versions = {}
    for metadata in sorted(folder.glob("*.dist-info")):
        name, _, version = metadata.name.removesuffix(".dist-info").partition("-")
        for module in _top_modules(metadata):
            found.setdefault(module, (name, version))
    return found


def _top_modules(metadata: Path) -> Iterator[str]:
    """Name what a distribution lets one import, from the list of its files."""
    try:
        listed = (metadata / "RECORD").read_text(encoding="utf-8", errors="replace")
    except OSError:
        listed = ""
    tops: dict[str, None] = {}
    for line in listed.splitlines():
        first, slash, rest = line.partition("/")
        if slash and ".py," not in rest and ".so," not in rest and ".pyd," not in rest:
            continue
        name = first if slash else _module_file(first)
        if name and name.isidentifier():
            tops.setdefault(name)
    yield from tops
    # An editable install lists a .pth file only; its package is named like it, as a rule.
    if not tops:
        yield metadata.name.partition("-")[0]


def _module_file(line: str) -> str:
    file = line.partition(",")[0]
    return file.partition(".")[0] if file.endswith((".py", ".so", ".pyd")) else ""


def _read(cache: Path | None) -> dict[str, dict[str, Any]]:
    try:
        data = json.loads(cache.read_bytes()) if cache is not None else {}
    except (OSError, ValueError):
        return {}
    folders: dict[str, dict[str, Any]] = data.get("folders", {})
    return folders if data.get("format") == _FORMAT else {}


def _write(cache: Path | None, folders: dict[str, dict[str, Any]]) -> None:
    if cache is None:
        return
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        aside = cache.with_name(f"{cache.name}.{os.getpid()}.tmp")
        aside.write_text(json.dumps({"format": _FORMAT, "folders": folders}), encoding="utf-8")
        aside.rename(cache)
    except OSError:
        return  # the next run looks again
