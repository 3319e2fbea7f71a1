"""What is told of all trials: a row for each, and totals."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tabulate import tabulate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.faults.trial import Trial


@dataclass(frozen=True, kw_only=True)
class Totals:
    """The figures that the benchmark is made for.

    Attributes:
        faults: Those that break something after all.
        visible: Faults that can be seen without comparing with base; `visible_found` of them were.
        false_errors: Harmless edits whose pull request was stopped.
        only_base: Faults that nothing but a comparison with base shows; `reported` of them were told.
        false_warnings: Harmless edits that were told to change the data.
    """

    faults: int
    found: int
    visible: int
    visible_found: int
    classes: int
    only_base: int
    reported: int
    harmless: int
    false_errors: int
    false_warnings: int


def totals(trials: Sequence[Trial]) -> Totals:
    """Count."""
    faults = [trial for trial in trials if not trial.edit.is_harmless and trial.edit.wrong is None]
    visible = [trial for trial in faults if not trial.edit.only_base]
    only_base = [trial for trial in faults if trial.edit.only_base]
    harmless = [trial for trial in trials if trial.edit.is_harmless]
    return Totals(
        faults=len(faults),
        found=sum(trial.is_found for trial in faults),
        visible=len(visible),
        visible_found=sum(trial.is_found for trial in visible),
        classes=len({trial.edit.kind for trial in faults}),
        only_base=len(only_base),
        reported=sum(trial.is_reported for trial in only_base),
        harmless=len(harmless),
        false_errors=sum(bool(trial.status) for trial in harmless),
        false_warnings=sum(trial.is_compared for trial in harmless),
    )


def as_text(trials: Sequence[Trial]) -> str:
    """Write all rows, the rows of each class together, and the totals."""
    faults = [trial for trial in trials if not trial.edit.is_harmless]
    harmless = [trial for trial in trials if trial.edit.is_harmless]
    headers = ("class", "edit", "found", "by", "in", "seconds")
    parts = [
        tabulate(rows, headers, tablefmt="github", disable_numparse=True)
        for part in (faults, harmless)
        if (rows := [_row(trial) for trial in _by_class(part)])
    ]
    return "\n\n".join([*parts, _sentence(totals(trials))]) + "\n"


def as_classes(trials: Sequence[Trial]) -> str:
    """Write one row for each class of faults."""
    groups: dict[str, list[Trial]] = defaultdict(list)
    for trial in _by_class(trials):
        if not trial.edit.is_harmless and trial.edit.wrong is None:
            groups[trial.edit.kind].append(trial)
    rows = [
        (
            kind,
            f"{sum(trial.is_found for trial in group)} of {len(group)}",
            ", ".join(sorted({rule for trial in group for rule in trial.rules})),
        )
        for kind, group in groups.items()
    ]
    return tabulate(rows, ("class", "found", "by"), tablefmt="github", disable_numparse=True)


def as_json(trials: Sequence[Trial]) -> list[dict[str, Any]]:
    """Give every row for other programs."""
    return [
        {
            "edit": trial.edit.name,
            "class": trial.edit.kind,
            "breaks": trial.edit.breaks or None,
            "only_base": trial.edit.only_base,
            "informed": trial.edit.informed,
            "wrong": trial.edit.wrong,
            "found": trial.is_found,
            "status": trial.status,
            "rules": list(trial.rules),
            "modes": list(trial.modes),
            "warned": list(trial.warned),
            "said": trial.said,
            "seconds": round(trial.seconds, 2),
        }
        for trial in _by_class(trials)
    ]


def _by_class(trials: Sequence[Trial]) -> list[Trial]:
    return sorted(trials, key=lambda trial: (trial.edit.kind, trial.edit.name))


def _row(trial: Trial) -> tuple[str, ...]:
    said = "yes" if trial.is_found else "no" if trial.status == 0 else f"exit {trial.status}"
    marks = {
        "(base)": trial.edit.only_base,
        "(informed)": trial.edit.informed,
        "(breaks nothing)": trial.edit.wrong is not None,
    }
    return (
        trial.edit.kind,
        " ".join([trial.edit.name, *(mark for mark, is_set in marks.items() if is_set)]),
        said,
        ", ".join(trial.rules) or ("warned: " + ", ".join(trial.warned) if trial.warned else ""),
        ", ".join(trial.modes),
        f"{trial.seconds:.1f}",
    )


def _sentence(counted: Totals) -> str:
    return (
        f"{counted.found} of {counted.faults} faults of {counted.classes} classes were found"
        f" ({_share(counted.found, counted.faults)});"
        f" {counted.visible_found} of the {counted.visible} that can be seen without a comparison"
        f" with base ({_share(counted.visible_found, counted.visible)})."
        f" Of the {counted.only_base} others, {counted.reported} were told as a difference from base"
        f" ({_share(counted.reported, counted.only_base)})."
        f" {counted.false_errors} of {counted.harmless} harmless edits were stopped, and"
        f" {counted.false_warnings} told to change the data."
        " (base): nothing but a comparison with base can show it;"
        " (informed): written by somebody who had read the rules;"
        " (breaks nothing): no fault after all, and not counted."
    )


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "none"
