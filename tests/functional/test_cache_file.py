"""Files that spare work are right, or as good as not there."""

import os
from pathlib import Path

import pytest

from ci_scriptcheck import cache_file


def test_what_was_kept_is_read_again_under_the_same_version_only(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "facts.json"

    cache_file.write(file, {"a": [1, "x"]}, version="1")

    assert cache_file.read(file, version="1") == {"a": [1, "x"]}
    assert cache_file.read(file, version="2") == {}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"version": "1"}',
        b'{"version": "1", "entries": [1]}',
        b'{"entries": {"a": 1}}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_file_is_as_good_as_none(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "facts.json"
    file.write_bytes(content)

    assert cache_file.read(file, version="1") == {}


def test_nothing_is_kept_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    cache_file.write(tmp_path / "file" / "facts.json", {"a": 1}, version="1")
    cache_file.write(None, {"a": 1}, version="1")

    assert cache_file.read(tmp_path / "file" / "facts.json", version="1") == {}
    assert cache_file.read(None, version="1") == {}


def test_an_edit_in_any_folder_of_the_code_makes_another_version(tmp_path: Path) -> None:
    code = tmp_path / "code" / "inner" / "a.py"
    code.parent.mkdir(parents=True)
    code.touch()
    before = cache_file.version_of(tmp_path / "code", 1)

    os.utime(code, (1, 2_000_000_000))

    # Of a released version, its number says enough.
    is_released = "dev" not in before
    assert (cache_file.version_of(tmp_path / "code", 1) == before) == is_released
    assert cache_file.version_of(tmp_path / "code", 2) != before
