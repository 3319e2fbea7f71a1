"""Turn scores into probabilities that come true as often as they say."""

from __future__ import annotations

import argparse
import json
import logging
from pathlib import Path

import joblib
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss

from flights.processing.tables import read_table, require_columns

logger = logging.getLogger(__name__)


def main(
    input_paths: dict[str, str],
    output_paths: dict[str, str],
    environ_vars: dict[str, str],
    job_args: argparse.Namespace,
) -> None:
    """Read `evaluation_data`, write `calibration_output` and `metrics_output`."""
    label, score = environ_vars["LABEL_FIELD"], environ_vars["SCORE_FIELD"]
    scored = read_table(input_paths["evaluation_data"])
    require_columns(scored, [label, score])

    calibrator = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
    calibrated = calibrator.fit_transform(scored[score], scored[label])
    metrics = {
        "brier_before": brier_score_loss(scored[label], scored[score]),
        "brier_after": brier_score_loss(scored[label], calibrated),
    }
    logger.info("Brier score %(brier_before).4f, calibrated %(brier_after).4f", metrics)
    joblib.dump(calibrator, Path(output_paths["calibration_output"], "calibrator.joblib"))
    Path(output_paths["metrics_output"], "metrics.json").write_text(json.dumps(metrics, indent=2))
