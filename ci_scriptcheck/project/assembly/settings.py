"""Settings said on several levels → the settings in force, with where each value comes from."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ci_scriptcheck.errors import Place, UsageError, did_you_mean
from ci_scriptcheck.model.project import (
    Known,
    Limits,
    Node,
    Pipeline,
    Project,
    Settings,
    Step,
    Tolerance,
)
from ci_scriptcheck.model.result import Table
from ci_scriptcheck.project.native import units
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from ci_scriptcheck.model.contract import Json, Port
    from ci_scriptcheck.project.declared import DeclaredNode, DeclaredStep
    from ci_scriptcheck.project.native.setting_documents import SettingsDocument
    from ci_scriptcheck.project.native.source_lines import KeyPath, Source

Values = Mapping[str, tuple[Any, Place | None]]
"""Dotted name of a setting → value and place; `None` unsets what a level below says."""

MAPPINGS = ("env", "args", "call", "limits", "tolerance")
"""Settings that are laid over each other key by key; all others are replaced as a whole."""

PLAIN = (
    "python",
    "requirements",
    "path",
    "timeout",
    "memory",
    "network",
    "rows",
    "seed",
    "scenarios",
    "needs",
    "skip",
)
SIZES = ("memory", "limits.log", "limits.output_bytes")
_LIMITS = {"log": "log_bytes"}


def written(document: SettingsDocument, source: Source, path: KeyPath) -> Values:
    """Give what one part of the file says."""
    found: dict[str, tuple[Any, Place | None]] = {}
    for name in PLAIN:
        if name in document.model_fields_set:
            found[name] = (frozen(getattr(document, name)), source.place((*path, name)))
    for name in MAPPINGS:
        part = getattr(document, name)
        items = part if isinstance(part, dict) else part.given() if part is not None else {}
        for key, value in items.items():
            found[f"{name}.{key}"] = (frozen(value), source.place((*path, name, key)))
    if "known" in document.model_fields_set:
        found["known"] = (_known(document), source.place((*path, "known")))
    return found


def _known(document: SettingsDocument) -> Known | None:
    said = document.known
    if said is None:
        return None
    return Known(rules=said.rules(), reason=said.reason, until=said.until)


def contracted(step: DeclaredStep) -> Values:
    """Give the defaults of a contract, which the platform passes to the script."""
    places = step.env_places
    return {
        f"env.{name}": (value, places.get(name, step.place)) for name, value in step.env.items()
    }


def named(node: DeclaredNode) -> Values:
    """Give the arguments that follow from the name of a node."""
    return {f"args.{name}": (value, node.place) for name, value in node.args.items()}


def asked_for(values: Values, arguments: Collection[str]) -> Values:
    """Leave out arguments that nothing asks for."""
    return {
        name: value
        for name, value in values.items()
        if not name.startswith("args.") or name.removeprefix("args.") in arguments
    }


def in_force(levels: Iterable[Values]) -> Settings:
    """Lay levels over each other, the most general first."""
    flat: dict[str, tuple[Any, Place | None]] = {}
    for level in levels:
        flat.update(level)
    set_ = {name: value for name, (value, _) in flat.items() if value is not None}
    parts: dict[str, dict[str, Any]] = {name: {} for name in MAPPINGS}
    for name, value in set_.items():
        owner, dot, key = name.partition(".")
        if dot:
            parts[owner][key] = value
    plain = {name: value for name, value in set_.items() if "." not in name}
    return Settings(
        **plain,
        limits=Limits(**{_LIMITS.get(key, key): item for key, item in parts["limits"].items()}),
        env=dict(sorted(parts["env"].items())),
        args=dict(sorted(parts["args"].items())),
        call=dict(sorted(parts["call"].items())),
        tolerance=Tolerance(**parts["tolerance"]),
        origins={name: place for name, (_, place) in sorted(flat.items()) if place is not None},
    )


def settings_table(
    project: Project,
    name: str,
    *,
    own_python: str = "unset",
    text_of: Callable[[str], str] | None = None,
) -> Table:
    """Show what is in force for a step, a node by `pipeline/node`, or the one node of a name.

    Args:
        project: Where it is.
        name: Its name.
        own_python: What stands for the interpreter where none is named.
        text_of: Gives the text of a script, for the lines that name its ports.

    Raises:
        UsageError: there is none, or several pipelines have such a node.
    """
    found, pipeline = _found(project, name)
    step = found if isinstance(found, Step) else project.steps[found.step]
    script = _Script(
        path=step.script, text=text_of(step.script) if text_of and step.script else ""
    )
    rows = [
        ("python", own_python, origin)
        if (key, value) == ("python", "unset")
        else (key, value, origin)
        for key, value, origin in _setting_rows(found.settings)
    ]
    rows.extend(_port_rows("inputs", found.inputs, _fed_by(found, pipeline), script))
    rows.extend(_port_rows("outputs", found.outputs, {}, script))
    rows.extend(_further_tasks(found))
    return Table(columns=("setting", "value", "from"), rows=tuple(rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Script:
    """What names the ports that nothing else does."""

    path: str | None
    text: str

    def place(self, side: str, port: Port) -> str:
        """Give the first line that takes the port, or the script where none does so in plain words."""
        if self.path is None:
            return ""
        word = "input_paths" if side == "inputs" else "output_paths"
        naming = re.compile(rf"{word}\b.*(['\"]){re.escape(port.parameter)}\1")
        lines = enumerate(self.text.split("\n"), 1)
        line = next((number for number, one in lines if naming.search(one)), None)
        return str(Place(file=self.path, line=line))


def _fed_by(found: Step | Node, pipeline: Pipeline | None) -> Mapping[str, str]:
    """Give what feeds the inputs of a node that others are joined to: input → `node.output`."""
    links = () if pipeline is None else pipeline.links
    return {
        link.input: f"{link.producer}.{link.output}"
        for link in links
        if link.consumer == found.name
    }


def _found(project: Project, name: str) -> tuple[Step | Node, Pipeline | None]:
    if name in project.steps:
        return project.steps[name], None
    nodes = {
        f"{pipeline.name}/{node.name}": (node, pipeline)
        for pipeline in project.pipelines.values()
        for node in pipeline.nodes
    }
    if name in nodes:
        return nodes[name]
    fitting = [whole for whole in nodes if whole.rpartition("/")[2] == name]
    if len(fitting) == 1:
        return nodes[fitting[0]]
    if fitting:
        raise UsageError(
            what=f"{len(fitting)} pipelines have a node `{name}`",
            facts=tuple(fitting[:5]),
            advice=f"name one of them, such as `{fitting[0]}`",
        )
    known = [*project.steps, *nodes, *(whole.rpartition("/")[2] for whole in nodes)]
    raise UsageError(what=f"there is no step or node `{name}`", advice=did_you_mean(name, known))


def _setting_rows(settings: Settings) -> Iterable[tuple[str, str, str]]:
    values: dict[str, Any] = {name: getattr(settings, name) for name in PLAIN}
    for limit in ("processes", "log", "output_bytes", "output_files"):
        values[f"limits.{limit}"] = getattr(settings.limits, _LIMITS.get(limit, limit))
    for kind in ("rows", "nulls", "values", "numbers", "slower", "memory"):
        values[f"tolerance.{kind}"] = getattr(settings.tolerance, kind)
    for part in ("env", "args", "call"):
        values.update({f"{part}.{key}": item for key, item in getattr(settings, part).items()})
    if settings.known is not None:
        values["known"] = f"{', '.join(settings.known.rules)}: {settings.known.reason}"
    for name in settings.origins:
        values.setdefault(name, None)
    for name, value in values.items():
        yield name, _shown(name, value), str(settings.origins.get(name, "built in"))


def _shown(name: str, value: Any) -> str:  # noqa: ANN401  (any setting)
    if value is None:
        return "unset"
    if name == "timeout":
        return f"{value:g} s"
    if name in SIZES:
        return units.as_size(value)
    if isinstance(value, str):
        return str(value)
    return json.dumps(value, default=str, ensure_ascii=False)


def _further_tasks(found: Step | Node) -> Iterable[tuple[str, str, str]]:
    """Show the tests of a step, and the settings it is run with beside its own."""
    if isinstance(found, Node):
        return
    for test in found.tests:
        given = ", ".join(test.given) or "nothing"
        expected = ", ".join(sorted({*test.rows, *test.bounds}))
        yield f"tests.{test.name}", f"given {given}, expects {expected}", str(test.place or "")
    for one in found.variations:
        yield "vary", one.name, str(one.place or "")


def _port_rows(
    side: str, ports: Iterable[Port], fed_by: Mapping[str, str], script: _Script
) -> Iterable[tuple[str, str, str]]:
    for port in ports:
        parts = ["required" if port.required else "optional"]
        if port.name in fed_by:
            parts.append(f"fed by {fed_by[port.name]}")
        elif port.dataset is not None:
            parts.append(f"dataset {port.dataset}")
        if port.expects not in {None, port.dataset}:
            parts.append(f"expects {port.expects}")
        if port.external:
            parts.append("external")
        for kind, item in (("file", port.file), ("pack", port.pack), ("from", port.supplier)):
            if item is not None:
                parts.append(f"{kind} {item}")
        if port.parameter != port.name:
            parts.append(f"as {port.parameter}")
        yield f"{side}.{port.name}", ", ".join(parts), str(port.place or script.place(side, port))
        for bound in port.bounds:
            way = f"{side}.{port.name}.values.{bound.file}.{bound.path}"
            yield way, bound.in_words(), str(bound.place or "")


def frozen(value: Any) -> Json:  # noqa: ANN401  (what YAML can hold)
    """Make tuples of lists, so that a value stays as it is."""
    if isinstance(value, list | tuple):
        return tuple(frozen(item) for item in value)
    if isinstance(value, dict):
        return {str(key): frozen(item) for key, item in value.items()}
    kept: Json = value
    return kept
