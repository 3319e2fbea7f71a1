"""Describe the birds for people: a table of means for each species, as JSON and Markdown."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pandas as pd
from penguins.measurements import NUMERIC


def describe(clean: pd.DataFrame, label: str) -> pd.DataFrame:
    """Count the birds of each species, and average their measurements."""
    groups = clean.groupby(label)
    return groups[NUMERIC].mean().round(1).assign(birds=groups.size())


def as_markdown(summary: pd.DataFrame) -> str:
    """Write a table that a model card can hold."""
    names = [summary.index.name, *summary.columns]
    lines = [names, ["---"] * len(names), *summary.reset_index().to_numpy().tolist()]
    return "".join("| " + " | ".join(str(cell) for cell in line) + " |\n" for line in lines)


def main(
    input_paths: dict[str, str],
    output_paths: dict[str, str],
    environ_vars: dict[str, str],
    job_args: argparse.Namespace,
) -> None:
    """Read `clean`, write `report`."""
    clean = pd.read_csv(Path(input_paths["clean"], "penguins.csv"))
    summary = describe(clean, environ_vars["LABEL_FIELD"])
    report = Path(output_paths["report"])
    (report / "summary.json").write_text(json.dumps(summary.to_dict(orient="index"), indent=2))
    (report / "summary.md").write_text(as_markdown(summary))
