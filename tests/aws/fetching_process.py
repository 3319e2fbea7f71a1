"""A process that fetches and can be killed: `python -m tests.aws.fetching_process ADDRESS FOLDER PREFIX WISH`.

WISH is JSON: `most_bytes`, `by`, under `file_bytes` the size beyond which no file can grow, and how many `threads`.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from ci_scriptcheck.errors import FixtureError
from ci_scriptcheck.fixtures.fetching import fetch
from tests.s3_server.means import a_link, means, wanted


def main() -> None:
    """Fetch, and print the folder; or the error, with its exit code."""
    address, folder, prefix, wish = sys.argv[1:]
    given = json.loads(wish)
    most = given.pop("file_bytes", None)
    if most is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    link = a_link(address, threads=given.pop("threads", 8))
    try:
        (found,) = fetch([wanted(prefix, **given)], means(address, Path(folder), link=link))
    except FixtureError as error:
        print("\n".join([error.what, *error.facts, error.advice or ""]))  # noqa: T201  (a command)
        raise SystemExit(error.exit_code) from None
    print(found.folder)  # noqa: T201


if __name__ == "__main__":
    main()
