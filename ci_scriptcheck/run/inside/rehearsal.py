"""Do once beforehand what every first use costs, so that a script's own first use is quick.

A library's first use loads and finds out what it keeps; and in a process that was forked, it copies
thousands of memory pages that parent and child shared, which takes with pandas five times as long as
the same work does later. So the host rehearses once, for what is kept; and each process that still
waits for its script does, for its pages, in time that nobody misses. Nothing of it is left but warm
memory: no setting, no random state, no file. Stands alone, Python 3.9 and later.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import random
import sys
from pathlib import Path
from typing import Any

_TABLE = b"number,share,word\n1,0.5,one\n2,0.25,two\n"
_SCRIPT = "def main(inputs, outputs):\n    return {name: outputs for name in inputs}\n"


def rehearse() -> bool:
    """Use what is loaded; say whether the process still has one thread only.

    A second thread would stand outside of what confines the script, and must not be in what forks.
    """
    # As each run does: a path, seeds, a script that is compiled.
    importlib.invalidate_caches()
    before = random.getstate()
    random.seed(0)
    random.setstate(before)
    compile(_SCRIPT, "<rehearsal>", "exec")
    for name, use in {"numpy.random": _use_numpy, "pandas": _use_pandas}.items():
        module = sys.modules.get(name)
        if module is not None:
            # Whatever a library says to this, the script is to hear it from the library itself.
            with contextlib.suppress(Exception):
                use(module)
    return _threads() == 1


def _use_numpy(generators: Any) -> None:  # noqa: ANN401  (a module that type checkers need not have)
    generators.set_state(generators.get_state())


def _use_pandas(pandas: Any) -> None:  # noqa: ANN401  (a module that type checkers need not have)
    """Read, change and write a table by paths, as scripts do, and touch no disk."""
    memory = os.memfd_create("rehearsal")
    try:
        os.write(memory, _TABLE)
        table = pandas.read_csv(Path(f"/proc/self/fd/{memory}"))
    finally:
        os.close(memory)
    table["share"] = (table["share"] * 1.5).round(3)
    table[table["number"] > 1].to_csv(Path(os.devnull), index=False)


def _threads() -> int:
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return 1
