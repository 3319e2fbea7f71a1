"""What `doctor` looks at: settings, git, interpreters, protections, file system, store, disk."""

from __future__ import annotations

import os
import sys
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.change.closure import imports
from ci_scriptcheck.change.closure.entry_points import entry_points
from ci_scriptcheck.change.git.repository import change_set
from ci_scriptcheck.cli import opening, own_libraries
from ci_scriptcheck.errors import ScriptcheckError
from ci_scriptcheck.project import loader
from ci_scriptcheck.report.lines import base
from ci_scriptcheck.report.page import counted, listed
from ci_scriptcheck.run import own_folders, workspace
from ci_scriptcheck.run.process import calls, interpreters
from ci_scriptcheck.run.process.hosts import Hosts, host_key
from ci_scriptcheck.run.process.request import Call, Ended, HostSpec, Script
from ci_scriptcheck.run.store.store import Store
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ci_scriptcheck.cli.opening import ProjectFolder
    from ci_scriptcheck.model.project import Project, Settings, Step
    from ci_scriptcheck.model.tree import Tree
    from ci_scriptcheck.run.process.request import Ending

LITTLE_DISK = 2 * 1024**3
"""Bytes below which a run may not end well: the store alone may take as much."""

_TRIAL = Path(__file__).with_name("trial_script.py")
_EXPECTED = {
    "writes outside": "scripts can write anywhere; the kernel offers no Landlock",
    "network": "scripts can reach the network without being seen",
}


