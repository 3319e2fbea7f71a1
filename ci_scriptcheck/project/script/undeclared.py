"""Variables that a script asks for and that neither its contract nor the settings speak of.

A run shows those that are asked of the environment itself; the dictionary that `main` is given, and
what the `__main__` part asks for, only the syntax tree shows. A step whose contract and settings
declare no variable at all means to have none declared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.errors import Place, did_you_mean
from ci_scriptcheck.model.platform_variables import is_platform_variable
from ci_scriptcheck.model.result import Finding, Level
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ci_scriptcheck.model.project import Pipeline, Settings, Step
    from ci_scriptcheck.project.script.usage import Usage


def with_undeclared(
    steps: Mapping[str, Step], pipelines: Mapping[str, Pipeline], usages: Mapping[str, Usage]
) -> dict[str, Step]:
    """Note at each step the variables that nothing declares."""
    said: dict[str, set[str]] = {
        name: {*step.declared, *_said(step.settings)} for name, step in steps.items()
    }
    for pipeline in pipelines.values():
        for node in pipeline.nodes:
            said[node.step].update(_said(node.settings))
    found = {}
    for name, step in steps.items():
        used = usages.get(step.script or "")
        unknown = _asked(used) - said[name] if used is not None and said[name] else set()
        names = sorted(one for one in unknown if not is_platform_variable(one))
        found[name] = replace(step, undeclared=tuple(names)) if names else step
    return found


def undeclared_variables(
    steps: Mapping[str, Step], usages: Mapping[str, Usage]
) -> Iterator[Finding]:
    """Report them, all of a step at once."""
    for name, step in steps.items():
        if not step.undeclared or step.script is None:
            continue
        first, *further = step.undeclared
        shown = ", ".join(f"`{one}`" for one in step.undeclared)
        near = None if further else did_you_mean(first, {*step.declared, *step.settings.env})
        yield Finding(
            rule="SC230",
            severity=Level.WARNING,
            message=f"`{name}` asks for {shown}, which nothing declares",
            subject=f"variables {', '.join(step.undeclared)}",
            step=name,
            place=Place(file=step.script, line=_line(usages[step.script], first)),
            advice=near,
        )


def _said(settings: Settings) -> set[str]:
    # One that a level of the settings unsets is spoken of, and in no environment.
    named = {name.removeprefix("env.") for name in settings.origins if name.startswith("env.")}
    return {*settings.env, *named}


def _asked(found: Usage) -> set[str]:
    """Give the variables of the environment, without keys that the `__main__` part itself fills."""
    given = None if found.handed is None else found.handed.env
    if given is None:
        return set(found.env)
    filled = {key for key, one in given.items() if one.variable is None}
    own = {key for key in found.taken if key in filled or key not in given}
    renamed = {key for key, one in given.items() if one.variable not in {None, key}}
    asked = {one.variable for one in given.values() if one.variable is not None}
    return (set(found.env) - own - renamed) | asked


def _line(found: Usage, name: str) -> int:
    if name in found.env_lines:
        return found.env_lines[name]
    given = (found.handed.env if found.handed is not None else None) or {}
    return next((one.line for one in given.values() if one.variable == name), 1)
