"""What the calls in one Python file say: modules imported by name, search paths, paths of files."""

from __future__ import annotations

import ast
import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ci_scriptcheck.change.closure.constants import THIS_FILE, Constants
from ci_scriptcheck.change.closure.module_facts import OPEN, OWN

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOT_ALWAYS = frozenset({"find_spec", "locate", "resolve_name", "import_string", "load_object"})
"""Calls that may mean something else, or import nothing: they count where their name is a text."""

LONGEST_CALL = 100
"""Characters of a call that a report has room for."""


@dataclass(slots=True)
class Calls:
    """Nodes worth a second look, noted while a file was read.

    Attributes:
        imports: Calls that may import a module.
        path_changes: Calls that may put a folder on `sys.path`.
        joins: Calls and divisions that may join a path.
        assignments: All of them.
        names_itself: Whether `__file__` occurs.
        names_package: Whether `__package__` or `__spec__` does.
    """

    imports: list[ast.Call] = field(default_factory=list)
    path_changes: list[ast.Call] = field(default_factory=list)
    joins: list[ast.expr] = field(default_factory=list)
    assignments: list[ast.AST] = field(default_factory=list)
    names_itself: bool = False
    names_package: bool = False


@dataclass(slots=True)
class Noted:
    """What was learned about one part of the file; see `module_facts.Part`."""

    imports: set[tuple[int, str, tuple[str, ...]]] = field(default_factory=set)
    strings: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)
    open: set[tuple[str, str]] = field(default_factory=set)


def read_calls(
    tree: ast.AST, calls: Calls, running: frozenset[int]
) -> tuple[Noted, Noted, tuple[str, ...]]:
    """Take the second look: what is executed at once, what waits, and folders put on `sys.path`.

    Functions with the ids in `running` are called while the file is loaded.
    """
    load, later = Noted(), Noted()
    for node in calls.joins:
        # A path that may be looked for counts wherever it stands.
        load.strings.update(_constant_join(node))
    if not calls.imports and not calls.names_itself:
        return load, later, ()
    constants = Constants(tree)
    above = {id(child): node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for call in calls.imports:
        _read_import_call(call, constants, later if _waits(call, above, running) else load)
    roots: dict[str, None] = {}
    if calls.names_itself:
        passed = _read_roots(calls, constants, roots)
        for node, is_named in _paths(tree, constants, above, passed):
            noted = later if _waits(node, above, running) else load
            found = constants.path(node)
            if found not in {None, "", THIS_FILE}:
                (noted.files if is_named else noted.folders).add(str(found))
    return load, later, tuple(roots)


def _waits(node: ast.AST, above: dict[int, ast.AST], running: frozenset[int]) -> bool:
    while (parent := above.get(id(node))) is not None:
        if id(parent) in running:
            return False
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef) and node in parent.body:
            return True
        if isinstance(parent, ast.Lambda):
            return True
        node = parent
    return False


def _read_import_call(node: ast.Call, constants: Constants, noted: Noted) -> None:
    named = {word.arg: word.value for word in node.keywords}
    name = node.args[0] if node.args else named.get("name", named.get("mod_name"))
    if name is None:
        return
    package = named.get("package")
    if package is None and len(node.args) == 2:
        package = node.args[1]
    packages = constants.texts(package) if package is not None else frozenset({OWN})
    for text in constants.texts(name):
        for within in packages if text.startswith(".") else frozenset({OWN}):
            _add_import(_absolute(text, within), node, noted)


def _absolute(text: str, package: str) -> str:
    """Join a relative name to its package; where that is the file's own, the leading dots stay."""
    if text.startswith(OWN):
        return "." + text[1:].lstrip(".")
    if not text.startswith(".") or package in {OWN, OPEN}:
        # A package that cannot be told is nearly always the file's own, under another name.
        return text
    level = len(text) - len(text.lstrip("."))
    parts = package.split(".")
    return ".".join([*parts[: len(parts) - (level - 1)], text[level:]])


