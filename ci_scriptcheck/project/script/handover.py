"""Where a script's `__main__` part gives its function something else than that takes, or the contract says.

Here the function is called directly; in production the script is started, and this part calls it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.errors import Place, nearest
from ci_scriptcheck.model.platform_variables import is_platform_variable
from ci_scriptcheck.model.result import Finding, Level

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ci_scriptcheck.model.contract import Port
    from ci_scriptcheck.model.project import Step
    from ci_scriptcheck.project.declared import DeclaredStep
    from ci_scriptcheck.project.script.handed import Given, Handed
    from ci_scriptcheck.project.script.usage import Usage

_PARAMETER = {"inputs": "input_paths", "outputs": "output_paths", "env": "environ_vars"}


def unfit_handovers(
    steps: Mapping[str, Step],
    declared: Mapping[str, DeclaredStep],
    usages: Mapping[str, Usage],
) -> Iterator[Finding]:
    """Report what the `__main__` parts of scripts give wrongly, or do not give at all."""
    told: set[str] = set()
    for name, step in steps.items():
        found, contract = usages.get(step.script or ""), declared.get(name)
        if step.script is None or found is None:
            continue
        if contract is not None:
            yield from _not_passed(step, contract, found)
        if found.handed is None:
            continue
        if contract is not None:
            yield from _against_contract(step, contract, found, found.handed)
        if step.script not in told:
            # Several steps may share a script; what is wrong within it is told once.
            told.add(step.script)
            yield from _within(step, found, found.handed, contract)


def _within(
    step: Step, found: Usage, handed: Handed, contract: DeclaredStep | None
) -> Iterator[Finding]:
    # That a declared variable is never read, SC114 says.
    declared = {*contract.env, *contract.required_env} if contract is not None else set()
    promised = {port.parameter for port in (*step.inputs, *step.outputs)}
    for role, given, used in (
        ("inputs", handed.inputs, found.inputs),
        ("outputs", handed.outputs, found.outputs),
        ("env", handed.env, {**dict.fromkeys(declared, False), **found.taken}),
    ):
        if given is None:
            continue
        strangers = sorted(set(given) - set(used)) if role not in found.unknown else []
        missing = [key for key, needed in used.items() if needed and key not in given]
        for key in missing:
            yield _missing(step, handed, role, key, {one: given[one].line for one in strangers})
        is_explained = contract is not None and promised & (set(used) - set(given))
        if strangers and not missing and not is_explained:
            names = ", ".join(f"`{one}`" for one in strangers)
            yield _finding(
                step,
                given[strangers[0]].line,
                f"the `__main__` part gives {names} in `{_PARAMETER[role]}`, which `main` never takes",
                subject=f"{role} {', '.join(strangers)}",
                level=Level.WARNING,
            )
    if handed.swallowing is not None:
        yield Finding(
            rule="SC121",
            severity=Level.ERROR,
            message="after an error in `main` the script ends as if nothing had been wrong",
            subject=step.script or "",
            step=step.name,
            place=Place(file=step.script or "", line=handed.swallowing),
            advice="raise it again, or end with `sys.exit(1)`",
        )
    yield from _attributes(step, found, handed)


def _missing(
    step: Step,
    handed: Handed,
    role: str,
    key: str,
    strangers: Mapping[str, int],
    *,
    port: Port | None = None,
) -> Finding:
    """Report a key that is not given; without a port the function cannot do without it."""
    near = nearest(key, strangers) or (next(iter(strangers)) if len(strangers) == 1 else None)
    so = "`main` takes" if port is None else "the contract declares and `main` looks for"
    return _finding(
        step,
        handed.line if near is None else strangers[near],
        f"the `__main__` part gives no `{key}` in `{_PARAMETER[role]}`, which {so}",
        subject=f"{role}.{key}",
        level=Level.ERROR if port is None or port.required else Level.WARNING,
        port=None if port is None else port.name,
        advice=None if near is None else f"it gives `{near}`: use one name in both",
    )


def _attributes(step: Step, found: Usage, handed: Handed) -> Iterator[Finding]:
    if handed.args is None:
        return
    for name in found.needed_args:
        if name in handed.args or name.startswith("__"):
            continue
        near = nearest(name, handed.args)
        what = "which its parser does not put there" if found.parser else "which it does not have"
        yield Finding(
            rule="SC120",
            severity=Level.ERROR,
            message=f"`main` takes `job_args.{name}` from the `__main__` part, {what}",
            subject=f"args.{name}",
            step=step.name,
            place=Place(file=step.script or "", line=_line_of(found, near, handed.line)),
            advice=None if near is None else f"it has `{near}`: use one name in both",
        )


def _line_of(found: Usage, attribute: str | None, otherwise: int) -> int:
    options = found.parser.options if found.parser else ()
    return next((one.line for one in options if one.attribute == attribute), otherwise)


def _not_passed(step: Step, contract: DeclaredStep, found: Usage) -> Iterator[Finding]:
    """Report attributes that only the contract can give, as no `__main__` part is in sight, and does not."""
    is_told = found.handed is not None and found.handed.args is not None
    if is_told or not contract.arguments or found.function is None:
        return
    for name in found.needed_args:
        if name not in contract.arguments and not name.startswith("__"):
            near = nearest(name, contract.arguments)
            yield _argument(
                step,
                found.function.line,
                f"`main` takes `job_args.{name}`, which the contract does not pass",
                name,
                None if near is None else f"it passes `{near}`: use one name in both",
            )


def _against_contract(
    step: Step, contract: DeclaredStep, found: Usage, handed: Handed
) -> Iterator[Finding]:
    for role, ports, given, used in (
        ("inputs", step.inputs, handed.inputs, found.inputs),
        ("outputs", step.outputs, handed.outputs, found.outputs),
    ):
        if given is not None:
            yield from _paths(step, ports, given)
            yield from _lost_ports(step, handed, ports, role, given, used)
    if contract.env_known:
        yield from _variables(step, contract, found, handed)
    yield from _flags(step, contract, found)


def _lost_ports(
    step: Step,
    handed: Handed,
    ports: tuple[Port, ...],
    role: str,
    given: Mapping[str, Given],
    used: Mapping[str, bool],
) -> Iterator[Finding]:
    """Report ports that the function only looks for, so that it goes on without what is there."""
    strangers = {name: one.line for name, one in given.items() if name not in used}
    for port in ports:
        name = port.parameter
        if name in used and not used[name] and name not in given:
            yield _missing(step, handed, role, name, strangers, port=port)


def _paths(step: Step, ports: tuple[Port, ...], given: Mapping[str, Given]) -> Iterator[Finding]:
    for port in ports:
        one = given.get(port.parameter)
        if one is None or one.text is None or port.path is None:
            continue
        here, there = one.text.rstrip("/"), port.path.rstrip("/")
        # A file in the port's folder, or the folder of a port that is a file.
        if f"{here}/".startswith(f"{there}/") or f"{there}/".startswith(f"{here}/"):
            continue
        yield _finding(
            step,
            one.line,
            f"the `__main__` part gives another path for `{port.name}` than the contract",
            subject=f"path {port.name}",
            level=Level.ERROR if port.required else Level.WARNING,
            port=port.name,
            evidence=(f"`{here}` here", f"`{there}` at {port.place or step.place}"),
        )


def _variables(
    step: Step, contract: DeclaredStep, found: Usage, handed: Handed
) -> Iterator[Finding]:
    known = {*contract.env, *contract.required_env}
    for name, line in handed.asked.items():
        if name in known or is_platform_variable(name):
            continue
        near = nearest(name, known)
        yield _finding(
            step,
            line,
            f"the `__main__` part cannot do without `{name}`, which the contract does not declare",
            subject=f"variable {name}",
            advice=None if near is None else f"did you mean `{near}`?",
        )
    if handed.env is None:
        return
    reaching = {*handed.env, *(one.variable for one in handed.env.values())}
    lost = sorted(
        name
        for name in known
        if name in found.taken and not found.taken[name] and name not in reaching
    )
    if lost:
        names = ", ".join(f"`{one}`" for one in lost)
        yield _finding(
            step,
            handed.line,
            f"the `__main__` part gives no {names}, which the contract declares and `main` looks for",
            subject=f"variables {', '.join(lost)}",
            level=Level.WARNING,
        )


def _flags(step: Step, contract: DeclaredStep, found: Usage) -> Iterator[Finding]:
    parser = found.parser
    if parser is None:
        return
    known = [flag for option in parser.options for flag in option.flags]
    renamed: set[str | None] = set()
    for flag in sorted(contract.flags):
        if not parser.accepts(flag):
            near = nearest(flag, known)
            renamed.add(near)
            yield _argument(
                step,
                parser.line,
                f"the contract passes `{flag}`, which the script's parser refuses",
                flag,
                None if near is None else f"it takes `{near}`: use one name in both",
            )
    for option in parser.options:
        # A beginning of a flag stands for it.
        is_passed = any(long.startswith(flag) for long in option.flags for flag in contract.flags)
        is_told = is_passed or not renamed.isdisjoint(option.flags)
        if option.required and option.flags and not is_told:
            yield _argument(
                step,
                option.line,
                f"the script's parser requires `{option.flags[-1]}`, which the contract does not pass",
                option.flags[-1],
                None,
            )


def _argument(step: Step, line: int, message: str, flag: str, advice: str | None) -> Finding:
    return Finding(
        rule="SC120",
        severity=Level.ERROR,
        message=message,
        subject=f"argument {flag}",
        step=step.name,
        place=Place(file=step.script or "", line=line),
        advice=advice,
    )


def _finding(  # noqa: PLR0913  (what a reader is told)
    step: Step,
    line: int,
    message: str,
    *,
    subject: str,
    level: Level = Level.ERROR,
    port: str | None = None,
    evidence: tuple[str, ...] = (),
    advice: str | None = None,
) -> Finding:
    return Finding(
        rule="SC119",
        severity=level,
        message=message,
        subject=subject,
        step=step.name,
        port=port,
        place=Place(file=step.script or "", line=line),
        evidence=evidence,
        advice=advice,
    )
