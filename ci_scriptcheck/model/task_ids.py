"""How tasks are called; settings must not call a step so."""

from __future__ import annotations

from ci_scriptcheck.model.scenario import STANDARD

ON_BASE = "@base"
"""What the id of a task of base ends in."""

ACROSS = f"@head{ON_BASE}"
"""What it ends in where base's script is given head's inputs."""


def task_id(*, node: str, pipeline: str | None, scenario: str = STANDARD) -> str:
    """Name a task: `pipeline/node[scenario]`, each part only where it says something."""
    name = node if pipeline is None else f"{pipeline}/{node}"
    return name if scenario == STANDARD else f"{name}[{scenario}]"
