"""The columns of a table of penguins."""

from __future__ import annotations

import pandas as pd

NUMERIC = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
CATEGORICAL = ["island", "sex"]
FEATURES = NUMERIC + CATEGORICAL


def require_columns(frame: pd.DataFrame, columns: list[str]) -> None:
    """Refuse a table that lacks a column.

    Raises:
        ValueError: one is missing.
    """
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        msg = f"the table has no column {', '.join(missing)}; it has {', '.join(frame.columns)}"
        raise ValueError(msg)
