"""Make features and label of flights; a training job also splits them by time."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import pandas as pd

from flights.processing.features import FEATURES, LABEL, add_calendar, add_label
from flights.processing.tables import read_table, write_table

logger = logging.getLogger(__name__)


def split_by_time(flights: pd.DataFrame, train_ratio: float) -> dict[str, pd.DataFrame]:
    """Learn from the earlier flights, validate with the later ones."""
    ordered = flights.sort_values("time_hour", kind="stable")
    border = int(len(ordered) * train_ratio)
    return {"train": ordered.iloc[:border], "val": ordered.iloc[border:]}


def main(
    input_paths: dict[str, str],
    output_paths: dict[str, str],
    environ_vars: dict[str, str],
    job_args: argparse.Namespace,
) -> None:
    """Read `DATA`, write `processed_data`: a folder for each part."""
    flights = add_label(read_table(input_paths["DATA"]), float(environ_vars["LATE_MINUTES"]))
    flights = add_calendar(flights)
    if job_args.job_type == "training":
        parts = split_by_time(flights, float(environ_vars["TRAIN_RATIO"]))
    else:
        parts = {job_args.job_type: flights}
    for name, part in parts.items():
        logger.info("%s: %d flights, %.1f%% late", name, len(part), 100 * part[LABEL].mean())
        folder = Path(output_paths["processed_data"], name)
        write_table(part[[*FEATURES, LABEL]], folder / "flights.csv")
