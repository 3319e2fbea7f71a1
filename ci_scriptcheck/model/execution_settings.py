"""What a step of two executions was told to do otherwise: its variables, arguments, hyperparameters and machines.

Much of what a job is told names its own execution: where its ports lie, what it is called, when it began. Such
names are another in each, and no difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ci_scriptcheck.model.execution import Execution, ExecutionStep
from ci_scriptcheck.model.secret_names import speaks_of_secret
from ci_scriptcheck.values import dataclass

HIDDEN = "(hidden: its name speaks of a secret)"

_OF_THE_JOB = frozenset({"sagemaker_job_name", "sagemaker_submit_directory"})
"""Hyperparameters that the SDK sets for each job: of code, the content is compared."""

_PASSWORD = re.compile(r"(?<=://)[^/\s@]+@")
_NEGATIVE = re.compile(r"-\.?\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingChange:
    """A setting that is another one.

    Attributes:
        what: `variable`, `argument`, `hyperparameter`, `machines`, `image` or `place`.
        name: Empty where there is only one of its kind.
        before: As it was given, but for secrets; `None` where it was not given.
    """

    what: str
    name: str = ""
    before: str | None = None
    after: str | None = None


def changes(
    before: tuple[Execution, ExecutionStep], after: tuple[Execution, ExecutionStep]
) -> tuple[SettingChange, ...]:
    """List what differs, each kind in the order of its names."""
    return tuple(_changes(before, after))


def _changes(
    before: tuple[Execution, ExecutionStep], after: tuple[Execution, ExecutionStep]
) -> Iterator[SettingChange]:
    (_, one), (_, other) = before, after
    words = _own_words(*before), _own_words(*after)
    yield from _differing("machines", _only(one.instances), _only(other.instances), words)
    yield from _differing("image", _only(one.image), _only(other.image), words)
    yield from _differing("argument", named(one.arguments), named(other.arguments), words)
    yield from _differing("variable", one.environment, other.environment, words)
    yield from _differing("hyperparameter", _of_the_user(one), _of_the_user(other), words)
    yield from _differing("place", _places(*before), _places(*after), words)


def _differing(
    what: str,
    before: Mapping[str, str],
    after: Mapping[str, str],
    words: tuple[Mapping[str, str], Mapping[str, str]],
) -> Iterator[SettingChange]:
    for name in sorted(before.keys() | after.keys()):
        one, other = before.get(name), after.get(name)
        if _neutral(one, words[0]) == _neutral(other, words[1]):
            continue
        yield SettingChange(
            what=what, name=name, before=_shown(name, one), after=_shown(name, other)
        )


def _own_words(execution: Execution, step: ExecutionStep) -> Mapping[str, str]:
    """Give what names the execution itself → what stands for it, the longest first."""
    found = {
        execution.name.arn: "<arn>",
        execution.name.id: "<execution>",
        # As `ExecutionVariables.START_DATETIME` has it, without the fraction of its second.
        execution.began[:19]: "<begin>",
    }
    for one in (*execution.steps, step):
        found[one.job.rpartition("/")[2]] = f"<job of {one.name}>"
        for port in one.outputs:
            if port.place is not None:
                found[str(port.place)] = f"<output {port.name} of {one.name}>"
    return dict(sorted(found.items(), key=lambda item: (-len(item[0]), item[0])))


def _neutral(written: str | None, words: Mapping[str, str]) -> str | None:
    if written is None:
        return None
    for word, neutral in words.items():
        written = written.replace(word, neutral)
    # What is left of the moment of the begin.
    return re.sub(r"<begin>(\.\d+)?(Z|[+-]\d\d:?\d\d)?", "<begin>", written)


def _shown(name: str, written: str | None) -> str | None:
    if written is None:
        return None
    if speaks_of_secret(name.replace("-", "_")):
        return HIDDEN
    return _PASSWORD.sub("(hidden)@", written)


def _only(value: object) -> Mapping[str, str]:
    return {} if value is None else {"": str(value)}


def _of_the_user(step: ExecutionStep) -> Mapping[str, str]:
    return {name: value for name, value in step.hyperparameters.items() if name not in _OF_THE_JOB}


def _places(execution: Execution, step: ExecutionStep) -> Mapping[str, str]:
    """Give where data lie that no step of the execution wrote; of code, the content is compared."""
    written = [port.place for one in execution.steps for port in one.outputs]
    return {
        port.name: str(port.place)
        for port in step.inputs
        if port.place is not None
        and port.name != "code"
        and not any(
            place is not None and _overlap(str(place), str(port.place)) for place in written
        )
    }


def _overlap(one: str, other: str) -> bool:
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return f"{longer}/".startswith(f"{shorter.rstrip('/')}/")


def speaks_of_login(value: str) -> bool:
    """Say whether a value holds a name and a password, as addresses of databases do."""
    return _PASSWORD.search(value) is not None


def named(arguments: tuple[str, ...]) -> Mapping[str, str]:
    """Give arguments by their names, those without one by their place."""
    found: dict[str, str] = {}
    name, place = None, 0
    for word in arguments:
        if word.startswith("-") and _NEGATIVE.match(word) is None:
            option, mark, value = word.partition("=")
            found[option] = f"{found[option]} {value}".strip() if option in found else value
            name = None if mark else option
        elif name is not None:
            found[name] = f"{found[name]} {word}".strip()
        else:
            place += 1
            found[str(place)] = word
    return found
