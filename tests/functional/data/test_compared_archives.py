"""Archives and packed files of base and head: compared by what they hold, or told why not."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import tarfile
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.data.compare.comparison import compare
from ci_scriptcheck.data.compare.terms import CompareTerms
from ci_scriptcheck.model.acceptance import identity
from ci_scriptcheck.model.comparison import Fate, PortComparison
from tests.functional.data.comparing import a_tar, a_zip, differing, values, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_times_owners_and_the_order_of_members_do_not_count(tmp_path: Path) -> None:
    before = a_tar(("a.txt", b"1"), ("b.txt", b"2"))
    after = a_tar(("b.txt", b"2"), ("a.txt", b"1"), moment=2)

    assert differing(tmp_path, "model.tar.gz", before, after) is None


def test_members_are_compared_as_what_they_are(tmp_path: Path) -> None:
    before = a_tar(
        ("m.json", b'{"auc": 1}'), ("d.csv", b"id,x\n1,2\n2,2\n"), ("old", b"x"), ("same", b"y")
    )
    after = a_tar(
        ("m.json", b'{"auc": 2}'), ("d.csv", b"id,x\n2,2\n1,3\n"), ("same", b"y"), ("new", b"z")
    )

    found = differing(tmp_path, "model.tar.gz", before, after, key=("id",))

    assert found is not None
    assert [(one.path, one.fate.value) for one in found.members] == [
        ("d.csv", "changed"),
        ("m.json", "changed"),
        ("new", "new"),
        ("old", "gone"),
    ]
    assert values(found.members[1]) == [("auc", "changed", "1", "2")]
    assert found.members[0].table is not None


def test_archives_in_archives_are_opened_and_beyond_three_are_told(tmp_path: Path) -> None:
    before, after = b'{"a": 1}', b'{"a": 2}'
    for number in range(4):
        name = "m.json" if number == 0 else "inner.zip"
        before, after = a_zip(**{name: before}), a_zip(**{name: after})

    found = differing(tmp_path, "model.zip", before, after)

    for _ in range(3):
        assert found is not None
        assert found.note is None
        (found,) = found.members
    assert found is not None
    assert found.members == ()
    assert found.note == "cannot be compared: lies in 3 other archives"
    assert not found.is_opaque


def test_a_second_member_of_the_same_name_is_compared(tmp_path: Path) -> None:
    before = a_tar(("a.txt", b"1"), ("a.txt", b"2"))
    after = a_tar(("a.txt", b"3"), ("a.txt", b"2"))

    found = differing(tmp_path, "model.tar", before, after)

    assert found is not None
    assert [one.path for one in found.members] == ["a.txt"]


@pytest.mark.slow
def test_an_archive_of_more_than_ten_thousand_members_is_compared(tmp_path: Path) -> None:
    many = [(f"{number}.txt", b"1") for number in range(10_002)]

    found = differing(tmp_path, "m.tar", a_tar(*many), a_tar(*many[:-1], ("10001.txt", b"2")))

    assert found is not None
    assert [one.path for one in found.members] == ["10001.txt"]


@pytest.mark.parametrize("name", ["model.tar.gz", "model.zip"])
def test_an_archive_that_is_cut_short_cannot_be_compared(tmp_path: Path, name: str) -> None:
    noise = hashlib.shake_256(b"").digest(2_000)
    whole = a_zip(log=noise) if name == "model.zip" else a_tar(("log", noise))

    found = differing(tmp_path, name, whole, whole[:900])

    assert found is not None
    assert found.note == "cannot be read on head: an archive that is broken, or cut short"
    assert not found.is_opaque


def test_an_archive_beside_a_packed_file_cannot_be_compared(tmp_path: Path) -> None:
    found = differing(tmp_path, "m.gz", a_tar(("a", b"1")), gzip.compress(b"1"))

    assert found is not None
    assert found.note == "cannot be compared: holds members on base only"


def test_a_member_that_became_a_link_is_not_gone(tmp_path: Path) -> None:
    after = io.BytesIO()
    with tarfile.open(fileobj=after, mode="w") as archive:
        link = tarfile.TarInfo("a.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "b.txt"
        archive.addfile(link)

    found = differing(tmp_path, "m.tar", a_tar(("a.txt", b"1")), after.getvalue())

    assert found is not None
    assert [(one.path, one.fate) for one in found.members] == [("a.txt", Fate.CHANGED)]


@pytest.mark.parametrize(
    ("ending", "packed_by"),
    [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)],
)
def test_what_is_packed_alone_is_compared_as_what_it_is(
    tmp_path: Path, ending: str, packed_by: Callable[[bytes], bytes]
) -> None:
    before, after = (packed_by(b'{"a": %d}' % number) for number in (1, 2))

    assert values(differing(tmp_path, f"m.json.{ending}", before, after)) == [
        ("a", "changed", "1", "2")
    ]


def test_a_key_holds_for_a_member_as_well(tmp_path: Path) -> None:
    write(tmp_path / "base" / "m.zip", a_zip(**{"d.csv": b"id,x\n1,2\n2,2\n"}))
    write(tmp_path / "head" / "m.zip", a_zip(**{"d.csv": b"id,x\n2,2\n1,3\n"}))

    (found,) = compare(tmp_path / "base", tmp_path / "head", CompareTerms(keys={"*.csv": ("id",)}))

    assert found.members[0].table is not None
    assert (found.members[0].table.key, found.members[0].table.changed) == (("id",), 1)


def test_what_gzip_holds_is_compared_whatever_its_own_time(tmp_path: Path) -> None:
    one, same = gzip.compress(b"hello\n", mtime=1), gzip.compress(b"hello\n", mtime=2)
    other = gzip.compress(b"world\n", mtime=1)

    assert differing(tmp_path, "t.txt.gz", one, same) is None
    found = differing(tmp_path, "t.txt.gz", one, other)
    assert found is not None
    assert (found.format_after, found.note) == (
        "gzip",
        "differs in line 1: `hello`, and then `world`",
    )


def difference(folder: Path, name: str, before: bytes, after: bytes) -> str:
    """Give what an acceptance of this difference would stand for."""
    found = differing(folder, name, before, after)
    assert found is not None
    return identity(PortComparison(port="out", files=(found,)))


@pytest.mark.parametrize("name", ["d.csv.gz", "d.txt.gz", "d.gz"])
def test_of_packed_files_exactly_one_difference_is_accepted(tmp_path: Path, name: str) -> None:
    def packed(text: str, moment: int) -> bytes:
        return gzip.compress(text.encode(), mtime=moment)

    # Of these tables, all figures that are told are equal.
    before, one, other = "a,b\n1,1\n2,2\n3,3\n", "a,b\n1,2\n2,1\n3,3\n", "a,b\n1,1\n2,3\n3,2\n"
    accepted = difference(tmp_path / "1", name, packed(before, 1), packed(one, 2))

    same = difference(tmp_path / "2", name, packed(before, 3), packed(one, 4))
    another = difference(tmp_path / "3", name, packed(before, 1), packed(other, 2))

    assert accepted == same
    assert accepted != another


def test_of_what_cannot_be_compared_exactly_these_bytes_are_accepted(tmp_path: Path) -> None:
    noise = hashlib.shake_256(b"").digest(2_000)
    whole = a_tar(("log", noise))

    one, other = (
        difference(tmp_path / str(size), "m.tar.gz", whole, whole[:size]) for size in (900, 901)
    )

    assert one != other


def test_members_that_are_not_looked_into_are_accepted_as_they_are(tmp_path: Path) -> None:
    members = [(f"{number:03}.txt", b"1") for number in range(102)]
    changed = [(name, b"2") for name, _ in members]
    further = [*changed[:-1], (changed[-1][0], b"3")]

    accepted, same, another = (
        difference(tmp_path / side, "m.tar", a_tar(*members), a_tar(*after, moment=moment))
        for side, after, moment in (("1", changed, 1), ("2", changed, 2), ("3", further, 1))
    )

    assert accepted == same
    assert accepted != another
