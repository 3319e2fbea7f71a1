"""Steps: what contracts and scripts declare, with what the settings say of them laid over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import did_you_mean
from ci_scriptcheck.model.result import Finding, Level
from ci_scriptcheck.project.assembly import ports
from ci_scriptcheck.project.assembly.ports import Said
from ci_scriptcheck.project.assembly.step_tests import ports_of_tests
from ci_scriptcheck.project.declared import DeclaredPort, DeclaredStep
from ci_scriptcheck.project.native.documents import InputDocument, OutputDocument, StepDocument
from ci_scriptcheck.project.native.reading import Native
from ci_scriptcheck.project.native.source_lines import KeyPath
from ci_scriptcheck.project.script.usage import Usage
from ci_scriptcheck.values import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.project.native.named_scripts import NamedScript

NO_USAGE = Usage()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadStep:
    """A step while the project is put together.

    Attributes:
        declared: With ports as the wiring has to see them.
        inputs: What the file says about its inputs.
        usage: What its script uses; nothing where there is none, or it cannot be parsed.
        native: Whether the file itself declares it.
    """

    declared: DeclaredStep
    document: StepDocument
    path: KeyPath
    inputs: Mapping[str, Said] = field(default_factory=dict)
    outputs: Mapping[str, Said] = field(default_factory=dict)
    usage: Usage = NO_USAGE
    native: bool = False

    @property
    def has_own_ports(self) -> bool:
        """Say whether its inputs are those that its script was seen to read."""
        return self.native and self.document.inputs is None


def read_steps(
    native: Native,
    adapters: Mapping[str, DeclaredStep],
    named: Mapping[str, NamedScript],
    usages: Mapping[str, Usage],
) -> tuple[dict[str, ReadStep], tuple[Finding, ...]]:
    """Give all steps, and a finding for each port that is set and does not exist.

    Raises:
        UsageError: the file speaks of a step that nothing declares.
    """
    _check_names(native, adapters, named)
    steps: dict[str, ReadStep] = {}
    for name in dict.fromkeys((*adapters, *native.document.steps, *named)):
        declared = adapters.get(name, DeclaredStep(name=name))
        if name in named:
            script = named[name].script
            place = declared.place or native.source.place(named[name].path)
            declared = replace(declared, script=script, script_expected=None, place=place)
        usage = usages.get(declared.script or "", NO_USAGE)
        made = _Step(native=native, name=name, usage=usage, is_native=name not in adapters)
        steps[name] = made.read(declared)
    findings = [finding for step in steps.values() for finding in _strange_ports(step, native)]
    return steps, tuple(findings)


def _check_names(
    native: Native, adapters: Mapping[str, DeclaredStep], named: Mapping[str, NamedScript]
) -> None:
    for name, document in native.document.steps.items():
        if name in adapters or name in named:
            continue
        near = did_you_mean(name, adapters)
        # Without a script and a contract, a step is carried out by the platform, and of use only
        # for what it writes.
        if near is not None or document is None or not document.outputs:
            raise native.source.mistake(
                f"nothing declares the step `{name}`",
                ("steps", name),
                advice=near or "say `script:`, or the datasets of its `outputs:`",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    native: Native
    name: str
    usage: Usage
    is_native: bool

    @property
    def document(self) -> StepDocument:
        return self.native.document.steps.get(self.name) or StepDocument()

    def read(self, declared: DeclaredStep) -> ReadStep:
        inputs, outputs = self._said()
        if self.is_native:
            declared = replace(
                declared,
                inputs=self._own_ports(self.document.inputs, self.usage.inputs),
                outputs=self._own_ports(self.document.outputs, self.usage.outputs),
                arguments=self.usage.args,
                place=declared.place or self.native.source.place(("steps", self.name)),
            )
        variants = {
            suffix: self._overlaid(variant, inputs, outputs)
            for suffix, variant in declared.variants.items()
        }
        return ReadStep(
            declared=replace(self._overlaid(declared, inputs, outputs), variants=variants),
            document=self.document,
            path=("steps", self.name),
            inputs=inputs,
            outputs=outputs,
            usage=self.usage,
            native=self.is_native,
        )

    def _said(self) -> tuple[dict[str, Said], dict[str, Said]]:
        path: KeyPath = ("steps", self.name)
        inputs = ports.inputs_said(self.document.inputs, path)
        outputs = ports.outputs_said(self.document.outputs, path)
        if not self.is_native:
            return inputs, outputs
        # A port that is read from the script is fed by the dataset of its name.
        datasets = self.native.document.datasets
        if self.document.inputs is None:
            inputs = {
                name: Said(
                    document=InputDocument(dataset=name, external=True), path=("datasets", name)
                )
                for name in self.usage.inputs
                if name in datasets
            }
        if self.document.outputs is None:
            outputs = {
                name: Said(document=OutputDocument(dataset=name), path=("datasets", name))
                for name in self.usage.outputs
                if name in datasets
            }
        return inputs, outputs

    def _own_ports(
        self, written: Mapping[str, object] | None, used: Mapping[str, bool]
    ) -> tuple[DeclaredPort, ...]:
        if written is None:
            return tuple(
                DeclaredPort(name=name, parameter=name, required=required)
                for name, required in used.items()
            )
        return tuple(DeclaredPort(name=name, parameter=name) for name in written)

    def _overlaid(
        self, declared: DeclaredStep, inputs: Mapping[str, Said], outputs: Mapping[str, Said]
    ) -> DeclaredStep:
        return replace(
            declared,
            inputs=_overlaid(declared.inputs, inputs, self.usage.inputs),
            outputs=_overlaid(declared.outputs, outputs, self.usage.outputs),
        )


def _overlaid(
    declared: tuple[DeclaredPort, ...], said: Mapping[str, Said], used: Mapping[str, bool]
) -> tuple[DeclaredPort, ...]:
    names = {port.name for port in declared}
    added = [
        DeclaredPort(name=name, parameter=name, required=used[name])
        for name in said
        if name not in names and name in used
    ]
    return tuple(
        ports.overlaid(port, (said[port.name],)) if port.name in said else port
        for port in (*declared, *added)
    )


def _strange_ports(step: ReadStep, native: Native) -> Iterator[Finding]:
    declared = (step.declared, *step.declared.variants.values())
    given, expected = ports_of_tests(native, step.declared.name)
    sides = (
        (
            "input",
            "reads",
            {**given, **step.inputs},
            [port for one in declared for port in one.inputs],
        ),
        (
            "output",
            "writes",
            {**expected, **step.outputs},
            [port for one in declared for port in one.outputs],
        ),
    )
    for side, verb, said, known in sides:
        names = tuple(dict.fromkeys(port.name for port in known))
        for name in said:
            if name not in names:
                yield strange_port(
                    native, said[name], step=step.declared.name, side=side, verb=verb, known=names
                )


def strange_port(
    native: Native, said: Said, *, step: str, side: str, verb: str, known: tuple[str, ...]
) -> Finding:
    """Report a port that the settings speak of and the step does not have."""
    name = str(said.path[-1])
    shown = ", ".join(f"`{port}`" for port in known) or "nothing that is known"
    return Finding(
        rule="SC101",
        severity=Level.ERROR,
        message=f"`{step}` has no {side} `{name}`",
        subject=f"{side} {name}",
        step=step,
        port=name,
        place=native.source.place(said.path),
        excerpt=native.source.excerpt(said.path),
        evidence=(f"`{step}` {verb} {shown}",),
        advice=did_you_mean(name, known),
    )
