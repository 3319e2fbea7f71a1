"""The reference pages that are made from the code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from ci_scriptcheck.cli import help as help_texts
from ci_scriptcheck.cli.command import GENERAL
from ci_scriptcheck.cli.commands import COMMANDS
from ci_scriptcheck.cli.explain import GROUPS
from ci_scriptcheck.model.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.cli.command import Command, Group

_ACTION = Path(__file__).parents[3] / "action.yml"
_WORKFLOWS = _ACTION.parent / ".github" / "workflows"
_HEAD = "Made from the code; `pytest --update-golden tests/unit/docs` writes it."


def commands() -> str:
    """Write every command with its arguments and options."""
    parts = ["# Commands", _HEAD, f"```text\n{help_texts.overview()}\n```"]
    for command in COMMANDS.values():
        parts += _command(command)
    parts += ["## Options of every command", "\n".join(_options(GENERAL))]
    return "\n\n".join(parts) + "\n"


def rules() -> str:
    """Write every rule, group by group."""
    parts = [
        "# Rules",
        _HEAD,
        "Every finding has a rule with a code that never changes its meaning. `scriptcheck explain"
        " CODE` prints one. How to turn one off: [configuration](configuration.md#rules).",
    ]
    for prefix, title in GROUPS.items():
        found = [rule for code, rule in RULES.items() if code.startswith(prefix)]
        if found:
            parts.append(f"## {prefix}: {title}")
        for rule in found:
            parts += [
                f"### {rule.code}: {rule.title}",
                f"Level: {rule.level.value}.",
                rule.why,
                f"For example: {rule.example}",
                f"Cure: {rule.cure}",
            ]
    return "\n\n".join(parts) + "\n"


def action() -> str:
    """Write every input and output of the action, and the inputs of the workflows that call it."""
    described = yaml.safe_load(_ACTION.read_text(encoding="utf-8"))
    parts = ["# The action", _HEAD, "## Inputs"]
    outputs = ["| output | meaning |", "| --- | --- |"]
    for name, about in described["outputs"].items():
        outputs.append(f"| `{name}` | {_cell(about['description'])} |")
    parts += [_inputs(described["inputs"]), "## Outputs", "\n".join(outputs)]
    parts += [
        "## Workflows",
        "Each calls the action in jobs of its own, with no more than the permissions that these need:"
        " `uses: <owner>/ci-scriptcheck/.github/workflows/check.yml@<commit>`.",
    ]
    for file in sorted(_WORKFLOWS.glob("*.yml")):
        # YAML 1.1 takes `on` for true.
        triggers = yaml.safe_load(file.read_text(encoding="utf-8"))[True]
        if "workflow_call" in triggers:
            called = triggers["workflow_call"]
            parts += [f"### {file.name}", _inputs(called["inputs"])]
            parts += [
                f"Secret `{name}`: {about['description']}"
                for name, about in called.get("secrets", {}).items()
            ]
    parts.append("How they are used: [on GitHub](../how-to/github.md).")
    return "\n\n".join(parts) + "\n"


def _inputs(described: dict[str, dict[str, Any]]) -> str:
    rows = ["| input | meaning | default |", "| --- | --- | --- |"]
    for name, about in described.items():
        default = f"`{about['default']}`" if about["default"] else ""
        rows.append(f"| `{name}` | {_cell(about['description'])} | {default} |")
    return "\n".join(rows)


def _command(command: Command) -> Iterator[str]:
    yield f"## scriptcheck {command.name}"
    yield command.title
    yield f"```text\n{help_texts.usage(command)}\n```"
    if command.arguments:
        rows = ["| argument | meaning |", "| --- | --- |"]
        rows += [f"| `{item.word}` | {_cell(item.text)} |" for item in command.arguments]
        yield "\n".join(rows)
    for group in command.groups:
        yield f"{group.title}:"
        yield "\n".join(_options(group))


def _options(group: Group) -> Iterator[str]:
    yield "| option | meaning | default |"
    yield "| --- | --- | --- |"
    for option in group.options:
        flags = help_texts.flags(option).strip()
        yield f"| `{flags}` | {_cell(option.text)} | {_cell(option.default or '')} |"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
