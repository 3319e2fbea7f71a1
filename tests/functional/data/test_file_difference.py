"""Files of two equal runs, told apart by what they hold."""

from __future__ import annotations

import gzip
import io
import tarfile
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.data.file_difference import difference
from ci_scriptcheck.model.difference import Kind

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
        (
            gzip.compress(b"1\n", mtime=0),
            gzip.compress(b"2\n", mtime=0),
            "differs in line 1: `1`, and then `2`",
        ),
        (a_tar(1, a="1"), a_tar(1, a="2"), "differs in its member `a`"),
        (a_tar(1, a="1", b="2"), a_tar(1, a="1"), "has the member `b` only the first time"),
    ],
    ids=["cell", "far", "end", "binary", "gzip", "member", "missing member"],
)
def test_the_first_difference_is_told(tmp_path: Path, one: bytes, other: bytes, how: str) -> None:
    assert told(*written(tmp_path, one, other)) == how


def test_a_file_that_is_there_only_once_is_told(tmp_path: Path) -> None:
    one, other = written(tmp_path, b"1", b"1")
    one.unlink()

    assert told(one, other) == "is only there the second time"
    assert told(other, one) == "is only there the first time"


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (b"a\n1\n", b"a\n2\n", Kind.DATA),
        (b"\x80\x04\x00\x01", b"\x80\x04\x00\x02", Kind.BYTES),
        (a_tar(1, model="1"), a_tar(1, model="2"), Kind.BYTES),
        (a_tar(1, **{"a.csv": "1", "model": "1"}), a_tar(1, **{"a.csv": "2", "model": "2"}), Kind.DATA),
        (b'{"at": "2026-11-22T21:17:18.5+00:00"}', b'{"at": "2026-11-22T21:17:19Z"}', Kind.TIMES),
        (b'{"at": 1795382238.25}', b'{"at": 1795382239.5}', Kind.TIMES),
        (b'{"train_seconds": 0.25, "n": 1}', b'{"train_seconds": 1.5, "n": 1}', Kind.TIMES),
        (b"Generated on November 22, 2026 at 21:17", b"Generated on November 23, 2026 at 00:01", Kind.TIMES),
        (b'{"seconds": 0.25, "auc": 0.8}', b'{"seconds": 1.5, "auc": 0.9}', Kind.DATA),
        (a_tar(1, **{"m.json": '{"time": 1.5}'}), a_tar(1, **{"m.json": '{"time": 2.5}'}), Kind.TIMES),
        (
            a_tar(1, **{"m.json": '{"time": 1}', "z": "1"}),
            a_tar(1, **{"m.json": '{"time": 2}', "z": "2"}),
            Kind.BYTES,
        ),
    ],
    ids=[
        "cell", "pickle", "member", "two members", "ISO", "seconds since 1970", "duration",
        "a date in words", "more than a duration", "a time in a member", "more than a time in members",
    ],
)  # fmt: skip
def test_times_and_bytes_are_told_from_data(
    tmp_path: Path, one: bytes, other: bytes, kind: Kind
) -> None:
    found = difference(*written(tmp_path, one, other))

    assert found is not None
    assert found.kind is kind


def told(one: Path, other: Path) -> str | None:
    found = difference(one, other)
    return None if found is None else found.how
