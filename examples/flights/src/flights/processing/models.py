"""Trained models as the platform keeps them: packed in `model.tar.gz`."""

from __future__ import annotations

import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import joblib
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from flights.processing.features import CATEGORICAL, NUMERIC

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

ARCHIVE = "model.tar.gz"
MODEL = "model.joblib"


def build_model(max_iterations: int) -> Pipeline:
    """Join encoding and trees; an airport that was never seen counts as missing."""
    encoder = OrdinalEncoder(
        handle_unknown="use_encoded_value",
        unknown_value=float("nan"),
        max_categories=50,
    )
    columns = ColumnTransformer(
        [("categorical", encoder, CATEGORICAL), ("numeric", "passthrough", NUMERIC)]
    )
    trees = HistGradientBoostingClassifier(
        max_iter=max_iterations,
        learning_rate=0.05,
        max_leaf_nodes=8,
        min_samples_leaf=30,
        categorical_features=list(range(len(CATEGORICAL))),
        random_state=0,
    )
    return make_pipeline(columns, trees)


def load_model(folder: str | Path) -> Pipeline:
    """Read the model out of the archive that the platform made."""
    with (
        tempfile.TemporaryDirectory() as unpacked,
        tarfile.open(Path(folder, ARCHIVE)) as archive,
    ):
        archive.extract(MODEL, unpacked, filter="data")
        return joblib.load(Path(unpacked, MODEL))
