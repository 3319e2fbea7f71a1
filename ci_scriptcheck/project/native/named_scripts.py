"""Which scripts a settings file names, and which step each of them is.

A pipeline may be a list of scripts; each that no step names is a step of its own, called like its
file.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import did_you_mean
from ci_scriptcheck.project.native.documents import PipelineDocument
from ci_scriptcheck.project.native.source_lines import KeyPath
from ci_scriptcheck.project.paths import within
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ci_scriptcheck.project.declared import DeclaredStep
    from ci_scriptcheck.project.native.reading import Native


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedScript:
    """A step's script, relative to the repository, and where the file names it."""

    step: str
    script: str
    path: KeyPath


def named_scripts(
    native: Native, folder: str, adapters: Mapping[str, DeclaredStep]
) -> dict[str, NamedScript]:
    """Give the script of each step that the file itself gives one.

    Raises:
        UsageError: a path leads out of the repository, two scripts would be the same step, or a
            pipeline lists what is neither a step nor a script.
    """
    found: dict[str, NamedScript] = {}
    for name, document in native.document.steps.items():
        if document is not None and document.script is not None:
            path: KeyPath = ("steps", name, "script")
            script = _inside(native, folder, document.script, path)
            found[name] = NamedScript(step=name, script=script, path=path)
    for item, path in _listed(native):
        if item in found or item in adapters or item in native.document.steps:
            continue
        if not item.endswith(".py"):
            raise native.source.mistake(
                f"there is no step `{item}`",
                path,
                advice=did_you_mean(item, (*found, *adapters))
                or "name a script, such as train.py",
            )
        script = _inside(native, folder, item, path)
        if not _steps_with(script, found, adapters):
            named = NamedScript(step=PurePosixPath(script).stem, script=script, path=path)
            _check_is_new(native, named, found, adapters)
            found[named.step] = named
    return found


def step_of_item(
    native: Native,
    folder: str,
    path: KeyPath,
    item: str,
    found: Mapping[str, NamedScript],
    adapters: Mapping[str, DeclaredStep],
) -> str:
    """Say which step an item of a listed pipeline is."""
    if item in found or item in adapters or item in native.document.steps:
        return item
    fitting = _steps_with(_inside(native, folder, item, path), found, adapters)
    if len(fitting) > 1:
        raise native.source.mistake(
            f"`{item}` is the script of several steps: {', '.join(fitting)}",
            path,
            advice="name the step instead of the script",
        )
    return fitting[0]


def _listed(native: Native) -> Iterator[tuple[str, KeyPath]]:
    for name, written in native.document.pipelines.items():
        if not isinstance(written, PipelineDocument):
            for position, item in enumerate(written):
                yield item, ("pipelines", name, position)


def _inside(native: Native, folder: str, written: str, path: KeyPath) -> str:
    script = within(folder, written)
    if not script:
        raise native.source.mistake(
            f"`{written}` leads out of the repository",
            path,
            advice="name a file of the repository",
        )
    return script


def _steps_with(
    script: str, found: Mapping[str, NamedScript], adapters: Mapping[str, DeclaredStep]
) -> tuple[str, ...]:
    own = [name for name, named in found.items() if named.script == script]
    foreign = [
        name for name, step in adapters.items() if step.script == script and name not in found
    ]
    return (*own, *foreign)


def _check_is_new(
    native: Native,
    named: NamedScript,
    found: Mapping[str, NamedScript],
    adapters: Mapping[str, DeclaredStep],
) -> None:
    before = found[named.step].script if named.step in found else None
    if before is None and named.step in adapters:
        before = adapters[named.step].script or "a contract"
    if before is not None or named.step in native.document.steps:
        raise native.source.mistake(
            f"there are two steps of the name `{named.step}`",
            named.path,
            facts=() if before is None else (f"{before} is the other one",),
            advice=f"name this one: `steps: {{other_name: {{script: {named.script}}}}}`",
        )
