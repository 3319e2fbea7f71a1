"""Stages of a `dvc.yaml`: which scripts they start, and what these read and write.

A stage starts a program where it stands, and a script is checked by calling its function with
folders of its own. So stages are told, and no steps are made of them.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.project.native.yaml_text import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ci_scriptcheck.model.tree import Tree

_FILE = "dvc.yaml"
_SCRIPT = re.compile(r"(?:^|\s)([\w./-]+\.py)\b")
_MODULE = re.compile(r"\bpython\S*\s+-m\s+([\w.]+)")


def stages(tree: Tree, folder: str) -> Mapping[str, str]:
    """Give script, relative to the folder → which stage starts it, and what it reads and writes."""
    path = f"{folder}/{_FILE}" if folder else _FILE
    if not tree.has(path):
        return {}
    try:
        document: Any = read_yaml(tree.read(path), path).data
    except UsageError:
        # A file of another tool, with rules of its own; what cannot be read is not spoken of.
        return {}
    written = document.get("stages") if isinstance(document, dict) else None
    found: dict[str, str] = {}
    for name, stage in written.items() if isinstance(written, dict) else ():
        body = stage.get("do", stage) if isinstance(stage, dict) else {}
        script = _script_of(body.get("cmd")) if isinstance(body, dict) else None
        if script is not None and script not in found:
            found[script] = _in_words(str(name), body)
    return found


def _in_words(name: str, body: Mapping[str, Any]) -> str:
    reads = [one for one in _names(body.get("deps")) if not one.endswith(".py")]
    writes = [one for key in ("outs", "metrics") for one in _names(body.get(key))]
    parts = [f"stage `{name}` of {_FILE}"]
    parts += [f"reads {', '.join(reads)}"] if reads else []
    parts += [f"writes {', '.join(writes)}"] if writes else []
    return ", ".join(parts)


def _script_of(command: object) -> str | None:
    text = " && ".join(map(str, command)) if isinstance(command, list) else str(command or "")
    script, module = _SCRIPT.search(text), _MODULE.search(text)
    if script is not None:
        return str(PurePosixPath(script[1]))
    return f"{module[1].replace('.', '/')}.py" if module is not None else None


def _names(listed: object) -> Iterator[str]:
    """Give paths; one with settings is a mapping from its path to them."""
    for one in listed if isinstance(listed, list) else ():
        yield from map(str, one) if isinstance(one, dict) else (str(one),)
