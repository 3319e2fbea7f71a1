"""An archive that holds nothing but folders is told from one with a file, whatever its kind."""

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from ci_scriptcheck.data.tables import figures
from ci_scriptcheck.model.result import EMPTY_ARCHIVE


def a_tar(path: Path, *files: str) -> None:
    with tarfile.open(path, "w" if path.suffix == ".tar" else "w:gz") as archive:
        folder = tarfile.TarInfo("code")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name in files:
            archive.addfile(tarfile.TarInfo(name), io.BytesIO())


def a_zip(path: Path, *files: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name in files:
            archive.writestr(name, "")


@pytest.mark.parametrize("name", ["a.tar.gz", "a.tgz", "a.tar"])
def test_a_tar_without_a_file_is_empty(tmp_path: Path, name: str) -> None:
    a_tar(tmp_path / name)
    a_tar(tmp_path / f"full-{name}", "code/inference.py")

    assert figures(tmp_path / name).format == EMPTY_ARCHIVE
    assert figures(tmp_path / f"full-{name}").format == ("tar" if name == "a.tar" else "gzip")


def test_a_tar_without_any_member_is_empty(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w"), tarfile.open(tmp_path / "a.tar.gz", "w:gz"):
        pass

    assert figures(tmp_path / "a.tar").format == EMPTY_ARCHIVE
    assert figures(tmp_path / "a.tar.gz").format == EMPTY_ARCHIVE


def test_a_zip_without_a_file_is_empty(tmp_path: Path) -> None:
    a_zip(tmp_path / "none.zip")
    a_zip(tmp_path / "folder.zip", "code/")
    a_zip(tmp_path / "full.zip", "code/", "code/inference.py")

    kinds = [figures(tmp_path / f"{name}.zip").format for name in ("none", "folder", "full")]
    assert kinds == [EMPTY_ARCHIVE, EMPTY_ARCHIVE, "zip"]


def test_a_packed_text_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "a.bin.gz").write_bytes(gzip.compress(b""))

    assert figures(tmp_path / "a.bin.gz").format == "gzip"
