"""Archives compared by what they hold."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

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


def test_what_is_no_archive_has_no_members(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("a,b")
    (tmp_path / "text.gz").write_bytes(gzip.compress(b"a,b"))

    assert archives.members(tmp_path / "text") is None
    assert archives.members(tmp_path / "text.gz") is None


@pytest.mark.parametrize("kept", [80, 400], ids=["in its first member", "later"])
@pytest.mark.parametrize("name", ["a.tar.gz", "a.zip"])
def test_an_archive_that_is_cut_short_is_broken(tmp_path: Path, name: str, kept: int) -> None:
    noise = hashlib.shake_256(b"").hexdigest(1_000)
    make = a_zip if name == "a.zip" else a_tar
    whole = make(tmp_path / name, model="1", log=noise).read_bytes()
    (tmp_path / name).write_bytes(whole[:kept])

    with pytest.raises(archives.ArchiveError, match="broken, or cut short"):
        archives.members(tmp_path / name)


def test_what_unpacks_to_too_much_is_told(tmp_path: Path) -> None:
    archive = a_tar(tmp_path / "a.tar", model="1" * 11)

    assert archives.members(archive, most_bytes=11) is not None
    with pytest.raises(archives.ArchiveError, match="more than 10 bytes unpacked"):
        archives.members(archive, most_bytes=10)


def test_what_holds_too_many_members_is_told(tmp_path: Path) -> None:
    archive = a_tar(tmp_path / "a.tar", model="1", log="2")

    assert archives.members(archive, most_members=2) is not None
    with pytest.raises(archives.ArchiveError, match="more than 1 members"):
        archives.members(archive, most_members=1)


def test_members_of_the_same_name_are_members_each(tmp_path: Path) -> None:
    names = ["a", "a (2)", "a", "a", "b"]
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        for number, name in enumerate(names):
            member = tarfile.TarInfo(name)
            member.size = 1
            archive.addfile(member, io.BytesIO(str(number).encode()))
    (tmp_path / "to").mkdir()

    found = archives.members(tmp_path / "a.tar")

    assert found is not None
    assert list(found) == ["a", "a (2)", "a (3)", "a (4)", "b"]
    unpacked = archives.unpacked(tmp_path / "a.tar", list(found), tmp_path / "to", most_bytes=9)
    assert [path.read_text() for path in unpacked.values()] == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize(
    "packed",
    [bz2.compress(b"a,b"), gzip.compress(b"a,b", mtime=0), lzma.compress(b"a,b")],
    ids=["bzip2", "gzip", "xz"],
)
def test_what_is_packed_alone_is_unpacked(tmp_path: Path, packed: bytes) -> None:
    (tmp_path / "a").write_bytes(packed)

    archives.unpacked_alone(tmp_path / "a", tmp_path / "b", most_bytes=3)

    assert (tmp_path / "b").read_bytes() == b"a,b"
    assert archives.digest_alone(tmp_path / "a") == hashlib.sha256(b"a,b").hexdigest()


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