class Health(StrEnum):
    """How bad it is."""

    GOOD = "ok"
    DOUBTFUL = "warning"
    BAD = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One thing that was looked at."""

    about: str
    text: str
    health: Health = Health.GOOD
    facts: tuple[str, ...] = ()
    advice: str | None = None


def examine(folder: Path, environ: Mapping[str, str]) -> Iterator[Observation]:
    """Look at everything, the cheap things first; each observation comes when it is made."""
    yield _version()
    yield from of_libraries(own_libraries.lacking())
    try:
        place = opening.place_of(folder)
    except ScriptcheckError as error:
        yield trouble("git", error)
        return
    root = place.root
    project: Project | None = None
    try:
        project = loader.load_project(place.tree, place.folder)
        yield _settings(project)
    except ScriptcheckError as error:
        yield trouble("settings", error)
    yield _history(root, project, environ)
    yield from _interpreters(place, project)
    yield _access_times(root)
    yield _store(Store.of(root, environ).folder)
    yield _disk(root)


def _version() -> Observation:
    python = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    return Observation(about="scriptcheck", text=f"runs on Python {python}, {sys.platform}")


def of_libraries(lacking: Sequence[str]) -> Iterator[Observation]:
    """Tell what scriptcheck itself lacks, if anything."""
    if lacking:
        yield Observation(
            about="libraries",
            text="scriptcheck lacks libraries that this version of it needs",
            health=Health.BAD,
            facts=tuple(lacking),
            advice=own_libraries.again(),
        )


def trouble(about: str, error: ScriptcheckError) -> Observation:
    """Tell an error as something that was looked at."""
    where = () if error.where is None else (str(error.where),)
    return Observation(
        about=about,
        text=error.what,
        health=Health.BAD,
        facts=(*where, *error.facts),
        advice=error.advice,
    )


def _settings(project: Project) -> Observation:
    parts = (
        counted(len(project.steps), "step"),
        counted(len(project.pipelines), "pipeline"),
        counted(len(project.datasets), "dataset"),
    )
    text = f"{project.name}: {', '.join(parts)}"
    if not project.findings:
        return Observation(about="settings", text=text)
    number = counted(len(project.findings), "finding")
    return Observation(
        about="settings",
        text=text,
        health=Health.DOUBTFUL,
        advice=f"`scriptcheck plan --all` shows {number}",
    )


def _history(root: Path, project: Project | None, environ: Mapping[str, str]) -> Observation:
    try:
        changes = change_set(
            root, base=None, environ=environ, default_base=project.base if project else None
        )
    except ScriptcheckError as error:
        return trouble("git", error)
    if changes.unknown is not None:
        return Observation(
            about="git",
            text=f"{changes.unknown}, so every step would be checked",
            health=Health.DOUBTFUL,
        )
    files = counted(len(changes.files), "file")
    return Observation(about="git", text=f"compared with {base(changes)}, {files} changed")


def _interpreters(place: ProjectFolder, project: Project | None) -> Iterator[Observation]:
    """Start each interpreter as a run would, and ask it for the libraries of its scripts."""
    if project is None:
        return
    try:
        own_folders.check_interpreters(place.root, place.tracked, project)
    except ScriptcheckError as error:
        yield trouble("python", error)
        return
    endings: list[Ending] = []
    for python, modules in sorted(_libraries(place.root, place.tree, project).items()):
        ending = _tried(place.root, python, modules)
        if isinstance(ending, Observation):
            yield ending
            continue
        endings.append(ending)
        yield _libraries_there(python, modules, ending)
    if endings:
        yield from _protections(endings[0].protections)


def _libraries(root: Path, tree: Tree, project: Project) -> dict[str, list[str]]:
    closures = imports.closures(tree, entry_points(project), cache=None)
    found: dict[str, set[str]] = {}
    for step, settings in _runs(project):
        if step.script is not None:
            python = interpreters.located(root, project.folder, settings.python)
            found.setdefault(python, set()).update(closures[step.script].libraries)
    return {python: sorted(names) for python, names in found.items()}


def _runs(project: Project) -> Iterator[tuple[Step, Settings]]:
    """Give each step with its own settings, and with those of each of its nodes."""
    for step in project.steps.values():
        yield step, step.settings
    for pipeline in project.pipelines.values():
        for node in pipeline.nodes:
            yield project.steps[node.step], node.settings


def _tried(root: Path, python: str, modules: list[str]) -> Ending | Observation:
    with tempfile.TemporaryDirectory(prefix="scriptcheck-") as aside:
        call = Call(
            target=Script(file=str(_TRIAL), job_args={"modules": tuple(modules)}),
            folder=f"{aside}/work",
            private=f"{aside}/private",
            log=f"{aside}/log.txt",
            timeout=60,
            tree=str(_TRIAL.parent),
        )
        try:
            spec = HostSpec(python=python)
            with Hosts([spec], repository=root) as hosts:
                ending = calls.call(hosts.addresses[host_key(spec)], call)
        except ScriptcheckError as error:
            return trouble("python", error)
    if ending.how is Ended.RETURNED:
        return ending
    said = ending.detail or ending.how.value.replace("_", " ")
    return Observation(
        about="python",
        text=f"{python} does not run",
        health=Health.BAD,
        facts=tuple(said.splitlines()[-3:]),
        advice="make it, or name another one under `python:`",
    )


def _libraries_there(python: str, modules: list[str], ending: Ending) -> Observation:
    missing = [name for name in (ending.returned or "").strip("'").split(",") if name]
    if not missing:
        text = f"{python} has {counted(len(modules), 'library', 'libraries')} that scripts import"
        return Observation(about="python", text=text)
    return Observation(
        about="python",
        text=f"{python} lacks {listed(missing)}",
        health=Health.DOUBTFUL,
        advice="install them there, or say `needs: [...]` for the steps that may be left out",
    )


def _protections(active: tuple[str, ...]) -> Iterator[Observation]:
    if active:
        yield Observation(about="protections", text=active[0], facts=active[1:])
    for prefix, without in _EXPECTED.items():
        if not any(name.startswith(prefix) for name in active):
            yield Observation(about="protections", text=without, health=Health.DOUBTFUL)


def _access_times(root: Path) -> Observation:
    # Beside the runs, not in the system's folder: it may lie on another file system.
    if workspace.keeps_access_times(root):
        return Observation(about="files", text="the file system keeps access times")
    return Observation(
        about="files",
        text="the file system keeps no access times",
        health=Health.DOUBTFUL,
        facts=("inputs that are read by native code may count as never read",),
    )


def _store(folder: Path) -> Observation:
    there = next(place for place in (folder, *folder.parents) if place.exists())
    try:
        with tempfile.NamedTemporaryFile(dir=there, prefix=".scriptcheck-"):
            pass
    except OSError as error:
        return _unwritable("store", there, error)
    size = sum(
        (Path(above) / name).lstat().st_size
        for above, _, names in os.walk(folder)
        for name in names
    )
    return Observation(about="store", text=f"{folder} holds {size / 1e6:,.1f} MB")


def _disk(root: Path) -> Observation:
    seen = os.statvfs(root)
    free = seen.f_bavail * seen.f_frsize
    text = f"{free / 1e9:,.1f} GB free"
    if free >= LITTLE_DISK:
        return Observation(about="disk", text=text)
    return Observation(
        about="disk", text=text, health=Health.DOUBTFUL, advice="free some, or move the store"
    )


def _unwritable(about: str, folder: Path, error: OSError) -> Observation:
    return Observation(
        about=about,
        text=f"{folder} cannot be written: {error.strerror}",
        health=Health.BAD,
        advice="change its permissions, or name another one with SCRIPTCHECK_STORE",
    )
