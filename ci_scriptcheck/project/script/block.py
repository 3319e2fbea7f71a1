"""What names stand for in one block of statements: dictionaries with their keys, paths, namespaces.

Statements are taken as they stand; a name that goes where it may be changed is not known.
"""

from __future__ import annotations

import ast
import posixpath
import re
from typing import TYPE_CHECKING

from ci_scriptcheck.project.script.handed import Given
from ci_scriptcheck.project.script.syntax import LocalNames, environment_read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.project.script.handed import Parser
    from ci_scriptcheck.project.script.syntax import Module

Keys = dict[str, Given]

_DEEPEST = 12
_LOOKING = frozenset({"get", "items", "keys", "values", "copy", "setdefault", "update"})
_HARMLESS = frozenset(
    {"print", "len", "str", "repr", "dict", "list", "sorted", "bool", "vars", "dumps", "pprint"}
    | {"debug", "info", "warning", "error", "exception", "critical", "log", "makedirs", "exists"}
)
_NAMESPACES = frozenset({"Namespace", "SimpleNamespace"})


class Block:
    """One block of statements.

    Attributes:
        local: What plain names stand for in it.
    """

    def __init__(
        self,
        module: Module,
        body: list[ast.stmt],
        *,
        passed_to: str,
        parser: Parser | None,
        depth: int = 0,
    ) -> None:
        self.local = LocalNames(module, {})
        self._module = module
        self._passed_to = passed_to
        self._parser = parser
        self._depth = depth
        nothing = ast.arguments(
            posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[]
        )
        whole = ast.FunctionDef(name="", args=nothing, body=body, decorator_list=[])
        self.local.learn(whole)
        self._nodes = list(ast.walk(whole))
        self._bound = _bindings(self._nodes)

    def keys(self, node: ast.expr | None) -> Keys | None:
        """Give the keys of a dictionary; `None` where there may be others."""
        self._depth += 1
        try:
            return None if node is None or self._depth > _DEEPEST else self._keys(node)
        finally:
            self._depth -= 1

    def text(self, node: ast.expr) -> str | None:
        """Give the one text that an expression stands for, a path's as well."""
        self._depth += 1
        try:
            return None if self._depth > _DEEPEST else self._text(node)
        finally:
            self._depth -= 1

    def attributes(self, node: ast.expr) -> set[str] | None:  # noqa: PLR0911  (one arm for each form)
        """Give the attributes of a namespace; `None` where there may be others."""
        match node:
            case ast.Constant(value=None):
                return set()
            case ast.Name(id=name):
                return self._attributes_of_name(name)
            case (
                ast.Call(func=ast.Attribute(attr="parse_args" | "parse_known_args"))
                | ast.Subscript(value=ast.Call(func=ast.Attribute(attr="parse_known_args")))
            ):
                if self._parser is None:
                    return None
                return {option.attribute for option in self._parser.options}
            case ast.Call(
                func=ast.Name(id=name) | ast.Attribute(attr=name), args=[], keywords=words
            ) if name in _NAMESPACES:
                names = [word.arg for word in words]
                return None if None in names else {one for one in names if one is not None}
            case ast.Call(func=ast.Name(id=name)):
                returned = self._returned(name)
                return None if returned is None else returned[0].attributes(returned[1])
            case _:
                return None

    def _keys(self, node: ast.expr) -> Keys | None:  # noqa: PLR0911  (one arm for each form)
        match node:
            case ast.Dict(keys=keys, values=values):
                return self._literal(keys, values)
            case ast.Name(id=name):
                return self._keys_of_name(name)
            case ast.Call(func=ast.Name(id="dict"), args=given, keywords=words):
                return self._literal(
                    [*(None for _ in given), *(_constant(word.arg) for word in words)],
                    [*given, *(word.value for word in words)],
                )
            case ast.Call(func=ast.Attribute(value=holder, attr="copy"), args=[]):
                return self.keys(holder)
            case ast.Call(func=ast.Name(id=name)):
                returned = self._returned(name)
                return None if returned is None else returned[0].keys(returned[1])
            case (
                ast.IfExp(body=one, orelse=other)
                | ast.BinOp(left=one, op=ast.BitOr(), right=other)
            ):
                return _together([self.keys(one), self.keys(other)])
            case ast.DictComp(key=key, value=value):
                return self._literal([key], [value])
            case _:
                return None

    def _literal(self, keys: list[ast.expr | None], values: list[ast.expr]) -> Keys | None:
        found: Keys = {}
        for key, value in zip(keys, values, strict=True):
            if key is None:
                more = self.keys(value)
                if more is None:
                    return None
                found |= more
                continue
            names = self.local.texts(key)
            if names is None:
                return None
            found |= {name: self._given(value, key, is_one=len(names) == 1) for name in names}
        return found

    def _given(self, value: ast.expr, key: ast.expr, *, is_one: bool) -> Given:
        line = getattr(key, "lineno", value.lineno)
        if not is_one:
            return Given(line=line)
        return Given(line=line, text=self.text(value), variable=self._variable(value))

    def _variable(self, value: ast.expr) -> str | None:
        """Give the one variable that a value is taken from, directly or under a name of its own."""
        names = {
            name for node in ast.walk(value) for name in environment_read(node, self.local)[0]
        }
        if not names and isinstance(value, ast.Name) and len(self._bound.get(value.id, ())) == 1:
            (bound,) = self._bound[value.id]
            names = {
                name for node in ast.walk(bound) for name in environment_read(node, self.local)[0]
            }
        return next(iter(names)) if len(names) == 1 else None

    def _keys_of_name(self, name: str) -> Keys | None:
        values = self._bound.get(name)
        if values is None:
            outside = _at_top(self._module, name)
            return None if outside is None else self.keys(outside)
        if not self._stays_in_sight(name):
            return None
        return _together([*map(self.keys, values), *self._added(name)])

    def _added(self, name: str) -> Iterator[Keys | None]:
        """Give what is put into a dictionary after it was made."""
        for node in self._nodes:
            match node:
                case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=held), slice=key)]) if (
                    held == name
                ):
                    yield self._literal([key], [node.value])
                case ast.Call(
                    func=ast.Attribute(
                        value=ast.Name(id=held), attr="update" | "setdefault" as how
                    ),
                    args=given,
                    keywords=words,
                ) if held == name:
                    if how == "setdefault":
                        yield self._literal(list(given[:1]), list(given[-1:]))
                        continue
                    yield from (self.keys(one) for one in given)
                    keys = [_constant(word.arg) for word in words]
                    yield self._literal(keys, [word.value for word in words])
                case _:
                    pass

    def _stays_in_sight(self, name: str) -> bool:
        """Say whether every use of a name is one that is understood."""
        fine: set[int] = set()
        for node in self._nodes:
            match node:
                case ast.Subscript(value=holder) if not isinstance(node.ctx, ast.Del):
                    fine.add(id(holder))
                case ast.Attribute(value=holder, attr=attribute) if attribute in _LOOKING:
                    fine.add(id(holder))
                case ast.Compare() | ast.FormattedValue() | ast.For() | ast.comprehension():
                    fine.update(id(one) for one in ast.iter_child_nodes(node))
                case ast.If(test=used) | ast.IfExp(test=used) | ast.Return(value=used):
                    fine.add(id(used))
                case ast.Call() if _name_of(node.func) in {self._passed_to, *_HARMLESS}:
                    fine.update(id(one) for one in node.args)
                    fine.update(id(word.value) for word in node.keywords)
                case ast.Dict(keys=keys, values=values):
                    fine.update(
                        id(one) for key, one in zip(keys, values, strict=True) if key is None
                    )
                case _:
                    pass
        return all(
            id(node) in fine
            for node in self._nodes
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
        )

    def _attributes_of_name(self, name: str) -> set[str] | None:
        values = self._bound.get(name, [])
        if len(values) != 1:
            return None
        found = self.attributes(values[0])
        if found is None or self._is_set_elsewhere(name):
            return None
        added = {
            node.attr
            for node in self._nodes
            if isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and isinstance(node.value, ast.Name)
            and node.value.id == name
        }
        return found | added

    def _is_set_elsewhere(self, name: str) -> bool:
        """Say whether a namespace goes where it may get attributes."""
        for node in self._nodes:
            if isinstance(node, ast.Call) and _name_of(node.func) not in {
                self._passed_to,
                "getattr",
                "hasattr",
                *_HARMLESS,
            }:
                given = [*node.args, *(word.value for word in node.keywords)]
                if any(isinstance(one, ast.Name) and one.id == name for one in given):
                    return True
        return False

    def _returned(self, name: str) -> tuple[Block, ast.expr] | None:
        """Give what a function of the module returns, where that is one expression."""
        function = self._module.functions.get(name)
        if function is None or self._depth > _DEEPEST:
            return None
        returns = [node for node in ast.walk(function) if isinstance(node, ast.Return)]
        if len(returns) != 1 or returns[0].value is None:
            return None
        inner = Block(
            self._module,
            function.body,
            passed_to=self._passed_to,
            parser=self._parser,
            depth=self._depth + 1,
        )
        return inner, returns[0].value

    def _text(self, node: ast.expr) -> str | None:
        match node:
            case ast.Constant(value=str() as text):
                return text
            case ast.Name(id=name) if len(self._bound.get(name, ())) == 1:
                return self.text(self._bound[name][0])
            case ast.Subscript(value=holder, slice=ast.Constant(value=str() as key)):
                held = self.keys(holder)
                given = None if held is None else held.get(key)
                return None if given is None else given.text
            case ast.Call(func=called, args=[first, *more]) if _name_of(called) in {
                "Path",
                "str",
                "join",
            }:
                return self._joined([first, *more])
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return self._joined([left, right])
            case _:
                known = self.local.texts(node)
                return known[0] if known is not None and len(known) == 1 else None

    def _joined(self, parts: list[ast.expr]) -> str | None:
        texts = [self.text(part) for part in parts]
        known = [text for text in texts if text is not None]
        return posixpath.join(*known) if len(known) == len(texts) else None


