"""Import a script as its neighbours would; stands alone, Python 3.9 and later."""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import itertools
import os
import posix
import sys
from types import ModuleType
from typing import Any, Callable


def prepare_path(file: str, roots: list[str], second: str) -> None:
    """Put the script's folder, the import roots and its package's root on the path, in this order.

    Args:
        file: The script.
        roots: Further folders that are searched.
        second: A folder that goes right behind the script's.
    """
    folder = os.path.dirname(file)
    package_root, _ = _package(file)
    wanted = [folder, second, *roots, package_root]
    rest = [entry for entry in sys.path if entry not in wanted and entry not in {"", "."}]
    sys.path[:] = list(dict.fromkeys(wanted)) + rest
    importlib.invalidate_caches()


def import_from(tree: str, *, instead_of: str) -> None:
    """Have what would be imported from one folder come from another that has the same below.

    An editable install leads to the checkout, by an entry on the path or by a finder of setuptools,
    which has folder by package in `MAPPING`.
    """
    sys.path[:] = [_moved(entry, tree, instead_of) for entry in sys.path]
    for finder in sys.meta_path:
        module = sys.modules.get(getattr(finder, "__module__", None) or "")
        mapping = getattr(module, "MAPPING", None)
        if isinstance(mapping, dict):
            for name, folder in list(mapping.items()):
                if isinstance(folder, str):
                    mapping[name] = _moved(folder, tree, instead_of)
    importlib.invalidate_caches()


def _moved(path: str, tree: str, root: str) -> str:
    """Give the same place in another tree, if it is there."""
    if path != root and not path.startswith(f"{root}/"):
        return path
    # What base was laid out in lies in the repository itself.
    if path == tree or path.startswith(f"{tree}/"):
        return path
    other = tree + path[len(root) :]
    return other if _exists(other) else path


def import_script(file: str, roots: list[str], in_package: bool) -> ModuleType:  # noqa: FBT001  (as it came over the wire)
    """Import a script: under its package's name if it uses that package, or else as a plain module.

    A parent package whose own `__init__` fails becomes an empty package of that name, so that
    relative imports work all the same.

    Raises:
        BaseException: whatever the script raises while it is imported.
    """
    parents = _package(file, roots)[1] if in_package else []
    stem = os.path.splitext(os.path.basename(file))[0]
    if not parents or not stem.isidentifier():
        return _import_plain(file, stem)
    for number, (name, folder) in enumerate(parents):
        if number == 0:
            _make_way(name, folder)
        _import_parent(name, folder)
    name = f"{parents[-1][0]}.{stem}"
    sys.modules.pop(name, None)
    module = importlib.import_module(name)
    if _same(getattr(module, "__file__", None), file):
        return module
    return _load(name, file)


def imported_after(name: str) -> list[str]:
    """List the modules that were imported after this one.

    Touching every name instead would copy the memory of them all from the host.
    """
    return list(itertools.takewhile(lambda other: other != name, reversed(sys.modules)))


def _standard_names() -> set[str]:
    return set(getattr(sys, "stdlib_module_names", sys.builtin_module_names))


def _package(file: str, roots: list[str] | None = None) -> tuple[str, list[tuple[str, str]]]:
    """Find the packages a file lies in: the folder above them, and name and folder of each."""
    folder = os.path.dirname(file)
    names: list[str] = []
    while _exists(os.path.join(folder, "__init__.py")) and folder not in (roots or ()):
        folder, name = os.path.split(folder)
        names.insert(0, name)
        if not name.isidentifier():
            # No import statement can reach through such a folder.
            return os.path.dirname(file), []
    parents = []
    below = folder
    for number, name in enumerate(names):
        below = os.path.join(below, name)
        parents.append((".".join(names[: number + 1]), below))
    return folder, parents


def _make_way(name: str, folder: str) -> None:
    """Forget a package of this name that was imported from elsewhere."""
    known = sys.modules.get(name)
    if known is None or _same(
        getattr(known, "__file__", None), os.path.join(folder, "__init__.py")
    ):
        return
    _forget(name)


def _import_parent(name: str, folder: str) -> None:
    if name in sys.modules:
        return
    try:
        importlib.import_module(name)
    except (KeyboardInterrupt, MemoryError):
        raise
    except BaseException:  # whatever it raises, as a library that ends the interpreter does too
        _forget(name)
        package = ModuleType(name)
        package.__path__ = [folder]
        package.__package__ = name
        spec = importlib.machinery.ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [folder]
        package.__spec__ = spec
        sys.modules[name] = package
        above, _, last = name.rpartition(".")
        if above:
            setattr(sys.modules[above], last, package)


def _forget(name: str) -> None:
    for known in [key for key in sys.modules if key == name or key.startswith(f"{name}.")]:
        del sys.modules[known]


def _import_plain(file: str, stem: str) -> ModuleType:
    name = stem
    if not stem.isidentifier() or stem in sys.modules or stem in _standard_names():
        # The name belongs to a library; production would call the script `__main__`.
        name = f"scriptcheck_script_{''.join(c if c.isalnum() else '_' for c in stem)}"
    return _load(name, file)


def _load(name: str, file: str) -> ModuleType:
    loader = importlib.machinery.SourceFileLoader(name, file)
    spec = importlib.util.spec_from_file_location(name, file, loader=loader)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is not a Python file", name=name, path=file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _exists(path: str) -> bool:
    """Ask the system directly: what the script asks for is recorded, what we do is not."""
    try:
        posix.stat(path)
    except OSError:
        return False
    return True


def _same(one: Any, other: str) -> bool:  # noqa: ANN401  (a module may hold anything there)
    if not isinstance(one, str):
        return False
    try:
        return os.path.samestat(posix.stat(one), posix.stat(other))
    except OSError:
        return False


def after_import(name: str, act: Callable[[ModuleType], None]) -> None:
    """Act on a module now, or as soon as the script imports it."""
    module = sys.modules.get(name)
    if module is not None:
        act(module)
    else:
        sys.meta_path.insert(0, _AfterImport(name, act))


class _AfterImport:
    """Finds one module like the others do, and acts when it has been executed."""

    def __init__(self, name: str, act: Callable[[ModuleType], None]) -> None:
        self._name = name
        self._act = act

    def find_spec(self, name: str, *_where: object) -> Any:  # noqa: ANN401  (import protocol)
        if name != self._name:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module
        act = self._act

        def exec_module(module: ModuleType) -> None:
            execute(module)
            act(module)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec
