"""What the repair loop came to → drafted datasets, and the lines of the step that uses them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ci_scriptcheck.draft.drafted import Drafted
from ci_scriptcheck.draft.guesses import FEATURES
from ci_scriptcheck.draft.trial import FILLING, NOTHING
from ci_scriptcheck.project.native.quoting import quoted
from ci_scriptcheck.report.page import counted
from ci_scriptcheck.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.draft.repair import Repaired


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptDraft:
    """Everything that was made up for a step.

    Attributes:
        datasets: Input port → its draft; an input that nothing was looked for in has none.
        files: Input port → file that the script wants instead of the folder.
    """

    step: str
    datasets: Mapping[str, Drafted] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    args: Mapping[str, str] = field(default_factory=dict)
    call: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()


def drafted(repaired: Repaired) -> ScriptDraft:
    """Name what was made up after the step and its ports."""
    trial = repaired.trial
    step = trial.step.name
    datasets, files = {}, {}
    for content in trial.contents.values():
        if content.tables or content.texts:
            name = re.sub(r"[^\w-]+", "_", f"{step}_{content.port}")
            dataset = content.dataset(name)
            notes = {
                column.name: "made up: data hold more than what scripts name"
                if column.name in FEATURES
                else "guess: the script asks for it"
                for column in dataset.schema.columns
            }
            if not content.columns:
                notes[FILLING] = "made up: which columns the script wants is not known"
            remark = f"A guess: made up until {trial.step.script} {_how(repaired)}. No real data were seen."
            datasets[content.port] = Drafted(dataset=dataset, remarks=(remark,), notes=notes)
        if content.file is not None:
            files[content.port] = content.file
    return ScriptDraft(
        step=step,
        datasets=datasets,
        files=files,
        outputs={
            port.name: trial.out_files[port.parameter]
            for port in trial.step.outputs
            if port.parameter in trial.out_files
        },
        names=trial.out_names,
        env=trial.env,
        args=trial.args,
        call=trial.call,
        needs=() if repaired.is_well else tuple(sorted(trial.needs)),
    )


def step_lines(draft: ScriptDraft) -> Iterator[str]:
    """Write what the step says beside its script, each line marked as a guess."""
    if draft.datasets:
        yield "inputs:   # guess"
        for port, one in draft.datasets.items():
            name = quoted(one.dataset.name)
            file = draft.files.get(port)
            # What was made up is no promise that others have to keep.
            keys = "expects: any, external: true"
            keys += f", file: {quoted(file)}" if file is not None else ""
            yield f"  {quoted(port)}: {{dataset: {name}, {keys}}}"
    if draft.outputs or draft.names:
        yield "outputs:   # guess: the script asks for them so"
        for port in dict.fromkeys((*draft.outputs, *draft.names)):
            said = [f"file: {quoted(draft.outputs[port])}"] if port in draft.outputs else []
            said += [f"as: {quoted(draft.names[port])}"] if port in draft.names else []
            yield f"  {quoted(port)}: {{{', '.join(said)}}}"
    if draft.call:
        written = ", ".join(f"{quoted(name)}: {value}" for name, value in draft.call.items())
        yield f"call: {{{written}}}   # guess: it is used without being looked at"
    if draft.needs:
        yield f"needs: [{', '.join(map(quoted, draft.needs))}]   # what it imports, and is not there"
    for key, values in (("env", draft.env), ("args", draft.args)):
        if values:
            written = ", ".join(
                f"{quoted(name)}: {quoted(value)}" for name, value in sorted(values.items())
            )
            yield f"{key}: {{{written}}}   # guess"


def told(repaired: Repaired) -> Iterator[str]:
    """Say how far the loop came, and what it did not find out."""
    script = repaired.trial.step.script
    tried = f"{counted(repaired.rounds, 'run')}, {repaired.seconds:.1f} s"
    if repaired.is_well:
        yield f"{script} ended without an error on made-up data ({tried})."
    else:
        yield f"{script} still does not end well ({tried}): {repaired.last}"
    for port in repaired.empty:
        yield f"Nothing was written to `{port}`: what it depends on was not found out."
    for file in repaired.trial.unmade:
        yield f"It looked for `{file}`, which is of no kind that can be made up."
    for content in repaired.trial.contents.values():
        if content.tables and not content.columns:
            yield f"Which columns `{content.port}` has was not found out."
        if content.supplied is None and not content.tables and set(content.texts) <= {NOTHING}:
            yield f"What lies in `{content.port}` was not found out."
    yield "This is a draft and no test: values, bounds and what belongs together are not known."


def _how(repaired: Repaired) -> str:
    return "ended without an error" if repaired.is_well else "came no further"
