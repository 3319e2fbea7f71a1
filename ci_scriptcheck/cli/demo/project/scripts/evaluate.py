"""Measure the model on orders it has not seen."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from lib.model import design, probability, standardise


def main(input_paths, output_paths, environ_vars, job_args):
    model = json.loads((Path(input_paths["model"]) / "model.json").read_text())
    frame = pd.read_parquet(Path(input_paths["test"]) / "test.parquet")
    target = frame.pop(environ_vars["LABEL"]).to_numpy(bool)

    matrix = standardise(design(frame), np.array(model["mean"]), np.array(model["spread"]))
    flagged = probability(matrix, np.array(model["weights"])) > 0.5

    metrics = {
        "orders": len(target),
        "recall": float(flagged[target].mean()) if target.any() else None,
        "false_alarms": float(flagged[~target].mean()),
    }
    print(json.dumps(metrics))
    (Path(output_paths["metrics"]) / "metrics.json").write_text(json.dumps(metrics, indent=2))
