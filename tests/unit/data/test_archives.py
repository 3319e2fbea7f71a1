"""Archives compared by what they hold."""

from __future__ import annotations

import io
import tarfile
import zipfile
from typing import TYPE_CHECKING

from ci_scriptcheck.data import archives

if TYPE_CHECKING:
    from pathlib import Path


def a_tar(path: Path, *, moment: int = 0, **contents: str) -> Path:
    mode = "w:gz" if path.suffix == ".gz" else "w"
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]  # two of its modes
        for name, text in contents.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(text), moment
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


def a_zip(path: Path, *, year: int = 2024, **contents: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in contents.items():
            archive.writestr(zipfile.ZipInfo(name, (year, 1, 1, 0, 0, 0)), text)
    return path


def test_time_stamps_and_packing_do_not_count(tmp_path: Path) -> None:
    plain = archives.members(a_tar(tmp_path / "a.tar", model="1", log="2"))
    packed = archives.members(a_tar(tmp_path / "a.tar.gz", moment=9, log="2", model="1"))

    assert plain is not None
    assert plain == packed
    assert archives.members(a_zip(tmp_path / "a.zip", model="1")) == archives.members(
        a_zip(tmp_path / "b.zip", year=2025, model="1")
    )


def test_content_names_and_links_count(tmp_path: Path) -> None:
    one = archives.members(a_tar(tmp_path / "a.tar", model="1"))
    link = tmp_path / "link.tar"
    with tarfile.open(link, "w") as archive:
        member = tarfile.TarInfo("model")
        member.type, member.linkname = tarfile.SYMTYPE, "elsewhere"
        archive.addfile(member)

    assert one != archives.members(a_tar(tmp_path / "b.tar", model="2"))
    assert one != archives.members(a_tar(tmp_path / "c.tar", other="1"))
    assert one != archives.members(link)


def test_what_is_no_archive_or_a_broken_one_holds_nothing_that_we_know(tmp_path: Path) -> None:
    whole = a_tar(tmp_path / "a.tar.gz", model="1" * 100_000).read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(whole[:80])
    (tmp_path / "text").write_text("a,b")

    assert archives.members(tmp_path / "cut.tar.gz") is None
    assert archives.members(tmp_path / "text") is None
    assert archives.members(tmp_path / "nowhere") is None


def test_what_unpacks_to_too_much_is_left_alone(tmp_path: Path) -> None:
    archive = a_tar(tmp_path / "a.tar", model="1" * 11)

    assert archives.members(archive, most_bytes=10) is None
    assert archives.members(archive, most_bytes=11) is not None


def test_members_that_lead_out_and_devices_are_told_and_never_unpacked(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "er"
    folder.mkdir(parents=True)
    with tarfile.open(folder / "a.tar", "w") as archive:
        for name, kind, target in (
            ("../../escaped", tarfile.REGTYPE, ""),
            ("link", tarfile.SYMTYPE, "/etc/passwd"),
            ("hard", tarfile.LNKTYPE, "../../../../etc/passwd"),
            ("device", tarfile.CHRTYPE, ""),
            ("pipe", tarfile.FIFOTYPE, ""),
        ):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, target
            archive.addfile(entry, io.BytesIO())

    found = archives.members(folder / "a.tar")

    assert found is not None
    assert found.keys() == {"../../escaped", "link", "hard", "device", "pipe"}
    assert [path.name for path in tmp_path.rglob("*")] == ["deep", "er", "a.tar"]
