"""Clean the raw table: drop birds that were not measured, and name an unknown sex so."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import pandas as pd
from penguins.measurements import FEATURES, NUMERIC, require_columns

logger = logging.getLogger(__name__)


def clean(raw: pd.DataFrame, label: str) -> pd.DataFrame:
    """Keep the birds that have a species and all measurements."""
    require_columns(raw, [label, *FEATURES])
    measured = raw.dropna(subset=[label, *NUMERIC])
    logger.info("%d of %d birds were measured", len(measured), len(raw))
    if measured.empty:
        msg = "no bird in the raw table was measured"
        raise ValueError(msg)
    return measured[[label, *FEATURES]].assign(sex=lambda frame: frame["sex"].fillna("unknown"))


def main(
    input_paths: dict[str, str],
    output_paths: dict[str, str],
    environ_vars: dict[str, str],
    job_args: argparse.Namespace,
) -> None:
    """Read `raw`, write `clean`."""
    raw = pd.read_csv(Path(input_paths["raw"], "penguins.csv"))
    cleaned = clean(raw, environ_vars["LABEL_FIELD"])
    cleaned.to_csv(Path(output_paths["clean"], "penguins.csv"), index=False)
