"""What a script's syntax tree says it reads, writes and needs.

The four parameters of the function are followed to where their keys are taken, through functions
of the same module and through its constants. Where they go out of sight, that is said, and nothing
is guessed.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from ci_scriptcheck.project.script.chanced import chanced
from ci_scriptcheck.project.script.command_line import parser_of
from ci_scriptcheck.project.script.guard import handed_over
from ci_scriptcheck.project.script.handed import Handed, Parser
from ci_scriptcheck.project.script.program import Miscall, is_program, miscall
from ci_scriptcheck.project.script.syntax import (
    Bound,
    LocalNames,
    Module,
    Names,
    Role,
    environment_read,
    module_of,
    names_environment,
    outside_guard,
)
from ci_scriptcheck.values import dataclass, field, replace

PARAMETERS: Mapping[str, Role] = {
    "input_paths": "inputs",
    "output_paths": "outputs",
    "environ_vars": "env",
    "job_args": "args",
}
MOST_CALLS = 500
"""Functions that are followed; more would be a script that no reader follows either."""

_HARMLESS = frozenset(
    {"print", "len", "str", "repr", "bool", "isinstance", "type", "id", "sorted"}
)
_LOGGING = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log"})
_LOOKUPS = frozenset({"get", "pop", "setdefault"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """The function that is called, as it is defined.

    Attributes:
        parameters: Names of those that can be given, in order.
        required: Names of those that have no default.
        open: Whether it takes any further arguments.
    """

    line: int
    parameters: tuple[str, ...]
    required: tuple[str, ...]
    open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Names that a script uses.

    Attributes:
        inputs: Key of `input_paths` → whether the script cannot do without it.
        outputs: Key of `output_paths` → the same.
        input_lines: Key of `input_paths` → the first line that takes it.
        env: Variable → the default in the code, where there is one.
        env_lines: Variable → the first line that takes it.
        taken: Key of `environ_vars` itself → whether the script cannot do without it.
        args: Attributes of `job_args`.
        needed_args: Those of them that are taken without looking.
        unknown: Which of `inputs`, `outputs`, `env` and `args` are also used in ways that cannot
            be followed, so that names may be missing.
        is_defined: Whether the module has the function at all, be it from elsewhere.
        is_program: Whether it does anything where it is started as a program.
        miscall: A call of the function there that cannot succeed.
        handed: What that call gives.
        parser: The command line that the script understands.
    """

    inputs: Mapping[str, bool] = field(default_factory=dict)
    outputs: Mapping[str, bool] = field(default_factory=dict)
    input_lines: Mapping[str, int] = field(default_factory=dict)
    env: Mapping[str, str | None] = field(default_factory=dict)
    env_lines: Mapping[str, int] = field(default_factory=dict)
    taken: Mapping[str, bool] = field(default_factory=dict)
    args: tuple[str, ...] = ()
    needed_args: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    function: Function | None = None
    is_defined: bool = False
    is_program: bool = False
    miscall: Miscall | None = None
    handed: Handed | None = None
    parser: Parser | None = None


def usage(source: str) -> Usage:
    """Say what the `main` of a script uses.

    Raises:
        SyntaxError: Python refuses the text.
    """
    module = module_of(source)
    defined = module.functions.get("main")
    reading = _Reading(module)
    if defined is None:
        reading.take_environment()
        return reading.found(None, is_defined="main" in module.names)
    reading.follow(defined, _roles(defined))
    reading.take_environment()
    found = reading.found(_signature(defined), is_defined=True)
    if not is_program(module):
        return found
    wrong = miscall(module, defined.name)
    parser = parser_of(module, LocalNames(module, {}))
    return replace(
        found,
        is_program=True,
        miscall=wrong,
        handed=None if wrong else handed_over(module, defined, _roles(defined), parser),
        parser=parser,
    )


def _signature(defined: ast.FunctionDef | ast.AsyncFunctionDef) -> Function:
    arguments = defined.args
    positional = [*arguments.posonlyargs, *arguments.args]
    without = positional[: len(positional) - len(arguments.defaults)]
    keyword = [
        one.arg
        for one, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default is None
    ]
    return Function(
        line=defined.lineno,
        parameters=tuple(one.arg for one in (*positional, *arguments.kwonlyargs)),
        required=(*(one.arg for one in without), *keyword),
        open=arguments.vararg is not None or arguments.kwarg is not None,
    )


