"""Let a package work whose `__init__` imports too much; stands alone, Python 3.9 and later.

Where one interpreter serves many scripts, a package often re-exports modules that need a library
this interpreter does not have. A script that imports other parts of the package works all the
same where it is deployed, so the missing library counts only when something is asked for that
would have come from there.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import os
import sys
from typing import TYPE_CHECKING, Any

from . import failure

if TYPE_CHECKING:
    from types import ModuleType


def forgive_missing_libraries(tree: str) -> None:
    """From now on, put off the failure of a package of this tree that lacks a library."""
    sys.meta_path.insert(0, _Finder(tree))


class _Finder:
    """Finds packages of the tree as the others do, and gives them a patient loader."""

    def __init__(self, tree: str) -> None:
        self._tree = tree

    def find_spec(self, name: str, path: Any = None, _target: object = None) -> Any:  # noqa: ANN401  (import protocol)
        if path is not None and not any(failure.is_inside(f"{one}/x", self._tree) for one in path):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        origin = None if spec is None else spec.origin
        if spec is None or not isinstance(origin, str) or not spec.submodule_search_locations:
            return None
        if os.path.basename(origin) != "__init__.py" or not failure.is_inside(origin, self._tree):
            return None
        spec.loader = _Loader(name, origin)
        return spec


class _Loader(importlib.machinery.SourceFileLoader):
    """Executes an `__init__`, and empties the package where a library is missing."""

    def exec_module(self, module: ModuleType) -> None:
        try:
            super().exec_module(module)
        except ModuleNotFoundError as error:
            if not _is_library(error.name):
                raise
            _empty(module, error)


def _is_library(name: str | None) -> bool:
    """Say whether a module that is missing belongs to something that is not installed at all."""
    top = (name or "").partition(".")[0]
    return (
        bool(top)
        and top not in sys.modules
        and importlib.machinery.PathFinder.find_spec(top) is None
    )


def _empty(module: ModuleType, error: ModuleNotFoundError) -> None:
    name, text, missing = module.__name__, str(error), error.name
    for known in [key for key in sys.modules if key.startswith(f"{name}.")]:
        del sys.modules[known]
    for attribute in [key for key in vars(module) if not key.startswith("__")]:
        delattr(module, attribute)

    def __getattr__(attribute: str) -> object:  # noqa: N807  (PEP 562)
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        part = f"{name}.{attribute}"
        try:
            return importlib.import_module(part)
        except ModuleNotFoundError as absent:
            if absent.name != part:
                raise
        # Not an AttributeError: the reader is to see which library is missing.
        raise ModuleNotFoundError(text, name=missing)

    module.__getattr__ = __getattr__  # type: ignore[method-assign]
    sys.stderr.write(f"scriptcheck: the package {name} is taken as empty: {text}\n")
