"""Serves the packaged model."""

import json
from pathlib import Path


def model_fn(model_dir):
    parts = json.loads(Path(model_dir, "fraud_model.json").read_text())
    parts["columns"] = Path(model_dir, "feature_columns.txt").read_text().split()
    parts["percentiles"] = json.loads(Path(model_dir, "calibration", "percentile_score.json").read_text())
    return parts
