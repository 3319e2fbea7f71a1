"""Files of two equal runs, told apart by what they hold."""

from __future__ import annotations

import gzip
import io
import tarfile
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.data.file_difference import difference

if TYPE_CHECKING:
    from pathlib import Path


def written(folder: Path, *contents: bytes) -> tuple[Path, Path]:
    one, other = folder / "one", folder / "other"
    for path, content in zip((one, other), contents, strict=True):
        path.write_bytes(content)
    return one, other


def a_tar(moment: int, **members: str) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        for name, text in members.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(text), moment
            archive.addfile(member, io.BytesIO(text.encode()))
    return target.getvalue()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b"a\n1\n", b"a\n1\n"),
        (gzip.compress(b"a\n1\n", mtime=1), gzip.compress(b"a\n1\n", 1, mtime=2)),
        (a_tar(1, a="1", b="2"), a_tar(2, b="2", a="1")),
    ],
    ids=["text", "gzip", "tar"],
)
def test_what_holds_the_same_does_not_differ(tmp_path: Path, one: bytes, other: bytes) -> None:
    assert difference(*written(tmp_path, one, other)) is None


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        (b"a\n1\n3\n", b"a\n2\n3\n", "differs in line 2: `1`, and then `2`"),
        (
            b"a\n" * 99_999 + b"x",
            b"a\n" * 99_999 + b"y",
            "differs in line 100,000: `x`, and then `y`",
        ),
        (b"a\n1", b"a\n1\n", "differs in line 2, in how it ends"),
        (b"\x00\x01\x02", b"\x00\x01\x03", "differs from byte 2 on"),
        (gzip.compress(b"1\n"), gzip.compress(b"2\n"), "differs in line 1: `1`, and then `2`"),
        (a_tar(1, a="1"), a_tar(1, a="2"), "differs in its member `a`"),
        (a_tar(1, a="1", b="2"), a_tar(1, a="1"), "has the member `b` only the first time"),
    ],
    ids=["cell", "far", "end", "binary", "gzip", "member", "missing member"],
)
def test_the_first_difference_is_told(tmp_path: Path, one: bytes, other: bytes, how: str) -> None:
    assert difference(*written(tmp_path, one, other)) == how


def test_a_file_that_is_there_only_once_is_told(tmp_path: Path) -> None:
    one, other = written(tmp_path, b"1", b"1")
    one.unlink()

    assert difference(one, other) == "is only there the second time"
    assert difference(other, one) == "is only there the first time"
