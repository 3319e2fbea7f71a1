"""The record of a run for a fork: taken from its artifact as data, or refused."""

from __future__ import annotations

import io
import stat
import warnings
import zipfile
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.errors import PublishError
from ci_scriptcheck.github import artifact, pull_request
from ci_scriptcheck.github.event import Attempt, FinishedRun
from ci_scriptcheck.modes import cut
from tests.github_server.repository import HEAD, NAME
from tests.github_server.server import Fault, GitHubServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from ci_scriptcheck.github.api import Api

RUN = 77
RECORD = b'{"format": 1}'
MERGE = "e" * 40
OTHER = "d" * 40

FINISHED = FinishedRun(
    attempt=Attempt(run=RUN),
    event="pull_request",
    head=HEAD,
    head_repository="mallory/fraud",
    head_branch="better",
)


def an_archive(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    """Pack files, whatever their names."""
    content = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns of names that are there twice
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members:
                archive.writestr(name, data)
    return content.getvalue()


def a_link() -> zipfile.ZipInfo:
    link = zipfile.ZipInfo("record.json")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    return link


def packed_as(kind: int) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", kind) as archive:
        archive.writestr("record.json", RECORD)
    return content.getvalue()


def named_after(name: bytes) -> bytes:
    """Pack a record and a file whose name `zipfile` itself would not write so."""
    placeholder = b"X" * len(name)
    return an_archive(("record.json", RECORD), (placeholder.decode(), b"x")).replace(
        placeholder, name
    )


def test_the_record_is_taken_and_nothing_else(api: Api, server: GitHubServer) -> None:
    content = an_archive(
        ("junit.xml", b"<x/>"), ("record.json", RECORD), ("deep/er/record.json", b"?")
    )
    server.repository.add_artifact(RUN, "scriptcheck-record", content)

    (found,) = artifact.of_run(api, NAME, RUN)

    assert artifact.record_of(api, NAME, found) == RECORD


def test_the_newest_of_each_name_counts(api: Api, server: GitHubServer) -> None:
    for run, name, record in (
        (RUN, "scriptcheck-record-fraud", b"old"),
        (RUN, "scriptcheck-record-fraud", b"new"),
        (RUN, "scriptcheck-record-tea", b"tea"),
        (RUN, "coverage", b"other"),
        (78, "scriptcheck-record-fraud", b"of another run"),
    ):
        server.repository.add_artifact(run, name, an_archive(("record.json", record)))

    found = artifact.of_run(api, NAME, RUN)

    assert [artifact.record_of(api, NAME, one) for one in found] == [b"new", b"tea"]


def test_a_run_without_a_record_is_told(api: Api) -> None:
    with pytest.raises(PublishError, match="left no record"):
        artifact.of_run(api, NAME, RUN)


def test_a_download_that_breaks_is_begun_again(api: Api, server: GitHubServer) -> None:
    server.repository.add_artifact(RUN, "scriptcheck-record", an_archive(("record.json", RECORD)))
    server.faults.append(Fault(method="GET", path="/blobs/", halfway=True))

    (found,) = artifact.of_run(api, NAME, RUN)

    assert artifact.record_of(api, NAME, found) == RECORD


def test_the_secret_in_the_address_of_an_artifact_is_not_told(
    api: Api, server: GitHubServer
) -> None:
    server.repository.add_artifact(RUN, "scriptcheck-record", an_archive(("record.json", RECORD)))
    (found,) = artifact.of_run(api, NAME, RUN)
    server.repository.archives.clear()

    with pytest.raises(PublishError) as refused:
        artifact.record_of(api, NAME, found)

    told = "".join([refused.value.what, *refused.value.facts, refused.value.advice or ""])
    assert "secret" not in told


def test_an_archive_that_was_exchanged_is_refused(api: Api, server: GitHubServer) -> None:
    made = server.repository.add_artifact(
        RUN, "scriptcheck-record", an_archive(("record.json", RECORD))
    )
    server.repository.archives[made["id"]] = an_archive(("record.json", b"other"))
    (found,) = artifact.of_run(api, NAME, RUN)

    with pytest.raises(PublishError, match="not what was uploaded"):
        artifact.record_of(api, NAME, found)


def test_an_artifact_that_is_too_large_is_not_even_fetched(api: Api, server: GitHubServer) -> None:
    made = server.repository.add_artifact(RUN, "scriptcheck-record", b"")
    server.repository.artifacts[made["id"]]["size_in_bytes"] = artifact.MOST_ZIPPED + 1
    (found,) = artifact.of_run(api, NAME, RUN)

    with pytest.raises(PublishError, match="bytes"):
        artifact.record_of(api, NAME, found)
    assert not any("/zip" in one for one in server.asked)


def test_an_artifact_that_lies_about_its_size_is_not_read_to_its_end(
    api: Api, server: GitHubServer
) -> None:
    made = server.repository.add_artifact(
        RUN, "scriptcheck-record", b"0" * (artifact.MOST_ZIPPED + 1)
    )
    server.repository.artifacts[made["id"]]["size_in_bytes"] = 10
    (found,) = artifact.of_run(api, NAME, RUN)

    with pytest.raises(PublishError, match="more than 20,000,000 bytes"):
        artifact.record_of(api, NAME, found)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: b"", "no whole archive"),
        (lambda: b"not a zip", "no whole archive"),
        (lambda: an_archive(("record.json", RECORD))[:-10], "no whole archive"),
        (lambda: an_archive(("other.json", RECORD)), "no `record.json`"),
        (lambda: an_archive(("sub/record.json", RECORD)), "no `record.json`"),
        (lambda: named_after(b"../../../etc/cron.d/x"), "a file named"),
        (lambda: named_after(b"..\\..\\record.json"), "a file named"),
        (lambda: named_after(b"/etc/passwd"), "a file named"),
        (lambda: named_after(b"C:\\windows\\x"), "a file named"),
        (lambda: named_after(b"record.json\0.txt"), "a file named"),
        (lambda: an_archive(("record.json", RECORD), ("record.json", b"{}")), "twice"),
        (lambda: an_archive((a_link(), b"/etc/passwd")), "no regular file"),
        (lambda: packed_as(zipfile.ZIP_LZMA), "packed as the action packs nothing"),
        (lambda: packed_as(zipfile.ZIP_BZIP2), "packed as the action packs nothing"),
        (lambda: an_archive(*((f"{n}.json", b"") for n in range(1_001))), "1,001 files"),
        (
            lambda: packed_as(zipfile.ZIP_STORED).replace(RECORD, b"!" * len(RECORD)),
            "no whole archive",
        ),
    ],
)
def test_an_archive_that_the_action_does_not_make_is_refused(
    make: Callable[[], bytes], why: str
) -> None:
    with pytest.raises(PublishError, match="is refused") as refused:
        artifact.unzipped(make(), "scriptcheck-record")

    assert why in refused.value.what


