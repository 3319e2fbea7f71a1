"""Put model and measurements into one archive, as the shop's servers want it."""

import tarfile
from pathlib import Path


def main(input_paths, output_paths, environ_vars, job_args):
    target = Path(output_paths["bundle"]) / "fraud-model.tar.gz"
    with tarfile.open(target, "w:gz") as bundle:
        bundle.add(Path(input_paths["model"]) / "model.json", "model.json")
        bundle.add(Path(input_paths["metrics"]) / "metrics.json", "metrics.json")
    print(f"{target.name}: {target.stat().st_size} bytes")
