"""What an expression can be, as far as its file alone tells: texts, and paths from the file on.

Nothing is run. A name stands for everything that is assigned to it anywhere in the file, and what
cannot be told is an asterisk in the text.
"""

from __future__ import annotations

import ast
import itertools
import posixpath
import re
from collections import defaultdict
from typing import TYPE_CHECKING, TypeVar

from ci_scriptcheck.change.closure.module_facts import OPEN, OWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

A = TypeVar("A")
B = TypeVar("B")

THIS_FILE = "\0"
"""The path of the file itself; all other paths are relative to its folder."""

_DEEPEST = 80
_MOST = 200
_LONGEST = 4000
"""Characters of a text: none that names a module or a file has as many."""
_MOST_CHARACTERS = 20_000
"""Of all texts that an expression can be: a file may have thousands of expressions."""
_SAME_PATH = frozenset(
    {"Path", "PurePath", "PurePosixPath", "PosixPath", "str", "fspath", "abspath", "realpath"}
    | {"normpath", "expanduser", "resolve", "absolute", "as_posix", "__str__", "__fspath__"}
)
_ITERATING = frozenset(
    {"items", "values", "keys", "sorted", "list", "tuple", "set", "iter", "get"}
)
_FIELD = re.compile(r"\{[^{}]*\}|%[sdr]|%\(\w+\)s")


class Constants:
    """The names of one file, and what expressions over them can be."""

    def __init__(self, tree: ast.AST) -> None:
        """Collect what is assigned to each plain name, wherever in the file."""
        self._bound = _bindings(tree)
        self._texts: dict[str, frozenset[str]] = {}
        self._depth = 0

    def texts(self, node: ast.expr) -> frozenset[str]:
        """List the texts that an expression can be; `OPEN` stands for what cannot be told."""
        if self._depth > _DEEPEST:
            return frozenset({OPEN})
        self._depth += 1
        try:
            return self._texts_of(node)
        finally:
            self._depth -= 1

    def elements(self, node: ast.expr) -> tuple[ast.expr, ...] | None:
        """List what a literal collection holds, keys and values; `None` where it is no literal."""
        match node:
            case ast.List(elts=[_, *_] as held) | ast.Tuple(elts=[_, *_] as held):
                return tuple(held)
            case ast.Set(elts=held):
                return tuple(held)
            case ast.Dict(keys=keys, values=values):
                return tuple(key for key in keys if key is not None) + tuple(values)
            case ast.Name(id=name) if len(self._bound.get(name, ())) == 1:
                return self._deeper(self.elements, self._bound[name][0])
            case (
                ast.Call(func=ast.Attribute(value=inner, attr=name))
                | ast.Call(func=ast.Name(id=name), args=[inner])
            ) if name in _ITERATING:
                return self._deeper(self.elements, inner)
            case _:
                return None

    def path(self, node: ast.expr) -> str | None:  # noqa: PLR0911  (one arm for each form)
        """Give the path that an expression made from `__file__` stands for.

        It is relative to the file's folder: `THIS_FILE` for the file itself and empty for its
        folder; `None` where it cannot be told.
        """
        match node:
            case ast.Name(id="__file__"):
                return THIS_FILE
            case ast.Name(id=name) if len(self._bound.get(name, ())) == 1:
                return self._deeper(self.path, self._bound[name][0])
            case ast.BinOp(left=left, op=ast.Div() | ast.Add(), right=right):
                return _below(self._deeper(self.path, left), self._only(right))
            case ast.JoinedStr(values=[ast.FormattedValue(value=first), *rest]):
                return _below(self._deeper(self.path, first), self._only(ast.JoinedStr(rest)))
            case ast.Attribute(value=inner, attr="parent"):
                return _parent(self._deeper(self.path, inner))
            case ast.Subscript(
                value=ast.Attribute(value=inner, attr="parents"),
                slice=ast.Constant(value=int() as up),
            ):
                found = self._deeper(self.path, inner)
                return _parent(found, max(up, 0) + 1)
            case ast.Call(func=function, args=arguments):
                return self._path_of_call(function, arguments)
            case _:
                return None

    def _texts_of(self, node: ast.expr) -> frozenset[str]:  # noqa: PLR0911  (as above)
        match node:
            case ast.Constant(value=str() as text):
                return frozenset({text})
            case ast.Name(id="__name__" | "__package__"):
                return frozenset({OWN})
            case ast.Name(id=name) if name in self._bound:
                return self._texts_of_name(name)
            case ast.JoinedStr(values=parts):
                return _joined([self.texts(part) for part in parts])
            case ast.FormattedValue(value=value):
                return self.texts(value)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return _joined([self.texts(left), self.texts(right)])
            case ast.IfExp(body=one, orelse=other):
                return self.texts(one) | self.texts(other)
            case ast.BoolOp(values=several):
                return _united(self.texts(item) for item in several)
            case _:
                return self._texts_of_part(node)

    def _texts_of_part(self, node: ast.expr) -> frozenset[str]:
        """List what can be filled in, or taken out of a collection or of the file's own name."""
        match node:
            case ast.BinOp(left=template, op=ast.Mod()):
                return _filled(self.texts(template))
            case ast.Call(func=ast.Attribute(value=template, attr="format")):
                return _filled(self.texts(template))
            case ast.Call(func=ast.Attribute(value=ast.Name(id="__name__"))):
                return frozenset({OWN})
            case ast.Subscript(value=ast.Call() as inner) if self.texts(inner) == {OWN}:
                return frozenset({OWN})
            case (
                ast.Subscript(value=inner) | ast.Call(func=ast.Attribute(value=inner, attr="get"))
            ):
                held = self.elements(inner)
                return frozenset({OPEN}) if held is None else self._texts_within(held)
            case _:
                return frozenset({OPEN})

    def _texts_of_name(self, name: str) -> frozenset[str]:
        if name not in self._texts:
            # Whoever asks again before the answer is there gets that it can be anything.
            self._texts[name] = frozenset({OPEN})
            self._texts[name] = _united(self.texts(item) for item in self._bound[name])
        return self._texts[name]

    def _texts_within(self, held: Iterable[ast.expr]) -> frozenset[str]:
        """List the texts in a collection and in those that it holds, as lazy imports keep them."""
        found: list[frozenset[str]] = []
        for item in held:
            inner = self.elements(item)
            if inner is None:
                found.append(self.texts(item))
            else:
                found.append(self._deeper(self._texts_within, inner) or frozenset({OPEN}))
        return _united(found)

    def _path_of_call(self, function: ast.expr, arguments: list[ast.expr]) -> str | None:
        match function, arguments:
            case ((ast.Name(id="dirname") | ast.Attribute(attr="dirname")), [inner]):
                return _parent(self._deeper(self.path, inner))
            case ast.Attribute(attr="join"), [inner, *rest]:
                return self._joined_path(inner, rest)
            case ast.Attribute(value=inner, attr="joinpath"), rest:
                return self._joined_path(inner, rest)
            case ((ast.Name(id=name) | ast.Attribute(attr=name)), [inner]) if name in _SAME_PATH:
                return self._deeper(self.path, inner)
            case ast.Attribute(value=inner, attr=name), [] if name in _SAME_PATH:
                return self._deeper(self.path, inner)
            case _:
                return None

    def _joined_path(self, start: ast.expr, rest: list[ast.expr]) -> str | None:
        found = self._deeper(self.path, start)
        for part in rest:
            found = _below(found, self._only(part))
        return found

    def _only(self, node: ast.expr) -> str | None:
        match node:
            case ast.Attribute(attr="pardir") | ast.Name(id="pardir"):
                return ".."
            case _:
                found = self.texts(node)
                text = next(iter(found)) if len(found) == 1 else OPEN
                return None if OPEN in text or OWN in text else text

    def _deeper(self, look: Callable[[A], B | None], node: A) -> B | None:
        """Look further, but not for ever: a name may lead to itself."""
        if self._depth > _DEEPEST:
            return None
        self._depth += 1
        try:
            return look(node)
        finally:
            self._depth -= 1


