"""The syntax tree of a script: its functions and constants, and what names stand for in them."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from ci_scriptcheck.values import dataclass, field

Role = Literal["inputs", "outputs", "env", "args"]
"""What one of the four parameters is for."""
Names = tuple[str, ...]
Bound = Role | Names
"""What a name stands for: a parameter, or texts that are known."""
UNKNOWN: Names = ()
_ENVIRONMENT = re.compile(r"\b(environ|getenv)\b")
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A parsed script.

    Attributes:
        functions: All that can be called by a bare name, nested ones included.
        constants: Name, or `Class.NAME` → the texts it stands for.
        names: Everything that is bound at the top.
    """

    tree: ast.Module
    source: str = ""
    functions: Mapping[str, FunctionNode] = field(default_factory=dict)
    constants: Mapping[str, Names] = field(default_factory=dict)
    names: frozenset[str] = frozenset()


def module_of(source: str) -> Module:
    """Parse a script.

    Raises:
        SyntaxError: Python refuses the text; also where it is nested too deeply to be read.
    """
    try:
        with warnings.catch_warnings():
            # Python warns of odd escapes while it parses; that is not the reader's to tell.
            warnings.simplefilter("ignore")
            # Editors put a byte order mark there, which Python passes over in files only.
            tree = ast.parse(source.removeprefix("\ufeff"))
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(str(error) or "nested too deeply") from error
    functions: dict[str, FunctionNode] = {}
    _collect_functions(tree.body, functions)
    constants = _constants(tree.body, "")
    return Module(
        tree=tree,
        source=source,
        functions=functions,
        constants=constants,
        names=frozenset(_bound(tree.body)),
    )


class LocalNames:
    """What names stand for inside of one function, as far as it can be known."""

    def __init__(self, module: Module, bound: Mapping[str, Bound]) -> None:
        self.module = module
        self.bound: dict[str, Bound] = dict(bound)

    def learn(self, function: FunctionNode) -> None:
        """Take in local names that stand for a parameter or for known texts."""
        arguments = function.args
        for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            self.bound.setdefault(one.arg, UNKNOWN)
        assigned: dict[str, list[ast.expr]] = {}
        loops: list[tuple[ast.expr, ast.expr]] = []
        for node in ast.walk(function):
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    assigned.setdefault(name, []).append(value)
                case ast.For() | ast.comprehension():
                    loops.append((node.target, node.iter))
                case _:
                    pass
        for name, values in assigned.items():
            self._learn_assignments(name, values)
        for target, items in loops:
            self._learn_loop(target, items)

    def role(self, node: ast.AST) -> Role | None:
        """Say which parameter an expression is."""
        if isinstance(node, ast.Name):
            bound = self.bound.get(node.id)
            return bound if isinstance(bound, str) else None
        return None

    def aliased(self, node: ast.expr) -> tuple[int, ...]:
        """Give the ids of names that an assigned value only passes on."""
        return tuple(id(part) for part in _passed_on(node) if self.role(part) is not None)

    def texts(self, node: ast.AST) -> Names | None:  # noqa: PLR0911  (one arm for each kind)
        """Give the texts that an expression can stand for, or `None` where that is not known."""
        match node:
            case ast.Constant(value=str() as text):
                return (text,)
            case ast.Name(id=name):
                bound = self.bound.get(name, self.module.constants.get(name))
                return bound or None if isinstance(bound, tuple) else None
            case ast.Attribute(value=ast.Name(id=owner), attr=name):
                return self.module.constants.get(f"{owner}.{name}")
            case ast.IfExp(body=one, orelse=other):
                return self._all_of([one, other])
            case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
                return self._all_of(items)
            case ast.Dict(keys=keys):
                return self._all_of(keys)
            case _:
                return None

    def _all_of(self, parts: Sequence[ast.expr | None]) -> Names | None:
        found: list[str] = []
        for part in parts:
            texts = None if part is None else self.texts(part)
            if texts is None:
                return None
            found.extend(texts)
        return tuple(found)

    def default(self, node: ast.expr) -> str | None:
        """Give a default value as the environment would hold it."""
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            return str(node.value)
        texts = self.texts(node)
        return texts[0] if texts is not None and len(texts) == 1 else None

    def _learn_assignments(self, name: str, values: list[ast.expr]) -> None:
        if self.bound.get(name):
            return
        roles = [self.role(part) for value in values for part in _passed_on(value)]
        known = next((role for role in roles if role is not None), None)
        # A name that also holds something else is not known, whatever a constant of its name says.
        self.bound[name] = known or self._all_of(values) or UNKNOWN

    def _learn_loop(self, target: ast.expr, items: ast.expr) -> None:
        if isinstance(items, ast.Call) and isinstance(items.func, ast.Attribute):
            # `for key, value in MAPPING.items()`
            items = items.func.value
            target = target.elts[0] if isinstance(target, ast.Tuple) and target.elts else target
        texts = self.texts(items)
        if isinstance(target, ast.Name) and texts:
            self.bound[target.id] = texts


