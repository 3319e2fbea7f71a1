"""Trained models as the platform keeps them: packed in `model.tar.gz`."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import joblib
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from flights.processing.features import CATEGORICAL, NUMERIC

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

ARCHIVE = "model.tar.gz"
MODEL = "model.joblib"


def build_model(iterations: int) -> Pipeline:
    """Join encoding and trees; carriers and airports that are rare, or new, count as one."""
    encoder = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=20)
    columns = ColumnTransformer(
        [
            ("categorical", encoder, CATEGORICAL),
            ("numeric", SimpleImputer(strategy="median"), NUMERIC),
        ]
    )
    trees = GradientBoostingClassifier(n_estimators=iterations, max_depth=3, random_state=0)
    return make_pipeline(columns, trees)


def load_model(folder: str | Path) -> Pipeline:
    """Read the model out of the archive that the platform made."""
    with tarfile.open(Path(folder, ARCHIVE)) as archive:
        model = archive.extractfile(MODEL)
        return joblib.load(io.BytesIO(model.read()))
