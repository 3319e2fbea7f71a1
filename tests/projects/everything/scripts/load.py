"""Fetch the transactions."""

from pathlib import Path


def main(input_paths, output_paths, environ_vars, job_args):
    Path(output_paths["data"]).mkdir(exist_ok=True)
