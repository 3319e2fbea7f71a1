"""Put entries into a settings file: what is written there stays as it is, to the last blank.

New lines end as the first one does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

from ci_scriptcheck.draft import written
from ci_scriptcheck.errors import Place, UsageError
from ci_scriptcheck.project import scan
from ci_scriptcheck.project.native.quoting import quoted
from ci_scriptcheck.project.native.yaml_text import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ci_scriptcheck.draft.drafted import Drafted

_INDENT = 2

Lines = list[str]


def with_datasets(text: str, drafts: Sequence[Drafted], *, file: str) -> str:
    """Give the text of a settings file with these datasets in it.

    Raises:
        UsageError: it is no settings file, has one of that name, or has them in braces.
    """
    entries = {draft.dataset.name: written.block([draft], indent=0) for draft in drafts}
    return with_entries(_without_comments_on(entries, text), ("datasets",), entries, file=file)


def _without_comments_on(names: Iterable[str], text: str) -> str:
    """Take out what `init` wrote in place of datasets that are described now, and its heading with the last of them."""
    said = {scan.left_to_the_reader(name) for name in names}
    lines = text.splitlines(keepends=True)
    left = [line for line in lines if line.rstrip() not in said]
    if len(left) == len(lines):
        return text
    head = [scan.UNWRITTEN, scan.NO_DATASETS]
    for number in range(len(left) - 1):
        below = left[number + 2 : number + 3]
        is_over = not below or not below[0].startswith("#  ")
        if [line.rstrip() for line in left[number : number + 2]] == head and is_over:
            del left[number : number + 2]
            break
    if left and not left[-1].strip():
        # What stood above them would be an empty line at the end.
        return "".join(left).rstrip("\r\n") + _line_end(text)
    return "".join(left)


def with_entries(
    text: str, path: Sequence[str], entries: Mapping[str, Lines], *, file: str
) -> str:
    """Give the text of a settings file with further entries below a key.

    Args:
        text: The file, with the ends of its lines.
        path: The way to the key, which is written where it is missing: `("steps", "train", "tests")`.
        entries: Name → the lines of its entry, the name on the first of them.
        file: Its name, for messages.

    Raises:
        UsageError: it is no settings file, has such an entry, or has them in braces.
    """
    end = _line_end(text)
    # Its mistakes are told with their lines, before anything is put there.
    read_yaml(text.encode(), file)
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is None:
        return _ended(text, end) + _joined(_below(path, entries), 0, end)
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise UsageError(
            what=f"`{file}` is not written as keys on lines of their own",
            advice="put it there by hand",
        )
    line, indent, missing = _where(root, path, entries, file)
    added = _joined(_below(missing, entries), indent, end)
    if line is None:
        return f"{_ended(text, end)}{end}{added}"
    lines = text.splitlines(keepends=True)
    before, after = "".join(lines[: line + 1]), "".join(lines[line + 1 :])
    return f"{_ended(before, end)}{added}{after}"


def _where(
    root: yaml.MappingNode, path: Sequence[str], entries: Mapping[str, Lines], file: str
) -> tuple[int | None, int, Sequence[str]]:
    """Find the line to write behind, counted from 0, how far indented, and the keys to write first.

    No line stands for the end of the file.
    """
    node = root
    for depth, name in enumerate(path):
        found = next((pair for pair in node.value if pair[0].value == name), None)
        if found is None:
            line = None if node is root else _last_line(node)
            return line, node.start_mark.column, path[depth:]
        key, value = found
        if isinstance(value, yaml.ScalarNode) and not value.value.strip(" ~"):
            return key.start_mark.line, key.start_mark.column + _INDENT, path[depth + 1 :]
        # An alias stands for what is written elsewhere, for others too.
        is_elsewhere = value.start_mark.index < key.start_mark.index
        if not isinstance(value, yaml.MappingNode) or value.flow_style or is_elsewhere:
            raise UsageError(
                what=f"`{name}:` is written in braces, and its text cannot be added to",
                where=Place(file=file, line=key.start_mark.line + 1),
                advice="write each entry on a line of its own, or put it there by hand",
            )
        _refuse_taken(key, value, entries if depth == len(path) - 1 else {}, file)
        node = value
    return _last_line(node), node.start_mark.column, ()


def _refuse_taken(
    key: yaml.Node, value: yaml.MappingNode, entries: Mapping[str, Lines], file: str
) -> None:
    for name, _ in value.value:
        if name.value in entries:
            raise UsageError(
                what=f"there is a {key.value.removesuffix('s')} `{name.value}` already",
                where=Place(file=file, line=name.start_mark.line + 1),
                advice="give another name, with `--as`"
                if key.value == "datasets"
                else "rename it",
            )


def _below(path: Sequence[str], entries: Mapping[str, Lines]) -> Lines:
    lines = [line for entry in entries.values() for line in entry]
    for name in reversed(path):
        lines = [f"{quoted(name)}:", *(f"{'':{_INDENT}}{line}" if line else "" for line in lines)]
    return lines


def _joined(lines: Lines, indent: int, end: str) -> str:
    return "".join(f"{'':{indent}}{line}{end}" if line else end for line in lines)


def _last_line(node: yaml.Node) -> int:
    """Give the last line, counted from 0, on which a node has content; its own end is further on."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style:
        # An alias stands for lines further up.
        ends = (max(_last_line(key), _last_line(value)) for key, value in node.value)
        return max(ends)
    if isinstance(node, yaml.SequenceNode) and not node.flow_style:
        return max(_last_line(value) for value in node.value)
    end: yaml.Mark = node.end_mark
    # A block of text ends where the next thing begins.
    return end.line - 1 if end.column == 0 and end.line > node.start_mark.line else end.line


def _line_end(text: str) -> str:
    found = re.search(r"\r\n|\n|\r", text)
    return found[0] if found else "\n"


def _ended(text: str, end: str) -> str:
    return text if not text or text.endswith(("\n", "\r")) else f"{text}{end}"
