"""Data of the repository that bear the names of files that scripts open below an input.

A guess for a first settings file: only a syntax tree is looked at, and only usual folders.
"""

from __future__ import annotations

import ast
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SUFFIXES = frozenset({".csv", ".parquet", ".json", ".jsonl", ".tsv"})
"""Endings of files that hold data."""

FOLDERS = ("data", "tests/data", "tests/fixtures", "samples", "examples")
"""Where projects keep data to try their scripts with, the likeliest first."""


def data_for(port: str, sources: Iterable[str], paths: Iterable[str]) -> str | None:
    """Find the file that scripts open below an input, or the folder that holds all of them.

    Args:
        port: Key of `input_paths`.
        sources: Scripts that read it.
        paths: Files of the project, relative to it.
    """
    names = tuple(dict.fromkeys(name for source in sources for name in names_below(source, port)))
    there = frozenset(paths)
    for folder in FOLDERS if names else ():
        holding = [
            path.removesuffix(names[0]).rstrip("/")
            for path in sorted(there)
            if f"/{path}".endswith(f"/{names[0]}") and path.startswith(f"{folder}/")
        ]
        for place in holding:
            if all(f"{place}/{name}" in there for name in names):
                is_one = len(names) == 1 and "/" not in names[0]
                return f"{place}/{names[0]}" if is_one else place
    return None


def names_below(source: str, port: str) -> tuple[str, ...]:
    """List the files that a script names below one of its inputs, as far as its text tells.

    Raises:
        SyntaxError: Python refuses the text.
    """
    tree = ast.parse(source)
    held: set[str] = set()
    found: dict[str, None] = {}
    for node in _in_order(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _leads_to(
                value, port, held
            ):
                held.add(name)
            case (
                ast.BinOp(op=ast.Div() | ast.Add())
                | ast.JoinedStr()
                | ast.Call(func=ast.Attribute(attr="join" | "joinpath"))
            ) if _leads_to(node, port, held):
                found.update(dict.fromkeys(_file_names(node)))
            case _:
                pass
    return tuple(found)


def _in_order(tree: ast.AST) -> Iterator[ast.AST]:
    yield tree
    for child in ast.iter_child_nodes(tree):
        yield from _in_order(child)


def _leads_to(node: ast.AST, port: str, held: set[str]) -> bool:
    """Say whether an expression takes an input's path, or a name that stands for it."""
    for part in ast.walk(node):
        match part:
            case ast.Subscript(value=ast.Name(id="input_paths"), slice=ast.Constant(value=key)):
                if key == port:
                    return True
            case ast.Name(id=name) if name in held:
                return True
            case _:
                pass
    return False


def _file_names(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            name = part.value.strip("/")
            if PurePosixPath(name).suffix in SUFFIXES and not set(name) & set("*?["):
                yield name
