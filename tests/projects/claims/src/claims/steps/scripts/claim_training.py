"""Train a model that tells fraudulent claims."""

import argparse
import json
import logging
import sys
import traceback
from pathlib import Path

from claims.processing import models
from claims.processing.tables import read_folder

logger = logging.getLogger(__name__)


def load_settings(folder):
    """Read hyperparameters and name the features."""
    settings = json.loads(Path(folder, "hyperparameters.json").read_text())
    return settings, settings["tab_field_list"] + settings["cat_field_list"]


def main(input_paths, output_paths, environ_vars, job_args):
    """Read `input_path` and `hyperparameters`, write `model_output` and `evaluation_output`."""
    settings, columns = load_settings(input_paths["hyperparameters"])
    label = settings["label_name"]
    data = Path(input_paths["input_path"])
    parts = {name: read_folder(data / name) for name in ("train", "val", "test")}
    missing = [name for name in columns if parts["train"][name].isna().any()]
    if missing:
        raise ValueError(f"values are missing in {', '.join(missing)}")

    model = models.fit(parts["train"], columns, label, settings["num_round"], settings["eta"])
    models.save(model, output_paths["model_output"])
    Path(output_paths["model_output"], "hyperparameters.json").write_text(json.dumps(settings))

    metrics = {}
    for name in ("val", "test"):
        score = model.predict(parts[name])
        metrics[name] = {"claims": len(score), "auc": models.auc(parts[name][label], score)}
        logger.info("%s: AUC %.3f", name, metrics[name]["auc"])
        scored = parts[name][[settings["id_name"], label]].assign(prob_class_1=score)
        scored.to_csv(Path(output_paths["evaluation_output"], f"{name}_predictions.csv"), index=False)
    Path(output_paths["evaluation_output"], "metrics.json").write_text(json.dumps(metrics, indent=2))


if __name__ == "__main__":
    args = argparse.ArgumentParser().parse_args()
    try:
        main(
            {"input_path": "/opt/ml/input/data", "hyperparameters": "/opt/ml/code/hyperparameters"},
            {"model_output": "/opt/ml/model", "evaluation_output": "/opt/ml/output/data"},
            {},
            args,
        )
    except Exception:
        logger.error(traceback.format_exc())
        sys.exit(1)
