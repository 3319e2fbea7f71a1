"""Which files of two runs belong together: by their names, whatever times those hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.timed_names import without_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def differing(here: Mapping[str, str], there: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Give the names of files that differ, in the first run and in the second.

    Where a name holds a time, its partner is the file whose name is the same but for that; a file
    without a partner is given twice by its own name.

    Args:
        here: Name of a file → what tells its content, such as a digest.
        there: The same of the second run.
    """
    partners: dict[str, list[str]] = {}
    for name in sorted(there.keys() - here.keys()):
        partners.setdefault(without_time(name), []).append(name)
    for name, digest in sorted(here.items()):
        if name in there:
            if there[name] != digest:
                yield name, name
        else:
            others = partners.get(without_time(name))
            yield name, others.pop(0) if others else name
    for others in partners.values():
        yield from ((name, name) for name in others)
