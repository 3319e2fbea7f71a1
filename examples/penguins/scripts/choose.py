"""Choose the better of two models, by macro F1, then by log loss; keep the other to fall back on."""

from __future__ import annotations

import argparse
import json
import logging
import shutil
from pathlib import Path

from penguins.artefacts import ARCHIVE

logger = logging.getLogger(__name__)

CANDIDATES = ("logistic", "forest")


def rank(metrics: dict[str, float]) -> tuple[float, float]:
    """Give a value that is greater for the better model."""
    return metrics["macro_f1"], -metrics["log_loss"]


def main(
    input_paths: dict[str, str],
    output_paths: dict[str, str],
    environ_vars: dict[str, str],
    job_args: argparse.Namespace,
) -> None:
    """Read metrics and models of both candidates, write the better one to `choice`."""
    scores = {
        name: json.loads(Path(input_paths[f"{name}_metrics"], "metrics.json").read_text())
        for name in CANDIDATES
    }
    chosen, other = sorted(CANDIDATES, key=lambda name: rank(scores[name]), reverse=True)
    logger.info("chose %s: %s", chosen, scores[chosen])
    choice = Path(output_paths["choice"])
    shutil.copy(Path(input_paths[f"{chosen}_model"], ARCHIVE), choice / ARCHIVE)
    shutil.copy(Path(input_paths[f"{other}_model"], ARCHIVE), choice / f"fallback-{ARCHIVE}")
    (choice / "choice.json").write_text(json.dumps({"chosen": chosen, "scores": scores}, indent=2))
