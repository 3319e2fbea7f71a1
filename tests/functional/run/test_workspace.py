"""The folders of a task: what was read and changed is seen, and nothing in them is trusted."""

import os
import tarfile
import time
from pathlib import Path

import pytest

from ci_scriptcheck.run import packing, workspace
from ci_scriptcheck.run.store import copying
from ci_scriptcheck.run.workspace import Staged, Workspace


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path / "tasks" / "load")
    made.clear()
    return made


def staged(space: Workspace, tmp_path: Path, **contents: str) -> Staged:
    (tmp_path / "source").mkdir()
    for name, text in contents.items():
        (tmp_path / "source" / name).write_text(text)
    artefact = workspace.collect(tmp_path / "source", most=100)
    return workspace.stage(
        artefact,
        space.input("data"),
        lambda file, target: copying.copy_file(tmp_path / "source" / file.path, target),
    )


def test_a_look_at_the_folder_is_no_reading_but_reading_is(
    space: Workspace, tmp_path: Path
) -> None:
    item = staged(space, tmp_path, a="1", b="2")
    list(space.input("data").iterdir())
    (space.input("data") / "a").stat()
    assert workspace.was_read(item, frozenset()) is False

    # Past the interpreter's own eyes, as a native reader does.
    descriptor = os.open(space.input("data") / "b", os.O_RDONLY)
    os.read(descriptor, 1)
    os.close(descriptor)

    assert workspace.was_read(item, frozenset()) is True


def test_what_the_interpreter_saw_being_opened_was_read(space: Workspace, tmp_path: Path) -> None:
    item = staged(space, tmp_path, a="1")

    assert workspace.was_read(item, frozenset({str(space.input("data") / "a")})) is True


def test_an_input_without_files_says_nothing_about_reading(
    space: Workspace, tmp_path: Path
) -> None:
    assert workspace.was_read(staged(space, tmp_path), frozenset()) is None


def test_changes_of_an_input_are_listed_and_equal_rewriting_is_none(
    space: Workspace, tmp_path: Path
) -> None:
    item = staged(space, tmp_path, a="1", b="2", c="3", d="4")
    folder = space.input("data")
    (folder / "a").write_text("1")
    (folder / "b").write_text("9")
    (folder / "c").unlink()
    (folder / "new").write_text("")

    assert workspace.what_changed(item) == ("b", "c", "new")


def test_an_input_folder_that_is_gone_has_changed_as_a_whole(
    space: Workspace, tmp_path: Path
) -> None:
    item = staged(space, tmp_path, a="1")
    workspace.remove_tree(space.folder)

    assert workspace.what_changed(item) == ("a",)
    assert workspace.was_read(item, frozenset()) is True


def test_links_inside_become_files_and_all_that_leads_out_is_not_there(space: Workspace) -> None:
    out = space.output("model")
    out.mkdir(parents=True)
    (out / "v1").write_text("m")
    (out / "latest").symlink_to("v1")
    (space.work / "kept").write_text("w")
    (out / "work").symlink_to(space.work / "kept")
    (out / "passwd").symlink_to("/etc/passwd")
    (out / "etc").symlink_to("/etc")
    (out / "circle").symlink_to("circle")
    os.mkfifo(out / "pipe")

    found = workspace.collect(out, most=100)

    assert [file.path for file in found.files] == ["latest", "v1", "work"]
    assert not (out / "latest").is_symlink()
    out_of_it = "a link that leads out of it"
    names = {"passwd": out_of_it, "etc": out_of_it, "circle": out_of_it, "pipe": "a named pipe"}
    assert workspace.no_files(out) == names
    assert len(workspace.no_files(out, most=2)) == 2


def test_an_output_folder_that_became_a_link_or_a_file_holds_nothing(space: Workspace) -> None:
    space.output("one").parent.mkdir()
    space.output("one").symlink_to("/etc")
    space.output("two").write_text("?")

    assert workspace.collect(space.output("one"), most=9).files == ()
    assert workspace.collect(space.output("two"), most=9).files == ()
    assert workspace.no_files(space.output("one")) == {"": "a link that leads out of it"}


def test_no_more_files_are_read_than_allowed(space: Workspace) -> None:
    space.output("many").mkdir(parents=True)
    for number in range(20):
        (space.output("many") / str(number)).touch()

    stock = workspace.stock_of(space.output("many"), most=5)

    assert (len(stock.artefact.files), stock.is_whole) == (5, False)
    assert workspace.stock_of(space.output("many"), most=20).is_whole


def test_links_count_as_what_they_lead_to_before_they_become_it(space: Workspace) -> None:
    out = space.output("model")
    out.mkdir(parents=True)
    (out / "model.bin").write_bytes(b"m" * 2000)
    for number in range(50):
        (out / f"{number}.bin").symlink_to("model.bin")

    stock = workspace.stock_of(out, most=100, most_bytes=5000)

    assert (len(stock.artefact.files), stock.is_whole) == (2, False)
    assert sum(path.lstat().st_size for path in out.iterdir() if not path.is_symlink()) < 5000


def test_folders_without_rights_and_very_deep_ones_are_cleared(space: Workspace) -> None:
    (space.work / "closed").mkdir()
    (space.work / "closed" / "file").touch()
    (space.work / "closed").chmod(0)
    deep = space.work
    home = Path.cwd()
    for _ in range(1500):
        os.chdir(deep)
        Path("d").mkdir()
        deep = Path("d")
    os.chdir(home)

    space.clear()

    assert list(space.work.iterdir()) == []
    assert [path.name for path in space.folder.parent.iterdir()] == ["load"]


def test_an_archive_depends_on_names_and_contents_only(space: Workspace) -> None:
    digests = set()
    for name in ("one", "two"):
        folder = space.output(name)
        (folder / "deep").mkdir(parents=True)
        (folder / "deep" / "b").write_text("b")
        (folder / "a").write_text("a")
        (folder / "a").chmod(0o700 if name == "one" else 0o644)
        time.sleep(0.01)
        archive = space.packed(name) / "model.tar.gz"
        packing.pack(folder, workspace.collect(folder, most=9), archive)
        digests.add(archive.read_bytes())
        with tarfile.open(archive) as tar:
            assert tar.getnames() == ["a", "deep/b"]

    assert len(digests) == 1
