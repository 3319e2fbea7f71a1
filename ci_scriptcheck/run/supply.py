"""What each input of a task is given, and where its files lie until they are copied for the task."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from ci_scriptcheck.model.fixture import FOLDER, Fixture, folder_of
from ci_scriptcheck.model.production import FromProduction
from ci_scriptcheck.model.result import Artefact, FileFacts, TaskResult
from ci_scriptcheck.model.source import Copied, Fetched, Synthetic, Upstream
from ci_scriptcheck.run import faults, making, reading
from ci_scriptcheck.run.making import Unmakeable
from ci_scriptcheck.run.store import copying, store
from ci_scriptcheck.run.store.digest import Digests, LeadsOut, Unreadable
from ci_scriptcheck.run.workspace import artefact_of
from ci_scriptcheck.values import dataclass, field, replace

if TYPE_CHECKING:
    from ci_scriptcheck.model.plan import Input, Task
    from ci_scriptcheck.model.production import FixturePart
    from ci_scriptcheck.run.context import Context

NOTHING = artefact_of([])


class SupplierGone(Exception):  # noqa: N818  (tells the engine to run the supplier again)
    """The outputs of an upstream task are neither in the run directory nor in the store.

    Attributes:
        task: The supplier.
        result: The result whose outputs are gone.
    """

    def __init__(self, task: str, result: TaskResult) -> None:
        super().__init__(task)
        self.task = task
        self.result = result


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """The content of one input.

    Attributes:
        near: Folder where the files may lie; the store is looked into where they do not.
        upstream: The task that wrote it.
        reads: Files of the repository that were opened to make it → digest.
        folders: Folder of the input, with a `/` behind it → where its files lie, where that is not `near`.
    """

    artefact: Artefact
    near: Path
    upstream: TaskResult | None = None
    reads: Mapping[str, str] = field(default_factory=dict)
    folders: Mapping[str, Path] = field(default_factory=dict)

    def at(self, name: str) -> Path:
        """Give where a file may lie."""
        for inside, folder in self.folders.items():
            if name.startswith(inside):
                return folder / name.removeprefix(inside)
        return self.near / name


def of_input(
    context: Context, task: Task, item: Input, upstream: Mapping[str, TaskResult]
) -> Supply:
    """Find or make the content of one input.

    Raises:
        Unmakeable: the data cannot be made, or what is to be copied is not there.
    """
    # What comes from no task is given to both sides alike, as head has it, if it has it at all.
    head = context.of_head
    match item.source:
        case Upstream(task=name, port=port):
            result = upstream[name]
            artefact = result.outputs.get(port, NOTHING)
            return Supply(artefact=artefact, near=delivered(context, name, port), upstream=result)
        case Copied(path=path):
            return _copied(head if (head.root / path).exists() else context, path)
        case Fetched(dataset=dataset):
            return _fetched(head, head.plan.fixtures[dataset])
        case FromProduction(parts=parts):
            return _brought_together(head, parts)
        case Synthetic(dataset=dataset):
            owner = head if dataset in head.plan.datasets else context
            made = making.made(owner, task, item.source)
            return Supply(artefact=made.artefact, near=made.folder, reads=made.reads)
        case _:
            assert_never(item.source)


def delivered(context: Context, task: str, port: str) -> Path:
    """Give the folder with what readers of a port get: its files, or the archive made of them."""
    space = context.workspace(task)
    outputs = {output.port: output for output in context.tasks[task].outputs}
    packed = port in outputs and outputs[port].pack is not None
    return space.packed(port) if packed else space.output(port)


def bring(context: Context, given: Supply, file: FileFacts, target: Path) -> None:
    """Put a private copy of one file of an input in place.

    Raises:
        SupplierGone: the task that wrote it must be run again.
        Unmakeable: the file was changed while it was read.
    """
    source = given.at(file.path)
    if source.is_file() and copying.copy_file(source, target) == file.digest:
        return
    try:
        context.store.bring(file, target)
    except store.Damaged:
        if given.upstream is None:
            raise Unmakeable(f"{file.path} changed while it was read") from None
        raise SupplierGone(given.upstream.task, given.upstream) from None


def _fetched(context: Context, fixture: Fixture) -> Supply:
    """Give the files of a dataset as they were fetched.

    Raises:
        Unmakeable: they are not what was fetched any more.
    """
    folder = context.root / folder_of(fixture)
    # What is learned of them is written down nowhere, as others share that; so each digest is made anew.
    files = Digests().files_of(folder, root=folder) or {}
    found = artefact_of(
        [
            FileFacts(path=name, bytes=(folder / name).stat().st_size, digest=digest)
            for name, digest in files.items()
        ]
    )
    if {(one.path, one.bytes) for one in found.files} != {
        (one.name, one.size) for one in fixture.taken
    }:
        raise Unmakeable(
            f"the real data of `{fixture.dataset}` were changed since they were fetched:"
            f" remove {FOLDER}, and they are fetched anew"
        )
    return Supply(artefact=reading.measured(context.ask, folder, found), near=folder)


def _brought_together(context: Context, parts: tuple[FixturePart, ...]) -> Supply:
    """Give what fills a port, and the folders of it.

    Raises:
        Unmakeable: it is not what was fetched any more.
    """
    found = {one.inside: _fetched(context, context.plan.fixtures[one.fixture]) for one in parts}
    if len(found) == 1 and "" in found:
        return found[""]
    folders = {f"{inside}/" * bool(inside): one.near for inside, one in found.items()}
    return Supply(
        artefact=artefact_of(
            [
                replace(file, path=f"{inside}/{file.path}" if inside else file.path)
                for inside, one in found.items()
                for file in one.artefact.files
            ]
        ),
        near=next(iter(found.values())).near,
        folders=dict(sorted(folders.items(), reverse=True)),
    )


def _copied(context: Context, path: str) -> Supply:
    place = context.root / path
    try:
        files = context.keys.digests.files_of(place, root=context.root)
    except LeadsOut as error:
        link = error.link.relative_to(context.root)
        raise Unmakeable(
            f"{link} is a link that leads out of the repository, or to what git keeps in it"
        ) from None
    except Unreadable as error:
        name = str(error.file.relative_to(context.root))[: faults.LONGEST_NAME]
        raise Unmakeable(f"`{name}` is part of {path} and cannot be read") from None
    if files is None:
        raise Unmakeable(f"{path} does not exist")
    folder = place if place.is_dir() else place.parent
    found = artefact_of(
        [
            FileFacts(path=name, bytes=(folder / name).stat().st_size, digest=digest)
            for name, digest in files.items()
        ]
    )
    known = context.store.facts(found.digest)
    if known is None:
        known = reading.measured(context.ask, place, found)
        context.store.save_facts(known)
    return Supply(artefact=known, near=folder)
