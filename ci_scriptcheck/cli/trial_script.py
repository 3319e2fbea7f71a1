"""A script of ours that `doctor` runs as it would run the project's: which modules are missing?

It runs in the project's interpreter, which may be Python 3.9.
"""

from __future__ import annotations

import importlib.util
from typing import Any


def main(
    input_paths: object,  # noqa: ARG001  (called as any script is)
    output_paths: object,  # noqa: ARG001
    environ_vars: object,  # noqa: ARG001
    job_args: Any,  # noqa: ANN401  (a namespace)
) -> str:
    """Name the modules that cannot be found."""
    return ",".join(name for name in job_args.modules if not _is_there(name))


def _is_there(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False
