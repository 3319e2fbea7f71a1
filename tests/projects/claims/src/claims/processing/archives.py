"""What the platform packs after a training."""

import io
import tarfile

MODEL_ARCHIVE = "model.tar.gz"


def member(folder, name):
    """Read one file of the model archive as text."""
    with tarfile.open(f"{folder}/{MODEL_ARCHIVE}") as archive:
        found = archive.extractfile(name)
        return io.TextIOWrapper(found, encoding="utf-8").read()
