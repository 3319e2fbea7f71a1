"""Put the model, and how good it is, into one folder."""

import shutil
from pathlib import Path


def main(input_paths, output_paths, environ_vars, job_args):
    package = Path(output_paths["package"])
    shutil.copy(Path(input_paths["model_input"]) / "model.tar.gz", package)
    if "quality" in input_paths:
        shutil.copy(Path(input_paths["quality"]) / "summary.json", package)
