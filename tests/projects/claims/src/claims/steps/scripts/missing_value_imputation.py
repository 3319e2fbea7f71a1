"""Fill numbers that are missing with what is usual in training."""

import argparse
import json
import logging
import os
import sys
import traceback
from pathlib import Path

from claims.processing.tables import read_splits, write_splits

logger = logging.getLogger(__name__)

PARAMETERS = "imputation_parameters.json"


def learn(train, label, strategy):
    """Find the value to fill each numeric column with."""
    numbers = train.drop(columns=[label]).select_dtypes("number")
    values = numbers.median() if strategy == "median" else numbers.mean()
    return {name: float(value) for name, value in values.items()}


def impute(frame, values):
    """Fill every column that has a value."""
    filled = frame.copy()
    for name, value in values.items():
        filled[name] = filled[name].astype(float).fillna(value)
    return filled


def main(input_paths, output_paths, environ_vars, job_args):
    """Read `data_input`, and for other jobs `model_artifacts_input`; write `data_output` and `model_artifacts_output`."""
    splits = read_splits(input_paths["data_input"], job_args.job_type)
    if job_args.job_type == "training":
        strategy = environ_vars.get("DEFAULT_NUMERICAL_STRATEGY", "median")
        values = learn(splits["train"], environ_vars["LABEL_FIELD"], strategy)
    elif "model_artifacts_input" in input_paths:
        values = json.loads(Path(input_paths["model_artifacts_input"], PARAMETERS).read_text())
    else:
        raise ValueError(f"a {job_args.job_type} job needs what a training job has learned")
    for name, value in values.items():
        logger.info("%s: %.2f", name, value)
    write_splits({name: impute(part, values) for name, part in splits.items()}, output_paths["data_output"])
    Path(output_paths["model_artifacts_output"], PARAMETERS).write_text(json.dumps(values, indent=2))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--job_type", required=True, choices=["training", "calibration"])
    args = parser.parse_args()
    inputs = {"data_input": "/opt/ml/processing/input/data"}
    if args.job_type != "training":
        inputs["model_artifacts_input"] = "/opt/ml/processing/input/model_artifacts"
    outputs = {
        "data_output": "/opt/ml/processing/output/data",
        "model_artifacts_output": "/opt/ml/processing/output/model_artifacts",
    }
    variables = {
        "LABEL_FIELD": os.environ["LABEL_FIELD"],
        "DEFAULT_NUMERICAL_STRATEGY": os.environ.get("DEFAULT_NUMERICAL_STRATEGY", "median"),
    }
    try:
        main(inputs, outputs, variables, args)
    except Exception:
        logger.error(traceback.format_exc())
        sys.exit(1)
