"""What the `__main__` part of a script hands over to its function, as far as its syntax tree tells.

The part itself is read, and functions of the module that it calls and that call the function. What
goes out of sight is not known, and then nothing is said.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ci_scriptcheck.project.script.block import Block
from ci_scriptcheck.project.script.handed import Handed
from ci_scriptcheck.project.script.syntax import environment_read, is_main_guard

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ci_scriptcheck.project.script.handed import Parser
    from ci_scriptcheck.project.script.syntax import Bound, FunctionNode, Module

_LEAVING = frozenset({"exit", "_exit", "quit", "abort", "kill", "SystemExit"})
_BROAD = frozenset({"Exception", "BaseException"})
_STAYING = frozenset({"print", "str", "repr", "len", "type", "format", "getattr", "isinstance"})
_NOTHING_WRONG = (0, None, False)


def handed_over(
    module: Module, function: FunctionNode, roles: Mapping[str, Bound], parser: Parser | None
) -> Handed | None:
    """Read what is given in the one call of a function where the file is started as a program.

    Args:
        module: The script.
        function: What is called.
        roles: Its parameters → what they are for.
        parser: The command line that the script understands.
    """
    places = [
        (body, call)
        for body in _bodies(module, function.name)
        for call in _calls(body, function.name)
    ]
    if len(places) != 1:
        return None
    body, call = places[0]
    if any(isinstance(one, ast.Starred) for one in call.args):
        return None
    block = Block(module, body, passed_to=function.name, parser=parser)
    given = dict(_given(call, function, roles))
    args = block.attributes(given["args"]) if "args" in given else None
    return Handed(
        line=call.lineno,
        inputs=block.keys(given.get("inputs")),
        outputs=block.keys(given.get("outputs")),
        env=block.keys(given.get("env")),
        args=None if args is None else tuple(sorted(args)),
        asked=_asked(body, block),
        swallowing=_swallowing(body, call),
    )


def _bodies(module: Module, function: str) -> Iterator[list[ast.stmt]]:
    for part in module.tree.body:
        if not is_main_guard(part) or not isinstance(part, ast.If):
            continue
        yield part.body
        for node in ast.walk(part):
            match node:
                case ast.Call(func=ast.Name(id=name)) if name != function:
                    if name in module.functions:
                        yield module.functions[name].body
                case _:
                    pass


def _calls(body: list[ast.stmt], function: str) -> Iterator[ast.Call]:
    for statement in body:
        for node in ast.walk(statement):
            match node:
                case ast.Call(func=ast.Name(id=name)) if name == function:
                    yield node
                case _:
                    pass


def _given(
    call: ast.Call, function: FunctionNode, roles: Mapping[str, Bound]
) -> Iterator[tuple[Bound, ast.expr]]:
    names = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
    for name, value in (
        *zip(names, call.args, strict=False),
        *((word.arg or "", word.value) for word in call.keywords),
    ):
        if name in roles:
            yield roles[name], value


def _asked(body: list[ast.stmt], block: Block) -> dict[str, int]:
    """Give the variables that must be there: taken by their names, and never only looked for."""
    taken: dict[str, int] = {}
    looked_for: set[str] = set()
    for statement in body:
        for node in ast.walk(statement):
            names, _ = environment_read(node, block.local)
            if isinstance(node, ast.Subscript):
                taken.update({name: node.lineno for name in names if name not in taken})
            else:
                looked_for.update(names)
    return {name: line for name, line in taken.items() if name not in looked_for}


def _swallowing(body: list[ast.stmt], call: ast.Call) -> int | None:
    """Find the handler around a call after which the script ends as if nothing had been wrong."""
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.With) and _holds(node.body, call) and _suppresses(node):
                return node.lineno
            if not isinstance(node, ast.Try) or not _holds(node.body, call):
                continue
            if _leaves(node.finalbody) or _leaves(_after(body, node)):
                return None
            for handler in node.handlers:
                if _is_broad(handler) and not _leaves(handler.body):
                    return handler.lineno
    return None


def _holds(body: list[ast.stmt], call: ast.Call) -> bool:
    return any(node is call for statement in body for node in ast.walk(statement))


def _after(body: list[ast.stmt], inner: ast.Try) -> list[ast.stmt]:
    """Give what may follow a statement, which a handler that goes on comes to."""
    end = inner.end_lineno or inner.lineno
    return [
        node
        for statement in body
        for node in ast.walk(statement)
        if isinstance(node, ast.stmt) and node.lineno > end
    ]


def _is_broad(handler: ast.ExceptHandler) -> bool:
    match handler.type:
        case None:
            return True
        case ast.Tuple(elts=several):
            return any(_is_everything(one) for one in several)
        case caught:
            return _is_everything(caught)


def _is_everything(caught: ast.expr) -> bool:
    return isinstance(caught, ast.Name) and caught.id in _BROAD


def _suppresses(node: ast.With) -> bool:
    for item in node.items:
        match item.context_expr:
            case (
                ast.Call(func=ast.Name(id="suppress"), args=caught)
                | ast.Call(func=ast.Attribute(attr="suppress"), args=caught)
            ):
                return any(_is_everything(one) for one in caught)
            case _:
                pass
    return False


def _leaves(body: list[ast.stmt]) -> bool:
    """Say whether a failure may be told: something is raised, or the status may be another than 0."""
    return any(_may_tell(node) for statement in body for node in ast.walk(statement))


def _may_tell(node: ast.AST) -> bool:
    match node:
        case ast.Raise():
            return True
        case ast.Return(value=value):
            return not (value is None or _is_nothing_wrong(value))
        case ast.Call(func=ast.Attribute(value=ast.Name(id=holder), attr="error")):
            # `parser.error(…)` ends the script, `logger.error(…)` does not.
            return "pars" in holder.lower()
        case (
            ast.Call(func=ast.Name(id=name), args=given)
            | ast.Call(func=ast.Attribute(attr=name), args=given)
        ) if name in _LEAVING:
            return bool(given) and not _is_nothing_wrong(given[-1])
        case ast.Call(func=ast.Name(id=name)):
            # A function of the script's own may end it.
            return name not in _STAYING
        case _:
            return False


def _is_nothing_wrong(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value in _NOTHING_WRONG
