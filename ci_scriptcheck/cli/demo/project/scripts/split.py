"""Split the orders into a part to learn from and a part to measure with."""

from pathlib import Path

import numpy as np
import pandas as pd


def main(input_paths, output_paths, environ_vars, job_args):
    features = pd.read_parquet(Path(input_paths["features"]) / "features.parquet")
    in_test = np.random.default_rng(7).random(len(features)) < job_args.test_share

    features[~in_test].to_parquet(Path(output_paths["train"]) / "train.parquet", index=False)
    features[in_test].to_parquet(Path(output_paths["test"]) / "test.parquet", index=False)
    print(f"{(~in_test).sum()} orders to learn from, {in_test.sum()} to measure with")
