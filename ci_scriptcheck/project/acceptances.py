"""`scriptcheck.accepted.yaml`: the differences from base that are intended, read and written.

A list of its own beside the settings: it comes with a change, is read in its review, and can be emptied
when the change has been merged, as base then is what head was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ci_scriptcheck.errors import did_you_mean
from ci_scriptcheck.model.acceptance import FILE_NAME, Acceptance
from ci_scriptcheck.project import own_file
from ci_scriptcheck.project.paths import within
from ci_scriptcheck.values import dataclass, fields

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from ci_scriptcheck.model.tree import Tree
    from ci_scriptcheck.project.native.source_lines import Source

_HEAD = """\
# Differences from the main branch that somebody has looked at and that are intended. Written by
# `scriptcheck accept`; each stands for exactly one difference. Empty it when they have been merged.
"""
_OPTIONAL = frozenset({"task", "data", "base"})


def read(tree: Tree, folder: str) -> tuple[Acceptance, ...]:
    """Read the acceptances of the project in a folder; without a file there are none.

    Raises:
        UsageError: the file cannot be read or understood.
    """
    path = within(folder, FILE_NAME) or FILE_NAME
    content = own_file.content(tree, path, what="the list of differences")
    if content is None:
        return ()
    # Most projects have no such file, and need not wait for YAML.
    from ci_scriptcheck.project.native.yaml_text import read_yaml

    source = read_yaml(content, path)
    if source.data is None:
        return ()
    if not isinstance(source.data, list):
        raise source.mistake("this must be a list of differences", ())
    return tuple(_one(source, number, item) for number, item in enumerate(source.data))


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFindings:
    """What the run has shown from which something is accepted.

    Attributes:
        tasks: Those whose outputs it has compared.
        differences: What acceptances of all that it found would stand for.
    """

    tasks: frozenset[str] = frozenset()
    differences: frozenset[str] = frozenset()


def taken_back(
    known: Iterable[Acceptance], new: Iterable[Acceptance], seen: RunFindings
) -> tuple[Acceptance, ...]:
    """Give what was accepted before in whose place something new of the same finding comes.

    One finding may be about made data in one task, and about real ones in another. So what the run has found as well
    stays, and so does what was accepted of a task that the run has not compared, as of real data where it was given none.
    """
    coming = {(_finding(one), one.difference) for one in new}
    again = {finding for finding, _ in coming}
    return tuple(
        one
        for one in known
        if _finding(one) in again
        and (_finding(one), one.difference) not in coming
        and one.difference not in seen.differences
        and (one.task is None or one.task in seen.tasks)
    )


def written(
    known: Iterable[Acceptance],
    new: Iterable[Acceptance] = (),
    leaving: Collection[Acceptance] = (),
) -> str:
    """Write the whole file, sorted.

    Args:
        known: What stands in it.
        new: What comes to that.
        leaving: What of `known` goes.
    """
    staying = (one for one in known if one not in leaving)
    said = {(*_finding(one), one.difference): one for one in (*staying, *new)}
    unique = [said[about] for about in sorted(said)]
    return _HEAD + "".join(f"\n- {chr(10).join(_lines(one)).strip()}\n" for one in unique)


def _finding(one: Acceptance) -> tuple[str, str, str, str]:
    return one.step, one.output, one.rule, one.about


def _lines(one: Acceptance) -> Iterator[str]:
    for item in fields(Acceptance):
        value = getattr(one, item.name)
        if value is not None:
            yield f"  {item.name}: {_quoted(value)}"


def _quoted(text: str) -> str:
    """Write a text so that YAML reads it as just that, whatever it holds."""
    from ci_scriptcheck.project.native.quoting import quoted

    # What is no text, as a name of other bytes, is written so that it fits nothing.
    return quoted(text.encode("utf-8", "backslashreplace").decode())


def _one(source: Source, number: int, item: Any) -> Acceptance:  # noqa: ANN401  (any YAML)
    names = [one.name for one in fields(Acceptance)]
    if not isinstance(item, dict):
        raise source.mistake("this must be a mapping", (number,))
    for name in item:
        if name not in names:
            raise source.mistake(
                f"unknown key `{name}`", (number, name), advice=did_you_mean(str(name), names)
            )
    missing = [name for name in names if name not in item and name not in _OPTIONAL]
    if missing:
        raise source.mistake(
            f"`{missing[0]}` is missing",
            (number,),
            advice="have it written: `scriptcheck accept TASK --reason TEXT`",
        )
    texts = {name: source.texts.get((number, name), str(item[name])) for name in item}
    return Acceptance(**texts)
