"""What a script does where it is started as a program, as far as its syntax tree tells.

The function is called directly when a script is checked, and by the script's own last lines in
production. Both ways in have to fit; where the call is out of sight, nothing is said.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ci_scriptcheck.project.script.syntax import is_main_guard
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.project.script.syntax import FunctionNode, Module


@dataclass(frozen=True, slots=True, kw_only=True)
class Miscall:
    """A call that Python will refuse.

    Attributes:
        what: What is wrong with its arguments, as the end of a sentence.
    """

    line: int
    what: str


def is_program(module: Module) -> bool:
    """Say whether a module does anything when it is started: a guarded part, or a call at its top."""
    return "__main__" in module.source or any(
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
        for node in module.tree.body
    )


def miscall(module: Module, function: str) -> Miscall | None:
    """Find the first call of the function, where the file is a program, that cannot succeed."""
    defined = [
        node
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == function
    ]
    # A decorator may take other arguments, and of two definitions the call decides nothing.
    if len(defined) != 1 or defined[0].decorator_list:
        return None
    for call in _guarded_calls(module.tree, function):
        wrong = _wrong(call, defined[0])
        if wrong is not None:
            return Miscall(line=call.lineno, what=wrong)
    return None


def _guarded_calls(tree: ast.Module, function: str) -> Iterator[ast.Call]:
    for part in tree.body:
        if not is_main_guard(part):
            continue
        if any(function in _names_bound(node) for node in ast.walk(part)):
            return
        for node in ast.walk(part):
            match node:
                case ast.Call(func=ast.Name(id=name)) if name == function:
                    yield node
                case _:
                    pass


def _names_bound(node: ast.AST) -> tuple[str, ...]:
    match node:
        case ast.Name(id=name, ctx=ast.Store()):
            return (name,)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return (name,)
        case ast.alias(name=name, asname=other):
            return (other or name,)
        case _:
            return ()


def _wrong(call: ast.Call, defined: FunctionNode) -> str | None:
    """Say what Python will refuse; nothing where arguments are unpacked."""
    if any(isinstance(one, ast.Starred) for one in call.args):
        return None
    names = [one.arg for one in call.keywords]
    keywords = [name for name in names if name is not None]
    if len(keywords) < len(names):
        return None
    arguments = defined.args
    by_place = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
    if len(call.args) > len(by_place) and arguments.vararg is None:
        return f"gives {len(call.args)} arguments by place, and it takes {len(by_place)}"
    known = {one.arg for one in (*arguments.args, *arguments.kwonlyargs)}
    strange = [name for name in keywords if name not in known and arguments.kwarg is None]
    if strange:
        return f"gives `{strange[0]}`, which it does not take"
    given = {*by_place[: len(call.args)], *keywords}
    missing = [name for name in _required(arguments) if name not in given]
    return f"does not give {', '.join(f'`{name}`' for name in missing)}" if missing else None


def _required(arguments: ast.arguments) -> Iterator[str]:
    by_place = [*arguments.posonlyargs, *arguments.args]
    yield from (one.arg for one in by_place[: len(by_place) - len(arguments.defaults)])
    for one, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is None:
            yield one.arg
