"""Tables as lists of dictionaries."""

import csv
from pathlib import Path


def read(folder):
    """Read every table below a folder."""
    rows = []
    for path in sorted(Path(folder).rglob("*.csv")):
        with path.open(newline="") as file:
            rows += csv.DictReader(file)
    return rows


def write(path, rows):
    """Write rows, all with the first one's columns."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
