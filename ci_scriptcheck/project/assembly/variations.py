"""`vary:` of a step → the settings that it is run with beside its own, each value with each."""

from __future__ import annotations

import json
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from ci_scriptcheck.model.step_test import Variation
from ci_scriptcheck.project.assembly.settings import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ci_scriptcheck.model.contract import Json
    from ci_scriptcheck.model.project import Step
    from ci_scriptcheck.project.native.documents import VaryDocument
    from ci_scriptcheck.project.native.reading import Native

MOST = 16
"""Combinations of one step; each is a run."""

NOT_IN_NAMES = "[]@/"
_LONGEST = 40


def variations_of(native: Native, step: Step) -> tuple[Variation, ...]:
    """Give every combination but the one that the step is run with anyway.

    Raises:
        UsageError: there are too many, or two cannot be told apart.
    """
    document = native.document.steps.get(step.name)
    vary = document.vary if document is not None else None
    if vary is None:
        return ()
    path = ("steps", step.name, "vary")
    values = _values(vary)
    count = prod(len(choices) for choices in values.values())
    if count > MOST:
        raise native.source.mistake(
            f"`vary` makes {count:,} combinations, and at most {MOST} are run",
            path,
            advice="leave out values, or put what need not be combined into steps of their own",
        )
    place = native.source.place(path)
    found: dict[str, Variation] = {}
    for combined in product(*values.values()):
        chosen = dict(zip(values, combined, strict=True))
        if all(_is_usual(step, key, value) for key, value in chosen.items()):
            continue
        name = ",".join(f"{key}={_shown(value)}" for (_, key), value in chosen.items())
        if name in found:
            raise native.source.mistake(f"`{name}` comes twice, or cannot be told apart", path)
        found[name] = Variation(
            name=name,
            env={key: str(value) for (part, key), value in chosen.items() if part == "env"},
            args={key: value for (part, key), value in chosen.items() if part == "args"},
            place=place,
        )
    return tuple(found.values())


def _values(vary: VaryDocument) -> Mapping[tuple[str, str], tuple[Json, ...]]:
    return {
        (part, key): tuple(frozen(one) for one in choices)
        for part, written in (("env", vary.env), ("args", vary.args))
        for key, choices in sorted(written.items())
    }


def _is_usual(step: Step, key: tuple[str, str], value: Json) -> bool:
    """Say whether a value is what the step has in its usual run, by its code where nothing is set."""
    part, name = key
    if part == "args":
        return name in step.settings.args and step.settings.args[name] == value
    return step.settings.env.get(name, step.variables.get(name)) == value


def _shown(value: Json) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = "".join("_" if letter in NOT_IN_NAMES else letter for letter in text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
