"""`scriptcheck config`: the settings in force, and where each value comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.change.dependencies.default_interpreter import default_interpreter
from ci_scriptcheck.cli import opening
from ci_scriptcheck.project.assembly import settings
from ci_scriptcheck.project.native.units import as_size
from ci_scriptcheck.report import grid
from ci_scriptcheck.report.page import counted, visible

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from ci_scriptcheck.cli.console import Console
    from ci_scriptcheck.model.aws import SampleSize
    from ci_scriptcheck.model.project import Project
    from ci_scriptcheck.model.tree import Tree

_UNSAID = {"prefixes": "the datasets"}
"""Where the value of a setting comes from that nobody has written."""


def call(given: Namespace, console: Console, _environ: Mapping[str, str]) -> int:
    """Print the settings of one step or node, or what there is."""
    place = opening.place_of(opening.project_folder(given))
    project = opening.project_of(place)
    if given.name is None:
        console.tell(overview(project, console.out_page.width))
        return 0
    table = settings.settings_table(
        project,
        given.name,
        own_python=default_interpreter(),
        text_of=lambda script: _text(place.tree, script),
    )
    rows = [[visible(cell) for cell in row] for row in table.rows]
    console.tell("\n".join(grid.lines(table.columns, rows, console.out_page.width)) + "\n")
    return 0


def _text(tree: Tree, script: str) -> str:
    return tree.read_many([script]).get(script, b"").decode("utf-8", "replace")


def overview(project: Project, width: int | None) -> str:
    """List steps and pipelines, for whoever looks for a name, and whence real data would come."""
    steps = [
        (visible(name), visible(step.script or "no script"), visible(str(step.place or "")))
        for name, step in sorted(project.steps.items())
    ]
    pipelines = [
        (visible(name), counted(len(pipeline.nodes), "node"), visible(str(pipeline.place or "")))
        for name, pipeline in sorted(project.pipelines.items())
    ]
    parts = [
        "\n".join(grid.lines(columns, rows, width))
        for columns, rows in (
            (("step", "script", "from"), steps),
            (("pipeline", "nodes", "from"), pipelines),
            (("aws", "value", "from"), _aws(project)),
            (("real data of", "place", "sample", "by", "from"), _real(project)),
        )
        if rows
    ]
    return "\n\n".join(parts) + "\n"


def _aws(project: Project) -> list[tuple[str, ...]]:
    """List what is in force for AWS, where anything is said of it."""
    said = project.aws
    if not said.origins and not any(one.real for one in project.datasets.values()):
        return []
    values = {
        "role": said.role or "none: as boto3 finds credentials",
        "region": said.region or "none: as boto3 finds it",
        "prefixes": ", ".join(str(one) for one in project.readable()) or "nothing is read",
        "budget": as_size(said.budget),
        "sample": _sample(said.sample),
        "executions": ", ".join(f"{name}: {one}" for name, one in said.executions.items())
        or "none: by their own names",
        "requester_pays": str(said.requester_pays).lower(),
    }
    return [
        (name, visible(value), visible(str(said.origins.get(name, _UNSAID.get(name, "default")))))
        for name, value in values.items()
    ]


def _real(project: Project) -> list[tuple[str, ...]]:
    return [
        (
            visible(name),
            visible(one.real),
            _sample(one.sample or project.aws.sample),
            visible(one.sample_by or ""),
            visible(str(one.place or "")),
        )
        for name, one in sorted(project.datasets.items())
        if one.real
    ]


def _sample(size: SampleSize) -> str:
    return size if isinstance(size, str) else as_size(size)
