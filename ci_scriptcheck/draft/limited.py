"""The processes in which scripts are tried: one that opens files and makes data, and hosts for the scripts."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.change.closure import imports
from ci_scriptcheck.change.closure.entry_points import entry_points
from ci_scriptcheck.draft.bench import Bench
from ci_scriptcheck.run import own_folders
from ci_scriptcheck.run.process import calls, interpreters
from ci_scriptcheck.run.process.hosts import Hosts, host_key
from ci_scriptcheck.run.process.reader import Reader, reader_spec
from ci_scriptcheck.run.process.request import HostSpec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ci_scriptcheck.model.change import Closure
    from ci_scriptcheck.model.project import Project, Step
    from ci_scriptcheck.model.tree import Tree
    from ci_scriptcheck.run.process.request import Call, Ending


@contextmanager
def bench(
    root: Path,
    tree: Tree,
    project: Project,
    steps: Iterable[Step],
    *,
    tracked: Iterable[str],
    store: Path,
) -> Iterator[Bench]:
    """Start what the scripts of these steps need, and end it when they were tried.

    Args:
        root: The repository.
        tree: Its files.
        project: What the steps belong to.
        steps: What is to be tried.
        tracked: All that git has in its index.
        store: Where results are kept, which no script must read.

    Raises:
        UsageError: an interpreter cannot be started, or git brings it.
    """
    own_folders.check_interpreters(root, tracked, project)
    closures = imports.closures(tree, entry_points(project), cache=None)
    specs = _hosts(root, project, steps, closures)
    reads = reader_spec()
    with tempfile.TemporaryDirectory(prefix="scriptcheck-") as name:
        # Where the temporary folder is a link, a script sees where it leads to.
        folder = Path(name).resolve()
        aside, made = folder / "reader", folder / "scripts"
        aside.mkdir()
        made.mkdir()
        with (
            Hosts([*specs.values(), reads], repository=root) as hosts,
            Reader(
                hosts.addresses[host_key(reads)],
                folder=aside,
                writable=(str(made),),
                hidden=own_folders.hidden(root / own_folders.OWN, store),
            ) as reader,
        ):

            def run(step: Step, call: Call) -> Ending:
                spec = specs[_python(root, project, step)]
                return calls.call(hosts.addresses[host_key(spec)], call)

            yield Bench(
                root=root,
                project=project.folder,
                folder=made,
                hidden=own_folders.hidden(root / own_folders.OWN, store, folder),
                closures=closures,
                run=run,
                ask=reader.ask,
            )


def _hosts(
    root: Path, project: Project, steps: Iterable[Step], closures: Mapping[str, Closure]
) -> dict[str, HostSpec]:
    modules: dict[str, set[str]] = {}
    for step in steps:
        if step.script is not None:
            found = closures[step.script].modules
            modules.setdefault(_python(root, project, step), set()).update(found)
    return {
        python: HostSpec(python=python, preload=tuple(sorted(names)))
        for python, names in modules.items()
    }


def _python(root: Path, project: Project, step: Step) -> str:
    return interpreters.located(root, project.folder, step.settings.python)
