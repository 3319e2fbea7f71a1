"""Whatever bytes a stranger uploads as an archive, a record is taken out of them, or they are refused."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from ci_scriptcheck.errors import PublishError
from ci_scriptcheck.github import artifact
from tests.functional.cli.publishing import archive, archive_lying_at

HONEST = archive(b"{}" * 50)

BYTES = st.one_of(st.sampled_from((0, 1, 128, 255)), st.integers(0, 255))
CHANGES = st.lists(st.tuples(st.integers(0, len(HONEST) - 1), BYTES), max_size=4)


def is_taken_or_refused(content: bytes) -> bool:
    try:
        return isinstance(artifact.unzipped(content, "scriptcheck"), bytes)
    except PublishError as error:
        return "`scriptcheck` is refused" in error.what


@given(CHANGES)
def test_an_archive_with_some_other_bytes_is_read_or_refused(
    changes: list[tuple[int, int]],
) -> None:
    content = bytearray(HONEST)
    for place, byte in changes:
        content[place] = byte

    assert is_taken_or_refused(bytes(content))


@given(st.integers(0, 2**64 - 1))
@example(0)
@example(2**64 - 1)
def test_an_archive_whose_record_lies_anywhere_is_read_or_refused(place: int) -> None:
    assert is_taken_or_refused(archive_lying_at(place))
