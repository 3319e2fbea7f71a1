"""Package the chosen model with the code that serves it and a card that describes it."""

from __future__ import annotations

import argparse
import json
import shutil
import tarfile
import tempfile
from pathlib import Path

from penguins.artefacts import ARCHIVE

INFERENCE = '''\
"""Serves the model: a list of birds in, their species out."""

import json
from pathlib import Path

import joblib
import pandas as pd


def model_fn(model_dir):
    return joblib.load(Path(model_dir, "model.joblib"))


def input_fn(body, content_type="application/json"):
    return pd.DataFrame(json.loads(body))


def predict_fn(birds, model):
    return model.predict(birds).tolist()
'''


def write_card(choice: dict[str, object], summary: str) -> str:
    """Describe the model in Markdown, with the birds it has learned from."""
    chosen = choice["chosen"]
    scores = "\n".join(f"* {name}: {value}" for name, value in choice["scores"][chosen].items())
    return f"# Penguin species, {chosen} model\n\n## On unseen birds\n\n{scores}\n\n## Data\n\n{summary}"


def main(
    input_paths: dict[str, str],
    output_paths: dict[str, str],
    environ_vars: dict[str, str],
    job_args: argparse.Namespace,
) -> None:
    """Read `choice` and `report`, write `package`."""
    chosen, report = Path(input_paths["choice"]), Path(input_paths["report"])
    choice = json.loads((chosen / "choice.json").read_text())
    with tempfile.TemporaryDirectory() as folder:
        unpacked = Path(folder)
        shutil.unpack_archive(chosen / ARCHIVE, unpacked)
        (unpacked / "code").mkdir()
        (unpacked / "code" / "inference.py").write_text(INFERENCE)
        (unpacked / "card.md").write_text(write_card(choice, (report / "summary.md").read_text()))
        with tarfile.open(Path(output_paths["package"], ARCHIVE), "w:gz") as archive:
            for path in sorted(unpacked.iterdir()):
                archive.add(path, path.name)
