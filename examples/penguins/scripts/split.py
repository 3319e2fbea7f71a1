"""Split the birds into those to learn from and those to test with, species in proportion."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import pandas as pd
from sklearn.model_selection import train_test_split

logger = logging.getLogger(__name__)


def main(
    input_paths: dict[str, str],
    output_paths: dict[str, str],
    environ_vars: dict[str, str],
    job_args: argparse.Namespace,
) -> None:
    """Read `clean`, write `splits`."""
    clean = pd.read_csv(Path(input_paths["clean"], "penguins.csv"))
    train, test = train_test_split(
        clean,
        test_size=float(environ_vars["TEST_SHARE"]),
        stratify=clean[environ_vars["LABEL_FIELD"]],
        random_state=0,
    )
    for name, part in {"train": train, "test": test}.items():
        folder = Path(output_paths["splits"], name)
        folder.mkdir(parents=True, exist_ok=True)
        part.to_csv(folder / "penguins.csv", index=False)
        logger.info("%d birds to %s with", len(part), name)