def a_bomb() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("record.json", bytes(artifact.MOST_UNZIPPED + 1))
    return content.getvalue()


def test_a_bomb_is_not_unpacked() -> None:
    bomb = a_bomb()
    assert len(bomb) < artifact.MOST_ZIPPED

    with pytest.raises(PublishError, match="more than 50,000,000 bytes"):
        artifact.unzipped(bomb, "scriptcheck-record")


def test_a_bomb_that_says_it_is_small_is_refused() -> None:
    size = (artifact.MOST_UNZIPPED + 1).to_bytes(4, "little")
    bomb = a_bomb().replace(size, (10).to_bytes(4, "little"))

    with pytest.raises(PublishError, match="no whole archive"):
        artifact.unzipped(bomb, "scriptcheck-record")


def test_the_pull_request_is_the_one_that_ends_in_the_commit_of_the_run(
    api: Api, server: GitHubServer
) -> None:
    for number, head, branch, repository in (
        (40, OTHER, "better", "mallory/fraud"),
        (41, HEAD, "better", "mallory/fraud-copy"),
        (42, HEAD, "better", "mallory/fraud"),
        (43, HEAD, "worse", "mallory/fraud"),
        (44, HEAD, "better", "acme/fraud"),
    ):
        server.repository.add_pull(
            number, head=head, branch=branch, repository=repository, base="main"
        )

    assert [one.number for one in pull_request.find(api, NAME, FINISHED)] == [42]


def test_a_pull_request_that_has_moved_on_is_not_found(api: Api, server: GitHubServer) -> None:
    server.repository.add_pull(
        42, head=OTHER, branch="better", repository="mallory/fraud", base="main"
    )

    assert pull_request.find(api, NAME, FINISHED) == ()


def fitting(api: Api, *claimed: str | None) -> tuple[list[str | None], int]:
    """Give those of the claimed commits that are taken, and how many claims are refused."""
    records = {str(number): commit for number, commit in enumerate(claimed)}
    names, problems = pull_request.of_commit(api, NAME, FINISHED, records)
    return [records[name] for name in names], len(problems)


def test_a_record_may_be_of_the_commit_or_of_its_merge(api: Api, server: GitHubServer) -> None:
    server.repository.commits[MERGE] = (OTHER, HEAD)

    assert fitting(api, HEAD, MERGE, MERGE) == ([HEAD, MERGE, MERGE], 0)


@pytest.mark.parametrize("claimed", [OTHER, None, "../../../user", "f" * 40, HEAD[:7]])
def test_a_record_of_another_commit_is_refused(
    api: Api, server: GitHubServer, claimed: str | None
) -> None:
    server.repository.commits[OTHER] = ()

    assert fitting(api, HEAD, claimed) == ([HEAD], 1)


def test_however_many_commits_are_claimed_github_is_asked_about_one(
    api: Api, server: GitHubServer
) -> None:
    claimed = [f"{number:040x}" for number in range(200)]
    server.repository.commits[claimed[7]] = (HEAD,)

    assert fitting(api, *claimed) == ([], 200)
    assert len(server.asked) == 1


def test_more_than_a_job_can_take_is_refused_before_it_is_fetched(
    api: Api, server: GitHubServer
) -> None:
    for number in range(26):
        made = server.repository.add_artifact(RUN, f"scriptcheck-{number}", b"")
        server.repository.artifacts[made["id"]]["size_in_bytes"] = artifact.MOST_ZIPPED

    with pytest.raises(PublishError, match="520,000,000 bytes"):
        artifact.of_run(api, NAME, RUN)


def test_as_many_shares_as_there_can_be_are_taken_with_what_is_merged_of_them(
    api: Api, server: GitHubServer
) -> None:
    shares = [f"scriptcheck-{number}-of-{cut.MOST}" for number in range(1, cut.MOST + 1)]
    for name in ("scriptcheck", "scriptcheck-tea", *shares):
        server.repository.add_artifact(RUN, name, b"")

    assert len(artifact.of_run(api, NAME, RUN)) == cut.MOST + 2
