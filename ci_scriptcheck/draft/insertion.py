"""Put datasets into a settings file: what is written there stays as it is, to the last blank."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from ci_scriptcheck.draft import written
from ci_scriptcheck.errors import Place, UsageError
from ci_scriptcheck.project.native.yaml_text import read_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ci_scriptcheck.draft.drafted import Drafted

_INDENT = 2


def with_datasets(text: str, drafts: Sequence[Drafted], *, file: str) -> str:
    """Give the text of a settings file with these datasets in it.

    Raises:
        UsageError: it is no settings file, has one of that name, or has them in braces.
    """
    # Its mistakes are told with their lines, before anything is put there.
    read_yaml(text.encode(), file)
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is None:
        return f"{_ended(text)}{written.document(drafts)}"
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise UsageError(
            what=f"`{file}` is not written as keys on lines of their own",
            advice="without `--into`, the datasets are printed",
        )
    for key, value in root.value:
        if key.value == "datasets":
            return _among(text, key, value, drafts, file)
    return f"{_ended(text)}\n{written.document(drafts)}"


def _among(
    text: str, key: yaml.Node, value: yaml.Node, drafts: Sequence[Drafted], file: str
) -> str:
    place = Place(file=file, line=key.start_mark.line + 1)
    if isinstance(value, yaml.ScalarNode) and not value.value.strip(" ~"):
        line, indent = key.start_mark.line, _INDENT
    elif isinstance(value, yaml.MappingNode) and not value.flow_style:
        taken = {name.value for name, _ in value.value}
        for draft in drafts:
            if draft.dataset.name in taken:
                raise UsageError(
                    what=f"there is a dataset `{draft.dataset.name}` already",
                    where=place,
                    advice="give another name with `--as`",
                )
        line, indent = _last_line(value), value.start_mark.column
    else:
        raise UsageError(
            what="`datasets:` is written in braces, and its text cannot be added to",
            where=place,
            advice="write each dataset on a line of its own, or leave out `--into`",
        )
    lines = text.splitlines(keepends=True)
    before, after = "".join(lines[: line + 1]), "".join(lines[line + 1 :])
    added = "".join(f"{one}\n" for one in written.block(drafts, indent=indent))
    return f"{_ended(before)}{added}{after}"


def _last_line(node: yaml.Node) -> int:
    """Give the last line, counted from 0, on which a node has content; its own end is further on."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style:
        return max(_last_line(value) for _, value in node.value)
    if isinstance(node, yaml.SequenceNode) and not node.flow_style:
        return max(_last_line(value) for value in node.value)
    end: yaml.Mark = node.end_mark
    # A block of text ends where the next thing begins.
    return end.line - 1 if end.column == 0 and end.line > node.start_mark.line else end.line


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"
