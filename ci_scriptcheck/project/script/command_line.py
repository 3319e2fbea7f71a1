"""The command line that a script understands, read from its calls of `argparse`."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ci_scriptcheck.project.script.handed import Option, Parser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.project.script.syntax import LocalNames, Module

_SPEAKS_OF_IT = re.compile(
    r"ArgumentParser|add_argument|[^_]parse_|set_defaults|_group|\bparser\b"
)
_NO_VALUE = frozenset({"version", "help"})
_TOO_MUCH = frozenset({"add_subparsers", "register", "add_parser"})
_OPEN_WORDS = frozenset({"parents", "prefix_chars", "fromfile_prefix_chars", "argument_default"})
_SOME_OR_NONE = frozenset({"?", "*", "REMAINDER"})


def parser_of(module: Module, local: LocalNames) -> Parser | None:
    """Read the one parser of a module; `None` where there is none, or not all of it can be known."""
    if "ArgumentParser" not in module.source:
        return None
    nodes = list(_about_it(module))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    made = [call for call in calls if _called(call) == "ArgumentParser"]
    is_asked = any((_called(call) or "").startswith("parse_") for call in calls)
    if len(made) != 1 or not is_asked or _is_open(made[0], nodes, module):
        return None
    options: list[Option] = []
    for call in calls:
        match call:
            case ast.Call(func=ast.Attribute(attr="add_argument")):
                option = _option(call, local)
                if option is None:
                    return None
                options.append(option)
            case ast.Call(func=ast.Attribute(attr="set_defaults"), keywords=words):
                options += [
                    Option(line=call.lineno, flags=(), attribute=word.arg)
                    for word in words
                    if word.arg is not None
                ]
            case _:
                pass
    return Parser(
        line=made[0].lineno,
        options=tuple(one for one in options if one.attribute),
        takes_others=any(_called(call) == "parse_known_args" for call in calls),
        shortens=not any(
            word.arg == "allow_abbrev" and not _is_true(word.value) for word in made[0].keywords
        ),
    )


def _about_it(module: Module) -> Iterator[ast.AST]:
    """Walk the parts of a module that speak of a parser: to walk them all takes longer than the rest."""
    lines = module.source.split("\n")
    for node in module.tree.body:
        if _SPEAKS_OF_IT.search("\n".join(lines[node.lineno - 1 : node.end_lineno])):
            yield from ast.walk(node)


def _is_open(made: ast.Call, nodes: list[ast.AST], module: Module) -> bool:
    """Say whether the parser gets arguments out of sight."""
    if any(word.arg is None or word.arg in _OPEN_WORDS for word in made.keywords):
        return True
    names = {
        target.id
        for node in nodes
        if isinstance(node, ast.Assign) and node.value is made
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    if not names:
        return True
    for call in nodes:
        if not isinstance(call, ast.Call):
            continue
        if _called(call) in _TOO_MUCH:
            return True
        own = isinstance(call.func, ast.Name) and call.func.id in module.functions
        if not own and any(isinstance(one, ast.Name) and one.id in names for one in _values(call)):
            return True
    return False


def _values(call: ast.Call) -> Iterator[ast.expr]:
    yield from call.args
    yield from (word.value for word in call.keywords)


def _option(call: ast.Call, local: LocalNames) -> Option | None:
    words = {word.arg: word.value for word in call.keywords}
    texts = [local.texts(one) for one in call.args]
    names = [one[0] for one in texts if one is not None and len(one) == 1]
    if None in words or len(names) != len(call.args):
        return None
    said = local.texts(words["dest"]) if "dest" in words else ()
    if said is None:
        return None
    flags = tuple(name for name in names if name.startswith("-"))
    attribute = next(iter(said), None) or _attribute(names)
    if attribute is None:
        return None
    action = local.texts(words["action"]) if "action" in words else ()
    return Option(
        line=call.lineno,
        flags=flags,
        attribute="" if action and action[0] in _NO_VALUE else attribute,
        required=_is_true(words.get("required")) if flags else not _is_optional(words),
    )


def _attribute(names: list[str]) -> str | None:
    """Say where `argparse` puts the value, where it is not told."""
    long = [name for name in names if name.startswith("--")]
    chosen = next(iter([*long, *names]), None)
    return None if chosen is None else chosen.lstrip("-").replace("-", "_")


def _is_optional(words: dict[str | None, ast.expr]) -> bool:
    count = words.get("nargs")
    match count:
        case None:
            return False
        case ast.Constant(value=str() as text):
            return text in _SOME_OR_NONE
        case _:
            return True


def _is_true(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _called(call: ast.Call) -> str | None:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return None
