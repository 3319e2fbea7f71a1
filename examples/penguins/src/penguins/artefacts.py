"""Trained models as the platform keeps them: packed in `model.tar.gz`."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import joblib

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

ARCHIVE = "model.tar.gz"
MODEL = "model.joblib"


def save_model(model: Pipeline, folder: Path) -> None:
    """Write a trained model for the platform to pack."""
    joblib.dump(model, folder / MODEL)


def load_model(folder: Path) -> Pipeline:
    """Read the model out of the archive that the platform made."""
    with tarfile.open(folder / ARCHIVE) as archive:
        model = archive.extractfile(MODEL)
        return joblib.load(io.BytesIO(model.read()))
