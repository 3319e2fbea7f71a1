"""Where a script takes keys that it can do without: it catches their absence, or looks before.

A handler that raises or leaves only says in other words that a key is needed.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ci_scriptcheck.project.script.syntax import LocalNames, Role

_MISSING_KEY = frozenset({"KeyError", "LookupError", "Exception", "BaseException"})
_LEAVING = frozenset({"exit", "_exit", "abort", "SystemExit"})


def chanced(nodes: Sequence[ast.AST], local: LocalNames) -> Mapping[Role, frozenset[int]]:
    """Give the ids of nodes in which the absence of a key is taken care of, by the mapping.

    Args:
        nodes: All nodes of a function.
        local: What names stand for in it.
    """
    found: dict[Role, set[int]] = {"inputs": set(), "outputs": set(), "env": set()}
    for node in nodes:
        match node:
            case ast.Try(body=body, handlers=handlers) if _catches(handlers):
                inner, roles = _ids(body), set(found)
            case ast.With(body=body, items=items) if _suppresses(items):
                inner, roles = _ids(body), set(found)
            case ast.If(test=test, body=body, orelse=other) if roles := _asked(test, local):
                inner = _ids([*body, *other])
            case ast.IfExp(test=test, body=one, orelse=other) if roles := _asked(test, local):
                inner = _ids([one, other])
            case ast.BoolOp(values=[first, *rest]) if roles := _asked(first, local):
                inner = _ids(rest)
            case _:
                continue
        for role in roles & found.keys():
            found[role] |= inner
    return {role: frozenset(ids) for role, ids in found.items()}


def _ids(parts: Iterable[ast.AST]) -> set[int]:
    return {id(node) for part in parts for node in ast.walk(part)}


def _catches(handlers: list[ast.ExceptHandler]) -> bool:
    """Say whether the first handler that gets a missing key goes on without it."""
    for handler in handlers:
        if handler.type is None or _names(handler.type) & _MISSING_KEY:
            return not any(_leaves(node) for part in handler.body for node in ast.walk(part))
    return False


def _names(caught: ast.expr) -> set[str]:
    parts = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return {part.id for part in parts if isinstance(part, ast.Name)}


def _leaves(node: ast.AST) -> bool:
    match node:
        case ast.Raise():
            return True
        case ast.Return(value=ast.Constant(value=bool() | None)):
            return False
        case ast.Return(value=ast.Constant(value=int() as status)):
            return status != 0
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in _LEAVING
        case _:
            return False


def _suppresses(items: list[ast.withitem]) -> bool:
    for item in items:
        match item.context_expr:
            case ast.Call(
                func=ast.Name(id="suppress") | ast.Attribute(attr="suppress"), args=caught
            ):
                if any(_names(one) & _MISSING_KEY for one in caught):
                    return True
            case _:
                pass
    return False


def _asked(test: ast.expr, local: LocalNames) -> set[Role]:
    """Name the mappings whose content a condition goes by: `len(input_paths) > 2`, `input_paths`."""
    return {role for node in _content(test) if (role := local.role(node)) is not None}


def _content(test: ast.expr) -> Iterator[ast.expr]:
    """Walk a condition, but for what says nothing of which keys there are."""
    match test:
        case ast.Compare(ops=[ast.Is() | ast.IsNot()]):
            return
        case ast.Call(func=ast.Name(id="isinstance" | "type" | "hasattr" | "callable")):
            return
        case ast.Subscript(slice=key):
            # It is there, or this fails: what its value is decides nothing about the others.
            yield from _content(key)
        case _:
            yield test
            for part in ast.iter_child_nodes(test):
                if isinstance(part, ast.expr):
                    yield from _content(part)
