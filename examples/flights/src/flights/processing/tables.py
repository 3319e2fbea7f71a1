"""Tables as the platform hands them over: all CSV files of a folder together."""

from __future__ import annotations

from pathlib import Path

import pandas as pd


def read_table(folder: str | Path) -> pd.DataFrame:
    """Read all shards of a table.

    Raises:
        FileNotFoundError: the folder holds none.
    """
    shards = sorted(Path(folder).glob("*.csv"))
    if not shards:
        msg = f"no CSV file in {folder}"
        raise FileNotFoundError(msg)
    return pd.concat([pd.read_csv(shard) for shard in shards], ignore_index=True)


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a table, and make the folder it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(path, index=False)


def require_columns(frame: pd.DataFrame, columns: list[str]) -> None:
    """Refuse a table that lacks a column.

    Raises:
        ValueError: one is missing.
    """
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        msg = f"the table has no column {', '.join(missing)}; it has {', '.join(frame.columns)}"
        raise ValueError(msg)
