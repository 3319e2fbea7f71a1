"""What a function of the project is called with, and what becomes of what it gives.

Stands alone, Python 3.9 and later.
"""

from __future__ import annotations

import argparse
import inspect
import logging
import os
import random
import sys
from typing import Any, Callable

from . import failure

_LONGEST_RETURN = 500


def arguments(function: Callable[..., Any], target: dict[str, Any]) -> dict[str, Any]:
    """Choose what a function is called with; one that takes nothing reads the command line."""
    try:
        if not inspect.signature(function).parameters:
            sys.argv[1:] = _flags(target["job_args"])
            return {}
    except (TypeError, ValueError):
        pass  # written in C, perhaps; the call will tell
    arguments: dict[str, Any] = {
        "input_paths": dict(target["input_paths"]),
        "output_paths": dict(target["output_paths"]),
        "environ_vars": dict(target["environ_vars"]),
        "job_args": argparse.Namespace(**target["job_args"]),
    }
    for name, value in target["call"].items():
        arguments[name] = logging.getLogger(function.__module__) if value == "$logger" else value
    return arguments


def shown(returned: object) -> str | None:
    """Give what a script returned as text, cut; `None` where it returned None."""
    if returned is None:
        return None
    try:
        text = repr(returned)
    except BaseException as error:  # whatever foreign code raises
        text = f"<no text: its __repr__ raised {type(error).__name__}>"
    return failure.clean(text, _LONGEST_RETURN)


def generator_of(seed: int) -> Any:  # noqa: ANN401  (numpy's, or the standard library's)
    """Give the random numbers that a generator of data draws from."""
    try:
        from numpy.random import default_rng
    except ImportError:
        return random.Random(seed)  # noqa: S311  (test data, no secret)
    return default_rng(seed)


def write_made(made: Any, folder: str) -> str:  # noqa: ANN401  (whatever a generator returns)
    """Write what a generator made, and give the name of the file.

    Raises:
        TypeError: it is neither a table nor text nor bytes.
    """
    os.makedirs(folder, exist_ok=True)
    if isinstance(made, (str, bytes)):
        name = "content.txt" if isinstance(made, str) else "content.bin"
        with open(os.path.join(folder, name), "wb") as file:
            file.write(made.encode() if isinstance(made, str) else made)
        return name
    if not hasattr(made, "to_csv"):
        raise TypeError(f"the generator gave {type(made).__name__}, not a table, text or bytes")
    try:
        made.to_parquet(os.path.join(folder, "content.parquet"), index=False)
    except (ImportError, ValueError, TypeError):
        made.to_csv(os.path.join(folder, "content.csv"), index=False)
        return "content.csv"
    return "content.parquet"


def _flags(args: dict[str, Any]) -> list[str]:
    """Write arguments as a command line has them: `true` is a flag alone, `false` is none."""
    flags: list[str] = []
    for name, value in args.items():
        if value is not False:
            flags.extend([f"--{name}"] if value is True else [f"--{name}", str(value)])
    return flags
