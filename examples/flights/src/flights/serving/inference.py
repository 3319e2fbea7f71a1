"""Serves the packaged model: a list of flights in, their probabilities of being late out."""

from __future__ import annotations

import json
from pathlib import Path

import joblib
import pandas as pd
from sklearn.isotonic import IsotonicRegression
from sklearn.pipeline import Pipeline

Loaded = tuple[Pipeline, IsotonicRegression]


def model_fn(model_dir: str) -> Loaded:
    """Load model and calibration."""
    names = ("model.joblib", "calibrator.joblib")
    return tuple(joblib.load(Path(model_dir, name)) for name in names)


def input_fn(body: str, content_type: str = "application/json") -> pd.DataFrame:
    """Read flights from JSON records."""
    if content_type != "application/json":
        raise ValueError(f"cannot read {content_type}")
    return pd.DataFrame(json.loads(body))


def predict_fn(flights: pd.DataFrame, loaded: Loaded) -> list[float]:
    """Score and calibrate."""
    model, calibrator = loaded
    return calibrator.predict(model.predict_proba(flights)[:, 1]).tolist()
