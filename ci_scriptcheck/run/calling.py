"""How the code of a project is called, whoever calls it: what it may use, and what it must not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.run.process.request import Call
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.model.project import Settings
    from ci_scriptcheck.run.process.request import Target
    from ci_scriptcheck.run.workspace import Workspace


def call_of(
    target: Target,
    settings: Settings,
    space: Workspace,
    *,
    tree: Path,
    hidden: tuple[str, ...],
    checkout: Path | None = None,
) -> Call:
    """Say how something is called in the folders of a workspace.

    Args:
        target: What is called.
        settings: What it may use.
        space: Where it finds its inputs and writes its outputs.
        tree: The repository, or what base was laid out in.
        checkout: The repository, where that is not the tree.
        hidden: What `own_folders.hidden` gives; no default, so that nobody forgets it.
    """
    return Call(
        target=target,
        folder=str(space.work),
        private=str(space.private),
        log=str(space.log),
        env=settings.env,
        seed=settings.seed,
        timeout=settings.timeout,
        memory=settings.memory,
        limits=replace(settings.limits, output_bytes=settings.limits.most_bytes),
        network=settings.network,
        tree=str(tree),
        checkout=None if checkout in {None, tree} else str(checkout),
        # Inputs are copies; to change them is a finding, and not to be told from a refused write.
        writable=(str(space.folder / "in"), str(space.folder / "out")),
        outputs=(str(space.folder / "out"),),
        hidden=hidden,
    )
