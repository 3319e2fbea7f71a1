"""Replace each category by the smoothed share of fraud among its claims."""

import argparse
import json
import logging
import os
import sys
import traceback
from pathlib import Path

from claims.processing.tables import read_splits, write_splits

logger = logging.getLogger(__name__)

TABLES = "risk_tables.json"
DEFAULT = "__default__"


def learn(train, fields, label, smooth, threshold):
    """Make a table of risks for each field; rare categories get the share of all."""
    overall = float(train[label].mean())
    tables = {}
    for field in fields:
        groups = train.groupby(field)[label]
        weight = smooth * len(train)
        risks = (groups.sum() + weight * overall) / (groups.count() + weight)
        kept = risks[groups.count() >= threshold]
        tables[field] = {**{str(name): float(risk) for name, risk in kept.items()}, DEFAULT: overall}
    return tables


def apply(frame, tables):
    """Replace the categories of every field."""
    mapped = frame.copy()
    for field, table in tables.items():
        mapped[field] = mapped[field].astype(str).map(table).fillna(table[DEFAULT]).astype(float)
    return mapped


def main(input_paths, output_paths, environ_vars, job_args):
    """Read `data_input`, `hyperparameters` and for other jobs `model_artifacts_input`; write both outputs."""
    settings = json.loads(Path(input_paths["hyperparameters"], "hyperparameters.json").read_text())
    splits = read_splits(input_paths["data_input"], job_args.job_type)
    if job_args.job_type == "training":
        tables = learn(
            splits["train"],
            settings["cat_field_list"],
            settings["label_name"],
            float(environ_vars.get("SMOOTH_FACTOR", "0.01")),
            int(environ_vars.get("COUNT_THRESHOLD", "5")),
        )
    elif "model_artifacts_input" in input_paths:
        tables = json.loads(Path(input_paths["model_artifacts_input"], TABLES).read_text())
    else:
        raise ValueError(f"a {job_args.job_type} job needs what a training job has learned")
    logger.info("mapped %s", ", ".join(tables))
    write_splits({name: apply(part, tables) for name, part in splits.items()}, output_paths["data_output"])
    Path(output_paths["model_artifacts_output"], TABLES).write_text(json.dumps(tables, indent=2))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--job_type", required=True, choices=["training", "calibration"])
    args = parser.parse_args()
    inputs = {
        "data_input": "/opt/ml/processing/input/data",
        "hyperparameters": "/opt/ml/code/hyperparameters",
    }
    if args.job_type != "training":
        inputs["model_artifacts_input"] = "/opt/ml/processing/input/model_artifacts"
    outputs = {
        "data_output": "/opt/ml/processing/output/data",
        "model_artifacts_output": "/opt/ml/processing/output/model_artifacts",
    }
    variables = {
        "SMOOTH_FACTOR": os.environ.get("SMOOTH_FACTOR", "0.01"),
        "COUNT_THRESHOLD": os.environ.get("COUNT_THRESHOLD", "5"),
    }
    try:
        main(inputs, outputs, variables, args)
    except Exception:
        logger.error(traceback.format_exc())
        sys.exit(1)
