"""The lines around a fault are cut out while the file is as the run saw it."""

from pathlib import Path

import pytest

from ci_scriptcheck.errors import Excerpt, Place
from ci_scriptcheck.model.result import Finding, Level
from ci_scriptcheck.run.excerpts import with_excerpt


def finding(line: int | None, file: str = "a.py") -> Finding:
    place = Place(file=file, line=line)
    return Finding(rule="SC201", severity=Level.ERROR, message="m", place=place)


def test_two_lines_before_and_after_are_shown_where_there_are_some(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1\n2\n3\n4\n5\n6\n")

    assert with_excerpt(finding(4), tmp_path).excerpt == Excerpt(
        first=2, lines=("2", "3", "4", "5", "6"), marked=4
    )
    assert with_excerpt(finding(1), tmp_path).excerpt == Excerpt(
        first=1, lines=("1", "2", "3"), marked=1
    )


@pytest.mark.parametrize("place", [finding(9), finding(None), finding(1, "gone.py")])
def test_what_is_not_there_is_not_shown(tmp_path: Path, place: Finding) -> None:
    (tmp_path / "a.py").write_bytes(b"x = '\xff'\n")

    assert with_excerpt(place, tmp_path).excerpt is None


def test_a_file_that_is_no_text_is_shown_as_far_as_it_goes(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"x = '\xff'\n")

    excerpt = with_excerpt(finding(1), tmp_path).excerpt

    assert excerpt is not None
    assert excerpt.lines == ("x = '\ufffd'",)


def test_lines_are_counted_as_python_counts_them(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"a = 1\r\nb = '\x0c'\r\nc = 3\r\n")

    excerpt = with_excerpt(finding(3), tmp_path).excerpt

    assert excerpt == Excerpt(first=1, lines=("a = 1", "b = '\x0c'", "c = 3"), marked=3)
