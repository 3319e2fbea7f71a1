"""Map scores to percentiles, so that a threshold keeps its meaning from model to model."""

import json
import logging
import os
import sys
import traceback
from pathlib import Path

import numpy as np

from claims.processing.tables import read_folder

logger = logging.getLogger(__name__)


def percentiles(scores, bins):
    """Pair each threshold with the share of scores at or below it."""
    shares = np.linspace(0, 1, bins + 1)
    return [[float(value), float(share)] for value, share in zip(np.quantile(scores, shares), shares)]


def main(input_paths, output_paths, environ_vars, job_args):
    """Read `evaluation_data`, write `calibration_output` and `metrics_output`."""
    label, score = environ_vars["LABEL_FIELD"], environ_vars.get("SCORE_FIELD", "prob_class_1")
    bins = int(environ_vars.get("CALIBRATION_BINS", "10"))
    scored = read_folder(input_paths["evaluation_data"]).drop_duplicates()
    table = percentiles(scored[score].to_numpy(), bins)
    Path(output_paths["calibration_output"], "percentile_score.json").write_text(json.dumps(table))
    metrics = {"claims": len(scored), "fraud_share": float(scored[label].mean())}
    logger.info("calibrated with %d claims", metrics["claims"])
    Path(output_paths["metrics_output"], "calibration_metrics.json").write_text(json.dumps(metrics))


if __name__ == "__main__":
    variables = {
        "LABEL_FIELD": os.environ["LABEL_FIELD"],
        "SCORE_FIELD": os.environ.get("SCORE_FIELD", "prob_class_1"),
        "CALIBRATION_BINS": os.environ.get("CALIBRATION_BINS", "10"),
    }
    try:
        main(
            {"evaluation_data": "/opt/ml/processing/input/eval_data"},
            {
                "calibration_output": "/opt/ml/processing/output/calibration",
                "metrics_output": "/opt/ml/processing/output/metrics",
            },
            variables,
            None,
        )
    except Exception:
        logger.error(traceback.format_exc())
        sys.exit(1)
