"""What the platform does to an output after the run: a folder becomes an archive.

The archive depends on names and contents alone, so that equal outputs stay equal.
"""

from __future__ import annotations

import gzip
import tarfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.model.result import Artefact

# Readers on the platform take any level; a model hardly gets smaller by a higher one.
_LEVEL = 1


def pack(folder: Path, found: Artefact, archive: Path) -> None:
    """Pack the files of an output into a new archive, `.tar` or by its other names `.tar.gz`.

    Raises:
        OSError: it cannot be written, or a file is gone.
    """
    archive.parent.mkdir(parents=True, exist_ok=True)
    if archive.suffix == ".tar":
        with tarfile.open(archive, "w", format=tarfile.GNU_FORMAT) as tar:
            _add(tar, folder, found)
        return
    with (
        archive.open("wb") as raw,
        gzip.GzipFile(
            filename="", mode="wb", fileobj=raw, compresslevel=_LEVEL, mtime=0
        ) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar,
    ):
        _add(tar, folder, found)


def _add(tar: tarfile.TarFile, folder: Path, found: Artefact) -> None:
    for file in found.files:
        entry = tarfile.TarInfo(file.path)
        entry.size = file.bytes
        entry.mode = 0o644
        with (folder / file.path).open("rb") as content:
            tar.addfile(entry, content)
