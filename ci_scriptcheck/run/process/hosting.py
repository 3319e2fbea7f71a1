"""Which warm host each task needs: its interpreter, and what has to be set before libraries load."""

from __future__ import annotations

import re
from collections import Counter
from operator import itemgetter
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.run.process import interpreters
from ci_scriptcheck.run.process.request import HostSpec, Start
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ci_scriptcheck.model.plan import Plan, Task
    from ci_scriptcheck.model.project import Settings

MOST_HOSTS = 8
"""Sets of such variables for one interpreter: each is a process with all libraries, and more for its runs."""

# By name: of `OMP_...` alone, one names a library to be loaded.
_READ_WHILE_LOADING = frozenset(
    {
        *("ARROW_DEFAULT_MEMORY_POOL", "ARROW_IO_THREADS", "ARROW_USER_SIMD_LEVEL"),
        *("BLIS_ARCH_TYPE", "BLIS_NUM_THREADS"),
        *("CUDA_DEVICE_ORDER", "CUDA_LAUNCH_BLOCKING", "CUDA_VISIBLE_DEVICES"),
        "GOTO_NUM_THREADS",
        *("KMP_AFFINITY", "KMP_BLOCKTIME", "KMP_DUPLICATE_LIB_OK", "KMP_INIT_AT_FORK"),
        *("KMP_SETTINGS", "KMP_WARNINGS"),
        *("MALLOC_ARENA_MAX", "MALLOC_MMAP_MAX_", "MALLOC_MMAP_THRESHOLD_"),
        *("MALLOC_TOP_PAD_", "MALLOC_TRIM_THRESHOLD_"),
        *("MKL_CBWR", "MKL_DEBUG_CPU_TYPE", "MKL_DOMAIN_NUM_THREADS", "MKL_DYNAMIC"),
        *("MKL_ENABLE_INSTRUCTIONS", "MKL_NUM_THREADS", "MKL_THREADING_LAYER"),
        *("NUMEXPR_MAX_THREADS", "NUMEXPR_NUM_THREADS"),
        *("OMP_DYNAMIC", "OMP_MAX_ACTIVE_LEVELS", "OMP_NESTED", "OMP_NUM_THREADS", "OMP_PLACES"),
        *("OMP_PROC_BIND", "OMP_SCHEDULE", "OMP_STACKSIZE", "OMP_THREAD_LIMIT"),
        "OMP_WAIT_POLICY",
        *("OPENBLAS_CORETYPE", "OPENBLAS_MAIN_FREE", "OPENBLAS_NUM_THREADS"),
        *("POLARS_MAX_THREADS", "POLARS_SKIP_CPU_CHECK"),
        "RAYON_NUM_THREADS",
        *("TF_CPP_MIN_LOG_LEVEL", "TF_ENABLE_ONEDNN_OPTS"),
        *("TF_NUM_INTEROP_THREADS", "TF_NUM_INTRAOP_THREADS"),
        "VECLIB_MAXIMUM_THREADS",
    }
)
_SHORT = re.compile(r"[\w.,=+-]{0,64}", re.ASCII)
# With another value Python does not even start.
_OF_PYTHON = {
    "PYTHONHASHSEED": re.compile(r"random|[0-9]{1,9}"),
    "PYTHONMALLOC": re.compile(r"default|malloc|pymalloc|debug|malloc_debug|pymalloc_debug"),
    "PYTHONUTF8": re.compile(r"[01]"),
}

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
    if name in _READ_WHILE_LOADING:
        return _SHORT.fullmatch(value) is not None
    return name in _OF_PYTHON and _OF_PYTHON[name].fullmatch(value) is not None


def hosts_for(plan: Plan, root: Path, tasks: Iterable[Task]) -> tuple[HostSpec, ...]:
    """List the hosts that these tasks need, each with the libraries of all that it will run.

    Raises:
        UsageError: they are too many.
    """
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
    _check_number(found.values())
    return tuple(
        replace(host, preload=tuple(sorted(libraries[name]))) for name, host in found.items()
    )


def _check_number(hosts: Iterable[HostSpec]) -> None:
    most, count = max(
        Counter(host.python for host in hosts).items(), key=itemgetter(1), default=("", 0)
    )
    if count > MOST_HOSTS:
        raise UsageError(
            what=f"scripts of {most} have {count} different sets of variables that libraries read while they load",
            facts=(f"each needs a process of its own, and there are at most {MOST_HOSTS}",),
            advice="give more of the scripts the same values of `OMP_NUM_THREADS` and the like",
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
