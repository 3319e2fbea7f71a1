"""Learn how often each kind of tea comes back."""

import json
from collections import Counter
from pathlib import Path

from ...tables.plain import read


def main(input_paths, output_paths, environ_vars, job_args):
    region = environ_vars.get("REGION", "")
    name = f"hyperparameters_{region}.json" if region else "hyperparameters.json"
    settings = json.loads((Path(input_paths["hyperparameters"]) / name).read_text())
    rows = read(Path(input_paths["table"]) / "train")
    counts = Counter(row["kind"] for row in rows)
    returned = Counter(row["kind"] for row in rows if row[settings["label"]] == "1")
    rates = {kind: returned[kind] / count for kind, count in sorted(counts.items())}
    (Path(output_paths["model"]) / "rates.json").write_text(json.dumps(rates))
    (Path(output_paths["report"]) / "report.json").write_text(json.dumps({"rows": len(rows)}))