def environment_read(node: ast.AST, local: LocalNames) -> tuple[Names, str | None]:
    """Give the variables that this very expression reads by `os`, and the default."""
    match node:
        case ast.Subscript(value=holder, slice=key, ctx=ast.Load()) if _is_environ(holder):
            return local.texts(key) or (), None
        case ast.Compare(left=key, ops=[ast.In() | ast.NotIn()], comparators=[holder]) if (
            _is_environ(holder)
        ):
            return local.texts(key) or (), None
        case ast.Call(func=called, args=[key, *rest]) if _reads_environ(called):
            return local.texts(key) or (), local.default(rest[0]) if rest else None
        case _:
            return (), None


def outside_guard(tree: ast.Module, source: str) -> Iterator[ast.AST]:
    """Walk what may read the environment, but for what runs only where the file is a program.

    Walking is most of the time that a script costs, so parts whose text names no environment are
    left out.
    """
    lines = source.split("\n")
    for node in tree.body:
        if not is_main_guard(node) and names_environment(node, lines):
            yield from ast.walk(node)


def names_environment(node: ast.stmt, lines: Sequence[str]) -> bool:
    """Say whether the text of a statement holds a word by which the environment is read."""
    text = "\n".join(lines[node.lineno - 1 : node.end_lineno])
    return _ENVIRONMENT.search(text) is not None


def is_main_guard(node: ast.stmt) -> bool:
    """Say whether a statement is what runs only where the file is started as a program."""
    match node:
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
            return True
        case _:
            return False


def _is_environ(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id="os"), attr="environ") | ast.Name(id="environ"):
            return True
        case _:
            return False


def _reads_environ(called: ast.expr) -> bool:
    match called:
        case ast.Attribute(value=ast.Name(id="os"), attr="getenv") | ast.Name(id="getenv"):
            return True
        case ast.Attribute(value=holder, attr="get" | "pop" | "setdefault"):
            return _is_environ(holder)
        case _:
            return False


def _passed_on(node: ast.expr) -> tuple[ast.expr, ...]:
    """Give what a value is made of where it is just another, a copy, or a fallback for none."""
    match node:
        case ast.BoolOp(op=ast.Or(), values=[first, *_]):
            return (first,)
        case ast.Call(func=ast.Name(id="dict"), args=[first]):
            return (first,)
        case ast.Call(func=ast.Attribute(value=holder, attr="copy"), args=[]):
            return (holder,)
        case ast.IfExp(body=first):
            return (first,)
        case _:
            return (node,)


def _collect_functions(body: list[ast.stmt], found: dict[str, FunctionNode]) -> None:
    for node in body:
        if isinstance(node, FunctionNode):
            found[node.name] = node
            _collect_functions(node.body, found)
        elif isinstance(node, ast.If | ast.Try | ast.With):
            _collect_functions(node.body, found)
            _collect_functions(list(getattr(node, "orelse", [])), found)


def _constants(body: list[ast.stmt], owner: str) -> dict[str, Names]:
    local = LocalNames(Module(tree=ast.Module(body=[], type_ignores=[])), {})
    found: dict[str, Names] = {}
    for node in body:
        if isinstance(node, ast.ClassDef) and not owner:
            found.update(_constants(node.body, f"{node.name}."))
        target, value = _assignment(node)
        if target is not None and value is not None:
            texts = local.texts(value)
            if texts is not None:
                found[owner + target] = texts
                local.bound[target] = texts
    return found


def _assignment(node: ast.stmt) -> tuple[str | None, ast.expr | None]:
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return name, value
        case ast.AnnAssign(target=ast.Name(id=name), value=value):
            return name, value
        case _:
            return None, None


def _bound(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        match node:
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
            ):
                yield name
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from (one.asname or one.name for one in names)
            case ast.If(body=inner, orelse=other) | ast.Try(body=inner, orelse=other):
                yield from _bound(inner)
                yield from _bound(other)
            case _:
                name_or_none, _ = _assignment(node)
                if name_or_none is not None:
                    yield name_or_none
