"""Parts of libraries that a host has loaded for other scripts: a script has them once it imports them.

A host imports beforehand what all of its scripts import. A script that says `import xml` and uses
`xml.dom` would run there, because another one imports that, and break where it runs alone. So what
nothing but the wish of a script made the host load is taken off its package, and put back by the
first import. Stands alone, Python 3.9 and later.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib
import importlib.machinery
import importlib.util
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

_wished: set[str] = set()
_asked: set[str] = set()


def note_wish(name: str) -> None:
    """Note a module that was not there and is loaded because a script wishes it."""
    _wished.add(name)


@contextlib.contextmanager
def noticing_requests() -> Iterator[None]:
    """Note what modules ask for themselves while they are loaded: that is there for every script."""
    machinery: Any = builtins
    statement, function = machinery.__import__, importlib.import_module

    def by_statement(  # (the names are those of the function that it stands for)
        name: str,
        globals: Any = None,  # noqa: A002, ANN401
        locals: Any = None,  # noqa: A002, ANN401
        fromlist: Any = (),  # noqa: ANN401
        level: int = 0,
    ) -> Any:  # noqa: ANN401
        _note(name, level, (globals or {}).get("__package__"), fromlist or ())
        return statement(name, globals, locals, fromlist, level)

    def by_function(name: str, package: str | None = None) -> ModuleType:
        bare = name.lstrip(".")
        _note(bare, len(name) - len(bare), package, ())
        return function(name, package)

    machinery.__import__ = by_statement
    importlib.import_module = by_function
    try:
        yield
    finally:
        machinery.__import__, importlib.import_module = statement, function


def hide(modules: Iterable[str]) -> None:
    """Take off what others wished, but for what these modules or parts of modules lie in."""
    own = {above for name in modules for above in _with_parents(name)}
    hidden: dict[str, ModuleType] = {}
    for name in sorted(_wished - _asked - own):
        parent, _, last = name.rpartition(".")
        module, above = sys.modules.get(name), sys.modules.get(parent)
        if module is not None and above is not None and vars(above).get(last) is module:
            delattr(above, last)
            hidden[name] = sys.modules.pop(name)
    if hidden:
        sys.meta_path.insert(0, _Finder(hidden))


class _Finder:
    """Finds a hidden module before anything would load it a second time."""

    def __init__(self, hidden: dict[str, ModuleType]) -> None:
        self._hidden = hidden

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> Any:  # noqa: ANN401  (import protocol)
        module = self._hidden.pop(name, None)
        if module is None:
            return None
        loader: Any = _Loader(module)
        return importlib.machinery.ModuleSpec(name, loader)


class _Loader:
    """Gives the module as it was."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._spec = module.__spec__

    def create_module(self, _spec: object) -> ModuleType:
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec


def _note(name: str, level: int, package: str | None, parts: Iterable[str]) -> None:
    if level:
        try:
            name = importlib.util.resolve_name("." * level + name, package or "")
        except (ImportError, ValueError):
            return
    _asked.update(_with_parents(name))
    _asked.update(f"{name}.{part}" for part in parts)


def _with_parents(name: str) -> list[str]:
    words = name.split(".")
    return [".".join(words[:number]) for number in range(1, len(words) + 1)]
