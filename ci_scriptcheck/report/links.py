"""Where the links of a text on GitHub lead; what is not known, or is no address, gives no link."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import quote

from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from ci_scriptcheck.errors import Place

_SERVER = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?")
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?(/[A-Za-z0-9%._~/?=&#+-]*)?")
_LONGEST = 2_000
"""Characters of an address; servers refuse longer ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """What is known of the place where a text is posted; each part may be missing.

    Attributes:
        server: As `https://github.com`, without a `/` at the end.
        repository: As `owner/name`.
        head: The pull request's own commit, in which files are shown; not the merge that was checked.
        number: Of the pull request.
        run_url: Where the run of the workflow is shown, with its artefacts.
        run: The id of that run; a later run of a repository has a greater one.
        attempt: How often that run was started by then.
    """

    server: str | None = None
    repository: str | None = None
    head: str | None = None
    number: int | None = None
    run_url: str | None = None
    run: int | None = None
    attempt: int | None = None

    def file(self, place: Place) -> str | None:
        """Give the address of a line of a file, as it is in head."""
        root, name = self._root(), _path(place.file)
        if root is None or name is None or not _is(_COMMIT, self.head):
            return None
        return _short(f"{root}/blob/{self.head}/{name}{f'#L{place.line}' if place.line else ''}")

    def change(self, place: Place) -> str | None:
        """Give the address of a changed line in the list of changes, or else in the file itself."""
        root, name = self._root(), _path(place.file)
        if root is None or name is None or self.number is None:
            return self.file(place)
        # GitHub names the part of each file there by the digest of its path, `R` being the right side.
        part = f"diff-{sha256(place.file.encode()).hexdigest()}"
        return f"{root}/pull/{self.number}/files#{part}{f'R{place.line}' if place.line else ''}"

    def report(self) -> str | None:
        """Give the address of the run of the workflow."""
        return self.run_url if _is(_ADDRESS, self.run_url) else None

    def _root(self) -> str | None:
        if not _is(_SERVER, self.server) or not _is(_REPOSITORY, self.repository):
            return None
        return f"{self.server}/{self.repository}"


def _is(kind: re.Pattern[str], text: str | None) -> bool:
    return text is not None and len(text) <= _LONGEST and kind.fullmatch(text) is not None


def _path(file: str) -> str | None:
    """Write a path for an address; `None` where it cannot be one of the repository."""
    parts = file.split("/")
    if not file or any(part in {"", ".", ".."} for part in parts) or not _is_encodable(file):
        return None
    return quote(file, safe="/")


def _is_encodable(text: str) -> bool:
    # A name that is no text in any encoding is kept with lone surrogates, which no address has.
    return not any("\ud800" <= sign <= "\udfff" for sign in text)


def _short(address: str) -> str | None:
    return address if len(address) <= _LONGEST else None
