"""Use a library once in a process that waits for its script anyway, so that the script's first use is quick.

After a fork, a library's first use copies thousands of memory pages that parent and child shared:
with pandas five times what the same work takes later. A process that is still waiting pays for it in
time that nobody misses. Nothing of it is left but warm memory: no setting, no random state, no file.
Stands alone, Python 3.9 and later.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import Any

_TABLE = b"number,share,word\n1,0.5,one\n2,0.25,two\n"


def rehearse() -> bool:
    """Use the libraries that are loaded; say whether the process still has one thread only.

    A second thread would stand outside of what confines the script.
    """
    pandas = sys.modules.get("pandas")
    if pandas is not None:
        # Whatever a library says to this, the script is to hear it from the library itself.
        with contextlib.suppress(Exception):
            _use_pandas(pandas)
    return _threads() == 1


def _use_pandas(pandas: Any) -> None:  # noqa: ANN401  (a module that type checkers need not have)
    table = pandas.read_csv(io.BytesIO(_TABLE))
    table["share"] = (table["share"] * 1.5).round(3)
    table[table["number"] > 1].to_csv(io.StringIO(), index=False)


def _threads() -> int:
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return 1
