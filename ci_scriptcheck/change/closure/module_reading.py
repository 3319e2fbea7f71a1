"""What one Python file imports and which files it names, from its text alone.

What happens while the file is loaded is told apart from what waits for one of its functions to
be called: a package whose `__init__` is only passed through executes the first and not the second.
"""

from __future__ import annotations

import ast
import warnings
from typing import Any

from ci_scriptcheck.change.closure.constants import Constants
from ci_scriptcheck.change.closure.module_calls import Calls, Noted, read_calls
from ci_scriptcheck.change.closure.module_facts import OPEN, Import, ModuleFacts, Part

LONGEST_NAME = 255
"""Characters of the longest text that can name a file."""

_MAKING = frozenset({"__init__", "__new__", "__post_init__", "__init_subclass__", "__enter__"})
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_FUNCTIONS = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda})
_ASSIGNMENTS = frozenset({ast.Assign, ast.AugAssign, ast.AnnAssign})
_IMPORTERS = frozenset(
    {"import_module", "__import__", "run_module", "find_spec"}
    | {"locate", "resolve_name", "import_string", "load_object"}
)
_NO_NODES = frozenset(
    {"arg", "asname", "attr", "conversion", "ctx", "id", "is_async", "kind", "kwd_attrs", "level"}
    | {"module", "name", "op", "ops", "rest", "simple", "str", "tag", "type_comment"}
)
_PARTS = {
    kind: tuple(name for name in kind._fields if name not in _NO_NODES)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
} | dict.fromkeys((ast.Global, ast.MatchSingleton, ast.Nonlocal), ())
"""Kind of node → names of what holds further nodes; that is read a million times."""
_OWN_PACKAGE = frozenset({"__package__", "__spec__"})
_PATH_CHANGES = frozenset({"insert", "append", "extend", "addsitedir"})


