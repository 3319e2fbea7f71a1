"""Join flights with the weather at their airport and hour."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import pandas as pd

from flights.processing.tables import read_table, require_columns, write_table

logger = logging.getLogger(__name__)

KEY = ["origin", "time_hour"]


def join(flights: pd.DataFrame, weather: pd.DataFrame) -> pd.DataFrame:
    """Add the weather to each flight; flights without weather stay."""
    require_columns(flights, KEY)
    require_columns(weather, KEY)
    joined = flights.merge(weather, on=KEY, how="left", validate="many_to_one", indicator=True)
    found = (joined.pop("_merge") == "both").mean()
    logger.info("weather was found for %.1f%% of %d flights", 100 * found, len(joined))
    return joined


def main(
    input_paths: dict[str, str],
    output_paths: dict[str, str],
    environ_vars: dict[str, str],
    job_args: argparse.Namespace,
) -> None:
    """Read `flights` and `weather`, write `joined_data`."""
    joined = join(read_table(input_paths["flights"]), read_table(input_paths["weather"]))
    write_table(joined, Path(output_paths["joined_data"], "flights.csv"))
