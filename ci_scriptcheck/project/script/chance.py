"""Where code may give another result each time: generators seeded anew, and the order of sets.

These are signs and no proof. Whoever finds one runs the script a second time and compares, so a
sign that means nothing costs a run, and one that is passed over costs a fault.
"""

from __future__ import annotations

import ast
import re
from enum import StrEnum
from typing import TYPE_CHECKING

from ci_scriptcheck.project.script.syntax import module_of
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator


class Chance(StrEnum):
    """What a result may hang on, although the script is given the same."""

    NEW_SEED = "new seed"
    """A generator that takes its seed from the clock, the system or nowhere."""
    HASH_ORDER = "hash order"
    """The order of a set, or a hash: of texts, both are others in every process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A line that makes use of chance."""

    chance: Chance
    line: int


_GENERATORS = re.compile(r"default_rng|RandomState|\bRandom\(|SeedSequence|seed|random_state")
_SEEDED = frozenset({"default_rng", "RandomState", "Random", "SeedSequence"})
_SEEDING = frozenset({"seed", "manual_seed", "set_seed", "seed_everything"})
_SEEDS = frozenset({"seed", "random_state", "random_seed"})
_NEVER_TWICE = frozenset(
    {"time", "time_ns", "perf_counter", "perf_counter_ns", "monotonic", "monotonic_ns"}
    | {"now", "utcnow", "today", "urandom", "getpid", "uuid1", "uuid4", "randbits", "token_bytes"}
)
_TO_SETS = frozenset({"union", "intersection", "difference", "symmetric_difference", "copy"})
# What hands the order of its argument on.
_IN_ORDER = frozenset(
    {
        "list",
        "tuple",
        "enumerate",
        "iter",
        "map",
        "filter",
        "zip",
        "reversed",
        "str",
        "repr",
        "dict",
    }
    | {"join", "array", "asarray", "fromiter", "Series", "Index", "DataFrame", "dumps", "extend"}
)
_WITHOUT_ORDER = frozenset(
    {"sorted", "sum", "any", "all", "min", "max", "len", "set", "frozenset", "Counter"}
)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def signs(source: str) -> tuple[Sign, ...]:
    """Find the lines of a file that make use of chance; a file Python cannot read has none."""
    try:
        tree = module_of(source).tree
    except SyntaxError:
        return ()
    found = {(one.line, one.chance): one for one in _of_scope(tree, frozenset())}
    return tuple(found[key] for key in sorted(found))


def seed_signs(source: str) -> tuple[Sign, ...]:
    """Find only the lines that take a new seed; nine files of ten need not be parsed for that."""
    if not _GENERATORS.search(source):
        return ()
    return tuple(sign for sign in signs(source) if sign.chance is Chance.NEW_SEED)


def _of_scope(scope: ast.AST, known: frozenset[str]) -> Iterator[Sign]:
    """Look through one function, or the module, and those that are defined in it."""
    nodes = list(_own_nodes(scope))
    sets = known | _names_of_sets(nodes, known)
    unordered = {id(part) for node in nodes for part in _parts_without_order(node)}
    for node in nodes:
        if isinstance(node, _FUNCTIONS) and getattr(node, "name", "") != "__hash__":
            yield from _of_scope(node, sets)
        if isinstance(node, ast.Call) and _is_seeded_anew(node):
            yield Sign(chance=Chance.NEW_SEED, line=node.lineno)
        for part in _parts_in_order(node):
            if _is_set(part, sets) and id(node) not in unordered:
                yield Sign(chance=Chance.HASH_ORDER, line=part.lineno)
        if isinstance(node, ast.Call) and _name(node.func) == "hash" and _is_bare(node.func):
            yield Sign(chance=Chance.HASH_ORDER, line=node.lineno)


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """Give the nodes of a scope; a function in it is given, and not what it holds."""
    waiting = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _FUNCTIONS):
            waiting += ast.iter_child_nodes(node)


def _names_of_sets(nodes: list[ast.AST], known: frozenset[str]) -> frozenset[str]:
    """Find the names that stand for nothing but sets."""
    values: dict[str, list[ast.expr]] = {}
    for node in nodes:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                values.setdefault(name, []).append(value)
            case _:
                pass
    found = known
    # A set may be made of another that is named later.
    for _ in range(2):
        found |= {
            name for name, given in values.items() if all(_is_set(one, found) for one in given)
        }
    return found


def _is_set(node: ast.expr, sets: frozenset[str]) -> bool:
    match node:
        case ast.Set() | ast.SetComp():
            return True
        case ast.Name(id=name):
            return name in sets
        case ast.Call(func=ast.Name(id="set" | "frozenset"), args=args):
            return bool(args)
        case ast.Call(func=ast.Attribute(value=value, attr=name)):
            return name in _TO_SETS and _is_set(value, sets)
        case ast.BinOp(left=left, op=ast.BitOr() | ast.BitAnd() | ast.BitXor() | ast.Sub()):
            return any(_is_set(side, sets) or _is_keys(side) for side in (left, node.right))
        case _:
            return False


def _is_keys(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and _name(node.func) == "keys"


def _parts_in_order(node: ast.AST) -> Iterator[ast.expr]:
    """Give the parts of a node whose order goes on into what it makes."""
    match node:
        case ast.For(iter=items) | ast.AsyncFor(iter=items):
            yield items
        case ast.ListComp() | ast.GeneratorExp() | ast.DictComp():
            yield from (one.iter for one in node.generators)
        case ast.Starred(value=value) | ast.FormattedValue(value=value):
            yield value
        case ast.Call(func=ast.Attribute(value=value, attr="pop"), args=[]):
            yield value
        case ast.Call(func=function, args=args) if _name(function) in _IN_ORDER:
            yield from args
        case _:
            pass


def _parts_without_order(node: ast.AST) -> Iterator[ast.expr]:
    """Give the parts of a node whose order does not matter to what it makes."""
    if isinstance(node, ast.Call) and _name(node.func) in _WITHOUT_ORDER:
        yield from node.args
    elif isinstance(node, ast.Compare):
        yield from node.comparators


def _is_seeded_anew(node: ast.Call) -> bool:
    name = _name(node.func)
    if name in _SEEDED | _SEEDING:
        given = [*node.args, *(one.value for one in node.keywords if one.arg in _SEEDS)]
        # A method of that name without an argument may be anything.
        is_empty = not given and (name in _SEEDED or _is_of_generator(node.func))
        return is_empty or any(_is_new(one) for one in given)
    return any(one.arg in _SEEDS and _is_call_for_new(one.value) for one in node.keywords)


def _is_of_generator(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and _name(function.value) == "random"


def _is_new(node: ast.expr) -> bool:
    return (isinstance(node, ast.Constant) and node.value is None) or _is_call_for_new(node)


def _is_call_for_new(node: ast.expr) -> bool:
    return any(
        isinstance(part, ast.Call) and _name(part.func) in _NEVER_TWICE for part in ast.walk(node)
    )


def _name(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _is_bare(function: ast.expr) -> bool:
    return isinstance(function, ast.Name)
