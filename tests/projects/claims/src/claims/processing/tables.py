"""Tables as the platform hands them over: shards in a folder, in one of three formats."""

from pathlib import Path

import pandas as pd

SUFFIXES = {"CSV": ".csv", "TSV": ".tsv", "Parquet": ".parquet"}


def read_file(path):
    """Read one file by its suffix."""
    path = Path(path)
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    separator = "\t" if path.suffix == ".tsv" else ","
    return pd.read_csv(path, sep=separator)


def read_folder(folder):
    """Read all shards of a folder as one table."""
    shards = [path for path in sorted(Path(folder).iterdir()) if path.suffix in SUFFIXES.values()]
    if not shards:
        raise FileNotFoundError(f"no table in {folder}")
    return pd.concat([read_file(shard) for shard in shards], ignore_index=True)


def write_table(frame, folder, stem, output_format):
    """Write a table, and tell where."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}{SUFFIXES[output_format]}"
    if output_format == "Parquet":
        frame.to_parquet(path, index=False)
    else:
        frame.to_csv(path, sep="\t" if output_format == "TSV" else ",", index=False)
    return path


def read_splits(folder, job_type):
    """Read the parts that a job of this type has."""
    names = ("train", "val", "test") if job_type == "training" else (job_type,)
    return {name: read_folder(Path(folder) / name) for name in names}


def write_splits(splits, folder, output_format="Parquet"):
    """Write each part into its own folder, as `<part>/<part>_processed_data`."""
    for name, frame in splits.items():
        write_table(frame, Path(folder) / name, f"{name}_processed_data", output_format)