def facts_of(source: bytes) -> ModuleFacts:
    """Read a file; one that Python cannot read says nothing."""
    try:
        with warnings.catch_warnings():
            # A wrong escape in somebody's text is none of our business.
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
        return _facts(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ModuleFacts(parsed=False)


def _facts(tree: ast.Module) -> ModuleFacts:
    load, later = _Bucket(), _Bucket()
    calls = Calls()
    waiting: list[ast.AST] = []
    exports: set[str] = set()
    _read([tree], load, calls, waiting)
    running = _read_what_is_called(load, calls, waiting)
    for node in calls.assignments:
        exports.update(_exported(node))
    _read(waiting, later, calls, waiting)
    try:
        noted_load, noted_later, roots = read_calls(tree, calls, running)
    except RecursionError:
        # Sums of thousands of texts: whatever they import can be anything.
        unknown = {(OPEN, "an expression too deep to be read")}
        noted_load, noted_later, roots = Noted(open=unknown), Noted(), ()
    return ModuleFacts(
        load=load.part(noted_load),
        later=later.part(noted_later),
        exports=tuple(sorted(exports)),
        roots=roots,
        in_package=calls.names_package,
        used=_called_of(load.bound, load.called),
        used_later=_called_of([*load.bound, *later.bound], later.called),
    )


def _read_what_is_called(load: _Bucket, calls: Calls, waiting: list[ast.AST]) -> frozenset[int]:
    """Read the functions of a module that are called while it is loaded; give their nodes' ids.

    By their names alone: a method may be any of that name. A class that is called is made.
    """
    running: set[int] = set()
    while found := [
        function
        for name in load.called & load.functions.keys()
        for function in load.functions[name]
        if id(function) not in running
    ]:
        running.update(id(function) for function in found)
        _read([item for function in found for item in function.body], load, calls, waiting)
    return frozenset(running)


class _Bucket:
    """What has been read of one part so far."""

    def __init__(self) -> None:
        self.imports: set[Import] = set()
        self.strings: set[str] = set()
        self.called: set[str] = set()
        self.functions: dict[str, list[FunctionNode]] = {}
        self.bound: list[tuple[str, Import]] = []

    def note_definition(self, node: ast.AST) -> None:
        """Remember what is executed where a name is called."""
        for decorator in getattr(node, "decorator_list", ()):
            self.called.update(_names_called(decorator))
        if isinstance(node, FunctionNode):
            self.functions.setdefault(node.name, []).append(node)
        elif isinstance(node, ast.ClassDef):
            made = [item for item in node.body if isinstance(item, FunctionNode)]
            self.functions.setdefault(node.name, []).extend(
                item for item in made if item.name in _MAKING
            )

    def part(self, noted: Noted) -> Part:
        return Part(
            imports=tuple(sorted(self.imports | noted.imports)),
            strings=tuple(sorted(self.strings | noted.strings)),
            files=tuple(sorted(noted.files)),
            folders=tuple(sorted(noted.folders)),
            open=tuple(sorted(noted.open)),
        )


def _read(  # noqa: C901, PLR0912, PLR0915  (one loop over every node: `ast.walk` takes twice as long)
    open_ends: list[Any], bucket: _Bucket, calls: Calls, waiting: list[ast.AST]
) -> None:
    while open_ends:
        node = open_ends.pop()
        kind = node.__class__
        if kind is ast.Name:
            if node.id == "__file__":
                calls.names_itself = True
            elif node.id in _OWN_PACKAGE:
                calls.names_package = True
            continue
        if kind is ast.Constant:
            if node.value.__class__ is str and could_name_file(node.value):
                bucket.strings.add(node.value)
            continue
        if node is None:  # as the key of `**others` in a dictionary
            continue
        if kind is ast.Import:
            for alias in node.names:
                taken = (0, alias.name, ())
                bucket.imports.add(taken)
                bucket.bound.append((alias.asname or alias.name.partition(".")[0], taken))
            continue
        if kind is ast.ImportFrom:
            names = tuple(alias.name for alias in node.names)
            bucket.imports.add((node.level, node.module or "", names))
            bucket.bound += [
                (alias.asname or alias.name, (node.level, node.module or "", (alias.name,)))
                for alias in node.names
            ]
            continue
        if kind is ast.If:
            now, then = _branches(node)
            open_ends += now
            waiting += then
            continue
        if kind is ast.Expr and node.value.__class__ is ast.Constant:
            continue  # a docstring
        if kind is ast.ClassDef or kind in _FUNCTIONS:
            bucket.note_definition(node)
        if kind in _FUNCTIONS and waiting is not open_ends:
            now, then = _of_function(node)
            open_ends += now
            waiting += then
            continue
        if kind is ast.Call:
            _note_call(node, calls)
            bucket.called.update(_names_called(node.func))
        elif kind in _ASSIGNMENTS:
            calls.assignments.append(node)
        elif kind is ast.BinOp and node.op.__class__ is ast.Div:
            calls.joins.append(node)
        for name in _PARTS[kind]:
            value = getattr(node, name)
            if value.__class__ is list:
                open_ends += value
            elif value is not None:
                open_ends.append(value)


def _called_of(bound: list[tuple[str, Import]], called: set[str]) -> tuple[Import, ...]:
    return tuple(sorted({taken for name, taken in bound if name in called}))


def could_name_file(text: str) -> bool:
    """Say whether a text may be a path: short, on one line, with a dot or a slash."""
    return (
        1 < len(text) <= LONGEST_NAME
        and ("." in text or "/" in text)
        and "\n" not in text
        and "://" not in text
    )


def _names_called(function: ast.expr) -> tuple[str, ...]:
    """Give the names of what is called: `module.function` is called by `module`, `self.method` by both."""
    names: list[str] = []
    while isinstance(function, ast.Attribute):
        names.append(function.attr)
        function = function.value
    if not isinstance(function, ast.Name):
        return ()
    return (function.id, *names[:1]) if function.id in {"self", "cls"} else (function.id,)


def _note_call(node: ast.Call, calls: Calls) -> None:
    function = node.func
    if function.__class__ is ast.Name:
        name = function.id
    elif function.__class__ is ast.Attribute:
        name = function.attr
    else:
        return
    if name in _IMPORTERS:
        calls.imports.append(node)
    elif name in _PATH_CHANGES:
        calls.path_changes.append(node)
    elif name == "join":
        calls.joins.append(node)


def _branches(node: ast.If) -> tuple[list[ast.AST], list[ast.AST]]:
    """Give what of a condition runs at once, and what waits; what only a type checker sees is neither."""
    match node.test:
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
            return list(node.orelse), []
        case ast.UnaryOp(
            op=ast.Not(),
            operand=ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"),
        ):
            return list(node.body), []
        case ast.Constant(value=False | 0):
            return list(node.orelse), []
        case ast.Compare(left=ast.Name(id="__name__")):
            return list(node.orelse), list(node.body)
        case _:
            return [node.test, *node.body, *node.orelse], []


def _of_function(node: ast.AST) -> tuple[list[ast.AST], list[ast.AST]]:
    """Give what is executed where a function is defined, and what when it is called."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            defaults = [item for item in node.args.kw_defaults if item is not None]
            return [*node.decorator_list, *node.args.defaults, *defaults], list(node.body)
        case ast.Lambda():
            return [], [node.body]
        case _:
            return [], []


def _exported(node: ast.AST) -> list[str]:
    match node:
        case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
            held = Constants(node).elements(value)
        case (
            ast.AnnAssign(target=ast.Name(id="__all__"), value=ast.expr() as value)
            | ast.AugAssign(target=ast.Name(id="__all__"), value=value)
        ):
            held = Constants(node).elements(value)
        case _:
            return []
    return [
        item.value
        for item in held or ()
        if isinstance(item, ast.Constant) and isinstance(item.value, str)
    ]