def _bindings(tree: ast.AST) -> Mapping[str, list[ast.expr]]:
    found: dict[str, list[ast.expr]] = defaultdict(list)
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    _bind(found, target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                _bind(found, target, value)
            case ast.NamedExpr(target=target, value=value):
                _bind(found, target, value)
            case ast.AugAssign(target=ast.Name(id=name)) | ast.arg(arg=name):
                found[name].append(_anything())
            case (
                ast.For(target=target, iter=several)
                | ast.comprehension(target=target, iter=several)
            ):
                _bind_each(found, target, several)
            case _:
                pass
    return dict(found)


def _bind(found: dict[str, list[ast.expr]], target: ast.expr, value: ast.expr) -> None:
    if isinstance(target, ast.Name):
        found[target.id].append(value)
    elif isinstance(target, ast.Tuple | ast.List):
        for item in target.elts:
            _bind(found, item, _anything())


def _bind_each(found: dict[str, list[ast.expr]], target: ast.expr, several: ast.expr) -> None:
    """Bind the names of a loop as if one item were taken out of the collection by its index."""
    for node in ast.walk(target):
        if isinstance(node, ast.Name):
            found[node.id].append(ast.Subscript(value=several, slice=ast.Constant(value=0)))


def _anything() -> ast.expr:
    return ast.List(elts=[])


def _joined(parts: list[frozenset[str]]) -> frozenset[str]:
    # Before they are joined: what doubles forty times fits nowhere.
    if sum(max(map(len, part), default=0) for part in parts) > _LONGEST:
        return frozenset({OPEN})
    return _limited("".join(choice) for choice in itertools.product(*map(sorted, parts)))


def _united(parts: Iterable[frozenset[str]]) -> frozenset[str]:
    return _limited(itertools.chain.from_iterable(parts))


def _limited(found: Iterable[str]) -> frozenset[str]:
    some = list(itertools.islice(found, _MOST + 1))
    if len(some) > _MOST or sum(map(len, some)) > _MOST_CHARACTERS:
        return frozenset({OPEN})
    return frozenset(some)


def _filled(templates: frozenset[str]) -> frozenset[str]:
    return frozenset(_FIELD.sub(OPEN, template) for template in templates)


def _below(start: str | None, part: str | None) -> str | None:
    if start is None or part is None or start == THIS_FILE:
        return None
    return _normal(posixpath.join(start, part.lstrip("/")))


def _parent(start: str | None, times: int = 1) -> str | None:
    if start is None:
        return None
    steps = times - 1 if start == THIS_FILE else times
    folder = "" if start == THIS_FILE else start
    return _normal(posixpath.join(folder, *[".."] * steps)) if steps else folder


def _normal(path: str) -> str:
    normal = posixpath.normpath(path)
    return "" if normal == "." else normal
