"""Which warm host each task needs: its interpreter, and what has to be set before libraries load."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.run.process import interpreters
from ci_scriptcheck.run.process.request import HostSpec, Start
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ci_scriptcheck.model.plan import Plan, Task
    from ci_scriptcheck.model.project import Settings

_READ_WHILE_LOADING = (
    "ARROW_",
    "BLIS_",
    "CUDA_",
    "GOTO_",
    "KMP_",
    "MALLOC_",
    "MKL_",
    "NUMEXPR_",
    "OMP_",
    "OPENBLAS_",
    "POLARS_",
    "RAYON_",
    "TF_",
    "VECLIB_",
    "XLA_",
)
_OF_PYTHON = frozenset({"PYTHONHASHSEED", "PYTHONMALLOC", "PYTHONUTF8"})

_OTHER_HASHES = "1"
"""In other runs it is 0."""


def host_of(plan: Plan, root: Path, task: Task) -> HostSpec:
    """Say which host runs a task; what the host imports beforehand is left out."""
    environ = {
        name: value
        for name, value in sorted(task.settings.env.items())
        if _is_harmless(name, value)
    }
    return HostSpec(
        python=interpreters.located(root, plan.folder, task.settings.python),
        environ=environ,
        start=Start(plan.start),
    )


def with_other_hashes(host: HostSpec, plan: Plan, task: Task) -> HostSpec:
    """Say which host runs a task so that its texts have other hashes; none is started beforehand."""
    closure = plan.closures.get(task.script or "")
    return replace(
        host,
        environ={**host.environ, "PYTHONHASHSEED": _OTHER_HASHES},
        preload=tuple(sorted(closure.modules)) if closure else (),
    )


def _is_harmless(name: str, value: str) -> bool:
    """Say whether a host may be given a variable: it is not confined, so none that names code.

    The script is given all of them.
    """
    return name in _OF_PYTHON or (name.startswith(_READ_WHILE_LOADING) and "/" not in value)


def hosts_for(plan: Plan, root: Path, tasks: Iterable[Task]) -> tuple[HostSpec, ...]:
    """List the hosts that these tasks need, each with the libraries of all that it will run."""
    libraries: dict[str, set[str]] = {}
    found: dict[str, HostSpec] = {}
    for task in tasks:
        if task.script is None or task.blocked is not None:
            continue
        host = host_of(plan, root, task)
        name = repr(host)
        found[name] = host
        closure = plan.closures.get(task.script)
        libraries.setdefault(name, set()).update(closure.modules if closure else ())
    return tuple(
        replace(host, preload=tuple(sorted(libraries[name]))) for name, host in found.items()
    )


def import_roots(plan: Plan, root: Path, settings: Settings) -> tuple[str, ...]:
    """List the absolute folders in which a script's imports are searched after its own."""
    return tuple(str(root / plan.folder / path) for path in settings.path)


def is_in_package(plan: Plan, script: str | None) -> bool:
    """Say whether a script uses the packages it lies in; one of which nothing is known may."""
    known = plan.closures.get(script or "")
    return known is None or known.is_in_package()


def modules_of(plan: Plan, script: str | None) -> tuple[str, ...] | None:
    """List the modules of libraries that a script's code imports; `None` where they cannot be known."""
    known = plan.closures.get(script or "")
    return None if known is None or known.unresolved else known.modules
