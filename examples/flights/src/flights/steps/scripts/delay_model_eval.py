"""Score flights of another season with the trained model."""

from __future__ import annotations

import argparse
import json
import logging
from pathlib import Path

from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from flights.processing.features import FEATURES
from flights.processing.models import load_model
from flights.processing.tables import read_table, require_columns, write_table

logger = logging.getLogger(__name__)

SCORE = "prob_late"


def main(
    input_paths: dict[str, str],
    output_paths: dict[str, str],
    environ_vars: dict[str, str],
    job_args: argparse.Namespace,
) -> None:
    """Read `model_input` and `processed_data`, write `eval_output` and `metrics_output`."""
    label = environ_vars["LABEL_FIELD"]
    flights = read_table(Path(input_paths["processed_data"], job_args.job_type))
    require_columns(flights, [*FEATURES, label])
    scores = load_model(input_paths["model_input"]).predict_proba(flights[FEATURES])[:, 1]

    metrics = {
        "flights": len(flights),
        "roc_auc": roc_auc_score(flights[label], scores),
        "average_precision": average_precision_score(flights[label], scores),
        "brier": brier_score_loss(flights[label], scores),
    }
    logger.info("ROC AUC on %d flights: %.3f", metrics["flights"], metrics["roc_auc"])
    Path(output_paths["metrics_output"], "metrics.json").write_text(json.dumps(metrics, indent=2))
    predictions = flights[[label, "carrier", "origin"]].assign(**{SCORE: scores})
    write_table(predictions, Path(output_paths["eval_output"], "predictions.csv"))