def _add_import(text: str, node: ast.Call, noted: Noted) -> None:
    if OPEN in text:
        if isinstance(node.func, ast.Name | ast.Attribute) and _called(node.func) in _NOT_ALWAYS:
            return
        call = textwrap.shorten(ast.unparse(node), LONGEST_CALL, placeholder=" …")
        noted.open.add((text, f"{call}, line {node.lineno}"))
        return
    # `package.module:function`, as entry points are written.
    name = text.lstrip(".").replace(":", ".")
    if OWN not in name and all(part.isidentifier() for part in name.split(".")):
        noted.imports.add((len(text) - len(text.lstrip(".")), name, ()))


def _called(function: ast.Name | ast.Attribute) -> str:
    return function.id if isinstance(function, ast.Name) else function.attr


def _read_roots(calls: Calls, constants: Constants, roots: dict[str, None]) -> set[int]:
    """Note the folders put on the search path, and give the nodes that were seen on the way."""
    seen: set[int] = set()
    for node in (*calls.path_changes, *calls.assignments):
        match node:
            case (
                ast.Call(func=ast.Attribute(value=ast.Attribute(attr="path")), args=values)
                | ast.Call(
                    func=ast.Attribute(attr="addsitedir") | ast.Name(id="addsitedir"), args=values
                )
            ):
                _add_roots(values, constants, roots)
            case (
                ast.AugAssign(target=target, value=value)
                | ast.Assign(targets=[target], value=value)
            ) if _is_search_path(target):
                _add_roots([value], constants, roots)
            case _:
                continue
        seen.update(id(part) for part in ast.walk(node))
    return seen


def _is_search_path(node: ast.expr) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id="sys"), attr="path"):
            return True
        case ast.Subscript(value=inner):
            return _is_search_path(inner)
        case _:
            return False


def _add_roots(nodes: list[ast.expr], constants: Constants, roots: dict[str, None]) -> None:
    for node in nodes:
        held = constants.elements(node)
        if held is not None:
            _add_roots(list(held), constants, roots)
            continue
        found = constants.path(node)
        if found is not None and found != THIS_FILE:
            roots[found] = None


def _paths(
    tree: ast.AST, constants: Constants, above: dict[int, ast.AST], passed: set[int]
) -> Iterator[tuple[ast.expr, bool]]:
    """Find the largest expressions that say a path from `__file__` on.

    With each: whether it is only given a name. That stands for a file but not for a folder,
    because the name's uses say more.
    """
    for node in ast.walk(tree):
        if (
            not isinstance(node, ast.Name)
            or id(node) in passed
            or not isinstance(node.ctx, ast.Load)
        ):
            continue
        if constants.path(node) is not None:
            largest = _largest(node, constants, above)
            parent = above.get(id(largest))
            yield largest, isinstance(parent, ast.Assign | ast.AnnAssign | ast.NamedExpr)


def _largest(node: ast.expr, constants: Constants, above: dict[int, ast.AST]) -> ast.expr:
    while True:
        # Two steps at most: from `x.parent` to the call of `x.parent.joinpath`.
        parent = above.get(id(node))
        beyond = above.get(id(parent)) if parent is not None else None
        for larger in (parent, beyond):
            if isinstance(larger, ast.expr) and constants.path(larger) is not None:
                node = larger
                break
        else:
            return node


def _constant_join(node: ast.expr) -> list[str]:
    """Join the constants at the end of a path; the texts before them may be anything."""
    words: list[str] = []
    for part in reversed(_parts(node)):
        if not (isinstance(part, ast.Constant) and isinstance(part.value, str)):
            break
        words.insert(0, part.value)
    joined = "/".join(word.strip("/") for word in words if word not in {"", "."})
    return [joined] if len(words) > 1 and "\n" not in joined else []


def _parts(node: ast.expr) -> list[ast.expr]:
    match node:
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return [*_parts(left), right]
        case ast.Call(
            func=ast.Attribute(value=ast.Attribute(attr="path"), attr="join"), args=held
        ):
            return list(held)
        case ast.Call(func=ast.Name(id="Path") | ast.Attribute(attr="Path"), args=[inner]):
            return [inner]
        case _:
            return [node]