def _roles(defined: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, Bound]:
    names = [one.arg for one in (*defined.args.posonlyargs, *defined.args.args)]
    names.extend(one.arg for one in defined.args.kwonlyargs)
    if any(name in PARAMETERS for name in names):
        return {name: PARAMETERS[name] for name in names if name in PARAMETERS}
    return dict(zip(names, PARAMETERS.values(), strict=False))


class _Reading:
    """Collects names while functions are followed."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.required: dict[Role, set[str]] = {role: set() for role in PARAMETERS.values()}
        self.optional: dict[Role, set[str]] = {role: set() for role in PARAMETERS.values()}
        self.chanced: dict[Role, set[str]] = {role: set() for role in PARAMETERS.values()}
        self.input_lines: dict[str, int] = {}
        self.env: dict[str, str | None] = {}
        self.env_lines: dict[str, int] = {}
        self.unknown: set[str] = set()
        self.followed: set[tuple[int, tuple[tuple[str, Bound], ...]]] = set()

    def found(self, function: Function | None, *, is_defined: bool) -> Usage:
        return Usage(
            inputs=self._ports("inputs"),
            outputs=self._ports("outputs"),
            input_lines=dict(sorted(self.input_lines.items())),
            env=dict(sorted(self.env.items())),
            env_lines=dict(sorted(self.env_lines.items())),
            taken=self._ports("env"),
            args=tuple(self._ports("args")),
            needed_args=tuple(name for name, needed in self._ports("args").items() if needed),
            unknown=tuple(sorted(self.unknown)),
            function=function,
            is_defined=is_defined,
        )

    def take_environment(self) -> None:
        """Note what the module reads from the environment itself, but for its guarded end."""
        local = LocalNames(self.module, {})
        for node in outside_guard(self.module.tree, self.module.source):
            name, default = environment_read(node, local)
            for one in name:
                self._variable(one, default, getattr(node, "lineno", 1))

    def follow(
        self, function: ast.FunctionDef | ast.AsyncFunctionDef, bound: Mapping[str, Bound]
    ) -> None:
        """Look at each use of what the names are bound to."""
        key = (id(function), tuple(sorted(bound.items())))
        if key in self.followed or len(self.followed) >= MOST_CALLS:
            return
        self.followed.add(key)
        local = LocalNames(self.module, bound)
        local.learn(function)
        seen: set[int] = set()
        nodes = list(ast.walk(function))
        unneeded = chanced(nodes, local)
        for node in nodes:
            if not self._is_chance(node, local, seen, unneeded):
                self._look(node, local, seen)
        for node in nodes:
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                role = local.role(node)
                if role is not None and id(node) not in seen:
                    self.unknown.add(role)

    def _is_chance(
        self,
        node: ast.AST,
        local: LocalNames,
        seen: set[int],
        unneeded: Mapping[Role, frozenset[int]],
    ) -> bool:
        """Note a key that is taken where the script copes without it."""
        match node:
            case ast.Subscript(value=holder, slice=key, ctx=ast.Load()):
                role = local.role(holder)
                if role is None or id(node) not in unneeded.get(role, ()):
                    return False
                seen.add(id(holder))
                self._taken(role, local.texts(key), self.chanced, node.lineno)
                return True
            case _:
                return False

    def _look(self, node: ast.AST, local: LocalNames, seen: set[int]) -> None:
        match node:
            case ast.Subscript(value=holder, slice=key) if (
                role := local.role(holder)
            ) is not None:
                seen.add(id(holder))
                if isinstance(node.ctx, ast.Load):
                    self._taken(role, local.texts(key), self.required, node.lineno)
            case ast.Compare(left=key, ops=[ast.In() | ast.NotIn()], comparators=[holder]) if (
                role := local.role(holder)
            ) is not None:
                seen.add(id(holder))
                self._taken(role, local.texts(key), self.optional, node.lineno)
            case ast.Attribute(value=holder, attr=name) if local.role(holder) == "args":
                seen.add(id(holder))
                self.required["args"].add(name)
            case ast.Assign(value=holder) | ast.AnnAssign(value=holder) if holder is not None:
                seen.update(local.aliased(holder))
            case ast.If(test=test) | ast.IfExp(test=test) | ast.Assert(test=test):
                seen.update(id(one) for one in _tested(test))
            case ast.Call():
                self._call(node, local, seen)
            case ast.FormattedValue(value=holder):
                seen.add(id(holder))
            case _:
                pass

    def _call(self, node: ast.Call, local: LocalNames, seen: set[int]) -> None:
        match node.func:
            case ast.Attribute(value=holder, attr=method) if (
                role := local.role(holder)
            ) is not None and role != "args":
                if method in _LOOKUPS and node.args:
                    seen.add(id(holder))
                    self._taken(role, local.texts(node.args[0]), self.optional, node.lineno)
                    self._default(role, node, local)
            case ast.Attribute(attr=method) if method in _LOGGING:
                seen.update(id(one) for one in node.args)
            case ast.Name(id="getattr" | "hasattr") if len(node.args) > 1:
                if local.role(node.args[0]) == "args":
                    seen.add(id(node.args[0]))
                    self._taken("args", local.texts(node.args[1]), self.optional, node.lineno)
            case ast.Name(id=name) if name in self.module.functions:
                self._follow_call(node, self.module.functions[name], local, seen)
            case ast.Name(id=name) if name in _HARMLESS:
                seen.update(id(one) for one in node.args)
            case _:
                pass

    def _follow_call(
        self,
        node: ast.Call,
        function: ast.FunctionDef | ast.AsyncFunctionDef,
        local: LocalNames,
        seen: set[int],
    ) -> None:
        names = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
        given: list[tuple[str, ast.expr]] = list(zip(names, node.args, strict=False))
        given.extend((one.arg, one.value) for one in node.keywords if one.arg is not None)
        bound: dict[str, Bound] = {}
        for name, value in given:
            role = local.role(value)
            texts = local.texts(value)
            if role is not None:
                seen.add(id(value))
                bound[name] = role
            elif texts is not None:
                bound[name] = texts
        if any(isinstance(one, str) for one in bound.values()):
            self.follow(function, bound)
        elif bound and names_environment(function, self.module.source.split("\n")):
            self._read_by(function, bound)

    def _read_by(
        self, function: ast.FunctionDef | ast.AsyncFunctionDef, bound: Mapping[str, Bound]
    ) -> None:
        """Note variables whose names a helper is given: `_is_set("VERBOSE")`."""
        local = LocalNames(self.module, bound)
        for node in ast.walk(function):
            names, default = environment_read(node, local)
            for one in names:
                self._variable(one, default, getattr(node, "lineno", 1))

    def _taken(
        self, role: Role, names: Names | None, kept: dict[Role, set[str]], line: int
    ) -> None:
        if names is None:
            self.unknown.add(role)
            return
        kept[role].update(names)
        for name in names if role == "env" else ():
            self._variable(name, None, line)
        for name in names if role == "inputs" else ():
            self.input_lines[name] = min(line, self.input_lines.get(name, line))

    def _default(self, role: Role, node: ast.Call, local: LocalNames) -> None:
        if role == "env" and len(node.args) > 1:
            for name in local.texts(node.args[0]) or ():
                self._variable(name, local.default(node.args[1]), node.lineno)

    def _variable(self, name: str, default: str | None, line: int) -> None:
        self.env_lines[name] = min(line, self.env_lines.get(name, line))
        if self.env.get(name) is None:
            self.env[name] = default

    def _ports(self, role: Role) -> dict[str, bool]:
        # Taken elsewhere without a chance, a key is needed all the same.
        names = self.required[role] | self.optional[role] | self.chanced[role]
        return {
            name: name in self.required[role] and name not in self.optional[role]
            for name in sorted(names)
        }


def _tested(test: ast.expr) -> tuple[ast.expr, ...]:
    """Give the parts of a condition that are only asked whether they hold anything."""
    match test:
        case ast.BoolOp(values=values):
            return tuple(part for value in values for part in _tested(value))
        case ast.UnaryOp(operand=operand):
            return _tested(operand)
        case ast.Compare(left=left, ops=[ast.Is() | ast.IsNot()]):
            return (left,)
        case _:
            return (test,)
