"""Score orders with the rates of their kinds."""

import json
import tarfile
from pathlib import Path

from ...tables.plain import read, write


def main(input_paths, output_paths, environ_vars, job_args):
    model = Path(input_paths["model_input"])
    with tarfile.open(model / "model.tar.gz") as archive:
        rates = json.load(archive.extractfile("rates.json"))
    rows = read(Path(input_paths["table"]) / job_args.job_type)
    scores = [{"order_id": row["order_id"], "rate": rates[row["kind"]]} for row in rows]
    write(Path(output_paths["scores"]) / "scores.csv", scores)
    mean = sum(one["rate"] for one in scores) / len(scores)
    (Path(output_paths["summary"]) / "summary.json").write_text(json.dumps({"mean": mean}))
