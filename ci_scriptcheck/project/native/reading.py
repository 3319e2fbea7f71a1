"""`scriptcheck.yaml`: text → documents, with the way back to each line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ci_scriptcheck.errors import did_you_mean
from ci_scriptcheck.model.rules import RULES
from ci_scriptcheck.model.task_ids import ON_BASE
from ci_scriptcheck.project.native import mistakes
from ci_scriptcheck.project.native.documents import PipelineDocument, ProjectDocument
from ci_scriptcheck.project.native.setting_documents import SettingsDocument
from ci_scriptcheck.project.native.source_lines import KeyPath, Source
from ci_scriptcheck.project.native.yaml_text import read_yaml
from ci_scriptcheck.project.paths import within
from ci_scriptcheck.repository_path import folder_of
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

ENV_DEPTHS = {"defaults": 2, "steps": 3, "nodes": 3, "pipelines": 5}
"""Part of the file → number of keys above a variable's name, `env` included."""

GROUPS = ("SC1", "SC2", "SC3", "SC4", "SC5")
"""Groups of rules; one may have no rule yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Native:
    """One file as it is written: checked by itself, not yet against the rest of the project."""

    document: ProjectDocument
    source: Source


def read_native(content: bytes, file: str) -> Native:
    """Read a settings file.

    Raises:
        UsageError: it is no YAML, has unknown keys, or a value is of the wrong kind.
    """
    source = read_yaml(content, file)
    data = {} if source.data is None else source.data
    if not isinstance(data, dict):
        raise source.mistake("the file must be a mapping of keys to values", ())
    _take_env_as_written(data, source)
    try:
        document = ProjectDocument.model_validate(data)
    except ValidationError as error:
        raise mistakes.mistake(error, source) from error
    _check_names(document, source)
    _check_roots(document, source)
    _check_rules(document, source)
    return Native(document=document, source=source)


def _take_env_as_written(data: dict[str, object], source: Source) -> None:
    """Put the text of each variable in the place of the number or boolean YAML makes of it."""
    for path, text in source.texts.items():
        if _is_of_variable(path):
            holder: Any = data
            for key in path[:-1]:
                holder = holder[key]
            if isinstance(holder, dict | list) and holder[path[-1]] is not None:  # type: ignore[index]  # the path was made from these data
                holder[path[-1]] = text  # type: ignore[index]


def _is_of_variable(path: KeyPath) -> bool:
    """Say whether a path leads to the value of a variable, or to one of several in `vary`."""
    if not path:
        return False
    depth = ENV_DEPTHS.get(str(path[0]))
    if depth is not None and len(path) == depth + 1 and path[depth - 1] == "env":
        return True
    is_inside_step = path[0] == "steps" and len(path) == 6
    return is_inside_step and (
        (path[2], path[4]) == ("tests", "env") or path[2:4] == ("vary", "env")
    )


def _check_names(document: ProjectDocument, source: Source) -> None:
    for path in _names(document):
        mistake = _mistake_of_name(str(path[-1]))
        if mistake is not None:
            kind = "step" if path[0] == "steps" else "node"
            what, advice = mistake
            raise source.mistake(f"the {kind} `{path[-1]}` has {what}", path, advice=advice)
    for name in document.datasets:
        if "." in name:
            raise source.mistake(
                f"the dataset `{name}` has a `.` in its name",
                ("datasets", name),
                advice="`dataset.column` names a column; use another character",
            )
        if "s3://" in name:
            # So are called what executions read and wrote, where real data are kept by name.
            raise source.mistake(
                f"the dataset `{name}` is called like a place in S3",
                ("datasets", name),
                advice="give it a name of its own, and write the place into it: `real: s3://…`",
            )


def _check_roots(document: ProjectDocument, source: Source) -> None:
    """Refuse import roots that are not part of what a commit holds."""
    folder = folder_of(source.file)
    for part, path in settings_parts(document):
        for position, root in enumerate(part.path or ()):
            if within(folder, root) is None:
                raise source.mistake(
                    f"`{root}` leads out of the repository",
                    (*path, "path", position),
                    advice="what lies elsewhere is no part of a commit: install it for `python:`",
                )


def _names(document: ProjectDocument) -> list[KeyPath]:
    names: list[KeyPath] = [("steps", name) for name in document.steps]
    names.extend(("nodes", name) for name in document.nodes)
    for pipeline, written in document.pipelines.items():
        if isinstance(written, PipelineDocument):
            names.extend(("pipelines", pipeline, "nodes", name) for name in written.nodes)
    return names


def _mistake_of_name(name: str) -> tuple[str, str] | None:
    """Say what makes a name one that another task could have, and what to do."""
    if "/" in name:
        advice = "`pipeline/node` names a node on the command line; use another character"
        return "a `/` in its name", advice
    if "[" in name or "]" in name:
        return "a bracket in its name", "`step[test]` names a test of a step; rename it"
    if name.endswith(ON_BASE):
        return (
            f"a name that ends in `{ON_BASE}`",
            "so is called what base does of a step; rename it",
        )
    return None


def settings_parts(
    document: ProjectDocument,
) -> Iterator[tuple[SettingsDocument, KeyPath]]:
    """Give every part of a file that holds settings, with its path."""
    yield document.defaults, ("defaults",)
    for name, step in document.steps.items():
        yield step or SettingsDocument(), ("steps", name)
    for name, node in document.nodes.items():
        yield node or SettingsDocument(), ("nodes", name)
    for pipeline, written in document.pipelines.items():
        for name, own in written.nodes.items() if isinstance(written, PipelineDocument) else ():
            yield own or SettingsDocument(), ("pipelines", pipeline, "nodes", name)


def _check_rules(document: ProjectDocument, source: Source) -> None:
    for part, path in settings_parts(document):
        for code in () if part.known is None else part.known.rules():
            if code not in RULES:
                raise source.mistake(
                    f"there is no rule `{code}`",
                    (*path, "known", "rule"),
                    advice=did_you_mean(code, RULES),
                )
    for code in document.rules:
        if code not in GROUPS and (
            len(code) < len("SC1") or not any(known.startswith(code) for known in RULES)
        ):
            raise source.mistake(
                f"there is no rule `{code}`", ("rules", code), advice=did_you_mean(code, RULES)
            )
