"""What a project is called, where its settings say nothing else: by that its comment and its check are told apart."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.project.native.yaml_text import read_yaml

if TYPE_CHECKING:
    from pathlib import Path

_LINE = re.compile(r"""(?m)^project:[ \t]+(["']?)(?P<name>[^"'#\n]+?)\1[ \t]*(?:#.*)?\r?$""")


def default_name(root: Path | None, folder: str) -> str:
    """Give the folder's path in the repository; at its top, the name of the repository's folder.

    The last part of the path would be the same for `eu/model` and `us/model`.
    """
    return folder or (root.resolve().name if root else "") or "project"


def written_name(content: bytes) -> str | None:
    """Read what settings call the project, also where nothing else of them can be understood."""
    with suppress(UsageError):
        data = read_yaml(content, "").data
        name = data.get("project") if isinstance(data, dict) else None
        return name if isinstance(name, str) and name else None
    found = _LINE.search(content.decode("utf-8", "replace"))
    return found["name"] if found else None
