"""Evaluate a model on the birds it has not seen."""

from __future__ import annotations

import argparse
import json
import logging
from pathlib import Path

import pandas as pd
from penguins.artefacts import load_model
from penguins.measurements import FEATURES, require_columns
from sklearn.metrics import accuracy_score, f1_score, log_loss

logger = logging.getLogger(__name__)


def main(
    input_paths: dict[str, str],
    output_paths: dict[str, str],
    environ_vars: dict[str, str],
    job_args: argparse.Namespace,
) -> None:
    """Read the `test` part of `splits` and `model`, write `metrics` and `predictions`."""
    label = environ_vars["LABEL_FIELD"]
    test = pd.read_csv(Path(input_paths["splits"], "test", "penguins.csv"))
    require_columns(test, [label, *FEATURES])
    model = load_model(Path(input_paths["model"]))

    predicted = model.predict(test[FEATURES])
    probabilities = model.predict_proba(test[FEATURES])
    metrics = {
        "birds": len(test),
        "accuracy": accuracy_score(test[label], predicted),
        "macro_f1": f1_score(test[label], predicted, average="macro"),
        "log_loss": log_loss(test[label], probabilities, labels=model.classes_),
    }
    logger.info("accuracy on %d unseen birds: %.3f", metrics["birds"], metrics["accuracy"])
    Path(output_paths["metrics"], "metrics.json").write_text(json.dumps(metrics, indent=2))
    test[[label]].assign(prediction=predicted, confidence=probabilities.max(axis=1)).to_csv(
        Path(output_paths["predictions"], "predictions.csv"), index=False
    )
