"""Score claims of another quarter with the trained model."""

import argparse
import json
import logging
import os
import sys
import traceback
from pathlib import Path

from claims.processing import models
from claims.processing.tables import read_folder

logger = logging.getLogger(__name__)


def main(input_paths, output_paths, environ_vars, job_args):
    """Read `model_input` and `processed_data`, write `eval_output` and `metrics_output`."""
    id_field, label = environ_vars["ID_FIELD"], environ_vars["LABEL_FIELD"]
    model = models.load(input_paths["model_input"])
    frame = read_folder(Path(input_paths["processed_data"], job_args.job_type))
    score = model.predict(frame)

    metrics = {"claims": len(frame), "fraud_share": float(frame[label].mean()), "auc": models.auc(frame[label], score)}
    logger.info("AUC of %d claims: %.3f", metrics["claims"], metrics["auc"])
    predictions = frame[[id_field, label]].assign(prob_class_1=score)
    predictions.to_csv(Path(output_paths["eval_output"], "eval_predictions.csv"), index=False)
    Path(output_paths["metrics_output"], "metrics.json").write_text(json.dumps(metrics, indent=2))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--job_type", required=True, choices=["calibration", "validation"])
    args = parser.parse_args()
    inputs = {
        "model_input": "/opt/ml/processing/input/model",
        "processed_data": "/opt/ml/processing/input/eval_data",
    }
    outputs = {
        "eval_output": "/opt/ml/processing/output/eval",
        "metrics_output": "/opt/ml/processing/output/metrics",
    }
    variables = {"ID_FIELD": os.environ["ID_FIELD"], "LABEL_FIELD": os.environ["LABEL_FIELD"]}
    try:
        main(inputs, outputs, variables, args)
    except Exception:
        logger.error(traceback.format_exc())
        sys.exit(1)
