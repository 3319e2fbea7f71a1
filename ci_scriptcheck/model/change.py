"""What differs between two commits, and which steps that can affect, for which reason."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import assert_never

from ci_scriptcheck.values import dataclass, field


class ChangeKind(StrEnum):
    """What happened to a file."""

    ADDED = "added"
    MODIFIED = "modified"
    DELETED = "deleted"
    RENAMED = "renamed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """One file that differs.

    Attributes:
        old_path: Its path in base, where that is another one.
        lines: First and last number of each run of new or changed lines in head.
        is_same: Whether it is known that nothing but its path differs.
    """

    path: str
    kind: ChangeKind
    old_path: str | None = None
    lines: tuple[tuple[int, int], ...] = ()
    is_same: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """The files that differ between base and head.

    Attributes:
        base: Commit id; `None` where nothing is known to compare with.
        head: Commit id.
        base_name: The branch that base lies on, as people call it.
        uncommitted: Whether changes of the working folder are part of it.
        unknown: Why everything counts as changed, where git could not say what did.
    """

    base: str | None
    head: str | None
    base_name: str | None = None
    files: tuple[FileChange, ...] = ()
    uncommitted: bool = False
    unknown: str | None = None

    def touched(self) -> frozenset[str]:
        """Give every path that differs, old names included."""
        new = {change.path for change in self.files}
        return frozenset(new | {change.old_path for change in self.files if change.old_path})

    def come_or_gone(self) -> frozenset[str]:
        """Give every path that is there on one side only, so that its folder lists another name."""
        moved = [change for change in self.files if change.kind is not ChangeKind.MODIFIED]
        new = {change.path for change in moved}
        return frozenset(new | {change.old_path for change in moved if change.old_path})


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """The files a script depends on.

    Attributes:
        files: Project files that the script imports or names, itself included; sorted.
        chains: File → the files that lead to it, from the script on, each importing the next.
        libraries: Top names of the modules it imports from elsewhere; sorted.
        modules: The same with all their dots; what is taken from a module may be among them.
        unresolved: Imports that could be anything, so that a whole folder counts; sorted.
    """

    script: str
    files: tuple[str, ...] = ()
    chains: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    libraries: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    unresolved: tuple[str, ...] = ()

    def is_in_package(self) -> bool:
        """Say whether the script uses the package that it lies in, so that this is part of it."""
        folder = self.script.rpartition("/")[0]
        return (f"{folder}/__init__.py" if folder else "__init__.py") in self.files


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptChanged:
    """The step's own script differs.

    Attributes:
        old_file: Its path on base, where it was renamed.
        is_same: Whether nothing but its path differs.
    """

    file: str
    old_file: str | None = None
    is_same: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Imports:
    """A file differs that the script imports; the chain leads from the script to it."""

    file: str
    chain: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """A file differs that the script opens or names, or that its dataset is made from."""

    file: str
    dataset: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsChanged:
    """The step's or node's contract or settings differ, by the dotted names of what does."""

    names: tuple[str, ...]
    file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChanged:
    """A joint of the pipeline at this node is new, gone, or leads elsewhere."""

    joint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetChanged:
    """The dataset of one of its ports is described differently."""

    dataset: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryChanged:
    """Another version of a library that the script imports is asked for."""

    library: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """An affected node feeds it."""

    node: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """Base does not have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """It was named on the command line, or everything was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Git could not say what changed."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeds:
    """It is not affected and only gives inputs."""


Reason = (
    ScriptChanged
    | Imports
    | Reads
    | SettingsChanged
    | LinkChanged
    | DatasetChanged
    | LibraryChanged
    | After
    | Added
    | Asked
    | Unknown
    | Feeds
)


def in_words(reason: Reason) -> str:  # noqa: C901, PLR0911, PLR0912  (one arm for each kind)
    """Say in a few words why a step is checked, as a column of a table has room for."""
    match reason:
        case ScriptChanged(old_file=None):
            return "changed"
        case ScriptChanged(old_file=old, is_same=is_same):
            return f"renamed from {old}" if is_same else "changed and renamed"
        case Imports(file=file, chain=chain):
            via = f" through {chain[1]}" if len(chain) > 2 else ""
            return f"imports {file}{via}"
        case Reads(file=file, dataset=None):
            return f"reads {file}"
        case Reads(file=file, dataset=dataset):
            return f"dataset {dataset} is made from {file}"
        case SettingsChanged(names=names):
            shown = ", ".join(names[:3])
            more = f" and {len(names) - 3} more" if len(names) > 3 else ""
            return f"{shown}{more} set differently"
        case LinkChanged(joint=joint):
            return f"{joint} joined differently"
        case DatasetChanged(dataset=dataset):
            return f"dataset {dataset} described differently"
        case LibraryChanged(library=library, before=before, after=after):
            return f"{library} {before or 'not there'} → {after or 'gone'}"
        case After(node=node):
            return f"after {node}"
        case Added():
            return "new"
        case Asked():
            return "asked for"
        case Unknown(why=why):
            return why
        case Feeds():
            return "only gives inputs"
        case _:
            assert_never(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The steps and nodes that a change set can affect.

    Attributes:
        steps: Step name → reason, for steps whose own behaviour can differ.
        nodes: `pipeline/node` → reason, for these and all that follow them.
    """

    steps: Mapping[str, Reason] = field(default_factory=dict)
    nodes: Mapping[str, Reason] = field(default_factory=dict)