def _bindings(nodes: list[ast.AST]) -> dict[str, list[ast.expr]]:
    found: dict[str, list[ast.expr]] = {}
    for node in nodes:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    match target:
                        case ast.Name(id=name):
                            found.setdefault(name, []).append(value)
                        case ast.Tuple(elts=[ast.Name(id=name), *_]):
                            # `args, others = parser.parse_known_args()`
                            found.setdefault(name, []).append(value)
                        case _:
                            pass
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                found.setdefault(name, []).append(value)
            case ast.AugAssign(target=ast.Name(id=name)) | ast.NamedExpr(target=ast.Name(id=name)):
                found.setdefault(name, []).append(node.value)
            case ast.For(target=ast.Name(id=name), iter=value):
                found.setdefault(name, []).extend([value, value])
            case _:
                pass
    return found


def _at_top(module: Module, name: str) -> ast.expr | None:
    """Give the one value of a name of the module, unless it is changed anywhere."""
    values: list[ast.expr] = []
    for node in module.tree.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=bound)], value=value)
                | ast.AnnAssign(target=ast.Name(id=bound), value=ast.expr() as value)
            ) if bound == name:
                values.append(value)
            case _:
                pass
    # By its text: to walk a whole module takes longer than all the rest.
    changed = rf"\b{name}\s*(\.(update|pop|popitem|setdefault|clear)\b|\[[^\]]*\]\s*[-+|]?=(?!=))"
    is_changed = re.search(changed, module.source) is not None
    return values[0] if len(values) == 1 and not is_changed else None


def _together(parts: list[Keys | None]) -> Keys | None:
    """Join what may be there; of two values for one key none is known."""
    found: Keys = {}
    for part in parts:
        if part is None:
            return None
        for name, given in part.items():
            before = found.get(name)
            is_same = before is None or before == given
            found[name] = given if is_same else Given(line=given.line)
    return found


def _constant(name: str | None) -> ast.expr | None:
    return None if name is None else ast.Constant(value=name)


def _name_of(called: ast.expr) -> str:
    match called:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""
