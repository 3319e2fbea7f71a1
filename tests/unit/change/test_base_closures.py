"""What scripts depended on in base is worked out only where it can be different."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.change.closure.base_closures import closures_in_base
from ci_scriptcheck.change.closure.imports import closures
from ci_scriptcheck.model.change import ChangeKind, Closure
from tests.unit.change.projects import changed
from tests.unit.change.trees import MemoryTree

if TYPE_CHECKING:
    from collections.abc import Mapping

FILES = {
    "a.py": "import lib_a",
    "b.py": "import lib_b",
    "lib_a.py": "x = 1",
    "lib_b.py": "x = 1",
    "other.py": "",
    "gone.py": "",
}
SCRIPTS: Mapping[str, tuple[str, ...]] = {"a.py": (), "b.py": ()}


def in_base(
    before: MemoryTree,
    after: Mapping[str, str],
    *files: str,
    kind: ChangeKind = ChangeKind.MODIFIED,
) -> Mapping[str, Closure]:
    head = MemoryTree(after)
    found = closures_in_base(
        before,
        SCRIPTS,
        head=head,
        head_scripts=SCRIPTS,
        head_closures=closures(head, SCRIPTS, cache=None),
        changes=changed(*files, kind=kind),
        cache=None,
    )
    assert found == closures(MemoryTree({**FILES}), SCRIPTS, cache=None)
    return found


def test_an_edit_outside_all_closures_reads_nothing_of_base() -> None:
    before = MemoryTree(FILES)

    in_base(before, FILES | {"other.py": "import os"}, "other.py")

    assert before.was_read == []


def test_an_edit_that_imports_the_same_reads_that_file_only() -> None:
    before = MemoryTree(FILES)

    in_base(before, FILES | {"lib_a.py": "x = 2"}, "lib_a.py")

    assert before.was_read == ["lib_a.py"]


def test_an_edit_that_imports_something_else_follows_those_scripts_anew() -> None:
    before = MemoryTree(FILES)

    in_base(before, FILES | {"lib_a.py": "import other"}, "lib_a.py")

    assert "a.py" in before.was_read
    assert "b.py" not in before.was_read


def test_a_file_that_came_or_went_follows_all_scripts_anew() -> None:
    before = MemoryTree(FILES)
    after = {name: text for name, text in FILES.items() if name != "gone.py"}

    in_base(before, after, "gone.py", kind=ChangeKind.DELETED)

    assert {"a.py", "b.py"} <= set(before.was_read)
