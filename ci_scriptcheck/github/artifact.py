"""The record in the artifact of another run, taken as data that a stranger made.

Nothing is unpacked to disk, and of the archive nothing is read but `record.json`. An archive that is
not what the action uploads is refused whole: whoever made it meant something else than a report.
"""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile
from collections import Counter
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import requests

from ci_scriptcheck.errors import PublishError
from ci_scriptcheck.github.api import TIMEOUT, LostError
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from ci_scriptcheck.github.api import Api

PREFIX = "scriptcheck"
"""What the names of the artifacts begin with that the action uploads, one for each project and share."""

MOST_ARTIFACTS = 300
"""The 256 shares that a matrix has at most, the record that job `store` makes of them, and some of other projects.

Each costs a request, of the 1,000 that all jobs of a repository have in an hour.
"""

MOST_ZIPPED = 20_000_000
"""Bytes of an archive."""

MOST_UNZIPPED = 50_000_000
"""Bytes of a record; one of 600 tasks that all fail has less than a tenth of that."""

MOST_TOGETHER = 200_000_000
"""Bytes of all records of a run; those of 256 shares of 600 tasks have a third of that."""

MOST_ZIPPED_TOGETHER = 500_000_000
"""Bytes of their archives, which hold other reports as well."""

MOST_MEMBERS = 1_000
RECORD = "record.json"

_LONGEST = 200
"""Characters of what is wrong, or of a name."""

_PLAIN = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One artifact of a run.

    Attributes:
        bytes: Size of its archive.
        digest: `sha256:…` of the archive, where GitHub knows it.
    """

    id: int
    name: str
    bytes: int
    expired: bool
    digest: str | None = None


def of_run(api: Api, repository: str, run: int) -> tuple[Artifact, ...]:
    """List the records that a run left, one for each name: the one of its last attempt.

    Raises:
        PublishError: there are none, or too many.
    """
    newest: dict[str, Artifact] = {}
    for item in api.pages(f"/repos/{repository}/actions/runs/{run}/artifacts", under="artifacts"):
        found = _artifact(item)
        if found is None or not found.name.startswith(PREFIX):
            continue
        if found.name not in newest or found.id > newest[found.name].id:
            newest[found.name] = found
    if not newest:
        raise PublishError(
            what="the run that has ended left no record",
            facts=(f"none of its artifacts has a name that begins with `{PREFIX}`",),
            advice="look into that run: it may have ended before it came to its record",
        )
    if len(newest) > MOST_ARTIFACTS:
        raise PublishError(
            what=f"the run left {len(newest)} records; at most {MOST_ARTIFACTS} are read"
        )
    together = sum(one.bytes for one in newest.values())
    if together > MOST_ZIPPED_TOGETHER:
        raise PublishError(
            what=f"the artifacts of the run have {together:,} bytes,"
            f" and {MOST_ZIPPED_TOGETHER:,} are read"
        )
    return tuple(newest[name] for name in sorted(newest))


def record_of(api: Api, repository: str, artifact: Artifact) -> bytes:
    """Give the record in an artifact.

    Raises:
        PublishError: it cannot be had, or is not what the action uploads.
    """
    if artifact.expired:
        raise PublishError(what=f"the artifact `{artifact.name}` has expired")
    if artifact.bytes > MOST_ZIPPED:
        raise _refused(
            artifact.name, f"it has {artifact.bytes:,} bytes, and {MOST_ZIPPED:,} are read"
        )
    address = f"/repos/{repository}/actions/artifacts/{artifact.id}/zip"
    # The address that it leads to holds for a minute, so each try asks for a new one.
    content = api.again(lambda: _downloaded(api.redirection(address), artifact.name))
    kind, _, digest = (artifact.digest or "").partition(":")
    if kind == "sha256" and hashlib.sha256(content).hexdigest() != digest:
        raise _refused(artifact.name, "its content is not what was uploaded")
    return unzipped(content, artifact.name)


def too_much(artifact: Artifact) -> PublishError:
    """Say that this record and those that come after it are not read."""
    return PublishError(
        what=f"the records of the run have more than {MOST_TOGETHER:,} bytes together,"
        f" so none is read from `{artifact.name}` on"
    )


def unzipped(content: bytes, name: str) -> bytes:
    """Take the record out of an archive.

    Raises:
        PublishError: the archive holds none, or something that the action does not upload.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _member(archive, name)
    except PublishError:
        raise
    except Exception as error:  # noqa: BLE001  (what zipfile raises on hostile bytes is no closed set)
        why = f"{error}"[:_LONGEST] or type(error).__name__
        raise _refused(name, f"it is no whole archive: {why}") from None


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise _refused(name, f"it holds {len(members):,} files")
    for member in members:
        _check(member, name)
    twice = [
        path for path, count in Counter(member.filename for member in members).items() if count > 1
    ]
    if twice:
        raise _refused(name, f"it holds {twice[0]!r} twice")
    found = [member for member in members if member.filename == RECORD]
    if not found:
        raise _refused(name, f"it holds no `{RECORD}`")
    # What the archive says about the size is the stranger's word, so no more is read than may be.
    with archive.open(found[0]) as file:
        record = file.read(MOST_UNZIPPED + 1)
    if len(record) > MOST_UNZIPPED:
        raise _refused(name, f"its `{RECORD}` has more than {MOST_UNZIPPED:,} bytes")
    return record


def _check(member: zipfile.ZipInfo, name: str) -> None:
    path = member.orig_filename
    parts = PurePosixPath(path.replace("\\", "/"))
    if not path or "\0" in path or parts.is_absolute() or ".." in parts.parts or ":" in path:
        raise _refused(name, f"it holds a file named {path[:_LONGEST]!r}")
    mode = stat.S_IFMT(member.external_attr >> 16)
    if mode not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise _refused(name, f"{path[:_LONGEST]!r} in it is no regular file")
    if member.flag_bits & _ENCRYPTED or member.compress_type not in _PLAIN:
        raise _refused(name, f"{path[:_LONGEST]!r} in it is packed as the action packs nothing")


def _downloaded(address: str, name: str) -> bytes:
    """Read an archive from where GitHub keeps it; our token is none of that place's business."""
    try:
        with requests.Session() as session:
            session.auth = _nobody
            with session.get(address, stream=True, timeout=TIMEOUT) as answer:
                answer.raise_for_status()
                content = io.BytesIO()
                for part in answer.iter_content(1 << 16):
                    content.write(part)
                    if content.tell() > MOST_ZIPPED:
                        raise _refused(name, f"it has more than {MOST_ZIPPED:,} bytes")
                return content.getvalue()
    except requests.RequestException as error:
        # Neither the error nor its address is told: the address lets whoever has it read the artifact.
        raise LostError(
            what=f"the artifact `{name}` could not be read",
            facts=(type(error).__name__,),
            advice="run this job again",
        ) from None


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Stand in for the credentials that `requests` would else look for in a `.netrc`."""
    return request


def _artifact(item: object) -> Artifact | None:
    if not isinstance(item, Mapping) or not isinstance(item.get("id"), int):
        return None
    digest = item.get("digest")
    return Artifact(
        id=item["id"],
        name=str(item.get("name")),
        bytes=int(item.get("size_in_bytes") or 0),
        expired=bool(item.get("expired")),
        digest=digest if isinstance(digest, str) else None,
    )


def _refused(name: str, why: str) -> PublishError:
    return PublishError(
        what=f"the artifact `{name}` is refused: {why}",
        facts=(
            "it comes from the code of a pull request, so it is taken as it should be or not at all",
        ),
    )
