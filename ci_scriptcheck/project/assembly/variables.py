"""Which variables the steps have that carry a dataset, for what a schema says by reference."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from ci_scriptcheck.project.native.references import References, Use

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ci_scriptcheck.project.assembly.steps import ReadStep
    from ci_scriptcheck.project.native.reading import Native


def references_of(native: Native, steps: Mapping[str, ReadStep]) -> References:
    """Collect what `$` and a name may stand for, from the steps and not from single nodes."""
    uses: dict[str, dict[str, list[Use]]] = defaultdict(lambda: defaultdict(list))
    for name, step in steps.items():
        said = step.document.env or {}
        written = {key: str(value) for key, value in said.items() if value is not None}
        known = {key: value for key, value in step.declared.env.items() if key not in said}
        for dataset in sorted(_carried(step)):
            for key, value in {**known, **written}.items():
                use = Use(step=name, value=value, is_written=key in written)
                uses[dataset][key].append(use)
    general = native.document.defaults.env or {}
    return References(
        source=native.source,
        uses={
            dataset: {key: tuple(found) for key, found in variables.items()}
            for dataset, variables in uses.items()
        },
        general={key: str(value) for key, value in general.items() if value is not None},
        extended={
            name: document.extends
            for name, document in native.document.datasets.items()
            if document is not None and document.extends is not None
        },
    )


def _carried(step: ReadStep) -> set[str]:
    documents = [said.document for said in (*step.inputs.values(), *step.outputs.values())]
    names = {name for one in documents for name in (one.dataset, one.expects)}
    return {name for name in names if name is not None}
