"""What is wrong with scripts that can be said without running them."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import Place, cut_out, nearest
from ci_scriptcheck.model.result import Finding, Level
from ci_scriptcheck.project.script.usage import PARAMETERS, Usage, usage
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from ci_scriptcheck.model.project import Pipeline, Project, Step
    from ci_scriptcheck.model.tree import Tree
    from ci_scriptcheck.project.native.named_scripts import NamedScript
    from ci_scriptcheck.project.native.reading import Native
    from ci_scriptcheck.project.native.source_lines import Source

_BY_JOINTS = frozenset({"SC103", "SC111"})
"""Rules that say that something is not joined."""

_SOME = 3
"""Scripts with a `__main__` part from which on it counts as usual in a project."""


def read_usage(script: str, content: bytes) -> Usage | Finding:
    """Say what a script uses, or why Python refuses it."""
    text = content.decode("utf-8", "replace")
    try:
        return usage(text.removeprefix("\ufeff"))
    except SyntaxError as error:
        line = error.lineno or 1
        return Finding(
            rule="SC107",
            severity=Level.ERROR,
            message=f"`{script}` cannot be parsed: {error.msg}",
            subject=script,
            place=Place(file=script, line=line),
            excerpt=cut_out(text, line, around=1),
        )


def missing_scripts(
    named: Mapping[str, NamedScript], native: Native, tree: Tree
) -> Iterator[Finding]:
    """Report each script of the settings file that the repository does not hold."""
    for step, one in named.items():
        if tree.has(one.script):
            continue
        near = _nearest_path(one.script, tree)
        yield Finding(
            rule="SC106",
            severity=Level.ERROR,
            message=f"`{one.script}`, the script of `{step}`, does not exist",
            subject=one.script,
            step=step,
            place=native.source.place(one.path),
            excerpt=native.source.excerpt(one.path),
            advice=None if near is None else f"did you mean `{near}`?",
        )


def at_their_lines(
    findings: Iterable[Finding],
    steps: Mapping[str, str],
    usages: Mapping[str, Usage],
    contents: Callable[[str], bytes],
) -> Iterator[Finding]:
    """Have what is not joined point at the line of the script that asks for it.

    Args:
        findings: What was found by the ports of all steps.
        steps: Step whose ports only its script tells → the script.
        usages: What the scripts use.
        contents: Gives a script.
    """
    for one in findings:
        script = steps.get(one.step or "")
        found = None if script is None else usages.get(script)
        if script is None or found is None or one.rule not in _BY_JOINTS or not found.input_lines:
            yield one
            continue
        lines = found.input_lines
        # A node that nothing is joined to may be joined at any of its inputs.
        line = lines.get(one.port or "", min(lines.values()))
        text = contents(script).decode("utf-8", "replace")
        yield replace(one, place=Place(file=script, line=line), excerpt=cut_out(text, line))


def at_their_ports(
    findings: Iterable[Finding], project: Project, steps: Collection[str], settings: Source
) -> Iterator[Finding]:
    """Show of an input that nothing feeds the line of the settings that has to be changed.

    That is the port's own where a dataset only has to be named there, and the node's elsewhere.

    Args:
        findings: What was found by the ports of all steps.
        project: Its pipelines and datasets.
        steps: Those whose inputs stand in the settings.
        settings: Where they are written.
    """
    for one in findings:
        if one.rule != "SC103" or one.step not in steps or one.pipeline is None:
            yield one
            continue
        place = next(
            (
                port.place
                for node in project.pipelines[one.pipeline].nodes
                for port in node.inputs
                if f"{node.name}.{port.name}" == one.subject
                and (port.dataset or port.name) in project.datasets
            ),
            one.place,
        )
        is_there = place is not None and place.file == settings.file
        line = place.line if place is not None and is_there else None
        yield replace(one, place=place, excerpt=cut_out(settings.text, line) if line else None)


def known_despite(
    findings: Iterable[Finding], unread: Collection[str], pipelines: Mapping[str, Pipeline]
) -> Iterator[Finding]:
    """Leave out what only seems wrong because a script cannot be read, so that its ports are unknown.

    Args:
        findings: What was found by the ports of all steps.
        unread: Steps whose ports are unknown.
        pipelines: Where they have nodes: what is not joined there may well be, once they are read.
    """
    unclear = {
        name
        for name, pipeline in pipelines.items()
        if any(node.step in unread for node in pipeline.nodes)
    }
    for one in findings:
        is_guess = one.rule in _BY_JOINTS and one.pipeline in unclear
        if not is_guess and not (one.rule == "SC101" and one.step in unread):
            yield one


def unfit_functions(steps: Mapping[str, Step], usages: Mapping[str, Usage]) -> Iterator[Finding]:
    """Report each script whose function is not there, or asks for more than it is given."""
    for name, step in steps.items():
        if step.script is None or step.script not in usages:
            continue
        found = usages[step.script]
        if not found.is_defined:
            yield Finding(
                rule="SC110",
                severity=Level.ERROR,
                message=f"`{step.script}` does not define `main`",
                subject=step.script,
                step=name,
                place=Place(file=step.script, line=1),
            )
        lacking = _lacking(step, found)
        if found.function is not None and lacking:
            shown = ", ".join(f"`{one}`" for one in lacking)
            yield Finding(
                rule="SC110",
                severity=Level.ERROR,
                message=f"`main` asks for {shown}, which nothing gives",
                subject=f"{step.script} {', '.join(lacking)}",
                step=name,
                place=Place(file=step.script, line=found.function.line),
                advice=f"say `call: {{{lacking[0]}: ...}}` at the step `{name}`",
            )


def unfit_programs(steps: Mapping[str, Step], usages: Mapping[str, Usage]) -> Iterator[Finding]:
    """Report scripts whose own last lines call the function wrongly, or do not call it at all.

    Whether a script is started as a program, only the others of the project tell.
    """
    called = {
        step.script: name
        for name, step in reversed(list(steps.items()))
        if step.script is not None
    }
    defining = {
        script: usages[script]
        for script in sorted(called)
        if script in usages and usages[script].function is not None
    }
    programs = [script for script, found in defining.items() if found.is_program]
    is_usual = len(programs) >= _SOME and len(programs) * 2 > len(defining)
    for script, found in defining.items():
        name = called[script]
        if found.miscall is not None:
            yield Finding(
                rule="SC117",
                severity=Level.ERROR,
                message=f"the `__main__` part of `{script}` {found.miscall.what}",
                subject=script,
                step=name,
                place=Place(file=script, line=found.miscall.line),
                advice=f"call `main` as line {_line(found)} defines it",
            )
        elif is_usual and not found.is_program:
            yield Finding(
                rule="SC118",
                severity=Level.WARNING,
                message=f"`{script}` does nothing where it is started as a program",
                subject=script,
                step=name,
                place=Place(file=script, line=_line(found)),
                evidence=(f"{len(programs)} of {len(defining)} scripts have a `__main__` part",),
            )


def _line(found: Usage) -> int:
    return 1 if found.function is None else found.function.line


def steps_without_script(
    steps: Mapping[str, Step], pipelines: Mapping[str, Pipeline], told: Collection[str | None]
) -> Iterator[Finding]:
    """Report once each step that pipelines use, that has no script, and that nothing stands in for.

    Steps in `told` are left out: their script is named and missing, which is reported already.
    """
    told = set(told)
    for pipeline in pipelines.values():
        for node in pipeline.nodes:
            step = steps[node.step]
            stands_in = any(port.dataset is not None for port in node.outputs)
            is_plain = step.script is None and node.settings.skip is None and not stands_in
            if not is_plain or step.settings.skip is not None or step.name in told:
                continue
            told.add(step.name)
            yield Finding(
                rule="SC108",
                severity=Level.WARNING,
                message=f"`{step.name}` has no script, and `{pipeline.name}` uses it",
                subject=step.name,
                step=step.name,
                pipeline=pipeline.name,
                place=step.place or node.place,
            )


def _lacking(step: Step, found: Usage) -> tuple[str, ...]:
    if found.function is None or not found.function.required:
        return ()
    names = set(found.function.parameters)
    if not names & set(PARAMETERS):
        # Called by position: the first four are given.
        return tuple(
            name
            for name in found.function.required[len(PARAMETERS) :]
            if name not in step.settings.call
        )
    given = {*PARAMETERS, *step.settings.call}
    return tuple(name for name in found.function.required if name not in given)


def _nearest_path(script: str, tree: Tree) -> str | None:
    """Find a file of this name elsewhere, or one of a similar name beside it."""
    path = PurePosixPath(script)
    elsewhere = [other for other in tree.paths() if f"/{other}".endswith(f"/{path.name}")]
    if elsewhere:
        return elsewhere[0]
    # By the names alone: a folder and an ending that all of them share would make any two alike.
    beside = {
        PurePosixPath(other).stem: other
        for other in tree.paths()
        if PurePosixPath(other).parent == path.parent and other.endswith(".py")
    }
    near = nearest(path.stem, beside)
    return None if near is None else beside[near]
