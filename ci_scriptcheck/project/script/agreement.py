"""Where a contract and its script disagree, as far as the script's syntax tree tells.

Only contracts of other tools are looked at: what `scriptcheck.yaml` says about a script is held
against it when it is read. Where a script takes names out of sight, nothing is said about them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.result import Finding, Level

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ci_scriptcheck.model.contract import Port
    from ci_scriptcheck.model.project import Step
    from ci_scriptcheck.project.declared import DeclaredStep
    from ci_scriptcheck.project.script.usage import Usage


def disagreements(
    steps: Mapping[str, Step],
    declared: Mapping[str, DeclaredStep],
    usages: Mapping[str, Usage],
) -> Iterator[Finding]:
    """Report ports and variables of contracts that their scripts know otherwise, or not at all."""
    for name, contract in declared.items():
        step = steps.get(name)
        if step is None or step.script is None or step.script not in usages:
            continue
        found = usages[step.script]
        if found.function is None:
            continue
        yield from _variables(step, contract, found)
        if found.function.parameters:
            yield from _optional_inputs(step, contract, found)
            yield from _strange_ports(step, step.inputs, found.inputs, found, "inputs")
            yield from _strange_ports(step, step.outputs, found.outputs, found, "outputs")


def _variables(step: Step, contract: DeclaredStep, found: Usage) -> Iterator[Finding]:
    if "env" in found.unknown or not contract.env_known:
        return
    unread = sorted({*contract.env, *contract.required_env} - set(found.env))
    if unread:
        names = ", ".join(f"`{one}`" for one in unread)
        yield Finding(
            rule="SC114",
            severity=Level.WARNING,
            message=f"`{step.name}` declares {names}, which its script never reads",
            subject=f"variables {', '.join(unread)}",
            step=step.name,
            place=contract.env_places.get(unread[0], contract.place),
            evidence=(f"looked for in `{step.script}`, beside its `__main__` part",),
        )


def _optional_inputs(step: Step, contract: DeclaredStep, found: Usage) -> Iterator[Finding]:
    # The settings may have a place of their own for the port; what is wrong stands in the contract.
    places = {port.name: port.place for port in contract.inputs}
    for port in step.inputs:
        if port.required or port.external or not found.inputs.get(port.parameter, False):
            continue
        yield Finding(
            rule="SC115",
            severity=Level.ERROR,
            message=f"the contract calls `{port.name}` optional, and the script takes it without looking",
            subject=port.name,
            step=step.name,
            port=port.name,
            place=places.get(port.name) or port.place or step.place,
            evidence=(
                f"`{step.script}` reads `input_paths[{port.parameter!r}]`, a KeyError without it",
            ),
        )


def _strange_ports(
    step: Step, ports: tuple[Port, ...], used: Mapping[str, bool], found: Usage, role: str
) -> Iterator[Finding]:
    if role in found.unknown:
        return
    strangers = sorted(set(used) - {port.parameter for port in ports})
    for port in ports:
        if port.parameter in used or not port.required:
            continue
        likely = strangers[0] if len(strangers) == 1 else None
        called = f", which asks for `{likely}`," if likely else ""
        yield Finding(
            rule="SC116",
            severity=Level.ERROR,
            message=f"the script{called} never uses the port `{port.name}`",
            subject=port.name,
            step=step.name,
            port=port.name,
            place=port.place or step.place,
            evidence=(
                f"`{step.script}` takes no `{port.parameter}` from its `{role[:-1]}_paths`",
            ),
            advice=None if likely is None else _renamed(step, port, role, likely),
        )


def _renamed(step: Step, port: Port, role: str, name: str) -> str:
    setting = f"steps: {{{step.name}: {{{role}: {{{port.name}: {{as: {name}}}}}}}}}"
    return f"correct the contract, or say how the script calls it: `{setting}`"
