"""Train gradient boosted trees that tell late flights."""

from __future__ import annotations

import argparse
import json
import logging
from pathlib import Path

import joblib
from sklearn.metrics import average_precision_score, roc_auc_score

from flights.processing.features import FEATURES
from flights.processing.models import MODEL, build_model
from flights.processing.tables import read_table, require_columns

logger = logging.getLogger(__name__)


def main(
    input_paths: dict[str, str],
    output_paths: dict[str, str],
    environ_vars: dict[str, str],
    job_args: argparse.Namespace,
) -> None:
    """Read the `train` and `val` parts of `input_path`, write `model_output` and `evaluation_output`."""
    label = environ_vars["LABEL_FIELD"]
    parts = {name: read_table(Path(input_paths["input_path"], name)) for name in ("train", "val")}
    for part in parts.values():
        require_columns(part, [*FEATURES, label])

    model = build_model(int(environ_vars["ITERATIONS"]))
    model.fit(parts["train"][FEATURES], parts["train"][label])
    metrics = {}
    for name, part in parts.items():
        scores = model.predict_proba(part[FEATURES])[:, 1]
        metrics[name] = {
            "flights": len(part),
            "roc_auc": roc_auc_score(part[label], scores),
            "average_precision": average_precision_score(part[label], scores),
        }
        logger.info("%s: ROC AUC %.3f", name, metrics[name]["roc_auc"])

    joblib.dump(model, Path(output_paths["model_output"], MODEL))
    report = Path(output_paths["evaluation_output"], "metrics.json")
    report.write_text(json.dumps(metrics, indent=2))
